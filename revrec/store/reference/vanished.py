"""What NetSuite deleted, of reference data that other rows hang on: out of use, and nothing that is booked is lost."""

from collections.abc import Iterable

from sqlalchemy import delete, select, update
from sqlmodel import Session

from revrec.store.core import currency_rate, document_version, netsuite_period
from revrec.store.queries.batches import batches

RateKey = tuple[int, int, object]
"""Base currency, transaction currency, first day."""


def remove_rates(session: Session, present: Iterable[RateKey]) -> int:
    """Delete the rates that NetSuite no longer has: nothing refers to one, and a close takes what stands then. Returns
    how many went."""
    r = currency_rate.c
    held = {
        (row.base_currency_id, row.currency_id, row.effective): row.id
        for row in session.execute(select(r.id, r.base_currency_id, r.currency_id, r.effective))
    }
    gone = [held[key] for key in held.keys() - set(present)]
    for some in batches(gone) if gone else ():
        session.execute(delete(currency_rate).where(r.id.in_(some)))
    return len(gone)


def retire_periods(session: Session, present: Iterable[int]) -> list[str]:
    """Take periods that NetSuite no longer lists out of use. One into which no document was ever posted is deleted; the
    others stay, inactive, for their documents. Returns the names of those that went out of use now and keep documents.
    """
    p = netsuite_period.c
    listed = set(present)
    gone = {row.id: row.name for row in session.execute(select(p.id, p.name).where(p.active))}
    left = sorted(gone.keys() - listed)
    named: list[str] = []
    for some in batches(left) if left else ():
        used = set(
            session.execute(
                select(document_version.c.period_id).where(document_version.c.period_id.in_(some)).distinct()
            ).scalars()
        )
        session.execute(delete(netsuite_period).where(p.id.in_([one for one in some if one not in used])))
        session.execute(update(netsuite_period).where(p.id.in_(sorted(used))).values(active=False))
        named += [gone[one] for one in sorted(used)]
    return named

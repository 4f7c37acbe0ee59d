"""Invoices and credit memos that NetSuite's ledger holds otherwise than ours, one by one: they wait, or came late."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, exists, func, literal, or_, select, union_all
from sqlmodel import Session

from revrec.store.core import (
    document_change,
    document_line,
    document_version,
    item,
    job,
    netsuite_period,
    source_document,
)
from revrec.store.general_ledger.accounts import Place
from revrec.store.general_ledger.ledger import posted_by_netsuite


@dataclass(frozen=True, slots=True)
class GlPart:
    """A part of an account's difference: NetSuite's side less ours. `name` is what people know it by."""

    place: Place
    kind: str
    name: str
    reference: int | None
    amount_minor: int
    memo: str = ""


def document_parts(
    session: Session,
    after: date,
    through: date,
    periods: Sequence[str],
    accounts: Collection[int],
    closed_at: datetime,
) -> list[GlPart]:
    """Documents of posting periods that end after `after`, on or before `through`, where what NetSuite posted is not
    what the standing closes of `periods` hold, the last of them made at `closed_at`. `pending`, `held`, `excluded` (the
    item is); `late`: it changed since, so that a later period books it or takes it back; else `unlike`, which explains
    nothing."""
    d, v = source_document.c, document_version.c
    ours = posted_by_netsuite(periods, accounts).subquery().c
    booked = select(
        ours.document_id,
        ours.subsidiary_id,
        ours.account_id,
        (-ours.amount).label("amount"),
        literal(0).label("excluded"),
    ).where(ours.document_id.is_not(None))
    both = union_all(_posted(after, through, accounts), booked).subquery().c
    whole, excluded = func.sum(both.amount), func.sum(both.excluded)
    apart = (
        select(
            both.document_id,
            both.subsidiary_id,
            both.account_id,
            whole.label("whole"),
            excluded.label("excluded"),
        )
        .group_by(both.document_id, both.subsidiary_id, both.account_id)
        .having(or_(whole != 0, excluded != 0))
        .subquery()
    )
    c = document_change.c
    since = exists().where(c.document_id == d.id, c.job_id == job.c.id, job.c.published_at > closed_at)
    rows = session.execute(
        select(apart, d.state, d.external_id, v.tran_id, since.label("since"))
        .join(source_document, d.id == apart.c.document_id)
        .outerjoin(document_version, v.id == d.current_version_id)
        .order_by(d.external_id, apart.c.account_id)
    )
    found: list[GlPart] = []
    for row in rows:
        if row.state in ("pending", "held"):
            parts = {row.state: int(row.whole)}
        else:
            rest = int(row.whole) - int(row.excluded)
            parts = {"excluded": int(row.excluded), "late" if row.since else "unlike": rest}
        place = (row.subsidiary_id, row.account_id)
        name = row.tran_id or str(row.external_id)
        found += [
            GlPart(place, kind, name, row.external_id, amount) for kind, amount in parts.items() if amount
        ]
    return found


def _posted(after: date, through: date, accounts: Collection[int]) -> Select[Any]:
    """What NetSuite posted of the documents that stand now, debits positive: lines keep the sign of sales."""
    d, v, line, p = source_document.c, document_version.c, document_line.c, netsuite_period.c
    posted = -func.coalesce(line.posted_minor, line.base_minor)
    excluded = func.coalesce(item.c.excluded, False)
    return (
        select(
            d.id.label("document_id"),
            func.coalesce(v.subsidiary_id, 0).label("subsidiary_id"),
            line.account_id,
            posted.label("amount"),
            case((excluded.is_(True), posted), else_=0).label("excluded"),
        )
        .join_from(netsuite_period, document_version, v.period_id == p.id)
        .join(source_document, d.current_version_id == v.id)
        .join(document_line, line.version_id == v.id)
        .outerjoin(item, item.c.id == line.item_id)
        .where(
            p.last_day > after,
            p.last_day <= through,
            d.state.in_(("loaded", "pending", "held")),
            line.account_id.in_(list(accounts)),
        )
    )

"""The general ledger: what NetSuite holds on the accounts of our balances against what the ledger says it should."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from revrec.accounting.money import format_amount
from revrec.store.controls.check import ClosedPeriod, ControlResult, Findings, Scope, Sum
from revrec.store.core import account, gl_balance, gl_item, subsidiary
from revrec.store.general_ledger.kinds import EXPLAINING
from revrec.store.general_ledger.signed import signed_off
from revrec.store.queries.currencies import iso_precision, precisions
from revrec.store.tables import GlItem, GlSignOff

NAMED = 5
"""How many parts of a difference a sentence names."""

COMPARES = (
    "Contract liability, assets and clearing by the ledger = NetSuite's general ledger balance at the period's end "
    "less listed documents that wait or came late, journals not posted yet, and what was signed off."
)
KINDS = {
    "pending": "pending",
    "held": "held",
    "excluded": "of excluded products",
    "late": "late, booked in a later period",
    "unposted": "journals not posted yet",
    "awaiting_approval": "journals that await NetSuite's approval, or were rejected there",
    "opening": "before the books begin",
    "documents": "documents changed in NetSuite since they were read (run invoices, then read again)",
    "unlike": "loaded, but not what the ledger holds",
    "foreign": "not ours",
    "changed": "ours, but otherwise in NetSuite",
}
"""What a part of a difference is, as people read it."""


def gl_balances(session: Session, scope: Scope) -> ControlResult:
    """The newest reading of each close. Without one (none, or older than the close) there is no pass, and no stop."""
    found = Findings("gl_balances", COMPARES)
    # The oldest close holds the opening, which was signed off before the first could be made.
    closes = [close for close in scope.closes if close.previous is not None]
    unread = [close.period for close in closes if not _check(session, close, found)]
    result = found.result()
    if result.status == "PASS" and (not closes or closes[-1].period in unread):
        missing = ", ".join(unread) or "any closed period"
        return ControlResult(
            result.name,
            f"{COMPARES} Not read for {missing}: `revrec controls gl`.",
            "NOT READ",
            result.checked,
            sums=result.sums,
        )
    return result


def _check(session: Session, close: ClosedPeriod, found: Findings) -> bool:
    """Compare one close; False where no reading is as new as it."""
    b = gl_balance.c
    rows = session.execute(
        select(gl_balance, account.c.number, account.c.name, subsidiary.c.name.label("subsidiary"))
        .outerjoin(account, account.c.id == b.account_id)
        .outerjoin(subsidiary, subsidiary.c.id == b.subsidiary_id)
        .where(b.period == close.period)
        .order_by(b.subsidiary_id, account.c.number, b.account_id)
    ).all()
    rows = [row for row in rows if close.closed_at is None or row.read_at >= close.closed_at]
    if not rows:
        return False
    signed = signed_off(session, close.period)
    digits = precisions(session)
    totals: dict[str, list[int]] = {}
    for row in rows:
        found.checked += 1
        sign_off = signed.get((row.subsidiary_id, row.account_id))
        accepted = sign_off.difference_minor if sign_off else 0
        expected = (row.ledger_minor or 0) + row.explained_minor + accepted
        total = totals.setdefault(row.currency, [0, 0])
        total[0] += row.balance_minor
        total[1] += expected
        if row.balance_minor != expected:
            decimals = digits.get(row.currency, iso_precision(row.currency))
            found.violate(_where(row), _sentence(row, sign_off, _parts(session, row), decimals))
    found.sums += [
        Sum(f"{close.period}: NetSuite, ledger with what explains the difference", currency, *both)
        for currency, both in sorted(totals.items())
    ]
    return True


def _parts(session: Session, row: Any) -> Sequence[GlItem]:
    i = gl_item.c
    mine = i.period == row.period, i.subsidiary_id == row.subsidiary_id, i.account_id == row.account_id
    return list(session.execute(select(GlItem).where(*mine).order_by(i.id)).scalars())


def _where(row: Any) -> str:
    whose = row.subsidiary or f"subsidiary {row.subsidiary_id}"
    return f"{row.period}, {whose}, account {row.number or row.account_id}"


def _sentence(row: Any, sign_off: GlSignOff | None, parts: Sequence[GlItem], decimals: int) -> str:
    def shown(minor: int) -> str:
        return f"{row.currency} {format_amount(minor, decimals)}"

    accepted = sign_off.difference_minor if sign_off else 0
    left = row.balance_minor - (row.ledger_minor or 0) - row.explained_minor - accepted
    named = f"{row.number} {row.name}".strip() if row.name else str(row.account_id)
    told = [
        f"Account {named} at the end of {row.period}: NetSuite holds {shown(row.balance_minor)}, the ledger "
        f"{shown(row.ledger_minor or 0)} (debits positive)"
    ]
    if row.explained_minor:
        told.append(f"{shown(row.explained_minor)} is explained by what waits")
    if sign_off and accepted:
        told.append(f"{shown(accepted)} was signed off by {sign_off.set_by} for {sign_off.period}")
    told.append(f"{shown(left)} is left")
    wrong = [_part(part, sign_off, shown) for part in parts if part.kind not in EXPLAINING]
    wrong = [one for one in wrong if one]
    if wrong:
        more = f", and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
        told.append(f"made of {', '.join(wrong[:NAMED])}{more}")
    return (
        f"{'; '.join(told)}. Put it right in NetSuite and read again (`revrec controls gl {row.period}`), or sign it "
        f"off (`revrec controls sign-off {row.period}`)."
    )


def _part(part: GlItem, sign_off: GlSignOff | None, shown: Any) -> str:
    """What a part says; of the opening only what changed since it was signed off."""
    amount = part.amount_minor
    if part.kind == "opening" and sign_off and sign_off.period < part.period:
        amount -= sign_off.difference_minor
    if not amount:
        return ""
    named = part.name + (f" (NetSuite {part.reference})" if part.kind == "foreign" else "")
    memo = f" '{part.memo[:60]}'" if part.memo else ""
    return f"{named}{memo} {shown(amount)} ({KINDS.get(part.kind, part.kind)})"

"""Journals that NetSuite's ledger does not hold yet, those that it holds otherwise, and what else moved an account."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import Session

from revrec.store.core import journal
from revrec.store.general_ledger.accounts import Place
from revrec.store.general_ledger.documents import GlPart
from revrec.store.general_ledger.ledger import journal_sums


@dataclass(frozen=True, slots=True)
class GlEntry:
    """What one transaction of NetSuite, but an invoice or credit memo, moved an account by."""

    transaction: int
    type: str
    number: str
    external_id: str
    memo: str
    place: Place
    amount_minor: int


def journal_parts(
    session: Session, through: date, accounts: Collection[int], entries: Sequence[GlEntry]
) -> list[GlPart]:
    """`unposted` and `awaiting_approval` (NetSuite keeps such a journal out of its ledger) explain; `changed` (one of
    ours stands there otherwise) and `foreign` (none of ours, nor a document) name what is wrong."""
    j = journal.c
    states = {
        row.id: row
        for row in session.execute(
            select(
                j.id,
                j.number,
                j.period,
                j.part,
                j.parts,
                j.state,
                j.netsuite_id,
                j.netsuite_approval,
                j.external_id,
            ).where(j.journal_date <= through, j.state != "cancelled")
        )
    }
    ours = journal_sums(session, through, accounts)
    theirs = {row.netsuite_id: key for key, row in states.items() if row.netsuite_id is not None}
    theirs_by_name = {row.external_id: key for key, row in states.items() if row.external_id}
    moved: dict[tuple[int, int, int], int] = {}
    found: list[GlPart] = []
    for entry in entries:
        key = theirs.get(entry.transaction) or theirs_by_name.get(entry.external_id)
        if key is None:
            name = f"{entry.type} {entry.number or entry.transaction}"
            found.append(
                GlPart(entry.place, "foreign", name, entry.transaction, entry.amount_minor, entry.memo[:200])
            )
        else:
            at = (key, *entry.place)
            moved[at] = moved.get(at, 0) + entry.amount_minor
    for at in sorted(ours.keys() | moved.keys()):
        left = moved.get(at, 0) - ours.get(at, 0)
        if not left:
            continue
        row = states[at[0]]
        part = f", part {row.part} of {row.parts}" if row.parts > 1 else ""
        name = row.number or f"draft of {row.period}{part}"
        if row.state == "posted" and row.netsuite_approval in ("pending", "rejected") and at not in moved:
            kind = "awaiting_approval"
        elif row.state in ("posted", "conflict") or at in moved:
            kind = "changed"
        else:
            kind = "unposted"
        found.append(GlPart(at[1:], kind, name, row.netsuite_id, left))
    return found

"""Finding journals in NetSuite and reading them back, many at once."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from jobs.invoices.account import account_columns, accounting_book
from jobs.posting.outgoing import Outgoing, read_outgoing
from jobs.posting.precheck import FLOW
from jobs.posting.record import Attempt, Ending, note, settle
from jobs.resources import store
from revrec.netsuite.journal_compare import Difference, compare
from revrec.netsuite.journal_lists import find_many, read_many
from revrec.netsuite.journal_readback import APPROVED, PENDING_APPROVAL, PostedJournal

AWAITS_APPROVAL = "Posted, awaiting NetSuite's approval."
REJECTED_THERE = (
    "Posted, and rejected in NetSuite: it is not in the ledger there. Submit it for approval again."
)
APPROVAL_SAYS = {"pending": AWAITS_APPROVAL, "rejected": REJECTED_THERE}
"""What a posted journal says while NetSuite keeps it out of its ledger."""


async def look_up(journal_ids: Sequence[int]) -> dict[int, int]:
    """Our id -> NetSuite's id of those journals that NetSuite holds under their external ids."""
    outgoing = await outgoing_of(journal_ids)
    begun = time.monotonic()
    found = await find_many(await account_columns(FLOW), [one.external_id for one in outgoing])
    took = _milliseconds(begun)
    attempts = [
        Attempt(
            one.id,
            "look_up",
            f"found as {found[one.external_id]}" if one.external_id in found else "not found",
            one.external_id,
            milliseconds=took,
        )
        for one in outgoing
    ]
    await asyncio.to_thread(note, attempts)
    return {one.id: int(found[one.external_id]) for one in outgoing if one.external_id in found}


async def read_back(pairs: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    """Read journals (our id, NetSuite's) and compare every line: *posted* only if all agree, else a *conflict* that
    shows both. Says how each ended."""
    if not pairs:
        return []
    theirs_of = {ours: theirs for ours, theirs in pairs}
    outgoing = await outgoing_of(list(theirs_of))
    begun = time.monotonic()
    found = await read_all(outgoing, theirs_of)
    took = _milliseconds(begun)
    ends: list[Ending] = []
    attempts: list[Attempt] = []
    for one in outgoing:
        told, end = _compared(one, theirs_of[one.id], found.get(theirs_of[one.id]))
        attempts.append(Attempt(one.id, "read_back", told, str(theirs_of[one.id]), milliseconds=took))
        ends.append(end)
    await asyncio.to_thread(settle, ends, attempts)
    return [
        {"journal": key, "state": state, "message": message, "netsuite_id": theirs_of[key]}
        for key, state, message, _ in ends
    ]


async def read_all(outgoing: Sequence[Outgoing], theirs_of: dict[int, int]) -> dict[int, PostedJournal]:
    """NetSuite's journals by NetSuite's id, each with the custom segments that ours may carry."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for one in outgoing:
        groups.setdefault(one.custom_segments, []).append(theirs_of[one.id])
    columns, book = await account_columns(FLOW), await accounting_book(FLOW)
    found: dict[int, PostedJournal] = {}
    for segments, ids in groups.items():
        found |= await read_many(columns, ids, custom_segments=segments, book=book)
    return found


async def outgoing_of(journal_ids: Sequence[int]) -> list[Outgoing]:
    """Our journals, read in a thread."""

    def read() -> list[Outgoing]:
        with store().read() as session:
            return read_outgoing(session, journal_ids)

    return await asyncio.to_thread(read)


def differences(ours: Outgoing, theirs: PostedJournal) -> list[Difference]:
    """What differs; of a journal that could not be sent as it is now, that alone."""
    if ours.journal is None:
        return [Difference("journal", ours.unfit, f"journal {theirs.id}")]
    return compare(ours.journal, theirs)


def approval_of(theirs: PostedJournal) -> str:
    """`approved`, `pending`, `rejected`, or NetSuite's own status."""
    return {PENDING_APPROVAL: "pending", APPROVED: "approved"}.get(theirs.approval, theirs.approval)


def _compared(ours: Outgoing, netsuite_id: int, theirs: PostedJournal | None) -> tuple[str, Ending]:
    if theirs is None:
        message = (
            f"NetSuite made it as {netsuite_id} and no longer shows it: it was deleted there, or the role may not see "
            "it. Nothing more is sent; look there, then retry."
        )
        return "not there", (ours.id, "conflict", message, {"netsuite_id": netsuite_id})
    values = {"netsuite_id": netsuite_id, "netsuite_number": theirs.number}
    if differing := differences(ours, theirs):
        told = "; ".join(map(str, differing))
        message = f"NetSuite's journal {netsuite_id} differs: {told}. Nothing more is sent; settle it there."
        return told, (ours.id, "conflict", message, values)
    approval = approval_of(theirs)
    values |= {"netsuite_approval": approval, "posted_at": datetime.now(UTC)}
    message = APPROVAL_SAYS.get(approval, "")
    return "agrees", (ours.id, "posted", message, values)


def _milliseconds(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)

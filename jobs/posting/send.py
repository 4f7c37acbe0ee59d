"""One journal's conversation with NetSuite. Whatever happens, it is there once or not at all.

The external id is the handle: NetSuite refuses a second journal of the same one. After a lost reply, or a crash
between sending and noting, the id is looked up before anything is sent again, and "not found" is asked a second time
after a pause, because a journal may be committed after its reply was lost.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

from jobs.invoices.account import account_columns
from jobs.posting.record import (
    CREATED,
    CUT_SHORT,
    UNKNOWN,
    Outgoing,
    begin_attempt,
    begin_sending,
    end_sending,
    note,
    read_outgoing,
    settle,
    settle_unsent,
)
from jobs.posting.reverse import reverse_if_reopened
from jobs.resources import netsuite_client, resources
from jobs.runner import pause, step, workflow
from revrec.netsuite import exact_json
from revrec.netsuite.errors import (
    AuthenticationRefused,
    DuplicateExternalId,
    NetSuiteError,
    PeriodClosed,
    ReplyLost,
)
from revrec.netsuite.journal_compare import compare
from revrec.netsuite.journal_readback import find_by_external_id, read_back
from revrec.netsuite.journals import journal_body, post_journal
from revrec.netsuite.reference import periods

FLOW = "journals"


@workflow("netsuite_journal")
async def send_journal(journal_id: int) -> dict[str, Any]:
    """Post one journal and read it back. Returns its state, NetSuite's id and what NetSuite said."""
    closed = await step(_closed_period, journal_id, name="check_period")
    if closed:
        return dict(await step(_end, journal_id, "failed", closed, name="settle"))
    for _ in range(2):
        before = await step(_begin, journal_id, name="begin_attempt")
        found = None
        if before:  # it may have been sent already
            found = await step(_look_up, journal_id, name="look_up")
            if not found:
                await pause(resources().config.look_up_again_seconds)
                found = await step(_look_up, journal_id, name="look_up_again")
        if not found:
            sent = await step(_send, journal_id, name="post")
            if sent["state"] == "unknown":
                continue
            if sent["state"] != "sent":
                return dict(await step(_end, journal_id, sent["state"], sent["message"], name="settle"))
            found = sent["id"]
        return dict(await step(_read_back, journal_id, found, name="read_back"))
    message = "The reply was lost twice. The next batch looks for the journal before it sends anything."
    return dict(await step(_end, journal_id, "failed", message, name="settle"))


async def _closed_period(journal_id: int) -> str:
    """The sentence that stops a journal whose NetSuite period takes no postings; empty if it does."""
    outgoing = await asyncio.to_thread(read_outgoing, journal_id)
    if outgoing.attempts:
        return ""  # it may be there already: it is looked up, whatever became of the period
    day = outgoing.journal.date
    found, _ = await periods(await account_columns(FLOW))
    period = next((one for one in found if not one.adjustment and one.start <= day <= one.end), None)
    if period is None:
        return f"NetSuite has no accounting period for {day}. Set it up there, then post again."
    if period.closed or period.all_locked:
        state = "closed" if period.closed else "locked"
        return (
            f"NetSuite's period {period.name} is {state}; nothing was sent. Open it there "
            "(Setup > Accounting > Manage Accounting Periods), then post again."
        )
    return ""


async def _begin(journal_id: int) -> int:
    return await asyncio.to_thread(begin_attempt, journal_id)


async def _look_up(journal_id: int) -> int | None:
    outgoing = await asyncio.to_thread(read_outgoing, journal_id)
    found = await find_by_external_id(await account_columns(FLOW), outgoing.journal.external_id)
    outcome = f"found as {found}" if found else "not found"
    await asyncio.to_thread(note, journal_id, "look_up", outcome, outgoing.journal.external_id)
    return int(found) if found else None


async def _send(journal_id: int) -> dict[str, Any]:
    """Send it once. `state`: `sent` with NetSuite's id, `unknown` where the reply was lost (or a crash came before
    it was recorded), else how it ends."""
    outgoing = await asyncio.to_thread(read_outgoing, journal_id)
    body = exact_json.encode(journal_body(outgoing.journal))
    begun = await asyncio.to_thread(begin_sending, journal_id, body)
    if begun == "unknown":
        return {"state": "unknown", "message": CUT_SHORT}
    if begun != "posting":
        return {"state": begun, "message": "It was settled elsewhere before it was sent."}
    try:
        posted = await post_journal(await netsuite_client(FLOW), outgoing.journal)
    except (ReplyLost, DuplicateExternalId) as error:
        await asyncio.to_thread(end_sending, journal_id, UNKNOWN, str(error))
        return {"state": "unknown", "message": str(error)}
    except PeriodClosed as error:
        await asyncio.to_thread(end_sending, journal_id, "refused", error.words)
        return {"state": "failed", "message": f"{error.words} Open the period in NetSuite, then post again."}
    except AuthenticationRefused as error:
        await asyncio.to_thread(end_sending, journal_id, "refused", str(error))
        raise
    except NetSuiteError as error:
        words = getattr(error, "words", "") or str(error)
        await asyncio.to_thread(end_sending, journal_id, "refused", words)
        return {"state": "failed", "message": str(error)}
    if await asyncio.to_thread(end_sending, journal_id, f"{CREATED}{posted.id}") != "posting":
        # Its job was cancelled, and its period reopened, while NetSuite worked: nobody else will look at it again.
        await _read_back(journal_id, int(posted.id))
        await asyncio.to_thread(reverse_if_reopened, journal_id)
    return {"state": "sent", "id": int(posted.id)}


async def _read_back(journal_id: int, netsuite_id: int) -> dict[str, Any]:
    """Read it and compare every line: *posted* only if all agree, else a *conflict* that shows both."""
    outgoing: Outgoing = await asyncio.to_thread(read_outgoing, journal_id)
    columns = await account_columns(FLOW)
    theirs = await read_back(columns, str(netsuite_id), custom_segments=outgoing.custom_segments)
    differences = compare(outgoing.journal, theirs)
    told = "; ".join(f"{one.where}: ours {one.ours}, NetSuite's {one.theirs}" for one in differences)
    await asyncio.to_thread(note, journal_id, "read_back", told or "agrees", str(netsuite_id))
    approval = "pending" if theirs.approval == "pending approval" else "approved"
    if differences:
        message = f"NetSuite's journal {netsuite_id} differs: {told}. Nothing more is sent; settle it there."
        return await _end(journal_id, "conflict", message, netsuite_id=netsuite_id)
    waits = " Posted, awaiting NetSuite's approval." if approval == "pending" else ""
    return await _end(
        journal_id, "posted", waits.strip(), netsuite_id=netsuite_id, netsuite_approval=approval
    )


async def _end(journal_id: int, state: str, message: str, **values: Any) -> dict[str, Any]:
    if state == "posted":
        values["posted_at"] = datetime.now(UTC)
    await asyncio.to_thread(settle, journal_id, state, message, **values)
    return {
        "journal": journal_id,
        "state": state,
        "message": message,
        "netsuite_id": values.get("netsuite_id"),
    }


async def settle_found(journal_id: int) -> bool:
    """Whether NetSuite has a journal that may have been sent, asked twice; if so it is read back and settled, if
    not it counts as not sent."""
    for attempt in range(2):
        if attempt:
            await asyncio.sleep(resources().config.look_up_again_seconds)
        found = await _look_up(journal_id)
        if found:
            await _read_back(journal_id, found)
            return True
    absent = "It may have been sent; NetSuite was asked twice and does not have it."
    found = await asyncio.to_thread(settle_unsent, journal_id, absent)
    if found:
        await _read_back(journal_id, found)
    return bool(found)

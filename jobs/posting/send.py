"""A few journals' conversation with NetSuite, one request after another. Each is there once or not at all.

The external id is the handle: NetSuite refuses a second journal of the same one. After a lost reply, or a crash
between sending and noting, the id is looked up before anything is sent again, and "not found" is asked a second time
after a pause, because a journal may be committed after its reply was lost.

    prepare    what would stop it; what may be there already     post       each by itself
    look_up    those that may be there, all together             read_back  those that are there, all together
"""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

from jobs.posting.outgoing import Outgoing
from jobs.posting.precheck import FLOW, precheck
from jobs.posting.read_back import look_up, outgoing_of, read_back
from jobs.posting.record import (
    CREATED,
    LOST,
    UNKNOWN,
    Begun,
    Ending,
    begin_sending,
    end_sending,
    settle,
    settle_absent,
    settle_lost,
)
from jobs.posting.reverse import reverse_if_reopened
from jobs.resources import netsuite_client, resources
from jobs.runner import pause, step, workflow
from revrec.netsuite import exact_json
from revrec.netsuite.errors import (
    AuthenticationRefused,
    DuplicateExternalId,
    HostUnreachable,
    NetSuiteError,
    PeriodClosed,
    ReplyLost,
)
from revrec.netsuite.journals import journal_body, post_journal
from revrec.netsuite.redaction import redact

ROUNDS = 3
"""A journal whose reply was lost, or whose worker died, is looked for and sent again so often; then the next batch does
it."""

End = dict[str, Any]


@workflow("netsuite_journals")
async def send_journals(job_id: int, journal_ids: list[int]) -> list[End]:
    """Post journals and read them back. Says how each ended, NetSuite's id and what NetSuite said."""
    plan = await step(_prepare, journal_ids, name="prepare")
    ends: list[End] = plan["ended"]
    to_send, to_find = plan["send"], plan["find"]
    for _ in range(ROUNDS):
        found, missing = await _find_twice(to_find)
        ends += await _read_back(found)
        lost: list[int] = []
        sent: list[list[int]] = []
        for one in [*to_send, *missing]:
            if stop := plan["stopped"].get(str(one)):
                ends.append(await step(_stop, one, stop, name="settle"))
                continue
            end = await step(_send, job_id, one, name="post")
            if end["state"] == "sent":
                sent.append([one, end["netsuite_id"]])
            elif end["state"] == "unknown":
                lost.append(one)
            else:
                ends.append(end)
        ends += await _read_back(sent)
        to_send, to_find = [], lost
        if not lost:
            return ends
    await step(settle_lost, to_find, LOST, name="settle")
    return [*ends, *(_end(one, "failed", LOST) for one in to_find)]


async def _find_twice(journal_ids: Sequence[int]) -> tuple[list[list[int]], list[int]]:
    """(our id, NetSuite's) of those that NetSuite has, and those that it has not, asked twice."""
    missing, found = list(journal_ids), []
    for name in ("look_up", "look_up_again"):
        if not missing:
            break
        if name == "look_up_again":
            await pause(resources().config.look_up_again_seconds)
        found += await step(_look_up, missing, name=name)
        there = {ours for ours, _ in found}
        missing = [one for one in missing if one not in there]
    return found, missing


async def _read_back(pairs: Sequence[Sequence[int]]) -> list[End]:
    if not pairs:
        return []
    return list(await step(_read_back_and_reverse, [list(pair) for pair in pairs], name="read_back"))


async def _look_up(journal_ids: list[int]) -> list[list[int]]:
    return [[ours, theirs] for ours, theirs in (await look_up(journal_ids)).items()]


async def _read_back_and_reverse(pairs: list[list[int]]) -> list[End]:
    """Read back, and take back at once what NetSuite made of a period that was reopened meanwhile."""
    ends = await read_back([(ours, theirs) for ours, theirs in pairs])
    for end in ends:
        if end["state"] == "posted":
            await asyncio.to_thread(reverse_if_reopened, end["journal"])
    return ends


async def _prepare(journal_ids: list[int]) -> dict[str, Any]:
    """Sort the journals: `send`, `find` (they may be there), `ended`; `stopped`: why one that is not there may not be
    sent."""
    outgoing = await outgoing_of(journal_ids)
    going = [one for one in outgoing if one.state in ("queued", "posting") and not one.held]
    stopped = {one.id: one.unfit for one in going if one.unfit}
    stopped |= await precheck([one for one in going if not one.unfit])
    unsent = [one for one in going if not one.attempts]
    ended: list[Ending] = [(one.id, "failed", stopped[one.id], {}) for one in unsent if one.id in stopped]
    await asyncio.to_thread(settle, ended)
    return {
        "send": [one.id for one in unsent if one.id not in stopped],
        "find": [one.id for one in going if one.attempts] + [one.id for one in outgoing if _may_come(one)],
        "stopped": {str(one.id): _absent(one) for one in outgoing if _may_come(one)}
        | {str(key): words for key, words in stopped.items()},
        "ended": [_end(key, state, words) for key, state, words, _ in ended]
        + [_end(one.id, *_left_alone(one)) for one in outgoing if one not in going and not _may_come(one)],
    }


def _left_alone(one: Outgoing) -> tuple[str, str]:
    """State and words of a journal that somebody held or settled between plan and turn."""
    if one.held:
        return "held", f"It is held back: {one.held}"
    return one.state, f"It was {one.state} before its turn came."


def _may_come(one: Outgoing) -> bool:
    """A journal that was cancelled with its period while NetSuite may still have been making it."""
    return one.state == "cancelled" and bool(one.attempts)


def _absent(one: Outgoing) -> str:
    return f"NetSuite was asked for {one.external_id} after its period was reopened and does not have it."


async def _stop(journal_id: int, message: str) -> End:
    """A journal that is not sent and that NetSuite does not have, unless its sender noted meanwhile that it has."""
    found = await asyncio.to_thread(settle_absent, journal_id, message)
    if found:
        (end,) = await _read_back_and_reverse([[journal_id, found]])
        return end
    (now,) = await outgoing_of([journal_id])
    return _end(journal_id, now.state, message)


async def _send(job_id: int, journal_id: int) -> End:
    """Send it once. `state`: `sent` with NetSuite's id, `unknown` where the reply was lost (or a crash came before
    it was recorded), else how it ends."""
    (outgoing,) = await outgoing_of([journal_id])
    if outgoing.journal is None:
        return await _stop(journal_id, outgoing.unfit)
    body = exact_json.encode(journal_body(outgoing.journal))
    begun: Begun = await asyncio.to_thread(begin_sending, job_id, journal_id, body)
    if begun.state != "posting":
        return _end(journal_id, begun.state, begun.message)
    started = time.monotonic()

    async def ended(outcome: str, **more: Any) -> bool:
        took = round((time.monotonic() - started) * 1000)
        return await asyncio.to_thread(
            end_sending, journal_id, begun.attempt, job_id, outcome, milliseconds=took, **more
        )

    try:
        posted = await post_journal(await netsuite_client(FLOW), outgoing.journal)
    except (ReplyLost, DuplicateExternalId) as error:
        if not await ended(UNKNOWN, reply=_reply(error), status=error.status):
            # Its job is over, or its period was reopened: nobody else goes on with it now.
            await asyncio.to_thread(settle_lost, [journal_id], LOST)
            return _end(journal_id, "failed", LOST)
        return _end(journal_id, "unknown", str(error))
    except NetSuiteError as error:
        words = getattr(error, "words", "") or str(error)
        message = str(error)
        if isinstance(error, PeriodClosed):
            message = f"{words} Open the period in NetSuite, then post again."
        status = getattr(error, "status", None)
        await ended("refused", reply=_reply(error), status=status, refused=message)
        if isinstance(error, AuthenticationRefused | HostUnreachable):
            raise  # no other journal would fare better
        return _end(journal_id, "failed", message)
    if not await ended(f"{CREATED}{posted.id}", reply=f"journalEntry {posted.id}", status=204):
        (end,) = await _read_back_and_reverse([[journal_id, int(posted.id)]])
        return end
    return _end(journal_id, "sent", "", int(posted.id))


def _reply(error: NetSuiteError) -> str:
    """NetSuite's reply as data where there was one, else what became of it."""
    data = getattr(error, "data", None)
    return json.dumps(data, ensure_ascii=False) if data else str(error)


def _end(journal_id: int, state: str, message: str, netsuite_id: int | None = None) -> End:
    return {"journal": journal_id, "state": state, "message": redact(message), "netsuite_id": netsuite_id}


async def settle_found(journal_id: int) -> bool:
    """Whether NetSuite has a journal that may have been sent, asked twice; if so it is read back and settled, if
    not it counts as not sent."""
    for attempt in range(2):
        if attempt:
            await asyncio.sleep(resources().config.look_up_again_seconds)
        found = (await look_up([journal_id])).get(journal_id)
        if found:
            await read_back([(journal_id, found)])
            return True
    absent = "It may have been sent; NetSuite was asked twice and does not have it."
    found = await asyncio.to_thread(settle_absent, journal_id, absent)
    if found:
        await read_back([(journal_id, found)])
    return bool(found)

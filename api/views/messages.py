"""Messages on Home: what closes, postings and runs came to, and how far the posting of each closed period is."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from sqlmodel import Session

from api.views.shape import View
from revrec.store.queries.at_a_glance import PostingCount, postings, told_runs
from revrec.store.tables import Job
from revrec.store.tables.journals import SENDABLE_STATES

PERIODS = 3
MESSAGES = 8
Tone = Literal["good", "bad", "live", "warn", ""]


class MessageView(View):
    """What happened, when and by whose word. `tone`: good, bad, live (still going), warn, or empty."""

    at: datetime
    tone: Tone
    text: str
    to: str
    by: str


class PostingView(View):
    """The posting of a closed period's journal entries to NetSuite. `state`: initiated (at close; they wait for
    approval), under_way, failed, finished, or nothing (the close drafted none)."""

    period: str
    state: str
    text: str
    to: str
    journals: int
    drafts: int
    waiting: int
    held: int
    failed: int
    transferred: int


def message_views(session: Session) -> list[MessageView]:
    """The newest first."""
    return [_message(row) for row in told_runs(session, MESSAGES)]


def posting_views(session: Session) -> list[PostingView]:
    """Of the newest closed periods; besides the newest one, those only whose posting is not finished."""
    grouped = groupby(postings(session, PERIODS), key=lambda one: one.period)
    views = [_posting(period, list(rows)) for period, rows in grouped]
    return [one for at, one in enumerate(views) if at == 0 or one.state not in ("finished", "nothing")]


def _posting(period: str, rows: Sequence[PostingCount]) -> PostingView:
    def count(*states: str, held: bool | None = None) -> int:
        return sum(one.journals for one in rows if one.state in states and (held is None or one.held is held))

    drafts, transferred = count("draft"), count("posted")
    waiting = count("approved", "queued", held=False) + count("posting")
    failed, held = (
        count("failed", held=False) + count("conflict"),
        count(*SENDABLE_STATES, held=True),
    )
    total = drafts + waiting + failed + held + transferred
    words = f"The posting of {period}’s journal entries to NetSuite"
    if not total:
        state, text = "nothing", f"{period} is closed; there was nothing to post."
    elif failed:
        state, text = "failed", f"{words} is held up: {failed} of {total} could not be transferred."
    elif transferred == total:
        state, text = "finished", f"{words} is finished: all {total} are there."
    elif drafts == total:
        state, text = "initiated", f"{words} was initiated at its close: {_journals(total)} for approval."
    else:
        state, text = "under_way", f"{words} is under way: {transferred} of {total} are there."
    to = {"initiated": f"/journals?period={period}", "nothing": f"/periods/{period}"}.get(
        state, f"/hub?period={period}"
    )
    return PostingView(
        period=period,
        state=state,
        text=text,
        to=to,
        journals=total,
        drafts=drafts,
        waiting=waiting,
        held=held,
        failed=failed,
        transferred=transferred,
    )


def _journals(count: int) -> str:
    return f"{count} {'journal waits' if count == 1 else 'journals wait'}"


def _message(row: Job) -> MessageView:
    tone, text = _told(row, str((row.parameters or {}).get("period") or ""))
    return MessageView(
        at=row.finished_at or row.started_at or row.created_at,
        tone=tone,
        text=text,
        to=f"/sync/jobs/{row.id}",
        by=row.requested_by,
    )


def _told(row: Job, period: str) -> tuple[Tone, str]:
    what = {
        "close": f"The close of {period}",
        "reopen": f"The reopening of {period}",
        "post": "The posting of journals to NetSuite",
    }.get(row.kind, f"The {row.kind.replace('_', ' ')} run")
    match row.state:
        case "queued" | "running":
            return "live", f"{what} has begun."
        case "failed":
            return "bad", f"{what} failed: {row.error}"
        case "cancelled":
            return "warn", f"{what} was cancelled."
        case _ if row.kind == "post":
            return _posted(what, (row.result or {}).get("journals") or {})
        case _:
            return "good", f"{period} was {'closed' if row.kind == 'close' else 'reopened'}."


def _posted(what: str, counts: dict[str, Any]) -> tuple[Tone, str]:
    """What a batch came to, by state: `{"posted": 9, "failed": 1}`."""
    told = ", ".join(f"{count} {state}" for state, count in counts.items()) or "nothing was sent"
    wrong = any(counts.get(state) for state in ("failed", "conflict"))
    return ("bad" if wrong else "good"), f"{what} is over: {told}."

"""The reopen job: the newest closed period is taken back, in the same period, by mirror rows and reversing journals.

What was not sent is cancelled; what may have been sent is looked up first; what is posted gets a reversing journal of
its own number and the same date, so NetSuite's period has to be open.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, literal, select, update
from sqlmodel import Session

from jobs.invoices.account import account_columns
from jobs.lifecycle import require_running, run_job
from jobs.posting.precheck import FLOW
from jobs.posting.record import look_again_at_cancelled
from jobs.posting.reverse import draft_reversal
from jobs.posting.send import settle_found
from jobs.resources import store
from jobs.runner import account_queue, fan_out, step, workflow, workflow_id
from revrec.netsuite.reference import periods
from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.periods import periods_of
from revrec.operations.policies import policy_value
from revrec.problems import Conflict, Refused
from revrec.store.books.figures import keep_figures
from revrec.store.books.lock import release, take
from revrec.store.core import journal, ledger_transfer
from revrec.store.queries.closes import newest_closed_period, standing_close
from revrec.store.queries.connections import connection_for
from revrec.store.queries.orders import mark_published
from revrec.store.queries.people import user_by_email
from revrec.store.tables import Job, PeriodClose
from revrec.store.tables.journals import UNSENT_STATES


@workflow("reopen")
async def reopen(job_id: int) -> dict[str, Any]:
    """Reopen the period that the parameters name. Returns how many journals were cancelled and reversed."""
    return await run_job(job_id, lambda: _reopen(job_id))


async def _reopen(job_id: int) -> dict[str, Any]:
    plan = await step(_plan, job_id, name="plan_reopening")
    me = workflow_id()
    calls = [(f"{me}/settle-{one}", (one,)) for one in plan["begun"]]
    await fan_out(plan["queue"], settle_journal, calls)
    if plan["asks_netsuite"]:
        (refusal,) = await fan_out(plan["queue"], check_open, [(f"{me}/period", (plan["period"],))])
        await step(_refuse, refusal, name="period_open")
    return dict(await step(_take_back, job_id, plan["period"], name="take_back"))


@workflow("netsuite_settle_journal")
async def settle_journal(journal_id: int) -> bool:
    """Look a journal up that may have been sent; it is *posted* if NetSuite has it. Returns whether it has."""
    return bool(await step(settle_found, journal_id, name="look_up"))


@workflow("netsuite_period_open")
async def check_open(period: str) -> str:
    """The sentence that forbids reversing journals in NetSuite's period; empty if it takes them."""
    return str(await step(_closed, period, name="check_period"))


async def _closed(period: str) -> str:
    with store().read() as session:
        day = periods_of(session).last_day(period)
    found, _ = await periods(await account_columns(FLOW))
    theirs = next((one for one in found if not one.adjustment and one.start <= day <= one.end), None)
    if theirs is None or theirs.closed or theirs.all_locked:
        name = theirs.name if theirs else period
        return (
            f"NetSuite's period {name} is not open, and journals of {period} are posted there: reversing journals "
            "need it open. Open it in NetSuite, then reopen here."
        )
    return ""


def _refuse(refusal: str) -> None:
    if refusal:
        raise Conflict(refusal, where="NetSuite period")


def _plan(job_id: int) -> dict[str, Any]:
    with store().read() as session:
        job = session.get_one(Job, job_id)
        period = str(job.parameters["period"])
        close = check_reopening(session, period, job.requested_by)
        j = journal.c
        rows = session.execute(
            select(j.id, j.state, j.attempts, j.number).where(j.period_close_id == close.id)
        ).all()
        _refuse_conflicts(session, close.id)
        begun = [row.id for row in rows if row.state in ("posting", "failed", "queued") and row.attempts]
        connection = connection_for(session, FLOW)
        return {
            "period": period,
            "begun": begun,
            "asks_netsuite": bool(begun) or any(row.state == "posted" for row in rows),
            "queue": account_queue(connection.account) if connection else "",
        }


def check_reopening(session: Session, period: str, by: str) -> PeriodClose:
    """The close that would be taken back. Raises `Conflict` unless it is the newest that stands, and `Refused` for
    whoever closed it (policy `two_people`)."""
    close = standing_close(session, period)
    newest = newest_closed_period(session)
    if close is None:
        raise Conflict(f"{period} is not closed.", where=f"period {period}")
    if period != newest:
        raise Conflict(f"{newest} was closed after {period}; only the newest closed period is reopened.")
    if close.closed_by == "service":
        raise Conflict(f"{period} holds the opening balances; it is not reopened.", where=f"period {period}")
    if close.closed_by == by and policy_value(session, "two_people"):
        raise Refused(
            f"{by} closed {period} and cannot reopen it too; somebody else does.", where="two_people"
        )
    return close


def _refuse_conflicts(session: Session, close_id: int) -> None:
    """Raise `Conflict` if a journal of the close stands in NetSuite otherwise than here: taking it back would leave
    theirs unreversed."""
    j = journal.c
    numbers = session.execute(
        select(j.number).where(j.period_close_id == close_id, j.state == "conflict").order_by(j.number)
    ).scalars()
    if conflicts := list(numbers):
        raise Conflict(f"Journals {', '.join(conflicts)} are in conflict with NetSuite. Settle them first.")


def _refuse_sending(session: Session, close_id: int) -> None:
    """Raise `Conflict` if the sending of a journal has begun since it was looked up. From here on no other can: the
    journals are held, and a sender that comes later finds them cancelled."""
    j = journal.c
    of_close = select(j.number, j.state).where(j.period_close_id == close_id).order_by(j.id)
    sending = [row.number for row in session.execute(of_close.with_for_update()) if row.state == "posting"]
    if sending:
        raise Conflict(
            f"Journals {', '.join(sending)} are being sent to NetSuite right now. Reopen again in a minute."
        )


def _take_back(job_id: int, period: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    with store().write() as session:
        job = session.get_one(Job, job_id)
        if job.published_at is not None:
            return dict(job.result or {})
        require_running(session, job_id)
        take(session, job_id)
        close = check_reopening(session, period, job.requested_by)
        _refuse_conflicts(session, close.id)  # once more: looking up what may have been sent can find one
        _refuse_sending(session, close.id)
        mirror = PeriodClose(
            period=period,
            state="reversal",
            job_id=job_id,
            policy=close.policy,
            closed_by=job.requested_by,
            closed_at=now,
            reopen_reason=str(job.parameters.get("reason", "")),
        )
        session.add(mirror)
        session.flush()
        transfers = _mirror_transfers(session, close.id, mirror.id)
        keep_figures(session, mirror.id)
        j = journal.c
        unsent = j.period_close_id == close.id, j.state.in_(UNSENT_STATES)
        cancelling = update(journal).where(*unsent).values(state="cancelled", next_attempt_at=None)
        cancelled = session.execute(cancelling).rowcount  # type: ignore[attr-defined]
        look_again_at_cancelled(session, close.id, now)
        posted = session.execute(
            select(j.id).where(j.period_close_id == close.id, j.state == "posted")
        ).scalars()
        reversed_ids = [draft_reversal(session, one, mirror.id, job.requested_by) for one in posted.all()]
        close.state, close.reopened_by, close.reopened_at = "reopened", job.requested_by, now
        close.reopen_reason = mirror.reopen_reason
        session.add(close)
        mark_published(session, job_id)
        release(session, job_id)
        after = {"transfers": transfers, "cancelled": cancelled, "reversing": len(reversed_ids)}
        user = user_by_email(session, job.requested_by)
        record_event(
            session,
            Actor(job.requested_by, user.role if user else "service"),
            "reopen_period",
            f"period {period}",
            now=now,
            before="closed",
            after=after,
            reason=mirror.reopen_reason,
        )
        # Kept with what it counts, for the attempt after one that a crash cut short.
        job.result = {"period": period, **after}
        return dict(job.result)


def _mirror_transfers(session: Session, close_id: int, mirror_id: int) -> int:
    """The close's transfers once more, debit and credit changed over: the ledger is corrected, never edited."""
    t = ledger_transfer.c
    swapped: dict[str, ColumnElement[Any]] = {
        "period_close_id": literal(mirror_id),
        "event": literal("reversal"),
        "debit_role": t.credit_role,
        "credit_role": t.debit_role,
        "debit_account_id": t.credit_account_id,
        "credit_account_id": t.debit_account_id,
    }
    names = [c.name for c in ledger_transfer.c if c.name != "id"]
    columns = [swapped.get(name, t[name]) for name in names]
    of_close = t.period_close_id == close_id
    session.execute(insert(ledger_transfer).from_select(names, select(*columns).where(of_close)))
    # Counted, since a driver need not tell how many rows an insert made.
    counted = select(func.count()).select_from(ledger_transfer).where(of_close)
    return int(session.execute(counted).scalar_one())

"""The general ledger check: balances are read from NetSuite, compared with the ledger, and kept with what explains
them.

Asked for (`revrec controls gl`), and by the post job when all journals of a period are through. What NetSuite holds at
the end of the period before the first is frozen as signed off with the first reading after the first close, which
nobody can make without answering for the opening: from then on every other change of it is a difference.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session

from jobs.invoices.account import account_columns, read_currencies
from jobs.lifecycle import progress, run_job, tell
from jobs.resources import store
from jobs.runner import ChildFailed, account_queue, fan_out, step, workflow, workflow_id
from revrec.netsuite.currencies import CurrencyTable, to_minor
from revrec.netsuite.errors import AnswerUnreadable
from revrec.netsuite.general_ledger import DOCUMENTS, Entry, Movement, entries, movements
from revrec.netsuite.reference import primary_book
from revrec.operations.actor import SERVICE
from revrec.operations.audit import record_event
from revrec.operations.periods import periods_of
from revrec.operations.set_first_period import first_period
from revrec.problems import Conflict, Finding
from revrec.store.core import gl_balance, gl_sign_off, journal, subsidiary
from revrec.store.general_ledger.accounts import Place, compared_accounts
from revrec.store.general_ledger.journals import GlEntry
from revrec.store.general_ledger.reading import Asked, GlReading, keep_reading
from revrec.store.queries.closes import newest_closed_period, standing_close
from revrec.store.queries.connections import connection_for
from revrec.store.tables import Job

FLOW = "invoices"
"""Whose role reads: the one that sees the account's transactions."""


@workflow("gl_balances")
async def gl_balances(job_id: int) -> dict[str, Any]:
    """Read the balances of the period that the parameters name, or of the newest closed one."""
    return await run_job(job_id, lambda: _gl_balances(job_id))


async def _gl_balances(job_id: int) -> dict[str, Any]:
    plan = await step(_plan, job_id, name="plan_reading")
    progress(job_id, "reading balances", 0, 1, now=True)
    calls = [(f"{workflow_id()}/balances", (job_id, plan["period"]))]
    (found,) = await fan_out(plan["queue"], read_gl_balances, calls)
    await step(_say, job_id, found, name="say")
    return dict(found)


@workflow("netsuite_gl_balances")
async def read_gl_balances(job_id: int, period: str) -> dict[str, Any]:
    """Read and compare one period, on the account's queue. Returns how many accounts were read and differ."""
    return dict(await step(_read, job_id, period, name="read_balances"))


async def balances_after_posting(job_id: int, journal_ids: list[int]) -> dict[str, Any]:
    """Read the balances of the periods of which these were the last journals to be sent. Nothing that happens here
    makes the posting fail: what could not be read is said in the job's log, and the check says NOT READ."""
    plan = await step(_plan_after, journal_ids, name="plan_reading")
    if not plan["periods"]:
        return {}
    progress(job_id, "reading balances", 0, len(plan["periods"]), now=True)
    calls = [(f"{workflow_id()}/balances-{one}", (job_id, one)) for one in plan["periods"]]
    try:
        found = await fan_out(plan["queue"], read_gl_balances, calls)
    except ChildFailed as error:
        await step(_say_unread, job_id, plan["periods"], str(error), name="say")
        return {"gl_balances": []}
    await step(_say, job_id, {"unseen": [one for each in found for one in each["unseen"]]}, name="say")
    return {"gl_balances": plan["periods"]}


def _plan_after(journal_ids: list[int]) -> dict[str, Any]:
    with store().read() as session:
        connection = connection_for(session, FLOW)
        ready = connection is not None and not connection.paused and compared_accounts(session)
        periods = finished_periods(session, journal_ids) if ready else []
        return {"queue": account_queue(connection.account) if connection else "", "periods": periods}


def _say_unread(job_id: int, periods: list[str], words: str) -> None:
    message = f"{words} Read them again with `revrec controls gl`."
    where = f"balances of {', '.join(periods)}"
    tell(job_id, [Finding("gl_not_read", "warning", where, message)], of="balances")


def _say(job_id: int, found: dict[str, Any]) -> None:
    tell(
        job_id, [Finding("gl_not_seen", "warning", one, text) for one, text in found["unseen"]], of="balances"
    )


def _plan(job_id: int) -> dict[str, Any]:
    with store().read() as session:
        connection = connection_for(session, FLOW)
        if connection is None:
            raise Conflict(
                "NetSuite is not connected for invoices. Run `revrec connect netsuite`.", where=FLOW
            )
        if connection.paused:
            raise Conflict(f"The invoices connection is paused: {connection.paused}", where=FLOW)
        wanted = str((session.get_one(Job, job_id).parameters or {}).get("period") or "")
        return {"queue": account_queue(connection.account), "period": _asked(session, wanted).period}


def _asked(session: Session, period: str) -> Asked:
    """What to read. Raises `Conflict` where the period is neither closed nor the one before the first, and where no
    account is mapped that could be compared."""
    begin = first_period(session)
    if begin is None:
        raise Conflict(
            "No accounting period is set. Set the first one with `revrec period set`.", where="period"
        )
    periods = periods_of(session)
    opening = periods.previous(begin)
    period = period or newest_closed_period(session) or opening
    close = standing_close(session, period)
    if period != opening and close is None:
        raise Conflict(
            f"{period} is not closed; balances are compared at the end of closed periods, or of {opening}.",
            where="period",
        )
    if not compared_accounts(session):
        raise Conflict(
            "No account is mapped to contract_liability, contract_asset, unbilled_receivable or clearing. Map them "
            "first: `revrec accounts map`.",
            where="account mapping",
        )
    between = periods.between(begin, period) if period != opening else []
    return Asked(
        period,
        periods.last_day(period),
        opening,
        periods.last_day(opening),
        between,
        close.closed_at if close else None,
    )


async def _read(job_id: int, period: str) -> dict[str, Any]:
    asked, accounts, currencies = await asyncio.to_thread(_prepare, period)
    columns = await account_columns(FLOW)
    book, _ = await primary_book(columns)
    ids = sorted(accounts)
    moved = await movements(columns, ids, asked.through, book=book)
    others = (
        await entries(columns, ids, asked.opening_day, asked.through, book=book)
        if asked.period != asked.opening
        else []
    )
    reading = _reading(asked, moved, others, currencies)
    return await asyncio.to_thread(_keep, job_id, asked, accounts, reading)


def _prepare(period: str) -> tuple[Asked, dict[int, str], CurrencyTable]:
    with store().read() as session:
        return _asked(session, period), compared_accounts(session), read_currencies(session)


def _reading(
    asked: Asked, moved: list[Movement], others: list[Entry], currencies: CurrencyTable
) -> GlReading:
    """NetSuite's answers in minor units, by subsidiary and account."""
    sums: dict[str, dict[Place, Decimal]] = {"balances": {}, "opening": {}, "documents": {}}
    for one in moved:
        place = (int(one.subsidiary or 0), int(one.account))
        before = one.period_ends <= asked.opening_day
        kinds = ["balances", "opening"] if before else ["balances"]
        if not before and one.type in DOCUMENTS:
            kinds.append("documents")
        for kind in kinds:
            sums[kind][place] = sums[kind].get(place, Decimal(0)) + one.amount
    found = {
        kind: {place: _minor(amount, place, currencies) for place, amount in by_place.items()}
        for kind, by_place in sums.items()
    }
    listed: list[GlEntry] = []
    for entry in others:
        place = (int(entry.subsidiary or 0), int(entry.account))
        amount = _minor(entry.amount, place, currencies)
        listed.append(
            GlEntry(entry.transaction, entry.type, entry.number, entry.external_id, entry.memo, place, amount)
        )
    return GlReading(found["balances"], found["opening"], found["documents"], listed)


def _minor(amount: Decimal, place: Place, currencies: CurrencyTable) -> int:
    what = "the query for general ledger balances"
    base = currencies.base(str(place[0]))
    if base is None:
        raise AnswerUnreadable(what, f"the base currency of subsidiary {place[0]} is not known here")
    minor = to_minor(amount, base.precision)
    if minor is None:
        raise AnswerUnreadable(what, f"account {place[1]} holds {amount} {base.symbol}")
    return minor


def _keep(job_id: int, asked: Asked, accounts: Mapping[int, str], reading: GlReading) -> dict[str, Any]:
    now = datetime.now(UTC)
    with store().write() as session:
        keep_reading(session, asked, accounts, reading, job_id=job_id, now=now)
        if asked.period != asked.opening:
            _freeze_opening(session, asked, now)
        b = gl_balance.c
        rows = session.execute(select(gl_balance).where(b.period == asked.period)).all()
        names = {key: name for key, name in session.execute(select(subsidiary.c.id, subsidiary.c.name))}
    seen = {place[0] for place in reading.balances}
    unseen = sorted({row.subsidiary_id for row in rows if row.ledger_minor} - seen)
    return {
        "period": asked.period,
        "accounts": len(rows),
        "unseen": [
            [
                f"subsidiary {names.get(one, one)}",
                f"NetSuite shows no posting of subsidiary {names.get(one, one)} on these accounts, though the ledger "
                "has some: the role may not see it. Give the role of the invoices connection the subsidiary, and the "
                "permission Find Transaction.",
            ]
            for one in unseen
        ],
    }


def _freeze_opening(session: Session, asked: Asked, now: datetime) -> None:
    """What the opening differs by, as signed off by whoever made the first close; once."""
    s, b = gl_sign_off.c, gl_balance.c
    if session.execute(select(s.id).where(s.period == asked.opening).limit(1)).first():
        return
    first = standing_close(session, asked.periods[0])
    if first is None:
        return
    columns = select(b.subsidiary_id, b.account_id, b.balance_minor, b.ledger_minor)
    opening = {
        (row.subsidiary_id, row.account_id): row.balance_minor - (row.ledger_minor or 0)
        for row in session.execute(columns.where(b.period == asked.opening))
    }
    # Every account that is compared gets a row: one without a difference then must stay so.
    read = session.execute(columns.where(b.period == asked.period)).all()
    places = sorted(opening.keys() | {(row.subsidiary_id, row.account_id) for row in read})
    reason = str((first.acknowledged or {}).get("reason") or "It was accepted before the first close.")
    signed = [
        {
            "period": asked.opening,
            "subsidiary_id": place[0],
            "account_id": place[1],
            "difference_minor": opening.get(place, 0),
            "reason": f"Opening: {reason}",
            "set_by": first.closed_by,
            "set_at": now,
        }
        for place in places
    ]
    if signed:
        session.execute(insert(gl_sign_off), signed)
        differing = [one for one in signed if one["difference_minor"]]
        record_event(
            session,
            SERVICE,
            "sign_off_opening",
            f"period {asked.opening}",
            now=now,
            after={
                f"subsidiary {one['subsidiary_id']}, account {one['account_id']}": one["difference_minor"]
                for one in differing
            },
            reason=reason,
        )


def finished_periods(session: Session, journal_ids: list[int]) -> list[str]:
    """Closed periods of these journals of which no journal is left to be sent."""
    j = journal.c
    mine = set(session.execute(select(j.period).where(j.id.in_(journal_ids))).scalars())
    open_ones = set(
        session.execute(
            select(j.period).where(j.period.in_(mine), j.state.not_in(("posted", "cancelled")))
        ).scalars()
    )
    return sorted(one for one in mine - open_ones if standing_close(session, one) is not None)

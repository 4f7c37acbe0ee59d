"""What would stop a journal in NetSuite, asked before anything is sent: the words go to the journal, which then fails
without a request of its own."""

import asyncio
from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from jobs.invoices.account import account_columns
from jobs.posting.outgoing import Outgoing, read_outgoing
from jobs.resources import store
from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.journal_check import AccountFacts, JournalProblem, check_journal, told
from revrec.netsuite.reference import Period, periods
from revrec.operations.journal_facts import account_facts

FLOW = "journals"


async def precheck(outgoing: Sequence[Outgoing]) -> dict[int, str]:
    """The sentence that stops each journal which may not be sent now, by our id; a request or two for all of them."""
    if not outgoing:
        return {}
    unfit = await asyncio.to_thread(_unfit, outgoing)
    fit = [one for one in outgoing if one.id not in unfit]
    return unfit | (await _closed_periods(await account_columns(FLOW), fit) if fit else {})


def _unfit(outgoing: Sequence[Outgoing]) -> dict[int, str]:
    """What the reference data tells: accounts, segment values, subsidiaries. Nothing is asked for it."""
    with store().read() as session:
        facts = account_facts(session)
    problems = {one.id: told(_problems(one, facts)) for one in outgoing}
    return {key: message for key, message in problems.items() if message}


def check_journals(session: Session, ids: Sequence[int]) -> dict[int, list[JournalProblem]]:
    """What is known to be wrong with each of these journals, drafts too, without asking NetSuite: by our id, in the
    order given, those that are fit with nothing."""
    facts = account_facts(session)
    return {one.id: _problems(one, facts) for one in read_outgoing(session, ids)}


def _problems(one: Outgoing, facts: AccountFacts) -> list[JournalProblem]:
    if one.journal is None:
        return [JournalProblem(None, "journal", "", one.unfit)]
    return check_journal(one.journal, facts)


async def _closed_periods(columns: AccountColumns, outgoing: Sequence[Outgoing]) -> dict[int, str]:
    found, _ = await periods(columns)
    sentences = {day: _closed(found, day) for day in {one.date for one in outgoing}}
    return {one.id: sentences[one.date] for one in outgoing if sentences[one.date]}


def _closed(found: Sequence[Period], day: date) -> str:
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

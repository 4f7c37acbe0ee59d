"""What would stop a journal in NetSuite, asked before anything is sent: the words go to the journal, which then fails
without a request of its own."""

from collections.abc import Sequence
from datetime import date

from jobs.invoices.account import account_columns
from jobs.posting.outgoing import Outgoing
from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.reference import Period, periods

FLOW = "journals"


async def precheck(outgoing: Sequence[Outgoing]) -> dict[int, str]:
    """The sentence that stops each journal which may not be sent now, by our id; a request or two for all of them."""
    if not outgoing:
        return {}
    return await _closed_periods(await account_columns(FLOW), outgoing)


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

"""A contract's revenue over time: what closes booked, and what the newest of them leaves to come."""

from datetime import date

from sqlmodel import Session

from api.views.amounts import amount_writer
from api.views.shape import View
from revrec.operations.periods import periods_of
from revrec.store.books.kept_schedule import what_is_to_come
from revrec.store.queries.closes import newest_closed_period
from revrec.store.queries.contract_detail import allocations_of, booked_of
from revrec.store.queries.promised import promised
from revrec.store.tables import Contract


class ScheduledView(View):
    """A period of a line: `booked`, or what is expected of it then."""

    period: str
    amount: str
    booked: bool


class ScheduleLineView(View):
    """`left`: of `allocated`, what is not recognised yet; `undated`: of that, what waits for a fact (a delivery,
    progress, a milestone) and has no period."""

    obligation: int
    order: str
    line: str
    product: str
    method: str
    starts: date | None
    ends: date | None
    allocated: str
    recognised: str
    left: str
    undated: str
    periods: list[ScheduledView]


class ScheduleView(View):
    """`closed_through`: the newest closed period; what comes after it is as that close left the contract, and changes
    with what the next one learns. `totals`: of all lines by period."""

    contract: int
    currency: str
    closed_through: str
    totals: list[ScheduledView]
    undated: str
    lines: list[ScheduleLineView]


def schedule_view(session: Session, row: Contract, periods_of_lines: range | None = None) -> ScheduleView:
    """Empty before a close has seen the contract. `periods_of_lines`: the places of the lines whose periods are
    wanted; None: of all."""
    write, allocations = amount_writer(session), allocations_of(session, row.id)
    names = {one.id: one for one in promised(session, [kept.obligation_id for kept in allocations])}
    currency = next((one.currency for one in names.values()), row.currency)
    closed = newest_closed_period(session)
    if closed is None or not allocations:
        return ScheduleView(
            contract=row.id, currency=currency, closed_through=closed or "", totals=[], undated="", lines=[]
        )
    booked: dict[int, dict[str, int]] = {}
    recognised: dict[int, int] = {}
    for one in booked_of(session, row.id):
        booked.setdefault(one.obligation, {})[one.period] = one.revenue_minor
        recognised[one.obligation] = one.target_minor
    calendar, at = periods_of(session).calendar, periods_of(session).index(closed)
    to_come = what_is_to_come([kept._mapping for kept in allocations], recognised, calendar, at)
    sums: dict[tuple[str, bool], int] = {}
    lines, undated = [], 0
    for place, kept in enumerate(allocations):
        key, wanted = kept.obligation_id, periods_of_lines is None or place in periods_of_lines
        moves = [(period, amount, True) for period, amount in booked.get(key, {}).items() if amount]
        moves += [
            (calendar.names[period], amount, False)
            for period, amount in sorted(to_come[key].by_period.items())
        ]
        for period, amount, is_booked in moves:
            sums[period, is_booked] = sums.get((period, is_booked), 0) + amount
        undated += to_come[key].undated_minor
        name = names.get(key)
        lines.append(
            ScheduleLineView(
                obligation=key,
                order=kept.order_number,
                line=kept.line,
                product=(name.product or name.description) if name else "",
                method=kept.method,
                starts=kept.starts,
                ends=kept.ends,
                allocated=write.text(kept.allocated_minor, currency),
                recognised=write.text(recognised.get(key, 0), currency),
                left=write.text(kept.allocated_minor - recognised.get(key, 0), currency),
                undated=write.text(to_come[key].undated_minor, currency),
                periods=[
                    ScheduledView(period=period, amount=write.text(amount, currency), booked=is_booked)
                    for period, amount, is_booked in (moves if wanted else [])
                ],
            )
        )
    return ScheduleView(
        contract=row.id,
        currency=currency,
        closed_through=closed,
        totals=[
            ScheduledView(period=period, amount=write.text(amount, currency), booked=is_booked)
            for (period, is_booked), amount in sorted(sums.items())
        ],
        undated=write.text(undated, currency),
        lines=lines,
    )

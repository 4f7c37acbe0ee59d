"""A forecast says what closes would book, period by period, if nothing more were learnt."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from revrec.accounting.book import Book, Changes, Progress
from revrec.accounting.calendar import parse_day
from revrec.accounting.carry import carry_forward
from revrec.accounting.close import close_period
from revrec.accounting.columns import NONE
from revrec.accounting.forecast import forecast
from revrec.accounting.policy import Policy
from revrec.accounting.problem import blockers
from revrec.accounting.recognition import DATED
from revrec.accounting.terms import ChangeKind, CreditTreatment, HoldReason, Method, Trigger

SETTINGS = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12
)
START = ["2025-01-01", "2025-01-20", "2025-02-03", "2025-02-28", "2025-03-15"]
END = ["2025-03-31", "2025-04-30", "2025-07-14", "2025-12-31"]
DAY = st.sampled_from([*START, *END[:3]])
LAST = 16

lines = st.lists(
    st.fixed_dictionaries(
        {
            "contract": st.integers(1, 3),
            "stated": st.one_of(st.integers(0, 50000), st.integers(10**14, 10**15)),
            "method": st.sampled_from(list(Method)),
            "trigger": st.sampled_from(list(Trigger)),
            "product": st.integers(7, 8),
            "start": st.sampled_from(START),
            "end": st.sampled_from(END),
            "ordered_day": st.sampled_from(START[:3]),
            "ssp_low": st.sampled_from([1000, 25000]),
            "hold": st.sampled_from([NONE] * 9 + [int(HoldReason.BY_USER)]),
        }
    ),
    min_size=1,
    max_size=5,
)
bills = st.lists(
    st.fixed_dictionaries(
        {
            "amount": st.integers(-20000, 40000).filter(bool),
            "day": DAY,
            "product": st.integers(7, 8),
            "order": st.sampled_from([-1, 101, 102, 103]),
            "treatment": st.sampled_from(list(CreditTreatment)),
        }
    ),
    max_size=5,
)
deliveries = st.lists(
    st.fixed_dictionaries({"obligation": st.integers(11, 15), "day": DAY, "value": st.integers(0, 10**8)}),
    max_size=5,
)
changes = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from([ChangeKind.MODIFICATION, ChangeKind.CANCEL, ChangeKind.PRICE_CHANGE]),
            "day": st.sampled_from(START[1:4]),
            "line": st.integers(0, 4),
            "amount": st.integers(1, 60000),
        }
    ),
    max_size=3,
)


def table(cls: Any, rows: list[dict[str, Any]]) -> Any:
    return cls.of(**{name: [row[name] for row in rows] for name in rows[0]}) if rows else cls.empty()


def a_book(book: Any, line: Any, bill: Any, lines: Any, bills: Any, delivered: Any, changed: Any) -> Book:
    orders = [line(id=11 + i, order=100 + row["contract"], **row) for i, row in enumerate(lines)]
    first: dict[int, int] = {}
    for row in orders:
        row["ordered_day"] = first.setdefault(row["contract"], row["ordered_day"])
    documents = [
        bill(i, row["amount"], **{k: v for k, v in row.items() if k != "amount"})
        for i, row in enumerate(bills)
    ]
    made = book(orders, documents)
    progress = [
        {**row, "day": parse_day(row["day"])} for row in delivered if row["obligation"] < 11 + len(orders)
    ]
    events = []
    for number, row in enumerate(changed):
        target = orders[row["line"] % len(orders)]
        price = row["kind"] == ChangeKind.PRICE_CHANGE
        events.append(
            {
                "id": 900 + number,
                "kind": row["kind"],
                "day": max(parse_day(row["day"]), target["ordered_day"]),
                "contract": target["contract"],
                "obligation": NONE if price else target["id"],
                "amount": row["amount"],
            }
        )
    return replace(made, progress=table(Progress, progress), changes=table(Changes, events))


def closed_one_by_one(book: Book, first: int, last: int, policy: Policy) -> list[tuple[int, int, int]]:
    rows: list[tuple[int, int, int]] = []
    for period in range(first, last + 1):
        result = close_period(book, period, policy)
        assert blockers(result.problems) == ()
        found = result.booked
        rows += [
            (int(o), period, int(amount))
            for o, amount in zip(found.obligation, found.revenue, strict=True)
            if amount
        ]
        book = replace(book, prior=carry_forward(book.prior, result))
    return sorted(rows)


def forecast_rows(book: Book, first: int, last: int, policy: Policy) -> list[tuple[int, int, int]]:
    found = forecast(book, first, last, policy)
    assert blockers(found.problems) == ()
    r = found.revenue
    return sorted(zip(r.obligation.tolist(), r.period.tolist(), r.amount.tolist(), strict=True))


@SETTINGS
@given(
    lines=lines,
    bills=bills,
    delivered=deliveries,
    changed=changes,
    closed=st.integers(0, 3),
    allocation=st.sampled_from(["relative_ssp", "stated_price"]),
    rounding=st.sampled_from(["cumulative", "last_period"]),
)
def test_a_forecast_is_what_the_closes_book(
    book: Any,
    line: Any,
    bill: Any,
    policy: Policy,
    lines: Any,
    bills: Any,
    delivered: Any,
    changed: Any,
    closed: int,
    allocation: Any,
    rounding: Any,
) -> None:
    chosen = replace(policy, allocation=allocation, rounding=rounding)
    b = a_book(book, line, bill, lines, bills, delivered, changed)
    first = b.calendar.index("2025-01")
    for period in range(first, first + closed):
        result = close_period(b, period, chosen)
        if blockers(result.problems):
            return
        b = replace(b, prior=carry_forward(b.prior, result))
    if blockers(close_period(b, first + closed, chosen).problems):
        return
    expected = closed_one_by_one(b, first + closed, first + LAST, chosen)
    assert forecast_rows(b, first + closed, first + LAST, chosen) == expected


@pytest.mark.parametrize("rounding", ["cumulative", "last_period"])
def test_the_largest_amounts_are_forecast_to_the_unit(
    book: Any, line: Any, policy: Policy, rounding: Any
) -> None:
    orders = [
        line(
            id=11 + n, contract=1 + n, order=100 + n, method=int(method), stated=10**15 - n, end="2028-11-17"
        )
        for n, method in enumerate(DATED)
    ]
    b = book(orders, [])
    first, last = b.calendar.index("2025-01"), len(b.calendar) - 1
    chosen = replace(policy, rounding=rounding)
    rows = forecast_rows(b, first, last, chosen)
    for n in range(len(DATED)):
        assert sum(amount for o, _, amount in rows if o == 11 + n) == 10**15 - n
    assert rows == closed_one_by_one(b, first, last, chosen)


def test_what_is_booked_already_is_caught_up_with_in_the_first_period(
    book: Any, line: Any, close: Any, policy: Policy
) -> None:
    """600.00 over six months, 100.00 booked in January and in February; in March the price is 800.00."""
    b = book([line(stated=60000, end="2025-06-30")], [])
    for period in ("2025-01", "2025-02"):
        _, b = close(b, period, policy)
    b = replace(b, obligations=replace(b.obligations, stated=np.asarray([80000])))
    march = b.calendar.index("2025-03")
    assert [amount for _, _, amount in forecast_rows(b, march, march + 9, policy)] == [
        20000,
        13333,
        13334,
        13333,
    ]

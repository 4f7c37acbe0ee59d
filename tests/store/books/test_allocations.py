"""Prices are kept from close to close, one row only where something changed."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update

from revrec.accounting.book import Balances, PriorSplits
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NO_AMOUNT
from revrec.accounting.result import Allocations, Booked, CloseResult, Held, Transfers, UnassignedBilling
from revrec.accounting.terms import Method, SspPer, Trigger
from revrec.store.books import Names, discard_rows, save_result
from revrec.store.core import allocation, period_close, treatment_taken
from revrec.store.engine import Store
from revrec.store.tables import (
    Contract,
    CrmCustomer,
    Job,
    Obligation,
    OrderVersion,
    PeriodClose,
    SalesOrder,
)

NOW = datetime(2026, 4, 10, 12, tzinfo=UTC)
Close = Callable[..., int]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Order 7 of contract 3 with the obligations 11 and 12, and its versions 1 and 2."""
    made = Store(database_url)
    with made.write() as session:
        session.add(Job(id=1, kind="close", state="running", parameters={}, requested_by="x", created_at=NOW))
        session.add(CrmCustomer(id=5, external_id="001A", name="Acme", key="acme", key_version=1))
        session.flush()
        session.add(Contract(id=3, key="C", number="C", crm_customer_id=5))
        session.flush()
        session.add(SalesOrder(id=7, external_id="801", number="SO-1", contract_id=3))
        session.flush()
        session.add_all(Obligation(id=key, order_id=7, line_external_id=str(key)) for key in (11, 12))
        session.add_all(
            OrderVersion(
                id=number,
                order_id=7,
                number=number,
                job_id=1,
                sha256="",
                raw=b"",
                modified_at=NOW,
                effective_on=date(2026, 1, 1),
                ordered_on=date(2026, 1, 1),
                crm_customer_id=5,
                currency="USD",
            )
            for number in (1, 2)
        )
    yield made
    made.close()


@pytest.fixture
def close(store: Store) -> Close:
    """Write a result and let it stand; gives the id of its close."""

    def write(allocations: Allocations, reasons: Any = (), *, opening: bool = False, period: str) -> int:
        result = CloseResult(
            0,
            Booked.empty(),
            Transfers.empty(),
            PriorSplits.empty(),
            Balances.empty(),
            UnassignedBilling.empty(),
            Held.empty(),
            (),
            allocations,
            tuple(reasons),
        )
        with store.write() as session:
            row = PeriodClose(period=period, state="building", job_id=1, policy={}, closed_by="x")
            session.add(row)
            session.flush()
            close_id = row.id
        save_result(store, close_id, result, Names({}, {}), [period], opening=opening)
        set_state(store, close_id, "closed")
        return close_id

    return write


def set_state(store: Store, close_id: int, state: str) -> None:
    with store.write() as session:
        session.execute(update(period_close).where(period_close.c.id == close_id).values(state=state))


def two_lines(**second: Any) -> Allocations:
    """Line 11 as it always is, and line 12 with whatever is given."""
    plain: dict[str, Any] = {
        "contract": 3,
        "order_version": 1,
        "method": int(Method.DAILY),
        "trigger": -1,
        "starts": parse_day("2026-01-01"),
        "ends": parse_day("2026-12-31"),
        "quantity_e6": 10**6,
        "price": 120_000,
        "stated": 120_000,
        "ssp": NO_AMOUNT,
        "ssp_per": int(SspPer.EACH),
        "weight": 120_000,
        "inception": 120_000,
        "allocated": 120_000,
        "fixed": 0,
        "rest": 120_000,
        "remaining": 110_000,
        "flags": 1,
    }
    rows = [{"obligation": 11, **plain}, {"obligation": 12, **plain, **second}]
    return Allocations.of(**{name: [row[name] for row in rows] for name in rows[0]})


def kept(store: Store, close_id: int) -> list[int]:
    a = allocation.c
    with store.read() as session:
        return list(
            session.execute(
                select(a.obligation_id).where(a.period_close_id == close_id).order_by(a.id)
            ).scalars()
        )


def test_every_column_comes_back_as_it_went_in(store: Store, close: Close) -> None:
    once = {
        "method": int(Method.POINT_IN_TIME),
        "trigger": int(Trigger.DELIVERY),
        "ssp": 99_000,
        "ssp_per": int(SspPer.MONTH),
        "ends": -(2**40),
        "fixed": 5,
        "rest": -7,
    }
    close_id = close(two_lines(**once), period="2026-01")
    with store.read() as session:
        one, other = session.execute(select(allocation).order_by(allocation.c.obligation_id)).mappings()
    assert (one["method"], one["trigger"], one["ssp_minor"], one["ssp_per"]) == ("daily", "", None, "each")
    assert (one["starts"], one["ends"], one["leg_from"]) == (date(2026, 1, 1), date(2026, 12, 31), None)
    assert (other["method"], other["trigger"], other["ssp_minor"]) == ("point_in_time", "delivery", 99_000)
    assert (other["ssp_per"], other["ends"], other["fixed_minor"], other["rest_minor"]) == (
        "month",
        None,
        5,
        -7,
    )
    assert (one["period_close_id"], one["order_version_id"], one["added_by"]) == (close_id, 1, None)


def test_only_what_changed_is_written_again(store: Store, close: Close) -> None:
    assert kept(store, close(two_lines(), period="2026-01")) == [11, 12]
    assert kept(store, close(two_lines(), period="2026-02")) == []
    assert kept(store, close(two_lines(remaining=0), period="2026-03")) == []  # what remains is no price
    assert kept(store, close(two_lines(rest=130_000), period="2026-04")) == [12]
    assert kept(store, close(two_lines(rest=130_000), period="2026-05")) == []
    assert kept(store, close(two_lines(), period="2026-06")) == [12]


def test_what_a_reopened_close_said_is_forgotten(store: Store, close: Close) -> None:
    close(two_lines(), period="2026-01")
    reopened = close(two_lines(ssp=5), period="2026-02")
    set_state(store, reopened, "reopened")
    assert kept(store, close(two_lines(ssp=5), period="2026-02")) == [12]


def test_an_opening_leaves_prices_to_the_close_it_comes_with(store: Store, close: Close) -> None:
    assert kept(store, close(two_lines(), opening=True, period="2025-12")) == []
    assert kept(store, close(two_lines(), period="2026-01")) == [11, 12]


def test_a_reason_is_written_when_it_is_new_or_another(store: Store, close: Close) -> None:
    t = treatment_taken.c
    close(two_lines(), [(2, "chosen by a user or rule"), (999, "no version of an order")], period="2026-01")
    close(two_lines(), [(2, "chosen by a user or rule")], period="2026-02")
    close(two_lines(), [(2, "separate: at its price"), (1, "first")], period="2026-03")
    with store.read() as session:
        found = session.execute(select(t.order_version_id, t.reason).order_by(t.id)).all()
    assert [tuple(row) for row in found] == [
        (2, "chosen by a user or rule"),
        (1, "first"),
        (2, "separate: at its price"),
    ]


def test_an_unfinished_close_leaves_none_behind(store: Store, close: Close) -> None:
    close_id = close(two_lines(), [(1, "why")], period="2026-01")
    with store.write() as session:
        discard_rows(session, close_id)
    with store.read() as session:
        for table in (allocation, treatment_taken):
            assert session.execute(select(func.count()).select_from(table)).scalar_one() == 0

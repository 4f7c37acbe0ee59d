"""The mapping against the chart of accounts, and withdrawing all of it."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlmodel import select

from revrec.operations.actor import Actor
from revrec.operations.audit_mapping import audit_mapping
from revrec.operations.map_account import MappingTarget, map_account
from revrec.operations.reset_mapping import reset_mapping
from revrec.operations.set_policy import set_policy
from revrec.problems import Conflict, Invalid
from revrec.store.engine import Store
from revrec.store.queries.policies import mapping_in_force
from revrec.store.tables import Account, AccountSubsidiary, Product, SegmentValue, Subsidiary
from tests.audit_trail import newest_events

MARCH, APRIL, MAY = date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 1)
pytestmark = pytest.mark.usefixtures("accounts")


@pytest.fixture
def mapped(store: Store, people: dict[str, Actor], now: datetime) -> None:
    """Revenue, of tools and of department 5 apart; the liability of subsidiary 2; from May on another revenue."""
    with store.write() as session:
        session.add(Product(key="plan", code="PLAN", name="Plan", category="Tools"))
        session.add(SegmentValue(segment="department", value_id=5, name="Sales"))
        set_policy(session, people["admin"], "journal_breakdown", "department", now=now)
        for target, account, start in (
            (MappingTarget("revenue"), 15, None),
            (MappingTarget("revenue", category="Tools"), 15, None),
            (MappingTarget("revenue", department_id=5), 15, None),
            (MappingTarget("contract_liability", subsidiary_id=2), 11, None),
            (MappingTarget("revenue", is_default=True), 15, None),
            (MappingTarget("revenue", subsidiary_id=1), 12, MAY),
        ):
            map_account(session, people["admin"], target, account, now=now, valid_from=start)


def problems(store: Store, day: date = MARCH, *, later: bool = True) -> list[tuple[str, str]]:
    with store.read() as session:
        return [
            (one.code, one.where.removeprefix("account mapping "))
            for one in audit_mapping(session, day, later=later)
        ]


def test_a_mapping_that_fits_has_no_problem(store: Store, mapped: None) -> None:
    assert problems(store) == []


def test_every_way_in_which_a_rule_no_longer_fits_is_told(
    store: Store, mapped: None, people: dict[str, Actor], now: datetime
) -> None:
    with store.write() as session:
        session.get_one(Account, 11).type = "AcctRec"
        session.get_one(Account, 12).active = False
        session.get_one(Account, 15).summary = True
        session.add(AccountSubsidiary(account_id=11, subsidiary_id=1))
        session.get_one(Subsidiary, 1).active = False
        session.exec(select(SegmentValue)).one().active = False
        session.exec(select(Product)).one().category = "Care"
        set_policy(session, people["admin"], "journal_breakdown", "standard", now=now)
    every = {
        ("account_summary", "revenue"),
        ("account_summary", "revenue, category Tools"),
        ("account_summary", "revenue, department 5"),
        ("account_summary", "revenue, default"),
        ("account_type", "contract_liability, subsidiary 2"),
        ("account_subsidiary", "contract_liability, subsidiary 2"),
        ("department_inactive", "revenue, department 5"),
        ("rule_without_effect", "revenue, department 5"),
        ("category_unknown", "revenue, category Tools"),
    }
    from_may = {
        ("account_inactive", "revenue, subsidiary 1"),
        ("subsidiary_inactive", "revenue, subsidiary 1"),
    }
    assert set(problems(store)) == every | from_may
    assert len(problems(store)) == len(every | from_may)
    assert set(problems(store, later=False)) == every


def test_a_general_rule_serves_every_subsidiary_without_one_of_its_own(
    store: Store, mapped: None, people: dict[str, Actor], now: datetime
) -> None:
    with store.write() as session:
        session.add(AccountSubsidiary(account_id=15, subsidiary_id=1))
    assert {code for code, _ in problems(store, later=False)} == {"account_subsidiary"}
    with store.write() as session:
        session.add(Account(id=16, number="4901", name="Child income", type="OthIncome"))
        session.flush()
        map_account(session, people["admin"], MappingTarget("revenue", subsidiary_id=2), 16, now=now)
    assert problems(store, later=False) == []


def test_a_type_that_was_confirmed_is_no_problem(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    with store.write() as session:
        target = MappingTarget("clearing")
        map_account(session, people["admin"], target, 15, now=now, any_type=True, reason="group chart")
    assert problems(store) == []


def test_all_rules_are_withdrawn_from_a_day_on(
    store: Store, mapped: None, people: dict[str, Actor], now: datetime
) -> None:
    with pytest.raises(Invalid, match="Confirm"), store.write() as session:
        reset_mapping(session, people["admin"], now=now, confirmed=False)
    with store.write() as session:
        assert reset_mapping(session, people["admin"], now=now, confirmed=True, valid_from=APRIL) == 6
    with store.read() as session:
        assert len(mapping_in_force(session, MARCH)) == 5
        assert mapping_in_force(session, APRIL) == []
        assert mapping_in_force(session, date(2026, 12, 31)) == []
        (event,) = newest_events(session, limit=1)
        assert {"rule": "revenue, subsidiary 1", "account": 12, "valid_from": "2026-05-01"} in event.before
        assert len(event.before) == 6
    with pytest.raises(Conflict, match="no rule"), store.write() as session:
        reset_mapping(session, people["admin"], now=now, confirmed=True, valid_from=APRIL)


def test_closed_periods_keep_what_they_had(
    store: Store, mapped: None, people: dict[str, Actor], close_of: Callable[..., int], now: datetime
) -> None:
    close_of("2026-03")
    with store.write() as session:
        reset_mapping(session, people["admin"], now=now, confirmed=True)
    with store.read() as session:
        assert len(mapping_in_force(session, MARCH)) == 5
        assert mapping_in_force(session, APRIL) == []

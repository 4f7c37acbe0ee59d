"""The account mapping."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from revrec.operations.actor import Actor
from revrec.operations.map_account import MappingTarget, map_account
from revrec.operations.set_policy import set_policy
from revrec.problems import Invalid, NotFound, Refused
from revrec.store.engine import Store
from revrec.store.queries.policies import mapping_in_force
from revrec.store.tables import Product, SegmentValue

APRIL = date(2026, 4, 1)
pytestmark = pytest.mark.usefixtures("accounts")


def in_force(store: Store, day: date) -> dict[str, int | None]:
    with store.read() as session:
        return {
            MappingTarget(
                r.role, r.product_id, r.category, r.subsidiary_id, r.is_default, r.department_id
            ).describe(): r.account_id
            for r in mapping_in_force(session, day)
        }


def test_a_role_means_its_account_from_a_day_on(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    with store.write() as session:
        map_account(session, people["controller"], MappingTarget("revenue"), 12, now=now)
    with store.write() as session:
        map_account(session, people["controller"], MappingTarget("revenue"), 15, now=now, valid_from=APRIL)
    assert in_force(store, date(2026, 3, 31)) == {"revenue": 12}
    assert in_force(store, APRIL) == {"revenue": 15}


def test_rules_of_another_width_stand_beside_one_another(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    for target in (
        MappingTarget("revenue", is_default=True),
        MappingTarget("revenue"),
        MappingTarget("revenue", category="services"),
        MappingTarget("revenue", subsidiary_id=1),
    ):
        with store.write() as session:
            map_account(session, people["admin"], target, 12, now=now)
    assert len(in_force(store, APRIL)) == 4


def test_a_rule_is_withdrawn_from_a_day_on(store: Store, people: dict[str, Actor], now: datetime) -> None:
    with store.write() as session:
        map_account(session, people["admin"], MappingTarget("revenue"), 12, now=now)
    with store.write() as session:
        map_account(session, people["admin"], MappingTarget("revenue"), None, now=now, valid_from=APRIL)
    assert in_force(store, date(2026, 3, 1)) == {"revenue": 12}
    assert in_force(store, APRIL) == {}
    with pytest.raises(NotFound, match="withdraw"), store.write() as session:
        map_account(session, people["admin"], MappingTarget("clearing"), None, now=now)


@pytest.mark.parametrize(
    ("target", "account", "error", "words"),
    [
        (MappingTarget("billing_offset"), 12, Invalid, "no role that is mapped"),
        (MappingTarget("contract_asset", category="x"), 15, Invalid, "not mapped by product or category"),
        (MappingTarget("fx_adjustment", product_id=1), 15, Invalid, "not mapped by product or category"),
        (MappingTarget("contract_liability", department_id=5), 11, Invalid, "not mapped by department"),
        (MappingTarget("revenue", department_id=5), 12, Invalid, "journal_breakdown to department first"),
        (MappingTarget("revenue", subsidiary_id=1, is_default=True), 12, Invalid, "role alone"),
        (MappingTarget("revenue"), 11, Invalid, "type DeferRevenue; revenue takes Income or OthIncome"),
        (MappingTarget("contract_liability"), 12, Invalid, "DeferRevenue, OthCurrLiab or LongTermLiab"),
        (MappingTarget("revenue", product_id=1, category="x"), 12, Invalid, "not both"),
        (MappingTarget("revenue", product_id=99), 12, NotFound, "no product 99"),
        (MappingTarget("revenue", subsidiary_id=99), 12, NotFound, "no subsidiary 99"),
        (MappingTarget("revenue"), 99, NotFound, "account 99 is not known"),
        (MappingTarget("revenue"), 13, Invalid, "inactive"),
        (MappingTarget("revenue"), 14, Invalid, "summary"),
        (MappingTarget("revenue", subsidiary_id=2), 12, Invalid, "does not let subsidiary 2"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(
    store: Store,
    people: dict[str, Actor],
    now: datetime,
    target: MappingTarget,
    account: int,
    error: type[Exception],
    words: str,
) -> None:
    with store.write() as session:
        session.add(Product(key="plan", code="PLAN", name="Plan"))
    with pytest.raises(error, match=words), store.write() as session:
        map_account(session, people["admin"], target, account, now=now)


def test_closed_periods_keep_their_mapping(
    store: Store, people: dict[str, Actor], close_of: Callable[..., int], now: datetime
) -> None:
    close_of("2026-03")
    with pytest.raises(Refused, match="retrospective"), store.write() as session:
        map_account(
            session, people["admin"], MappingTarget("revenue"), 12, now=now, valid_from=date(2026, 3, 1)
        )
    with store.write() as session:
        row = map_account(session, people["admin"], MappingTarget("revenue"), 12, now=now)
        assert row.valid_from == APRIL


def test_an_account_of_another_type_is_taken_with_a_reason_that_is_kept(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    with pytest.raises(Invalid, match="Say why"), store.write() as session:
        map_account(session, people["admin"], MappingTarget("revenue"), 11, now=now, any_type=True)
    with store.write() as session:
        row = map_account(
            session,
            people["admin"],
            MappingTarget("revenue"),
            11,
            now=now,
            any_type=True,
            reason="group chart",
        )
        assert row.type_reason == "group chart"


def test_under_a_breakdown_by_department_revenue_has_accounts_by_department(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    with store.write() as session:
        set_policy(session, people["admin"], "journal_breakdown", "department", now=now, valid_from=APRIL)
        for number, active in ((5, True), (6, False)):
            session.add(SegmentValue(segment="department", value_id=number, name=f"D{number}", active=active))
    sales = MappingTarget("revenue", department_id=5)
    with store.write() as session:
        map_account(session, people["admin"], sales, 15, now=now, valid_from=APRIL)
        map_account(session, people["admin"], MappingTarget("revenue"), 12, now=now)
    assert in_force(store, APRIL) == {"revenue, department 5": 15, "revenue": 12}
    for target, day, error, words in (
        (sales, date(2026, 3, 1), Invalid, "journal_breakdown"),
        (MappingTarget("revenue", department_id=6), APRIL, Invalid, "inactive"),
        (MappingTarget("revenue", department_id=7), APRIL, NotFound, "no department 7"),
    ):
        with pytest.raises(error, match=words), store.write() as session:
            map_account(session, people["admin"], target, 15, now=now, valid_from=day)

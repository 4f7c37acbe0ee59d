"""The account mapping."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from revrec.operations.actor import Actor
from revrec.operations.map_account import MappingTarget, map_account
from revrec.problems import Invalid, NotFound, Refused
from revrec.store.engine import Store
from revrec.store.queries.policies import mapping_in_force
from revrec.store.tables import Product

APRIL = date(2026, 4, 1)
pytestmark = pytest.mark.usefixtures("accounts")


def in_force(store: Store, day: date) -> dict[str, int | None]:
    with store.read() as session:
        return {
            MappingTarget(
                r.role, r.product_id, r.category, r.subsidiary_id, r.is_default
            ).describe(): r.account_id
            for r in mapping_in_force(session, day)
        }


def test_a_role_means_its_account_from_a_day_on(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    with store.write() as session:
        map_account(session, people["controller"], MappingTarget("revenue"), 12, now=now)
    with store.write() as session:
        map_account(session, people["controller"], MappingTarget("revenue"), 11, now=now, valid_from=APRIL)
    assert in_force(store, date(2026, 3, 31)) == {"revenue": 12}
    assert in_force(store, APRIL) == {"revenue": 11}


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
        (MappingTarget("contract_liability", category="x"), 11, Invalid, "Only revenue"),
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

"""How products are earned, said by a person."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from revrec.operations.actor import Actor
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.earning_terms import EarningTerms, read_plan
from revrec.operations.set_product_rule import ProductTerms, set_product_rule
from revrec.problems import Invalid, NotFound, Refused
from revrec.store.engine import Store
from revrec.store.queries.products import product_rules_on, products_by_word, segment_texts
from revrec.store.tables import Product, SegmentValue
from tests.audit_trail import newest_events

MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 1)
HALVES = {"percentages": [["0", "50"], ["1", "50"]]}
STEPS = {"milestones": [{"name": "Design", "weight": "40"}, {"name": "Go-live", "weight": "60"}]}


@pytest.fixture
def plan(store: Store) -> int:
    """The product PLAN, and departments 5 (Sales), 6 and 7 (both Support)."""
    with store.write() as session:
        row = Product(key="plan", code="PLAN", name="Plan")
        session.add(row)
        for number, name in ((5, "Sales"), (6, "Support"), (7, "Support")):
            session.add(SegmentValue(segment="department", value_id=number, name=name))
        session.flush()
        return row.id


def set_rule(store: Store, actor: Actor, product: int, now: datetime, terms: Any = None, **more: Any) -> Any:
    given = terms if isinstance(terms, ProductTerms) else ProductTerms(EarningTerms(**(terms or {})))
    with store.write() as session:
        row = set_product_rule(session, actor, product, given, now=now, **more)
        return row.valid_from


def in_force(store: Store, product: int, day: date) -> tuple[str, Any] | None:
    with store.read() as session:
        row = product_rules_on(session, day, [product]).get(product)
        return row and (row.method, row.plan)


def test_a_rule_holds_from_its_day_on(
    store: Store, people: dict[str, Actor], plan: int, now: datetime
) -> None:
    set_rule(store, people["controller"], plan, now, {"method": "even"})
    set_rule(store, people["controller"], plan, now, {"method": "custom", "plan": HALVES}, valid_from=APRIL)
    assert in_force(store, plan, MARCH) == ("even", None)
    assert in_force(store, plan, APRIL) == ("custom", HALVES)
    with store.read() as session:
        (event,) = newest_events(session, limit=1)
        assert event.before["method"] == "even"
        assert (event.after["method"], event.after["plan"]) == ("custom", HALVES)
        assert (event.subject, event.after["valid_from"]) == ("product PLAN", "2026-04-01")


def test_a_rule_is_the_whole_statement(
    store: Store, people: dict[str, Actor], plan: int, now: datetime
) -> None:
    set_rule(store, people["admin"], plan, now, {"method": "milestone", "plan": STEPS})
    set_rule(store, people["admin"], plan, now, {"asset_kind": "contract_asset"})
    assert in_force(store, plan, APRIL) == ("", None)


def test_segments_are_given_by_name_or_id(
    store: Store, people: dict[str, Actor], plan: int, now: datetime
) -> None:
    for value in ("Sales", "5"):
        set_rule(store, people["admin"], plan, now, ProductTerms(segments={"department": value}))
        with store.read() as session:
            row = product_rules_on(session, APRIL)[plan]
            assert segment_texts(session, [row.segment_set_id]) == {row.segment_set_id: '{"department":"5"}'}


@pytest.mark.parametrize(
    ("terms", "error", "words"),
    [
        ({"method": "weekly"}, Invalid, "'weekly' is no method"),
        ({"trigger": "auto"}, Invalid, "'auto' is no trigger"),
        ({"asset_kind": "cash"}, Invalid, "no asset kind"),
        ({"method": "daily", "trigger": "start"}, Invalid, "daily has none"),
        ({"method": "custom"}, Invalid, "needs its percentages"),
        ({"method": "milestone", "plan": HALVES}, Invalid, "has the form"),
        ({"method": "even", "plan": HALVES}, Invalid, "not to even"),
        ({"plan": HALVES}, Invalid, "no method"),
        ({"method": "custom", "plan": {"percentages": [["0", "50"]]}}, Invalid, "add up to 100"),
        (
            {"method": "custom", "plan": {"percentages": [["0", "150"], ["1", "-50"]]}},
            Invalid,
            "not negative",
        ),
        ({"method": "custom", "plan": {"percentages": [["0", "50"], ["0", "50"]]}}, Invalid, "stands twice"),
        ({"method": "custom", "plan": {"percentages": [["x", "100"]]}}, Invalid, "offset"),
        ({"method": "custom", "plan": {"percentages": []}}, Invalid, "no percentages"),
        ({"method": "milestone", "plan": {"milestones": [{"name": "A"}]}}, Invalid, "a name and a weight"),
        (
            {"method": "milestone", "plan": {"milestones": [{"name": "A", "weight": "0"}]}},
            Invalid,
            "no weight",
        ),
        (ProductTerms(segments={"colour": "red"}), Invalid, "no segment"),
        (ProductTerms(segments={"department": "Moon"}), NotFound, "no department 'Moon'"),
        (ProductTerms(segments={"department": "Support"}), Invalid, "Several values"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    store: Store,
    people: dict[str, Actor],
    plan: int,
    now: datetime,
    terms: Any,
    error: type[Exception],
    words: str,
) -> None:
    with pytest.raises(error, match=words):
        set_rule(store, people["admin"], plan, now, terms)
    with pytest.raises(NotFound, match="no product 99"):
        set_rule(store, people["admin"], 99, now)


def test_closed_periods_keep_their_rule_unless_it_is_confirmed(
    store: Store, people: dict[str, Actor], close_of: Callable[..., int], plan: int, now: datetime
) -> None:
    close_of("2026-03")
    even = {"method": "even"}
    with pytest.raises(Refused, match="retrospective"):
        set_rule(store, people["admin"], plan, now, even, valid_from=MARCH)
    assert set_rule(store, people["admin"], plan, now, even) == APRIL
    kept = set_rule(
        store, people["admin"], plan, now, even, valid_from=MARCH, retrospective=True, reason="An error"
    )
    assert kept == MARCH
    with store.read() as session:
        assert "booked in 2026-04" in adjustment_note(session, MARCH)
        assert adjustment_note(session, APRIL) == ""


def test_only_who_answers_for_the_books_sets_rules(
    store: Store, people: dict[str, Actor], plan: int, now: datetime
) -> None:
    with pytest.raises(Refused, match="may not set product rule"):
        set_rule(store, people["accountant"], plan, now, {"method": "even"})


def test_a_plan_is_typed_as_json() -> None:
    assert read_plan('[["0", "50"], ["1", "50"]]') == HALVES
    assert read_plan('[{"name": "A", "weight": 1}]') == {"milestones": [{"name": "A", "weight": 1}]}
    with pytest.raises(Invalid, match="not JSON"):
        read_plan("half")


def test_a_word_is_a_code_before_it_is_a_name(store: Store, plan: int) -> None:
    with store.write() as session:
        session.add(Product(key="other", code="OTHER", name="PLAN"))
    with store.read() as session:
        found = products_by_word(session)
    assert found["PLAN"] == found["Plan"] == found["plan"] == plan
    assert found["OTHER"] == found["other"] != plan

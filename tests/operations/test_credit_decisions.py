"""What credit memos do to revenue: decisions and rules."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from revrec.operations.actor import Actor
from revrec.operations.add_credit_rule import CreditCondition, add_credit_rule
from revrec.operations.decide_credit import decide_credit
from revrec.operations.withdraw_credit_rule import withdraw_credit_rule
from revrec.problems import Conflict, Invalid, NotFound, Refused
from revrec.store.books.credits import CreditLine, read_treatments
from revrec.store.engine import Store
from revrec.store.queries.credit_memos import (
    credit_lines,
    credit_memos_before,
    credit_rules_on,
    decisions_of,
    find_credit_memo,
)
from revrec.store.tables import DocumentVersion, Product, SourceDocument
from tests.audit_trail import newest_events

APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)
Memo = Callable[..., int]


@pytest.fixture
def plan(store: Store) -> int:
    with store.write() as session:
        row = Product(key="plan", code="PLAN", name="Plan")
        session.add(row)
        session.flush()
        return row.id


@pytest.fixture
def decide(store: Store, people: dict[str, Actor], now: datetime) -> Callable[..., None]:
    def run(number: str, treatment: str, *, by: str = "controller", reason: str = "x", **more: Any) -> None:
        with store.write() as session:
            memo = find_credit_memo(session, number)
            decide_credit(session, people[by], memo, treatment, now=now, reason=reason, **more)

    return run


def treated(store: Store, number: str, day: date = date(2026, 3, 5)) -> list[str]:
    """The treatment of each line, as a close takes it."""
    with store.read() as session:
        memo = find_credit_memo(session, number)
        treatments = read_treatments(session)
        return [
            treatments.of(
                CreditLine(memo.id, line.line_id, line.product_id, day, memo.reason, memo.memo),
                source="orders",
            ).treatment
            for line in credit_lines(session, [memo.id])[memo.id]
        ]


def test_the_newest_decision_of_line_or_memo_rules(store: Store, credit_memo: Memo, decide: Any) -> None:
    credit_memo("CM-1", amounts=(-6_000, -4_000))
    assert treated(store, "CM-1") == ["undecided", "undecided"]
    decide("CM-1", "prospective")
    decide("CM-1", "billing_only", line_id=2)
    assert treated(store, "CM-1") == ["prospective", "billing_only"]
    decide("CM-1", "retrospective")
    assert treated(store, "CM-1") == ["retrospective", "retrospective"]
    with store.read() as session:
        (event,) = newest_events(session, limit=1)
        assert (event.subject, event.before["treatment"]) == ("credit memo CM-1", "prospective")
        memo = find_credit_memo(session, "CM-1")
        assert {key[1]: row.treatment for key, row in decisions_of(session, [memo.id]).items()} == {
            None: "retrospective",
            2: "billing_only",
        }


def test_a_decision_that_cannot_be_is_refused(credit_memo: Memo, decide: Any) -> None:
    credit_memo("CM-1")
    for number, treatment, more, error, words in (
        ("CM-1", "undecided", {}, Invalid, "no treatment of a credit memo"),
        ("CM-1", "prospective", {"reason": ""}, Invalid, "needs a reason"),
        ("CM-1", "prospective", {"line_id": 9}, NotFound, "no billing line 9; it has 1"),
        ("CM-1", "prospective", {"by": "accountant"}, Refused, "may not decide credit"),
        ("CM-9", "prospective", {}, NotFound, "no credit memo CM-9"),
    ):
        with pytest.raises(error, match=words):
            decide(number, treatment, **more)


def test_memos_are_found_by_number_or_netsuite_s_id(store: Store, credit_memo: Memo) -> None:
    first, second = credit_memo("CM-1"), credit_memo("CM-2", state="pending")
    credit_memo("CM-3", state="gone")
    with store.read() as session:
        found = find_credit_memo(session, "CM-1")
        assert find_credit_memo(session, str(found.netsuite_id)).id == found.id == first
        assert find_credit_memo(session, "CM-2").id == second
        with pytest.raises(NotFound):
            find_credit_memo(session, "CM-3")
        assert [one.number for one in credit_memos_before(session, None, 10)] == ["CM-1"]
        assert credit_memos_before(session, first, 10) == []
    with store.write() as session:
        document = session.get_one(SourceDocument, second)
        session.get_one(DocumentVersion, document.current_version_id).tran_id = "CM-1"
    with store.read() as session, pytest.raises(Conflict, match="Several credit memos"):
        find_credit_memo(session, "CM-1")


@pytest.fixture
def rule(store: Store, people: dict[str, Actor], now: datetime) -> Callable[..., int]:
    """`rule("prospective", memo_text="goodwill")`: add it; gives its position."""

    def run(treatment: str, *, by: str = "controller", **more: Any) -> int:
        when = {
            key: more.pop(key) for key in ("valid_from", "position", "retrospective", "reason") if key in more
        }
        with store.write() as session:
            return add_credit_rule(
                session, people[by], CreditCondition(**more), treatment, now=now, **when
            ).position

    return run


def test_the_first_rule_that_fits_counts(store: Store, credit_memo: Memo, rule: Any, plan: int) -> None:
    credit_memo("CM-1", reason="Goodwill", memo="Sorry for the outage")
    credit_memo("CM-2", memo="Price adjustment", product=plan)
    credit_memo("CM-3", memo="Other")
    assert rule("immediate", credit_reason="goodwill") == 10
    assert rule("retrospective", product_id=plan) == 20
    assert rule("billing_only", memo_text="OUTAGE", position=5) == 5
    assert [treated(store, number) for number in ("CM-1", "CM-2", "CM-3")] == [
        ["billing_only"],
        ["retrospective"],
        ["undecided"],
    ]
    assert rule("bad_debt") == 30
    assert treated(store, "CM-3") == ["bad_debt"]


def test_a_rule_is_replaced_and_withdrawn_from_a_day_on(
    store: Store, people: dict[str, Actor], credit_memo: Memo, rule: Any, now: datetime
) -> None:
    credit_memo("CM-1")
    rule("immediate")
    rule("prospective", position=10, valid_from=APRIL)
    with store.write() as session:
        withdraw_credit_rule(session, people["controller"], 10, now=now, valid_from=MAY)
    assert [treated(store, "CM-1", day) for day in (date(2026, 3, 1), APRIL, MAY)] == [
        ["immediate"],
        ["prospective"],
        ["undecided"],
    ]
    with store.read() as session:
        assert [row.treatment for row in credit_rules_on(session, APRIL)] == ["prospective"]
        assert credit_rules_on(session, MAY) == []
    with pytest.raises(NotFound, match="no credit rule 10"), store.write() as session:
        withdraw_credit_rule(session, people["controller"], 10, now=now, valid_from=MAY)


def test_a_rule_that_cannot_be_is_refused(rule: Any, close_of: Callable[..., int]) -> None:
    close_of("2026-03")
    for treatment, more, error, words in (
        ("undecided", {}, Invalid, "no treatment"),
        ("immediate", {"position": 0}, Invalid, "1 or more"),
        ("immediate", {"product_id": 99}, NotFound, "no product 99"),
        ("immediate", {"valid_from": date(2026, 3, 1)}, Refused, "retrospective"),
        ("immediate", {"by": "accountant"}, Refused, "may not set credit rule"),
    ):
        with pytest.raises(error, match=words):
            rule(treatment, **more)

"""What people decide about orders: treatments, price changes, combining, rules of single lines."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from revrec.operations.actor import Actor
from revrec.operations.change_price import change_price
from revrec.operations.combine_order import combine_order
from revrec.operations.earning_terms import EarningTerms
from revrec.operations.line_methods import earned_lines
from revrec.operations.record_delivery import Report, record_delivery
from revrec.operations.set_line_rule import LineTerms, set_line_rule, terms_of_line
from revrec.operations.treat_version import treat_version
from revrec.operations.undo_price_change import undo_price_change
from revrec.problems import Conflict, Invalid, NotFound, Refused
from revrec.store.books.lock import take
from revrec.store.engine import Store
from revrec.store.queries.line_rules import known_lines, line_rules_of, pick_line
from revrec.store.queries.order_versions import (
    find_order,
    price_changes_of,
    superseded_by,
    treatments_of,
    versions_of,
)
from revrec.store.tables import Booked, Contract, CrmCustomer, Job, Obligation, SalesOrder, TreatmentTaken
from tests.audit_trail import newest_events

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
Stage = Callable[..., None]
Verb = Callable[..., Any]


@pytest.fixture
def act(store: Store, people: dict[str, Actor], now: datetime) -> Verb:
    """`act(operation, "SO-1", ...)`: run an operation on an order as the controller, because of `x`."""

    def run(verb: Verb, number: str, *given: Any, by: str = "controller", **more: Any) -> Any:
        with store.write() as session:
            order = find_order(session, number)
            done = verb(session, people[by], order.id, *given, now=now, **({"reason": "x"} | more))
            session.flush()
            return done.id

    return run


@pytest.fixture
def changed(stage: Stage, now: datetime) -> None:
    """SO-1: 1,200.00 for 2026, from March on 1,500.00; loaded a day before `now`."""
    stage("SO-1", at=now - timedelta(days=2))
    stage("SO-1", at=now - timedelta(days=1), lines=(("L1", "PLAN", 150_000),), effective_on=MARCH)


def newest_treatment(store: Store, number: str, version: int) -> str | None:
    with store.read() as session:
        versions = versions_of(session, [find_order(session, number).id])
        (ids,) = ([one.id for one in some if one.number == version] for some in versions.values())
        found = treatments_of(session, ids)
        return found[ids[0]].treatment if found else None


@pytest.mark.usefixtures("changed")
def test_the_newest_word_on_a_version_stands(store: Store, act: Verb) -> None:
    act(treat_version, "SO-1", 2, "prospective")
    act(treat_version, "SO-1", 2, "cumulative_catch_up")
    assert newest_treatment(store, "SO-1", 2) == "cumulative_catch_up"
    with store.read() as session:
        (event,) = newest_events(session, limit=1)
        assert (event.subject, event.reason) == ("order SO-1, version 2", "x")
        assert (event.before["treatment"], event.after["treatment"]) == ("prospective", "cumulative_catch_up")


@pytest.mark.usefixtures("changed")
@pytest.mark.parametrize(
    ("version", "treatment", "more", "error", "words"),
    [
        (1, "prospective", {}, Refused, "as it began"),
        (3, "prospective", {}, NotFound, "no version 3"),
        (2, "guess", {}, Invalid, "no treatment"),
        (2, "prospective", {"reason": " "}, Invalid, "needs a reason"),
        (2, "not_cancelled", {}, Refused, "cancels nothing"),
        (2, "prospective", {"by": "accountant"}, Refused, "may not treat version"),
    ],
)
def test_a_treatment_that_cannot_be_is_refused(
    act: Verb, version: int, treatment: str, more: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        act(treat_version, "SO-1", version, treatment, **more)


def test_a_superseded_version_has_no_treatment(store: Store, stage: Stage, act: Verb) -> None:
    for amount, day in ((1, None), (2, APRIL), (3, MARCH), (4, MARCH)):
        stage("SO-1", lines=(("L1", "PLAN", amount),), effective_on=day)
    with store.read() as session:
        ((_, versions),) = versions_of(session, [find_order(session, "SO-1").id]).items()
        assert {one.number: superseded_by(versions).get(one.id) for one in versions} == {
            1: None,
            2: 4,
            3: 4,
            4: None,
        }
    with pytest.raises(Refused, match="superseded by version 4"):
        act(treat_version, "SO-1", 2, "prospective")
    act(treat_version, "SO-1", 4, "prospective")


def test_a_cancellation_may_be_said_never_to_have_been(store: Store, stage: Stage, act: Verb) -> None:
    stage("SO-1")
    stage("SO-1", cancelled_on=date(2026, 3, 31), effective_on=APRIL)
    act(treat_version, "SO-1", 2, "not_cancelled")
    assert newest_treatment(store, "SO-1", 2) == "not_cancelled"
    stage("SO-1", lines=(("L1", "PLAN", 5),), cancelled_on=date(2026, 3, 31), effective_on=date(2026, 5, 1))
    with pytest.raises(Refused, match="say it of version 3"):
        act(treat_version, "SO-1", 2, "not_cancelled")


@pytest.mark.usefixtures("changed")
def test_what_a_closed_period_took_changes_only_when_confirmed(
    store: Store, close_of: Callable[..., int], act: Verb
) -> None:
    close_of("2026-02")
    act(treat_version, "SO-1", 2, "prospective")
    close = close_of("2026-03")
    with store.write() as session:
        ((_, versions),) = versions_of(session, [find_order(session, "SO-1").id]).items()
        session.add(
            TreatmentTaken(period_close_id=close, order_version_id=versions[1].id, reason="as a person said")
        )
    with pytest.raises(Refused, match="2026-03 is closed and took version 2"):
        act(treat_version, "SO-1", 2, "cumulative_catch_up")
    act(treat_version, "SO-1", 2, "cumulative_catch_up", retrospective=True)
    assert newest_treatment(store, "SO-1", 2) == "cumulative_catch_up"


def test_a_version_loaded_after_a_close_is_open_to_a_treatment(
    stage: Stage, close_of: Callable[..., int], act: Verb, now: datetime
) -> None:
    stage("SO-1")
    close_of("2026-03")
    stage("SO-1", at=now + timedelta(days=1), lines=(("L1", "PLAN", 150_000),), effective_on=MARCH)
    act(treat_version, "SO-1", 2, "prospective")


@pytest.mark.usefixtures("changed")
def test_nothing_is_decided_while_a_job_changes_the_books(store: Store, act: Verb, now: datetime) -> None:
    with store.write() as session:
        job = Job(kind="close", state="running", parameters={}, requested_by="x", created_at=now)
        session.add(job)
        session.flush()
        take(session, job.id)
        number = job.id
    with pytest.raises(Conflict, match=f"Job {number} is changing the books"):
        act(treat_version, "SO-1", 2, "prospective")
    with store.write() as session:
        session.get_one(Job, number).state = "done"
    act(treat_version, "SO-1", 2, "prospective")


def test_a_price_changes_and_is_changed_back(
    store: Store, stage: Stage, close_of: Callable[..., int], act: Verb
) -> None:
    stage("SO-1")
    made = act(change_price, "SO-1", 20_000, MARCH)
    with pytest.raises(NotFound, match="no price change 99"):
        act(undo_price_change, "SO-1", 99)
    close_of("2026-03")
    with pytest.raises(Refused, match="retrospective"):
        act(undo_price_change, "SO-1", made)
    act(undo_price_change, "SO-1", made, retrospective=True)
    with pytest.raises(Conflict, match=r"controller@books.test undid price change"):
        act(undo_price_change, "SO-1", made, retrospective=True)
    act(change_price, "SO-1", -20_000, APRIL)
    with store.read() as session:
        rows = price_changes_of(session, find_order(session, "SO-1").id)
        assert [(row.amount_minor, row.undone_at is None) for row in rows] == [
            (20_000, False),
            (-20_000, True),
        ]


@pytest.mark.parametrize(
    ("amount", "day", "error", "words"),
    [
        (0, APRIL, Invalid, "changes nothing"),
        (-120_001, APRIL, Invalid, "below zero"),
        (1, date(2025, 12, 31), Invalid, "cannot change before"),
        (1, MARCH, Refused, "retrospective"),
    ],
)
def test_a_price_change_that_cannot_be_is_refused(
    stage: Stage,
    close_of: Callable[..., int],
    act: Verb,
    amount: int,
    day: date,
    error: type[Exception],
    words: str,
) -> None:
    stage("SO-1")
    close_of("2026-03")
    with pytest.raises(error, match=words):
        act(change_price, "SO-1", amount, day)


def contract_of(session: Session, number: str) -> int:
    found = session.exec(select(SalesOrder.contract_id).where(SalesOrder.number == number)).one()
    assert found is not None
    return found


def test_orders_are_combined_and_a_run_leaves_them_there(store: Store, stage: Stage, act: Verb) -> None:
    stage("SO-1")
    stage("SO-2")
    with store.read() as session:
        own, into = contract_of(session, "SO-2"), contract_of(session, "SO-1")
    act(combine_order, "SO-2", into)
    stage("SO-2", lines=(("L1", "PLAN", 5),))
    with store.read() as session:
        order = find_order(session, "SO-2")
        assert (order.contract_id, order.combined) == (into, True)
        assert len(versions_of(session, [order.id])[order.id]) == 2
    with pytest.raises(Conflict, match="is in contract SO-1 already"):
        act(combine_order, "SO-2", into)
    act(combine_order, "SO-2", own)
    with store.read() as session:
        assert contract_of(session, "SO-2") == own


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"currency": "EUR"}, "is in EUR, contract SO-1 in USD"),
        ({"subsidiary_id": 2}, "different subsidiaries"),
        ({"customer_external_id": "001B"}, "different customers"),
    ],
)
def test_orders_that_differ_are_not_combined(
    store: Store, stage: Stage, act: Verb, other: dict[str, Any], words: str
) -> None:
    stage("SO-1")
    stage("SO-2", **other)
    with store.read() as session:
        into = contract_of(session, "SO-1")
    with pytest.raises(Refused, match=words):
        act(combine_order, "SO-2", into)
    with pytest.raises(NotFound, match="no contract 999"):
        act(combine_order, "SO-2", 999)


def book(session: Session, close: int, number: str) -> None:
    """Book the first line of an order, as a close does."""
    order = find_order(session, number)
    (line, *_) = known_lines(session, [order.id])[order.id]
    amounts = dict.fromkeys((name for name in Booked.model_fields if name.endswith("_minor")), 1)
    session.add(
        Booked(
            period_close_id=close,
            obligation_id=line.obligation_id,
            contract_id=order.contract_id,
            fraction_numerator=1,
            fraction_denominator=12,
            **amounts,
        )
    )


def test_what_is_booked_is_not_combined(
    store: Store, stage: Stage, close_of: Callable[..., int], act: Verb
) -> None:
    stage("SO-1")
    stage("SO-2")
    close = close_of("2026-01")
    with store.write() as session:
        into = contract_of(session, "SO-1")
        book(session, close, "SO-1")
    with pytest.raises(Refused, match="Contract SO-1 is booked in a closed period"):
        act(combine_order, "SO-2", into)


@pytest.fixture
def rule(store: Store, people: dict[str, Actor], now: datetime) -> Verb:
    """`rule("SO-1", LineTerms(...))`: state it of the order's first line."""

    def run(number: str, terms: LineTerms, **more: Any) -> None:
        with store.write() as session:
            order = find_order(session, number)
            line = pick_line(order, known_lines(session, [order.id])[order.id], "1")
            given = {"reason": "x"} | more
            set_line_rule(session, people["controller"], line.obligation_id, terms, now=now, **given)

    return run


def stated(store: Store, number: str) -> LineTerms:
    with store.read() as session:
        order = find_order(session, number)
        (line, *_) = known_lines(session, [order.id])[order.id]
        return terms_of_line(line_rules_of(session, [line.obligation_id]).get(line.obligation_id))


def test_the_newest_statement_on_a_line_is_the_whole_one(store: Store, stage: Stage, rule: Verb) -> None:
    stage("SO-1")
    assert stated(store, "SO-1") == LineTerms()
    rule("SO-1", LineTerms(EarningTerms("even"), held=True))
    rule("SO-1", LineTerms(ends=date(2026, 6, 30)))
    assert stated(store, "SO-1") == LineTerms(ends=date(2026, 6, 30))
    with pytest.raises(Invalid, match="lies before the first"):
        rule("SO-1", LineTerms(ends=date(2025, 6, 30)))
    with pytest.raises(Invalid, match="needs a reason"):
        rule("SO-1", LineTerms(), reason="")


def test_a_booked_line_may_be_held_but_changes_only_when_confirmed(
    store: Store, stage: Stage, close_of: Callable[..., int], rule: Verb
) -> None:
    stage("SO-1")
    close = close_of("2026-01")
    with store.write() as session:
        book(session, close, "SO-1")
    rule("SO-1", LineTerms(held=True))
    with pytest.raises(Refused, match="booked in a closed period"):
        rule("SO-1", LineTerms(EarningTerms("even")))
    rule("SO-1", LineTerms(EarningTerms("even")), retrospective=True)
    assert stated(store, "SO-1") == LineTerms(EarningTerms("even"))


def test_orders_and_lines_are_found_by_their_names(store: Store, stage: Stage) -> None:
    stage("SO-1", lines=(("L1", "PLAN", 1), ("L2", "SETUP", 2)))
    stage("SO-2", external_id="801-other", number="SO-2")
    stage("SO-2b", external_id="801-more", number="SO-2")
    with store.read() as session:
        order = find_order(session, "801-SO-1")
        lines = known_lines(session, [order.id])[order.id]
        assert pick_line(order, lines, "2").line == pick_line(order, lines, "SO-1-L2").line == "SO-1-L2"
        with pytest.raises(NotFound, match=r"no line 3; it has 1 \(SO-1-L1\), 2"):
            pick_line(order, lines, "3")
        with pytest.raises(NotFound, match="no sales order SO-9"):
            find_order(session, "SO-9")
        with pytest.raises(Conflict, match="801-other, 801-more"):
            find_order(session, "SO-2")
        assert session.exec(select(Contract)).first() is not None


def test_lines_of_an_invoice_that_is_its_own_contract_have_rules_and_deliveries(
    store: Store, stage: Stage, credit_memo: Any, people: dict[str, Actor], now: datetime, act: Verb
) -> None:
    document = credit_memo("INV-1", amounts=(6_000, 4_000), kind="CustInvc")
    with store.write() as session:
        customer = CrmCustomer(external_id="001X", name="Acme", key="acme", key_version=1)
        session.add(customer)
        session.flush()
        own = Contract(key="invoice 1", number="INV-1", crm_customer_id=customer.id)
        session.add(own)
        session.flush()
        order = SalesOrder(external_id="invoice 1", number="INV-1", contract_id=own.id, document_id=document)
        session.add(order)
        session.flush()
        for line in ("1", "2"):
            session.add(Obligation(order_id=order.id, line_external_id=line))
        session.flush()
        held, lines = own.id, known_lines(session, [order.id])[order.id]
        assert [(line.line, line.amount_minor) for line in lines] == [("1", 6_000), ("2", 4_000)]
        second = pick_line(order, lines, "2")
        terms = LineTerms(EarningTerms("units"), held=True)
        set_line_rule(session, people["admin"], second.obligation_id, terms, now=now, reason="x")
        assert [one.method for one in earned_lines(session, [order.id])[order.id]] == ["daily", "units"]
        record_delivery(session, people["admin"], second.obligation_id, Report(MARCH, quantity_e6=1), now=now)
    with pytest.raises(Conflict, match="no version of the CRM"):
        act(change_price, "INV-1", 1, APRIL)
    stage("SO-1")
    with store.read() as session:
        into = contract_of(session, "SO-1")
    with pytest.raises(Refused, match="contract of its own"):
        act(combine_order, "INV-1", into)
    with pytest.raises(Refused, match="an invoice's own"):
        act(combine_order, "SO-1", held)
    stage("INV-1")
    with store.read() as session:
        assert find_order(session, "INV-1").document_id is None, (
            "an order goes before an invoice of its number"
        )

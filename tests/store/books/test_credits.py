"""How a credit memo line is treated: the newest decision, else the first rule that fits, else the default."""

from datetime import UTC, date, datetime

import pytest

from revrec.store.books.credits import CreditLine, Treatment, read_treatments
from revrec.store.engine import Store
from revrec.store.tables import CreditDecision, CreditRule, SourceDocument

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def store(database_url):
    opened = Store(database_url)
    with opened.write() as session:
        session.add(SourceDocument(id=7, external_id=70, kind="CustCred"))
    yield opened
    opened.close()


@pytest.fixture
def rule(store):
    def add(position, treatment, **conditions):
        with store.write() as session:
            session.add(
                CreditRule(position=position, treatment=treatment, set_by="x", set_at=NOW, **conditions)
            )

    return add


@pytest.fixture
def decide(store):
    def add(treatment, line_id=None):
        with store.write() as session:
            session.add(
                CreditDecision(
                    document_id=7, line_id=line_id, treatment=treatment, reason="r", set_by="x", set_at=NOW
                )
            )

    return add


@pytest.fixture
def treated(store):
    def ask(*, line=1, day=date(2026, 3, 10), reason="", memo="", source="orders"):
        with store.read() as session:
            treatments = read_treatments(session)
        return treatments.of(CreditLine(7, line, None, day, reason, memo), source=source)

    return ask


def test_untreated_credits_are_undecided_and_prospective_where_invoices_make_contracts(treated):
    assert treated() == Treatment("undecided", "default")
    assert treated(source="orders_then_invoices") == Treatment("undecided", "default")
    assert treated(source="invoices") == Treatment("prospective", "default")


def test_the_first_rule_whose_every_condition_fits(rule, treated):
    rule(20, "immediate", memo_text="GOODWILL")
    rule(10, "bad_debt", credit_reason="Write-off")
    rule(30, "billing_only")
    assert treated(reason=" write-off ", memo="goodwill").treatment == "bad_debt"
    assert treated(memo="a gesture of goodwill") == Treatment("immediate", "rule", 20)
    assert treated() == Treatment("billing_only", "rule", 30)


def test_a_rule_is_its_position_from_a_day_on(rule, treated):
    rule(1, "immediate")
    rule(1, "retrospective", valid_from=date(2026, 2, 1))
    rule(1, "prospective", valid_from=date(2026, 3, 1), withdrawn=True)
    assert treated(day=date(2026, 1, 31)).treatment == "immediate"
    assert treated(day=date(2026, 2, 1)).treatment == "retrospective"
    assert treated(day=date(2026, 3, 1)).treatment == "undecided"


def test_the_newest_decision_of_the_line_or_its_document_goes_before_every_rule(rule, decide, treated):
    rule(1, "immediate")
    decide("retrospective", line_id=1)
    assert treated(line=1) == Treatment("retrospective", "decision")
    assert treated(line=2) == Treatment("immediate", "rule", 1)
    decide("billing_only")
    assert treated(line=1).treatment == "billing_only"
    decide("prospective", line_id=1)
    assert (treated(line=1).treatment, treated(line=2).treatment) == ("prospective", "billing_only")

"""What NetSuite would refuse of a journal is told beforehand, line by line, with what to do."""

from dataclasses import replace
from datetime import date

import pytest

from revrec.netsuite.journal_check import (
    SHOWN,
    AccountFact,
    AccountFacts,
    FieldFact,
    ValueFact,
    check_journal,
    told,
)
from revrec.netsuite.journals import Journal, JournalLine

REVENUE = JournalLine("54", credit_minor=500, segments={"department": "1", "location": "3"})
LIABILITY = JournalLine("24", debit_minor=500)
JOURNAL = Journal("R-1", date(2026, 1, 31), (LIABILITY, REVENUE), precision=2, subsidiary="2", currency="2")
FACTS = AccountFacts(
    accounts={
        "24": AccountFact("2400 Deferred Revenue", "DeferRevenue", True, False),
        "54": AccountFact("4000 Subscriptions", "Income", True, False, frozenset({"1", "2"})),
        "6": AccountFact("1100 Receivables", "AcctRec", True, False),
    },
    subsidiaries={"1": True, "2": True, "9": False},
    fields={
        "department": FieldFact("Department", True, True, False),
        "location": FieldFact("Location", True, True, False),
        "cseg_off": FieldFact("Elsewhere", True, False, False),
    },
    values={
        "department": {"1": ValueFact("Software", True), "5": ValueFact("Legacy", False)},
        "location": {
            "3": ValueFact("London", True, frozenset({"2"})),
            "1": ValueFact("Boston", True, frozenset({"1"})),
        },
    },
)


def account(**changes):
    return replace(FACTS, accounts=FACTS.accounts | {"54": replace(FACTS.accounts["54"], **changes)})


def line(**changes):
    return replace(JOURNAL, lines=(LIABILITY, replace(REVENUE, **changes)))


def test_a_journal_that_fits_has_no_problems():
    assert check_journal(JOURNAL, FACTS) == []
    assert told([]) == ""


@pytest.mark.parametrize(
    ("journal", "facts", "field", "value", "says"),
    [
        (line(account="99"), FACTS, "account", "99", "is not in NetSuite's chart of accounts"),
        (JOURNAL, account(active=False), "account", "54", "4000 Subscriptions is inactive"),
        (JOURNAL, account(summary=True), "account", "54", "summary account"),
        (JOURNAL, account(type="Stat"), "account", "54", "of type Stat and takes no postings"),
        (JOURNAL, account(subsidiaries=frozenset({"1"})), "account", "54", "not allowed for subsidiary 2"),
        (line(account="6"), FACTS, "account", "6", "needs a customer or vendor"),
        (line(segments={"department": "7"}), FACTS, "department", "7", "Department 7 is not in NetSuite"),
        (line(segments={"department": "5"}), FACTS, "department", "5", "Department 5 Legacy is inactive"),
        (line(segments={"location": "1"}), FACTS, "location", "1", "may not be used by subsidiary 2"),
        (line(segments={"cseg_off": "1"}), FACTS, "cseg_off", "1", "no field cseg_off"),
        (line(segments={"class": "1"}), FACTS, "class", "1", "no field class"),
    ],
)
def test_a_problem_names_line_field_value_and_what_to_do(journal, facts, field, value, says):
    (problem,) = check_journal(journal, facts)
    assert (problem.line, problem.field, problem.value) == (2, field, value)
    assert problem.message.startswith("Line 2: ")
    assert says in problem.message
    assert problem.message.count(". ") >= 1  # what is wrong, then what to do


def test_an_entity_lets_a_receivable_pass():
    assert check_journal(line(account="6", entity="300"), FACTS) == []


def test_a_required_segment_is_wanted_on_every_line():
    facts = replace(FACTS, fields=FACTS.fields | {"department": FieldFact("Department", True, True, True)})
    (problem,) = check_journal(JOURNAL, facts)
    assert (problem.line, problem.field) == (1, "department")
    assert "balance_sheet_segments" in problem.message


def test_the_subsidiary_is_wanted_where_there_are_several_and_has_to_be_active():
    (problem,) = check_journal(replace(JOURNAL, subsidiary=None), FACTS)
    assert (problem.line, problem.field) == (None, "subsidiary")
    assert next(one.field for one in check_journal(replace(JOURNAL, subsidiary="9"), FACTS)) == "subsidiary"
    alone = replace(FACTS, subsidiaries={})
    assert check_journal(replace(JOURNAL, subsidiary=None), alone) == []


def test_what_was_never_read_says_nothing():
    assert check_journal(line(account="99", segments={"department": "77"}), AccountFacts()) == []
    unread = replace(FACTS, values={})
    assert check_journal(line(segments={"department": "77"}), unread) == []


def test_the_message_tells_the_first_problems_and_counts_the_others():
    lines = tuple(replace(REVENUE, account=str(100 + n), credit_minor=100) for n in range(8))
    journal = replace(JOURNAL, lines=(replace(LIABILITY, debit_minor=800), *lines))
    message = told(check_journal(journal, FACTS))
    assert message.startswith("Nothing was sent. Line 2: account 100")
    assert message.count("chart of accounts") == SHOWN
    assert message.endswith(f"And {8 - SHOWN} more.")

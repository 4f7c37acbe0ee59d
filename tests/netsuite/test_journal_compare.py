"""What differs between our journal and NetSuite's, in words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.netsuite import Journal, JournalLine
from revrec.netsuite.journal_compare import compare
from revrec.netsuite.journal_readback import PostedJournal, PostedLine

OURS = Journal(
    "RR-1",
    date(2026, 3, 31),
    (
        JournalLine("58", debit_minor=10_000, segments={"class": "3"}),
        JournalLine("58", debit_minor=2_500, segments={"class": "4"}),
        JournalLine("4", credit_minor=12_500, segments={"department": "2"}),
    ),
    precision=2,
    subsidiary="1",
    currency="1",
    posting_period="12",
)


def line(account: str, debit: str = "0", credit: str = "0", **segments: str) -> PostedLine:
    return PostedLine(
        account,
        Decimal(debit),
        Decimal(credit),
        "",
        {"class" if k == "cls" else k: v for k, v in segments.items()},
    )


THEIRS = PostedJournal(
    id="9",
    number="JE9",
    external_id="RR-1",
    date=date(2026, 3, 31),
    subsidiary="1",
    currency="1",
    posting_period="12",
    approval="approved",
    posting=True,
    memo="",
    lines=(
        line("4", credit="125", department="2"),
        line("58", "25.00", cls="4"),
        line("58", "100.0", cls="3"),
    ),
)


def test_the_same_journal_in_another_order_and_padding_agrees():
    assert compare(OURS, THEIRS) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"subsidiary": "2"}, "subsidiary: ours 1, NetSuite's 2"),
        ({"subsidiary": None}, "subsidiary: ours 1, NetSuite's (none)"),
        ({"currency": "3"}, "currency: ours 1, NetSuite's 3"),
        ({"date": date(2026, 4, 1)}, "date: ours 2026-03-31, NetSuite's 2026-04-01"),
        ({"posting_period": "13"}, "posting period: ours 12, NetSuite's 13"),
        ({"external_id": "RR-2"}, "external id: ours RR-1, NetSuite's RR-2"),
    ],
)
def test_a_header_that_differs(change, said):
    assert [str(found) for found in compare(OURS, replace(THEIRS, **change))] == [said]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            (line("4", credit="125", department="2"), line("58", "25", cls="4"), line("58", "100", cls="5")),
            ["line 1, segments: ours class 3, NetSuite's class 5"],
        ),
        (
            (line("4", credit="125"), line("58", "25", cls="4"), line("58", "100", cls="3")),
            ["line 3, segments: ours department 2, NetSuite's (none)"],
        ),
        (
            (line("4", credit="125", department="2"), line("58", "25", cls="4"), line("59", "100", cls="3")),
            ["line 1, account: ours 58, NetSuite's 59"],
        ),
        (
            (
                line("4", credit="125.01", department="2"),
                line("58", "25", cls="4"),
                line("58", "100.01", cls="3"),
            ),
            ["line 1, debit: ours 100, NetSuite's 100.01", "line 3, credit: ours 125, NetSuite's 125.01"],
        ),
        (
            (line("4", credit="125", department="2"), line("58", "25", cls="4")),
            ["line 1: ours account 58, debit 100.00, segments class 3, NetSuite's (none)"],
        ),
        (
            (*THEIRS.lines, line("7", "1")),
            ["NetSuite's line 4: ours (none), NetSuite's account 7, debit 1, segments (none)"],
        ),
    ],
)
def test_lines_that_differ_are_named(lines, said):
    assert [str(found) for found in compare(OURS, replace(THEIRS, lines=lines))] == said


def test_what_we_leave_to_netsuite_is_not_compared():
    assert (
        compare(
            replace(OURS, subsidiary=None, currency=None, posting_period=None), replace(THEIRS, currency="7")
        )
        == []
    )


AMOUNTS = st.lists(
    st.tuples(st.sampled_from("123"), st.integers(1, 3), st.sampled_from("ab")), min_size=1, max_size=8
)


@given(AMOUNTS, st.randoms(use_true_random=False))
def test_any_order_agrees_and_any_lost_or_changed_line_does_not(drawn, random):
    ours = [
        JournalLine(account, debit_minor=cents, segments={"class": value}) for account, cents, value in drawn
    ]
    total = sum(cents for _, cents, _ in drawn)
    journal = replace(OURS, lines=(*ours, JournalLine("9", credit_minor=total)))
    theirs = [line(account, str(Decimal(cents) / 100), cls=value) for account, cents, value in drawn]
    theirs.append(line("9", credit=str(Decimal(total) / 100)))
    random.shuffle(theirs)
    assert compare(journal, replace(THEIRS, lines=tuple(theirs))) == []
    assert compare(journal, replace(THEIRS, lines=tuple(theirs[1:])))
    changed = replace(theirs[0], segments={"class": "z"})
    assert compare(journal, replace(THEIRS, lines=(changed, *theirs[1:])))

"""A posted journal must read back as it was sent; lines may come in another order, and nothing else may differ."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.columns import RECON_JOURNAL
from reconciliation.control_totals import Status
from reconciliation.journal_check import Journal, JournalLine, agrees, check_journal, journal_rows
from reconciliation.writer import writing

LINES = (
    JournalLine(account_id=240, debit_minor=10_000),
    JournalLine(account_id=400, credit_minor=7_000, segments={"department": 3, "cseg_region": 2}),
    JournalLine(account_id=400, credit_minor=3_000, segments={"department": 4}, customer_id=41),
)
SENT = Journal(
    number="2026-03-0001",
    external_id="RR-2026-03-0001",
    netsuite_id=None,
    subsidiary_id=1,
    posted_on=date(2026, 3, 31),
    currency="USD",
    lines=LINES,
)
READ = replace(SENT, netsuite_id=7001)


def failing(sent: Journal, read: Journal) -> list[str]:
    return [row.compared for row in check_journal(sent, read) if row.status is Status.FAIL]


def test_what_reads_back_as_sent_agrees_in_any_order() -> None:
    rows = check_journal(SENT, replace(READ, lines=LINES[::-1]))
    assert agrees(rows)
    assert {row.netsuite_id for row in rows} == {7001}
    assert [row.compared for row in rows if row.our_debit_minor is not None] == [
        "account 240",
        "account 400, cseg_region 2, department 3",
        "account 400, department 4, customer 41",
    ]


def test_two_lines_of_one_kind_are_compared_as_a_sum() -> None:
    halves = replace(
        READ, lines=(replace(LINES[0], debit_minor=4_000), replace(LINES[0], debit_minor=6_000), *LINES[1:])
    )
    assert failing(SENT, halves) == ["number of lines"]
    assert failing(halves, halves) == []


@pytest.mark.parametrize(
    ("read", "compared"),
    [
        (replace(READ, subsidiary_id=2), ["subsidiary"]),
        (replace(READ, posted_on=date(2026, 4, 1)), ["date"]),
        (replace(READ, currency="EUR"), ["currency"]),
        (replace(READ, external_id="RR-2026-03-0002"), ["external id"]),
        (replace(READ, lines=(replace(LINES[0], debit_minor=9_999), *LINES[1:])), ["account 240"]),
        (replace(READ, lines=LINES[:2]), ["number of lines", "account 400, department 4, customer 41"]),
        (
            replace(READ, lines=(*LINES[:2], replace(LINES[2], segments={}))),
            ["account 400, customer 41", "account 400, department 4, customer 41"],
        ),
        (
            replace(READ, lines=(replace(LINES[0], debit_minor=0, credit_minor=10_000), *LINES[1:])),
            ["account 240"],
        ),
    ],
)
def test_whatever_differs_is_named(read: Journal, compared: list[str]) -> None:
    assert failing(SENT, read) == compared


def test_a_doubled_pair_of_no_effect_does_not_pass() -> None:
    pair = (JournalLine(account_id=1), JournalLine(account_id=1))
    assert "number of lines" in failing(SENT, replace(READ, lines=LINES + pair))


def test_a_journal_that_netsuite_does_not_have_fails() -> None:
    [row] = check_journal(SENT, None)
    assert (row.status, row.theirs) == (Status.FAIL, "not found")
    assert not agrees([row])


def test_no_comparison_is_no_agreement() -> None:
    assert not agrees([])


_LINES = st.lists(
    st.builds(
        JournalLine,
        account_id=st.integers(1, 3),
        debit_minor=st.integers(0, 10**15),
        credit_minor=st.integers(0, 10**15),
        segments=st.dictionaries(st.sampled_from(["department", "class"]), st.integers(1, 2)),
        customer_id=st.one_of(st.none(), st.integers(1, 2)),
    ),
    min_size=1,
    max_size=8,
).map(tuple)


@given(_LINES, st.permutations(range(8)), st.integers(0, 7))
@settings(deadline=None)
def test_any_order_agrees_and_any_changed_amount_does_not(
    lines: tuple[JournalLine, ...], order: list[int], which: int
) -> None:
    sent = replace(SENT, lines=lines)
    shuffled = tuple(lines[at] for at in order if at < len(lines))
    assert agrees(check_journal(sent, replace(sent, lines=shuffled)))
    at = which % len(lines)
    changed = replace(lines[at], debit_minor=lines[at].debit_minor + 1)
    assert not agrees(check_journal(sent, replace(sent, lines=(*lines[:at], changed, *lines[at + 1 :]))))


def test_the_rows_make_a_tab(tmp_path: Path, precisions: dict[str, int]) -> None:
    rows = check_journal(SENT, READ)
    path = tmp_path / "journals.xlsx"
    with writing(path, precisions=precisions, created=openpyxl.Workbook().properties.created) as book:
        book.add_tab(RECON_JOURNAL, journal_rows(rows))
    sheet = openpyxl.load_workbook(path, data_only=True)["ReconDetails_Journal"]
    assert sheet.max_row == 2 + len(rows)
    totals = {sheet.cell(row=2, column=at).value: sheet.cell(row=1, column=at).value for at in range(1, 12)}
    assert (totals["Our debit"], totals["NetSuite credit"]) == (100, 100)

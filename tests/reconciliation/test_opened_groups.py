"""A group that differs: which documents explain it, and whether they are pulled again or held."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.control_totals import DocumentKind, GroupKey, OurGroup, Share, SourceGroup, compare
from reconciliation.opened_groups import ListedDocument, OpenedGroup, Verdict, open_group

KEY = GroupKey("2026-03", DocumentKind.INVOICE, "USD", 41)
READ = datetime(2026, 3, 31, 12, 0, 0, tzinfo=UTC)


def document(number: int, amount: int, *, lines: int = 1, modified: datetime | None = READ) -> ListedDocument:
    return ListedDocument(number, f"INV-{number}", lines, amount, modified)


def open_up(theirs: list[ListedDocument], ours: list[ListedDocument], *, source_adds: int = 0) -> OpenedGroup:
    amount, lines = sum(one.amount_minor for one in theirs), sum(one.lines for one in theirs)
    source = SourceGroup(KEY, len(theirs), lines, amount + source_adds, 0)
    mine = Share(sum(one.lines for one in ours), sum(one.amount_minor for one in ours))
    [result] = compare([source], [OurGroup(KEY, len(ours), loaded=mine)])
    return open_group(result, theirs, ours)


def test_documents_that_agree_explain_nothing_and_nothing_is_left() -> None:
    opened = open_up([document(1, 100), document(2, 50)], [document(2, 50), document(1, 100)])
    assert opened.differences == () and opened.is_explained


def test_a_document_changed_after_it_was_read_is_pulled_again() -> None:
    opened = open_up([document(1, 120, modified=READ + timedelta(seconds=1))], [document(1, 100)])
    [difference] = opened.differences
    assert (difference.verdict, difference.difference_minor) == (Verdict.PULL_AGAIN, 20)
    assert opened.is_explained


@pytest.mark.parametrize("modified", [READ, READ - timedelta(days=1), None])
def test_a_document_that_did_not_change_is_held_by_name(modified: datetime | None) -> None:
    opened = open_up(
        [document(1, 120, modified=modified), document(2, 5)], [document(1, 100), document(2, 5)]
    )
    [held] = opened.with_verdict(Verdict.HOLD)
    assert held.number == "INV-1"
    assert opened.with_verdict(Verdict.PULL_AGAIN) == ()


def test_the_same_amount_over_another_number_of_lines_differs() -> None:
    [difference] = open_up([document(1, 100, lines=2)], [document(1, 100)]).differences
    assert (difference.difference_lines, difference.difference_minor) == (1, 0)


def test_documents_that_one_side_lacks_are_read_by_id() -> None:
    opened = open_up([document(1, 100)], [document(2, 70)])
    assert [(one.id, one.verdict, one.difference_documents) for one in opened.differences] == [
        (1, Verdict.PULL_AGAIN, 1),
        (2, Verdict.PULL_AGAIN, -1),
    ]
    assert "no longer lists" in opened.differences[1].reason
    assert opened.is_explained


def test_what_no_document_explains_is_unexplained() -> None:
    opened = open_up([document(1, 100)], [document(1, 100)], source_adds=7)
    assert opened.differences == ()
    assert (opened.is_explained, opened.unexplained_minor) == (False, 7)


def test_a_document_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"NetSuite listed document INV-1 \(1\) twice"):
        open_up([document(1, 100), document(1, 100)], [])


_SIDE = st.dictionaries(
    st.integers(1, 6), st.tuples(st.integers(-(10**15), 10**15), st.integers(1, 3)), max_size=6
)


@given(_SIDE, _SIDE)
@settings(deadline=None)
def test_a_group_made_of_its_documents_is_always_explained(
    theirs: dict[int, tuple[int, int]], ours: dict[int, tuple[int, int]]
) -> None:
    opened = open_up(
        [document(number, amount, lines=lines) for number, (amount, lines) in theirs.items()],
        [document(number, amount, lines=lines) for number, (amount, lines) in ours.items()],
    )
    assert opened.is_explained
    assert {one.id for one in opened.differences} == {
        number for number in theirs.keys() | ours.keys() if theirs.get(number) != ours.get(number)
    }

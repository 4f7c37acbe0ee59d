"""NetSuite's totals against ours: what agrees, what does not, and what is never added."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.control_totals import (
    DocumentKind,
    GroupKey,
    LineState,
    OurGroup,
    Share,
    SourceGroup,
    Status,
    compare,
    overall,
)

KEY = GroupKey("2026-03", DocumentKind.INVOICE, "USD", 41)
SOURCE = SourceGroup(KEY, documents=2, lines=3, main_minor=11_000, tax_minor=1_000)
OURS = OurGroup(KEY, 2, loaded=Share(1, 5_000), pending=Share(1, 3_000), held=Share(1, 2_000))


def test_source_is_the_main_line_less_tax() -> None:
    [result] = compare([SOURCE], [OURS])
    assert result.source.amount_minor == 10_000
    assert result.status is Status.PASS


@pytest.mark.parametrize(
    "ours",
    [
        replace(OURS, documents=1),
        replace(OURS, excluded=Share(1, 0)),
        replace(OURS, excluded=Share(0, 1)),
        replace(OURS, loaded=Share(0, 5_000)),
    ],
)
def test_a_difference_in_documents_lines_or_amount_fails(ours: OurGroup) -> None:
    [result] = compare([SOURCE], [ours])
    assert result.status is Status.FAIL
    assert overall([result]) is Status.FAIL


def test_a_group_that_one_side_lacks_counts_as_zero() -> None:
    [missing_here] = compare([SOURCE], [])
    assert (missing_here.difference_documents, missing_here.difference_lines) == (2, 3)
    assert missing_here.difference_minor == 10_000
    [gone_there] = compare([], [OURS])
    assert (gone_there.status, gone_there.difference_minor) == (Status.FAIL, -10_000)


def test_invoices_credits_currencies_customers_and_periods_are_compared_apart() -> None:
    """A credit memo of minus the amount, or another currency's, must not make a missing invoice pass."""
    others = [
        replace(KEY, kind=DocumentKind.CREDIT_MEMO),
        replace(KEY, currency="EUR"),
        replace(KEY, customer_id=42),
        replace(KEY, period="2026-04"),
    ]
    for other in others:
        results = compare([SOURCE], [replace(OURS, key=other)])
        assert [result.status for result in results] == [Status.FAIL, Status.FAIL]


def test_a_group_given_twice_is_refused_on_either_side() -> None:
    with pytest.raises(
        ValueError, match="NetSuite's totals give period 2026-03, CustInvc, USD, customer 41 twice"
    ):
        compare([SOURCE, SOURCE], [])
    with pytest.raises(ValueError, match="Our totals give"):
        compare([], [OURS, OURS])


_LINES = st.lists(
    st.tuples(
        st.sampled_from(["2026-02", "2026-03"]),
        st.sampled_from(list(DocumentKind)),
        st.sampled_from(["USD", "JPY"]),
        st.integers(1, 3),
        st.sampled_from(list(LineState)),
        st.integers(-(10**15), 10**15),
        st.integers(0, 10**6),
    ),
    max_size=30,
)


@given(_LINES, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_books_that_agree_pass_in_any_order_and_one_line_more_fails(lines, random) -> None:  # type: ignore[no-untyped-def]
    """One document a line: NetSuite's side adds tax to the main line, ours files the line under its state."""
    source: dict[GroupKey, SourceGroup] = {}
    ours: dict[GroupKey, OurGroup] = {}
    for period, kind, currency, customer, state, amount, tax in lines:
        key = GroupKey(period, kind, currency, customer)
        was = source.get(key, SourceGroup(key, 0, 0, 0, 0))
        main, taxes = was.main_minor + amount + tax, was.tax_minor + tax
        source[key] = SourceGroup(key, was.documents + 1, was.lines + 1, main, taxes)
        mine = ours.get(key, OurGroup(key, 0))
        share = getattr(mine, state.value) + Share(1, amount)
        ours[key] = replace(mine, documents=mine.documents + 1, **{state.value: share})
    theirs, held = list(source.values()), list(ours.values())
    random.shuffle(theirs)
    random.shuffle(held)
    results = compare(theirs, held)
    assert overall(results) is Status.PASS
    assert [result.key for result in results] == sorted(source)
    if held:
        held[0] = replace(held[0], loaded=held[0].loaded + Share(1, 0))
        assert overall(compare(theirs, held)) is Status.FAIL

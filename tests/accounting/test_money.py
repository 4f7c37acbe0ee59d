"""Exact shares, largest remainders, decimal strings."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.accounting.money import (
    apportion,
    apportion_cumulatively,
    convert,
    format_amount,
    parse_amount,
    share,
    share_columns,
)

BIG = 10**15


def half_away(value: Fraction) -> int:
    magnitude = int(abs(value) + Fraction(1, 2))
    return magnitude if value >= 0 else -magnitude


@given(st.integers(-(10**18), 10**18), st.integers(0, 10**18), st.integers(1, 10**18))
def test_share_rounds_the_exact_value_half_away_from_zero(
    amount: int, numerator: int, denominator: int
) -> None:
    assert share(amount, numerator, denominator) == half_away(Fraction(amount * numerator, denominator))


@given(
    st.lists(
        st.tuples(st.integers(-BIG, BIG), st.integers(0, BIG), st.integers(1, BIG)).map(
            lambda row: (row[0], min(row[1], row[2]), row[2])
        ),
        min_size=1,
        max_size=30,
    )
)
def test_share_columns_equals_fractions_at_the_bounds(rows: list[tuple[int, int, int]]) -> None:
    columns = [np.asarray(c, dtype=np.int64) for c in zip(*rows, strict=True)]
    expected = [half_away(Fraction(a * n, d)) for a, n, d in rows]
    assert share_columns(*columns).tolist() == expected


@given(st.integers(-(2**30), 2**30), st.integers(0, 2**19), st.integers(1, 2**40))
def test_small_products_are_exact_too(amount: int, numerator: int, denominator: int) -> None:
    expected = half_away(Fraction(amount * numerator, denominator))
    assert share_columns([amount], [numerator], [denominator]).tolist() == [expected]
    assert share_columns([amount], [1], [2]).tolist() == [half_away(Fraction(amount, 2))]


@given(st.integers(1, 2**24), st.integers(0, 2**24), st.sampled_from([-1, 0, 1]), st.sampled_from([-1, 1]))
def test_products_beside_a_half_round_by_their_remainder(
    denominator: int, whole: int, off: int, sign: int
) -> None:
    product = sign * ((2 * whole + 1) * denominator + off)  # (whole + 1/2) x 2d, one off
    expected = half_away(Fraction(product, 2 * denominator))
    assert share_columns([product], [1], [2 * denominator]).tolist() == [expected]


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**9))
def test_exact_halves_go_away_from_zero(whole: int, denominator: int) -> None:
    amount = 2 * whole + 1
    expected = half_away(Fraction(amount, 2))
    assert share_columns([amount], [denominator], [2 * denominator]).tolist() == [expected]


@pytest.mark.parametrize("numerator", [0, 1, BIG // 2, BIG - 1, BIG])
@pytest.mark.parametrize("amount", [BIG, -BIG, BIG - 1, 1, 0])
def test_share_columns_at_ten_to_the_fifteen(amount: int, numerator: int) -> None:
    assert share_columns([amount], [numerator], [BIG]).tolist() == [share(amount, numerator, BIG)]


def test_share_columns_refuses_a_denominator_of_zero() -> None:
    with pytest.raises(ValueError, match="must be positive"):
        share_columns([1], [1], [0])


def test_share_columns_refuses_a_result_outside_int64() -> None:
    with pytest.raises(OverflowError):
        share_columns([10**18], [10**18], [1])


@given(
    st.integers(-BIG, BIG),
    st.lists(st.integers(0, BIG), min_size=1, max_size=12),
)
def test_apportion_foots_and_stays_within_one_unit(amount: int, weights: list[int]) -> None:
    group = np.zeros(len(weights), dtype=np.int64)
    parts = apportion(np.asarray([amount]), np.asarray(weights), group, 1)
    assert int(parts.sum()) == amount
    total = sum(weights)
    for part, weight in zip(parts.tolist(), weights, strict=True):
        exact = Fraction(amount * weight, total) if total else Fraction(amount, len(weights))
        assert abs(part - exact) < 1


def test_apportion_gives_ties_to_the_later_line_and_restores_the_sign() -> None:
    group = np.zeros(3, dtype=np.int64)
    assert apportion(np.asarray([100]), np.asarray([1, 1, 1]), group, 1).tolist() == [33, 33, 34]
    assert apportion(np.asarray([-100]), np.asarray([1, 1, 1]), group, 1).tolist() == [-33, -33, -34]


def test_apportion_without_weights_follows_the_stated_price_then_equal_parts() -> None:
    group = np.asarray([0, 0, 1, 1])
    parts = apportion(
        np.asarray([100, 10]), np.zeros(4, dtype=np.int64), group, 2, fallback=np.asarray([30, 10, 0, 0])
    )
    assert parts.tolist() == [75, 25, 5, 5]


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=8))
def test_apportion_cumulatively_foots(amount: int, weights: list[int]) -> None:
    if sum(weights) == 0:
        weights = [*weights, 1]
    group = np.zeros(len(weights), dtype=np.int64)
    parts = apportion_cumulatively(np.asarray([amount]), np.asarray(weights), group, 1)
    assert int(parts.sum()) == amount


@pytest.mark.parametrize(
    ("text", "decimals", "amount"),
    [
        ("33.33", 2, 3333),
        ("-0.05", 2, -5),
        ("1200", 0, 1200),
        ("1.250", 3, 1250),
        ("7.10", 1, 71),
        ("-3", 2, -300),
    ],
)
def test_decimal_strings_become_minor_units(text: str, decimals: int, amount: int) -> None:
    assert parse_amount(text, decimals) == amount


@pytest.mark.parametrize("text", ["", "1,000", "1e3", ".5", "5.", "0.001", "NaN", "--1", "١"])
def test_what_is_no_plain_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a decimal number|has more than 2 decimals"):
        parse_amount(text, 2)


@given(st.integers(-(10**18), 10**18), st.integers(0, 3))
def test_format_and_parse_are_inverse(amount: int, decimals: int) -> None:
    assert parse_amount(format_amount(amount, decimals), decimals) == amount


def test_conversion_respects_decimals_of_both_currencies() -> None:
    one = np.asarray([1], dtype=np.int64)
    rate = np.asarray([67 * 10**8 // 10000 * 100], dtype=np.int64)  # 0.0067 dollars a yen
    assert convert(10000 * one, rate, 0 * one, 2 * one).tolist() == [6700]
    assert convert(6700 * one, np.asarray([149_2537313433 // 1]), 2 * one, 0 * one).tolist() == [10000]

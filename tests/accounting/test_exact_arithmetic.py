"""Exact values of the arithmetic on money at its edges: halves, the largest columns, groups in any order, text."""

import numpy as np
import pytest

from revrec.accounting.money import (
    apportion,
    apportion_cumulatively,
    convert,
    cumulate_within,
    differences_within,
    format_amount,
    number_groups,
    parse_amount,
    parse_scaled,
    share,
    share_columns,
)

TOP = 2**63 - 1


def column(*values: int) -> np.ndarray:
    return np.asarray(values, dtype=np.int64)


def test_a_share_needs_a_denominator_above_zero() -> None:
    assert share(7, 1, 1) == 7
    for denominator in (0, -1):
        with pytest.raises(
            ValueError, match=f"^The denominator of a share must be positive, not {denominator}.$"
        ):
            share(1, 1, denominator)
    for denominators in (column(1, 0), column(-1, 1)):
        with pytest.raises(ValueError, match=r"^The denominator of a share must be positive\.$"):
            share_columns(column(0, 0), column(1, 1), denominators)
    assert share_columns(column(7, 9), column(1, 1), column(1, 1)).tolist() == [7, 9]


ROUNDED = [
    (1, 1, 2, 1), (-1, 1, 2, -1), (1, -1, 2, -1), (-1, -1, 2, 1), (3, 1, 2, 2), (-3, 1, 2, -2), (0, 5, 2, 0),
    (1, 1, 3, 0), (2, 1, 3, 1), (-1, 1, 3, 0), (-2, 1, 3, -1), (5, 3, 10, 2), (4, 3, 10, 1), (7, 0, 9, 0),
    (2**25, 2**25 - 1, 2**26, 2**24), (2**25, 2**25, 2**51, 1), (2**25, 2**25, 2**51 + 1, 0),
    (2**50 - 1, 1, 2, 2**49), (2**50, 1, 2**51, 1), (2**50 + 1, 1, 2, 2**49 + 1), (-(2**50) - 1, 1, 2, -(2**49) - 1),
    (2**52 + 1, 1, 2, 2**51 + 1), (2**53 + 1, 1, 2, 2**52 + 1), (-(2**53) - 1, 1, 2, -(2**52) - 1),
    (2**53 + 1, 3, 6, 2**52 + 1), (2**53 + 1, -3, 6, -(2**52) - 1), (2**60 + 1, 2**60, 2**61, 2**59 + 1),
    (2**60 + 1, -(2**60), 2**61, -(2**59) - 1), (2**60 - 1, 2**60, 2**61, 2**59), (TOP, 1, 1, TOP),
    (-TOP, 1, 1, -TOP), (TOP, TOP, TOP, TOP), (1, 1, TOP, 0), (2**62, 1, TOP, 1), (2**62 - 1, 1, TOP, 0),
    (-(2**62), 1, TOP, -1), (-(2**62) + 1, 1, TOP, 0), (10**18, 10**18 - 1, 10**18, 10**18 - 1), (0, TOP, TOP, 0),
    (2**62 + 2**61, 1, 2**62, 2), (2**62 + 2**61 - 1, 1, 2**62, 1), (TOP, 1, 2, 2**62), (-TOP, 1, 2, -(2**62)),
]  # fmt: skip


def test_shares_beside_halves_and_at_the_largest_numbers() -> None:
    amount, numerator, denominator, expected = (list(values) for values in zip(*ROUNDED, strict=True))
    assert share_columns(amount, numerator, denominator).tolist() == expected
    for row in ROUNDED:
        assert share(*row[:3]) == row[3]
        assert share_columns([row[0]], [row[1]], [row[2]]).tolist() == [row[3]]


# Quotients whose guess in floats is far off, or beyond what a column can check.
FAR = [
    (2**60 + 77, 1, 1, 2**60 + 77), (2**60 + 77, 5, 5, 2**60 + 77), (-(2**60) - 77, 5, 5, -(2**60) - 77),
    (2**60 + 77, 1, 2, 2**59 + 39), (2**60 + 77, 3 * 2**10, 3 * 2**10, 2**60 + 77),
    (2**60 + 77, 2**60 - 1, 2**60 - 1, 2**60 + 77), (-(2**60) - 77, 2**60 - 1, 2**60 - 1, -(2**60) - 77),
    (1034479884173168107, 2497699599618650007, 4325024562424919300, 597411634366347832),
    (76982702851241020, 11, 1693619462727302440, 1), (-76982702851241020, 11, 1693619462727302440, -1),
]  # fmt: skip


def test_shares_whose_guess_is_far_off() -> None:
    amount, numerator, denominator, expected = (list(values) for values in zip(*FAR, strict=True))
    assert share_columns(amount, numerator, denominator).tolist() == expected
    for row in FAR:
        assert share_columns([row[0]], [row[1]], [row[2]]).tolist() == [share(*row[:3])] == [row[3]]


def test_rows_of_any_shape_are_broadcast() -> None:
    assert share_columns([TOP, TOP - 1], 1, 2).tolist() == [2**62, 2**62 - 1]
    assert share_columns([TOP, TOP - 1], [1, 1], 2).tolist() == [2**62, 2**62 - 1]
    narrow = np.asarray([2 * 10**9], dtype=np.int32)
    assert share_columns(narrow, narrow, narrow).tolist() == [2 * 10**9]
    assert share_columns([[10, 20], [30, 45]], [[1], [3]], 2).tolist() == [[5, 10], [45, 68]]
    large = share_columns([[TOP, 20], [TOP - 1, 45]], 1, [[2, 2]])
    assert large.tolist() == [[2**62, 10], [2**62 - 1, 23]]
    assert share_columns(column(), 1, 1).tolist() == []
    assert share_columns(np.zeros((2, 0), dtype=np.int64), 1, 0).shape == (2, 0)
    one = share_columns(7, 1, 2)
    assert (one.shape, int(one), one.dtype) == ((), 4, np.int64)
    assert share_columns(column(), 1, 1).dtype == share_columns([1], 1, 1).dtype == np.int64


def test_apportioning_groups_whose_rows_come_in_any_order() -> None:
    group = column(1, 0, 1, 0, 3, 1)
    parts = apportion(column(100, -101, 7, 5), column(1, 2, 1, 1, 9, 1), group, 4)
    assert parts.tolist() == [-33, 67, -34, 33, 5, -34]
    adjoining = apportion(column(100, -101, 7, 5), column(2, 1, 1, 1, 1, 9), column(0, 0, 1, 1, 1, 3), 4)
    assert adjoining.tolist() == [67, 33, -33, -34, -34, 5]
    by_turns = apportion(column(5, 3), column(1, 1, 1, 1), column(0, 1, 0, 1), 2)
    assert by_turns.tolist() == [2, 1, 3, 2]
    assert apportion(column(7), column(), column(), 1).tolist() == []


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (10, [1] * 3, [3, 3, 4]),
        (11, [1] * 3, [3, 4, 4]),
        (12, [1] * 3, [4, 4, 4]),
        (1, [1] * 3, [0, 0, 1]),
        (2, [3, 2, 2], [1, 0, 1]),
        (5, [1] * 7, [0, 0, 1, 1, 1, 1, 1]),
        (6, [1] * 7, [0, 1, 1, 1, 1, 1, 1]),
        (4, [1] * 7, [0, 0, 0, 1, 1, 1, 1]),
        (10, [6, 3, 1], [6, 3, 1]),
        (9, [6, 3, 1], [5, 3, 1]),
        (8, [6, 3, 1], [5, 2, 1]),
        (3, [0, 1, 0], [0, 3, 0]),
        (0, [1, 2], [0, 0]),
        (TOP, [1, 1], [2**62 - 1, 2**62]),
        (10**15 + 1, [10**15, 10**15 - 1], [5 * 10**14 + 1, 5 * 10**14]),
    ],
)
def test_the_largest_remainders_get_what_is_left(amount, weights, parts) -> None:
    for sign in (1, -1):
        group = np.zeros(len(weights), dtype=np.int64)
        found = apportion(column(sign * amount), column(*weights), group, 1)
        assert found.tolist() == [sign * part for part in parts]
        beside = apportion(
            column(1, sign * amount, 2), column(5, *weights, 1, 1), column(0, *[1] * len(weights), 2, 2), 3
        )
        assert beside.tolist() == [1, *found.tolist(), 1, 1]


def test_what_weighs_where_no_weight_is_given() -> None:
    group, none = column(0, 0, 1, 1), column(0, 0, 0, 0)
    assert apportion(column(9, 5), none, group, 2).tolist() == [4, 5, 2, 3]
    assert apportion(column(9, 5), none, group, 2, column(2, 1, -4, 1)).tolist() == [6, 3, 0, 5]
    assert apportion(column(9, 5), none, group, 2, column(-2, -1, 0, 0)).tolist() == [4, 5, 2, 3]
    assert apportion(column(9, 5), column(1, 2, 0, 0), group, 2, column(5, 0, 4, 1)).tolist() == [3, 6, 4, 1]
    assert apportion(column(9, 5), column(1, 2, 1, 0), group, 2, column(5, 0, 4, 1)).tolist() == [3, 6, 5, 0]
    with pytest.raises(ValueError, match=r"^The weights of an apportionment must not be negative\.$"):
        apportion(column(9), column(2, -1), column(0, 0), 1)


def test_running_shares_settle_their_cents_later() -> None:
    group = column(0, 0, 0, 1, 1)
    assert apportion_cumulatively(column(100, 7), column(1, 1, 1, 1, 1), group, 2).tolist() == [
        33,
        34,
        33,
        4,
        3,
    ]
    assert apportion_cumulatively(column(-100, -7), column(1, 1, 1, 1, 1), group, 2).tolist() == [
        -33, -34, -33, -4, -3,
    ]  # fmt: skip
    assert apportion_cumulatively(column(30, 7), column(-1, -3, 1, -1, -2), group, 2).tolist() == [
        10,
        30,
        -10,
        2,
        5,
    ]
    assert apportion_cumulatively(column(30, 7), column(1, -1, 0, 1, 0), group, 2).tolist() == [
        30,
        -30,
        0,
        7,
        0,
    ]
    large = 2**60
    assert apportion_cumulatively(column(large + 1), column(large, 1), column(0, 0), 1).tolist() == [large, 1]
    assert apportion_cumulatively(column(), column(), column(), 0).tolist() == []


def test_running_sums_begin_anew_with_each_group() -> None:
    group, values = column(4, 4, 2, 7, 7, 7), column(5, -2, 9, 1, 1, 1)
    running = cumulate_within(values, group)
    assert running.tolist() == [5, 3, 9, 1, 2, 3]
    assert differences_within(running, group).tolist() == values.tolist()
    assert running.tolist() == [5, 3, 9, 1, 2, 3]  # left as it was
    assert (
        cumulate_within(column(), column()).tolist() == differences_within(column(), column()).tolist() == []
    )
    assert (
        cumulate_within(column(3), column(0)).tolist()
        == differences_within(column(3), column(0)).tolist()
        == [3]
    )


@pytest.mark.parametrize(
    ("text", "decimals", "amount"),
    [("+5", 2, 500), ("0", 2, 0), ("-0.00", 2, 0), ("1.5", 2, 150), ("1.500", 1, 15), ("12.3", 3, 12300),
     ("007", 0, 7), ("9.0", 0, 9), ("0.10", 2, 10), ("1.00100", 3, 1001)],
)  # fmt: skip
def test_text_in_minor_units(text: str, decimals: int, amount: int) -> None:
    assert parse_amount(text, decimals) == parse_scaled(text, decimals) == amount


@pytest.mark.parametrize(
    "text", ["", "-", "+", ".", "-.5", "5.", "1.2.3", "+-1", "1-", "1_0", " 1", "²", "X1", "1X"]
)
def test_what_is_no_number_is_named(text: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_amount(text, 2)
    assert str(refused.value) == f"{text!r} is not a decimal number."


@pytest.mark.parametrize(("text", "decimals"), [("0.001", 2), ("0.1", 0), ("-1.0010", 2), ("1.23X", 2)])
def test_too_many_decimals_are_named(text: str, decimals: int) -> None:
    with pytest.raises(ValueError) as refused:
        parse_amount(text, decimals)
    words = f"has more than {decimals} decimals" if "X" not in text else "is not a decimal number"
    assert str(refused.value) == f"{text!r} {words}."


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [(0, 2, "0.00"), (5, 2, "0.05"), (-5, 2, "-0.05"), (50, 2, "0.50"), (12345, 2, "123.45"), (-12345, 3, "-12.345"),
     (7, 0, "7"), (-7, 0, "-7"), (0, 0, "0"), (1, 1, "0.1"), (100, 2, "1.00"), (999, 3, "0.999")],
)  # fmt: skip
def test_minor_units_as_text(amount: int, decimals: int, text: str) -> None:
    assert format_amount(amount, decimals) == text


def test_conversion_between_any_decimals_rounds_once() -> None:
    amount = column(1000, 1000, 1000, 1005, 15, 25, -15)
    rate = column(10**10, 10**10, 2 * 10**10, 10**10, 10**9, 10**9, 10**9)
    source, target = column(2, 0, 3, 3, 2, 2, 2), column(2, 2, 0, 2, 2, 2, 2)
    assert convert(amount, rate, source, target).tolist() == [1000, 100000, 2, 101, 2, 3, -2]


def test_groups_are_numbered_by_all_their_keys() -> None:
    group, count = number_groups(column(5, 5, 3, 5), column(1, 2, 9, 1))
    assert (group.tolist(), count) == ([1, 2, 0, 1], 3)
    assert type(count) is int

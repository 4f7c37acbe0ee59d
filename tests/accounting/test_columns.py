"""Tables and the few operations on columns that everything rests on."""

import numpy as np
import pytest

from revrec.accounting.book import Balances, Progress
from revrec.accounting.columns import (
    MANY,
    NONE,
    among,
    differs,
    distinct,
    filled,
    find_rows,
    group_rows,
    rows_where,
    sort_rows,
    sum_by,
)
from revrec.accounting.terms import Method

TABLE = Progress.of(obligation=[3, 1, 2], day=[10, 20, 30], value=7)


def test_taking_rows_by_place_and_by_mask():
    assert TABLE.take(np.asarray([2, 0])).rows() == [
        {"obligation": 2, "day": 30, "value": 7},
        {"obligation": 3, "day": 10, "value": 7},
    ]
    assert TABLE.take(TABLE.day > 10).obligation.tolist() == [1, 2]


def test_taking_all_rows_or_none():
    assert TABLE.take(TABLE.day > 0) is TABLE
    assert TABLE.take(TABLE.day > 99) is Progress.empty()
    assert TABLE.take(np.zeros(0, dtype=np.int64)) is Progress.empty()
    assert len(Progress.empty()) == 0 and Progress.empty().day.dtype == np.int64


def test_a_table_says_what_it_lacks_and_what_it_does_not_know():
    with pytest.raises(TypeError, match="Progress needs the column value"):
        Progress.of(obligation=[1], day=[2])
    with pytest.raises(TypeError, match="Progress has no column colour, weight"):
        Progress.of(obligation=[1], weight=[2], colour=[3])
    with pytest.raises(ValueError, match=r"The columns of Progress differ in length: \[1, 2\]"):
        Progress.of(obligation=[1, 2], day=[3], value=0)


def test_which_rows_hold_one_of_a_few_codes():
    codes = np.asarray([NONE, 0, 1, 11, 1])
    assert among(codes, (Method.EVEN, Method.AS_INVOICED)).tolist() == [False, False, True, True, True]
    assert among(codes, ()).tolist() == [False] * 5


@pytest.mark.parametrize("far", [1, 10**12])
@pytest.mark.parametrize("times", [1, MANY])
def test_rows_groups_and_order_whether_keys_are_many_or_few_and_close_together_or_not(far, times):
    ids = np.asarray([5, 3, 9]) * far
    assert find_rows(ids, np.tile([9, 4, 5], times) * far).tolist() == [2, NONE, 0] * times
    keys = np.tile([2, 1, 2, 1], times) * far, np.tile([0, 5, 0, 4], times) * far
    group, first = group_rows(*keys)
    assert group.tolist() == [2, 1, 2, 0] * times and first.tolist() == [3, 1, 0]
    ordered = [row for key in (3, 1) for row in range(key, 4 * times, 4)]
    assert sort_rows(*keys).tolist() == [*ordered, *(row for row in range(0, 4 * times, 2))]


def test_one_row_and_no_row_are_their_own_groups_and_in_order():
    for size in (0, 1):
        key = np.full(size, 7)
        group, first = group_rows(key, key)
        assert group.tolist() == first.tolist() == sort_rows(key, key).tolist() == [0] * size
        assert distinct(key).tolist() == [7] * size


def test_a_column_of_one_value_and_the_rows_of_a_mask_or_of_amounts():
    assert filled(3, NONE).tolist() == [NONE] * 3 and filled(0, 1).tolist() == []
    assert filled(1, int(Method.EVEN)).dtype == np.int64
    assert rows_where(np.asarray([False, True, True])).tolist() == [1, 2]
    assert rows_where(np.asarray([5, 0, -1])).tolist() == [0, 2]


def test_a_table_fills_in_what_is_left_out_and_repeats_what_is_given_once():
    table = Balances.of(scope=1, customer=[7, 8], subsidiary=2, currency=0, liability=[3, 4])
    assert [(row["customer"], row["scope"], row["liability"], row["billed"]) for row in table.rows()] == [
        (7, 1, 3, 0),
        (8, 1, 4, 0),
    ]
    assert table.contract.tolist() == [NONE, NONE]
    assert {column.dtype for column in table.columns().values()} == {np.dtype(np.int64)}
    assert list(table.columns()) == list(table.rows()[0]) and next(iter(table.columns())) == "scope"


def test_a_table_of_single_values_has_one_row_and_of_nothing_none():
    assert Progress.of(obligation=1, day=2, value=3).rows() == [{"obligation": 1, "day": 2, "value": 3}]
    assert len(Progress.of()) == 0 and Progress.of().rows() == []
    nothing = np.zeros(0, dtype=np.int64)
    assert len(Progress.of(obligation=nothing)) == 0
    assert Progress.of(obligation=nothing).value.dtype == np.int64
    with pytest.raises(TypeError, match=r"^Progress needs the column day\.$"):
        Progress.of(obligation=1)
    with pytest.raises(TypeError, match=r"^Progress has no column colour, weight\.$"):
        Progress.of(weight=2, colour=3)
    with pytest.raises(ValueError, match=r"^The columns of Progress differ in length: \[1, 2\]\.$"):
        Progress.of(obligation=[1, 2], day=[3], value=0)


def test_a_column_without_rows_holds_whole_numbers_too():
    for nothing in ([], ()):
        table = Progress.of(obligation=nothing, day=nothing, value=nothing)
        assert {column.dtype for column in table.columns().values()} == {np.dtype(np.int64)}
    assert Progress.of(obligation=[True], day=[0], value=[1]).obligation.dtype == np.int64


def test_tables_are_joined_in_their_order_and_one_alone_is_itself():
    more = Progress.of(obligation=[9], day=[40], value=1)
    assert Progress.concat((more, Progress.empty(), TABLE)).obligation.tolist() == [9, 3, 1, 2]
    assert Progress.concat((more, TABLE)).value.tolist() == [1, 7, 7, 7]
    assert Progress.concat(iter((Progress.empty(), TABLE))) is TABLE
    assert Progress.concat(()) is Progress.concat((Progress.empty(),)) is Progress.empty()
    assert Progress.empty() is Progress.empty() and isinstance(Balances.empty(), Balances)


def test_sums_by_group_are_exact_where_floats_would_not_be():
    large = 2**53 + 1
    assert sum_by(np.asarray([2, 0, 2]), np.asarray([large, 5, -1]), 4).tolist() == [5, 0, large - 1, 0]
    assert sum_by(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), 2).tolist() == [0, 0]


def test_whether_any_value_is_another_than_the_ordinary():
    assert differs(np.asarray([0, 0, 1]), 0) and differs(np.asarray([1, 0, 0]), 0)
    assert not differs(np.asarray([3, 3]), 3) and not differs(np.zeros(0, dtype=np.int64), 3)
    one = np.broadcast_to(np.asarray(5), 1000)
    assert differs(one, 4) and not differs(one, 5) and not differs(one[:0], 4)


@pytest.mark.parametrize("far", [1, 10**12])
def test_ids_are_found_at_the_edges_and_not_beyond_them(far):
    ids = np.arange(1, MANY + 1) * far
    shuffled = ids[::-1].copy()
    wanted = np.asarray([0, 1, MANY, MANY + 1, 2, NONE]) * far
    assert find_rows(shuffled, wanted).tolist() == [NONE, MANY - 1, 0, NONE, MANY - 2, NONE]
    assert find_rows(shuffled[:3], wanted).tolist() == [NONE, NONE, 0, NONE, NONE, NONE]
    assert find_rows(ids, ids).tolist() == list(range(MANY))
    assert find_rows(shuffled, ids).tolist() == list(range(MANY))[::-1]
    assert find_rows(ids[:0], wanted).tolist() == [NONE] * 6 and find_rows(ids, wanted[:0]).tolist() == []
    assert find_rows(ids[:1], ids[:2]).tolist() == [0, NONE]


def test_many_rows_of_one_key_that_begin_with_the_smallest_are_grouped_all_the_same():
    key = np.asarray([0, *[2, 1] * MANY])
    group, first = group_rows(key)
    assert group.tolist() == [0, *[2, 1] * MANY]
    assert first.tolist() == [0, 2, 1]
    assert sort_rows(key).tolist() == [0, *range(2, 2 * MANY + 1, 2), *range(1, 2 * MANY + 1, 2)]


@pytest.mark.parametrize("far", [1, 10**12])
def test_every_id_once_in_order(far):
    assert distinct(np.asarray([5, 3, 5, NONE, 3]) * far).tolist() == [NONE * far, 3 * far, 5 * far]
    assert distinct(np.asarray([7, 7]) * far).tolist() == [7 * far]


@pytest.mark.parametrize("wide", [2, 2**31, 2**40])
def test_keys_that_span_more_than_62_bits_together_sort_as_others_do(wide):
    random = np.random.default_rng(3)
    first, second = random.integers(0, 3, 2 * MANY) * wide - 5, random.integers(-2, 3, 2 * MANY) * wide
    third = random.integers(0, 2, 2 * MANY).astype(bool)
    rows = list(zip(first.tolist(), second.tolist(), third.tolist(), strict=True))
    ranked = sorted(range(2 * MANY), key=lambda row: (rows[row], row))
    assert sort_rows(first, second, third).tolist() == ranked
    group, lead = group_rows(first, second, third)
    names = sorted(set(rows))
    assert [names[n] for n in group.tolist()] == rows
    assert lead.tolist() == [rows.index(name) for name in names]
    assert group.dtype == lead.dtype == sort_rows(first, second).dtype == np.int64


@pytest.mark.parametrize("size", [MANY, 4])
def test_rows_in_order_already_are_their_own_groups(size):
    key = np.arange(size)
    group, first = group_rows(key, np.full(size, 9))
    assert group.tolist() == first.tolist() == list(range(size))
    assert sort_rows(key, key[::-1]).tolist() == list(range(size))
    group, first = group_rows(np.full(size, 9), np.full(size, 2))
    assert (group.tolist(), first.tolist()) == ([0] * size, [0])


@pytest.mark.parametrize("times", [1, MANY])
def test_a_key_that_all_rows_share_changes_no_order(times):
    same, key = np.full(2 * times, 4), np.tile([6, 3], times)
    odd, even = list(range(1, 2 * times, 2)), list(range(0, 2 * times, 2))
    assert sort_rows(same, key).tolist() == sort_rows(key, same).tolist() == odd + even
    group, first = group_rows(same, key)
    assert (group.tolist(), first.tolist()) == ([1, 0] * times, [1, 0])


def test_ids_below_zero_are_found_as_others_are():
    ids = np.arange(-MANY, -1)[::-1].copy()
    assert find_rows(ids, np.asarray([-2, -MANY, -MANY - 1, -1, 0])).tolist() == [
        0,
        MANY - 2,
        NONE,
        NONE,
        NONE,
    ]

"""Tables and the few operations on columns that everything rests on."""

import numpy as np
import pytest

from revrec.accounting.book import Progress
from revrec.accounting.columns import (
    MANY,
    NONE,
    among,
    distinct,
    filled,
    find_rows,
    group_rows,
    rows_where,
    sort_rows,
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

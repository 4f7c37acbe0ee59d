"""Amounts poured into capacities: in order, group by group, each cut where the other ends."""

import numpy as np
import pytest

from revrec.accounting.intervals import pour


def poured(demand, supply):
    """Demand row, supply row and amount. Demands and supplies are (key, amount), or the amount of one group."""

    def columns(rows):
        pairs = [row if isinstance(row, tuple) else (0, row) for row in rows]
        keys = np.asarray([key for key, _ in pairs], dtype=np.int64)
        return np.asarray([amount for _, amount in pairs], dtype=np.int64), (keys, keys % 2)

    matches = pour(*columns(demand), *columns(supply))
    found = list(zip(*(column.tolist() for column in vars(matches).values()), strict=True))
    assert all(column.dtype == np.int64 for column in vars(matches).values())
    return sorted(found)


def test_the_first_demand_meets_the_first_supply_and_each_is_cut_where_the_other_ends():
    assert poured([70], [30, 50]) == [(0, 0, 30), (0, 1, 40)]
    assert poured([30, 50], [70]) == [(0, 0, 30), (1, 0, 40)]
    assert poured([40, 40], [30, 30, 30]) == [(0, 0, 30), (0, 1, 10), (1, 1, 20), (1, 2, 20)]
    assert poured([30, 20], [30, 20]) == [(0, 0, 30), (1, 1, 20)]
    assert poured([1], [1]) == [(0, 0, 1)]


@pytest.mark.parametrize(("demand", "supply"), [([], [5]), ([5], []), ([], []), ([0], [5]), ([5], [0])])
def test_nothing_asked_or_nothing_there_is_nothing_met(demand, supply):
    assert poured(demand, supply) == []


def test_rows_of_nothing_are_passed_over():
    assert poured([0, 5, 0, 1], [0, 0, 3, 0, 9]) == [(1, 2, 3), (1, 4, 2), (3, 4, 1)]


def test_each_group_pours_into_its_own():
    demand = [(7, 40), (3, 10), (7, 20), (5, 99)]
    supply = [(3, 6), (7, 50), (4, 99), (3, 30), (7, 1), (7, 100)]
    assert poured(demand, supply) == [(0, 1, 40), (1, 0, 6), (1, 3, 4), (2, 1, 10), (2, 4, 1), (2, 5, 9)]


def test_a_group_that_is_short_leaves_the_next_one_untouched():
    # Group 1 offers 5 of 100, group 2 all of it, group 3 asks for less than there is.
    demand, supply = [(1, 100), (2, 100), (3, 10)], [(1, 5), (2, 100), (3, 900), (3, 1)]
    assert poured(demand, supply) == [(0, 0, 5), (1, 1, 100), (2, 2, 10)]


def test_keys_are_compared_one_by_one():
    demand, supply = np.asarray([10, 10]), np.asarray([4, 9])
    one = (np.asarray([1, 1]), np.asarray([2, 3]))
    other = (np.asarray([1, 2]), np.asarray([3, 3]))
    assert vars(pour(demand, one, supply, other))["demand"].tolist() == [1]
    with pytest.raises(ValueError, match="shorter"):
        pour(demand, one, supply, one[:1])


def test_the_largest_amounts_keep_every_unit():
    largest = 10**15
    assert poured([largest, largest - 1], [1, largest, largest]) == [
        (0, 0, 1), (0, 1, largest - 1), (1, 1, 1), (1, 2, largest - 2)
    ]  # fmt: skip


def test_many_rows_of_many_groups_keep_their_order():
    # Each of 50 groups asks three times for 2 and is offered 3 twice.
    groups = [key for _ in range(3) for key in range(50)]
    supply = [(key, 3) for _ in range(2) for key in range(50)]
    found = poured([(key, 2) for key in groups], supply)
    assert found == sorted(
        match
        for key in range(50)
        for match in ((key, key, 2), (50 + key, key, 1), (50 + key, 50 + key, 1), (100 + key, 50 + key, 2))
    )

"""Sharing by weights that columns hold only nearly: exact fractions are asked where they could move a unit."""

from fractions import Fraction

import numpy as np
import pytest

from revrec.accounting.sharing import Weights, largest_remainder, share_by_weight

THIRD = Fraction(1, 3)


@pytest.mark.parametrize(
    ("amount", "weights", "fallback", "parts"),
    [
        (100, [1, 1, 1], [0, 0, 0], [33, 33, 34]),
        (101, [1, 1, 1], [0, 0, 0], [33, 34, 34]),
        (-101, [1, 1, 1], [0, 0, 0], [-33, -34, -34]),
        (100, [THIRD, 2 * THIRD], [0, 0], [33, 67]),
        (10, [Fraction(1, 2), THIRD, Fraction(1, 6)], [0, 0, 0], [5, 3, 2]),
        (7, [Fraction(5, 2), 1], [0, 0], [5, 2]),
        (1, [3, 5, 5], [0, 0, 0], [0, 0, 1]),
        (0, [3, 5], [0, 0], [0, 0]),
        (10, [0, 4, 0], [9, 9, 9], [0, 10, 0]),
        (10, [0, 0, 0], [3, 0, 2], [6, 0, 4]),
        (10, [0, 0], [-5, 1], [0, 10]),
        (11, [0, 0], [0, -1], [5, 6]),
        (3 * 10**30, [1, 2], [0, 0], [10**30, 2 * 10**30]),
    ],
)
def test_the_largest_remainders_take_the_rest_and_ties_go_to_the_later(amount, weights, fallback, parts):
    assert largest_remainder(amount, weights, fallback) == parts


class Asked:
    """Weights that tell which rows were asked for exactly."""

    def __init__(self, near, slack, exact=None):
        self.rows = []
        given = np.array(near if exact is None else exact, dtype=object)

        def answer(rows):
            self.rows += rows.tolist()
            return given[rows]

        self.weights = Weights(np.asarray(near), np.asarray(slack), answer)

    def share(self, amount, group=None, rows=None, fallback=None):
        rows = np.arange(len(self.weights.near)) if rows is None else np.asarray(rows)
        group = np.zeros(rows.size, dtype=np.int64) if group is None else np.asarray(group)
        fallback = np.zeros(rows.size, dtype=np.int64) if fallback is None else np.asarray(fallback)
        found = share_by_weight(np.asarray(amount), self.weights, rows, group, fallback)
        assert found.dtype == np.int64
        return found.tolist()


def test_exact_weights_are_shared_as_they_stand():
    asked = Asked([1000, 1000, 1000], [0, 0, 0])
    assert asked.share([100]) == [33, 33, 34]
    assert asked.rows == []


def test_a_tie_of_weights_that_are_not_exact_is_decided_by_fractions():
    # 33.5 each way: the first is a little heavier than its column says.
    asked = Asked([1000, 1000], [1, 0], [1000 + THIRD, 1000])
    assert asked.share([67]) == [34, 33]
    assert asked.rows == [0, 1]
    # As the column says, the later takes it.
    assert Asked([1000, 1000], [0, 0]).share([67]) == [33, 34]


def test_only_groups_in_doubt_are_asked_and_their_rows_alone():
    near, slack = [1000, 5000, 1000, 3000, 9, 1000], [1, 0, 1, 1, 0, 0]
    asked = Asked(near, slack, [1000 + THIRD, 5000, 1000, 3000, 9, 1000])
    # Rows 0 and 2 tie in group 2; row 3 takes all of group 0, whatever it weighs; rows 1 and 5 in group 1 are exact.
    found = asked.share([100, 60, 67], group=[2, 1, 2, 0, 1], rows=[0, 1, 2, 3, 5])
    assert found == [34, 50, 33, 100, 10]
    assert sorted(asked.rows) == [0, 2]


def test_fractions_of_groups_whose_rows_are_mixed_stay_with_their_rows():
    exact = [1000, 500, 1000 + THIRD, 500 + THIRD, 1000, 500]
    asked = Asked([1000, 500, 1000, 500, 1000, 500], [1] * 6, exact)
    found = asked.share([100, -100], group=[0, 1, 0, 1, 0, 1])
    assert found == [33, -33, 34, -34, 33, -33]
    assert sorted(asked.rows) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("amount", "near", "slack", "doubt"),
    [
        (100, [20000, 10000], [1, 0], False),  # 66.67 and 33.33: a third of a unit apart
        (100, [20000, 10000], [40, 0], True),  # 100 x 2.1 x 40 / 30,000 = 0.28: more than a fifth
        (100, [20000, 10000], [20, 0], False),  # 0.14: twice that is less than the third
        (100, [20000, 10000], [24, 0], True),  # 0.168: twice that is more
        (100, [20000, 10000], [0, 24], True),
        (100, [20000, 10000], [12, 12], True),
        (-100, [20000, 10000], [24, 0], True),
        (-100, [20000, 10000], [20, 0], False),
        (1, [20000, 10000], [301, 0], True),  # more than a hundredth of the weights
        (1, [20000, 10000], [300, 0], False),
        (3, [20000, 10000], [0, 9], False),  # whole shares: nothing is left to give
        (0, [20000, 10000], [9, 9], False),
        (10**15, [20000, 10000], [1, 0], True),
    ],
)
def test_where_columns_leave_it_open(amount, near, slack, doubt):
    asked = Asked(near, slack)
    share = Fraction(amount * near[0], sum(near))
    first = asked.share([amount])[0]
    assert abs(share - first) <= Fraction(1, 2)
    assert asked.rows == ([0, 1] if doubt else [])


def test_weights_of_nothing_fall_back_on_what_they_are_given():
    """Columns that round to zero weigh by what their fractions say; where these are zero, too, by the fallback."""
    asked = Asked([0, 0], [1, 1], [THIRD, 2 * THIRD])
    assert asked.share([100], fallback=[1, 1]) == [33, 67]
    assert Asked([0, 0], [1, 1], [0, 0]).share([100], fallback=[3, 1]) == [75, 25]
    assert Asked([0, 0], [0, 0]).share([100], fallback=[1, 3]) == [25, 75]
    assert Asked([0, 0, 0], [1, 1, 0], [0, 0, 0]).share([100], rows=[2, 0], fallback=[3, 1]) == [75, 25]

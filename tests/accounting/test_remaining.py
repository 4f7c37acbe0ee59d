"""What remains of each obligation weighs: in whole numbers, with a bound of what they leave out, and exactly.

Weights here are whole numbers of their own; exact ones count halves, as all exact weights do.
"""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from revrec.accounting.remaining import RemainingWeights, no_change
from revrec.accounting.sharing import Weights

ALL = [True, True, True]


def column(values, dtype=np.int64):
    return np.array(values, dtype=dtype)


def weights(*values, slack=(0, 0, 0)):
    exact = column([2 * value for value in values], object)
    return Weights(column([int(value) for value in values]), column(slack), lambda rows: exact[rows])


def start(*values):
    """Three obligations with these inception weights, and nothing else that could weigh."""
    weigher = SimpleNamespace(obligations=SimpleNamespace(end=column([0, 0, 0])))
    return RemainingWeights(weigher, weights(*values), column([0, 0, 0]), column([True] * 3, bool))


def catch_up(remaining, rows, change):
    remaining.catch_up(column(rows, bool), change, remaining.sold_until)


def run_on(remaining, rows, began, change, *fractions):
    numerator, denominator = zip(*fractions, strict=True)
    remaining.run_on(column(rows, bool), column(began, bool), change, column(numerator), column(denominator))


def read(found):
    """Near weights, slack and exact weights, asserted to lie within it; rows in any order."""
    assert found.near.dtype == found.slack.dtype == np.int64
    exact = [Fraction(value) / 2 for value in found.exact(column([2, 1, 0]))][::-1]
    assert [Fraction(value) / 2 for value in found.exact(column([1]))] == exact[1:2]
    for near, slack, value in zip(found.near.tolist(), found.slack.tolist(), exact, strict=True):
        assert abs(near - value) <= slack
    return found.near.tolist(), found.slack.tolist(), exact


def exactly(*values):
    return list(values), [0, 0, 0], list(values)


def test_before_any_event_all_of_it_remains():
    remaining = start(100, 90, 0)
    for found in (remaining.weights(), remaining.in_all(), remaining.at_inception()):
        assert read(found) == exactly(100, 90, 0)


def test_what_remains_weighs_the_inception_weight_less_the_fraction_before():
    remaining = start(100, 90, 60)
    run_on(remaining, ALL, ALL, no_change(3), (1, 4), (0, 3), (1, 7))
    assert read(remaining.weights()) == ([75, 90, 51], [0, 0, 1], [75, 90, Fraction(360, 7)])
    assert read(remaining.in_all()) == read(remaining.at_inception()) == exactly(100, 90, 60)
    run_on(remaining, ALL, ALL, weights(0, Fraction(9, 2), 7, slack=(0, 1, 1)), (1, 4), (1, 3), (1, 7))
    assert read(remaining.weights()) == ([75, 64, 58], [0, 1, 2], [75, Fraction(129, 2), Fraction(409, 7)])


def test_only_the_lines_that_run_on_are_measured_and_a_change_adds_what_it_weighs():
    remaining = start(100, 90, 60)
    run_on(remaining, [True, False, True], ALL, weights(20, 0, -6), (1, 2), (1, 2), (2, 3))
    assert read(remaining.weights()) == exactly(70, 90, 14)
    assert read(remaining.in_all()) == exactly(120, 90, 54)
    # The next one measures what is promised in all, not what was left.
    run_on(remaining, [True, True, False], ALL, weights(0, 9, 0), (3, 4), (1, 3), (1, 2))
    assert read(remaining.weights()) == exactly(30, 69, 14)
    assert read(remaining.in_all()) == exactly(120, 99, 54)


def test_what_a_change_added_goes_by_over_what_was_left_when_it_came():
    """Halfway all grow by 30, 0 and -40; at three quarters half of that is left. Of a line that was weighed when it was
    over, or of which something was returned since, all that is promised is measured."""
    remaining = start(100, 90, 60)
    run_on(remaining, ALL, ALL, weights(30, 0, -40), (2, 4), (2, 4), (2, 4))
    assert read(remaining.weights()) == exactly(80, 45, 0)
    since = column([2, 2, 2])
    remaining.run_on(
        column(ALL, bool), column(ALL, bool), no_change(3), column([3] * 3), column([4] * 3), since=since
    )
    assert read(remaining.weights()) == ([40, 23, 0], [0, 1, 0], [40, Fraction(45, 2), 0])
    remaining.run_on(
        column(ALL, bool),
        column(ALL, bool),
        no_change(3),
        column([1, 1, 3]),
        column([4] * 3),
        since=column([4, 3, 0]),
    )
    assert read(remaining.weights()) == ([98, 68, 5], [1, 1, 0], [Fraction(195, 2), Fraction(135, 2), 5])


def test_of_a_line_that_is_new_all_counts_whatever_its_dates_say():
    remaining = start(100, 90, 60)
    run_on(remaining, ALL, [True, False, False], no_change(3), (1, 5), (1, 5), (0, 7))
    assert read(remaining.weights()) == exactly(80, 90, 60)


def test_a_catch_up_weighs_all_of_its_change_from_the_beginning():
    remaining = start(100, 90, 60)
    run_on(remaining, ALL, ALL, no_change(3), (1, 2), (1, 2), (1, 2))
    catch_up(remaining, [True, True, False], weights(10, -5, 0))
    assert read(remaining.weights()) == exactly(60, 40, 30)
    assert read(remaining.in_all()) == exactly(110, 85, 60)
    catch_up(remaining, [False, False, True], weights(0, 0, Fraction(13, 2), slack=(0, 0, 1)))
    assert read(remaining.weights()) == ([60, 40, 36], [0, 0, 1], [60, 40, Fraction(73, 2)])
    assert read(remaining.in_all()) == ([110, 85, 66], [0, 0, 1], [110, 85, Fraction(133, 2)])


def test_of_a_catch_up_that_goes_by_with_time_only_what_was_left_counts():
    """Half as much again of the first, that began halfway; the second grows by 9, of which 5 go by, from a third on."""
    remaining = start(100, 90, 60)
    run_on(remaining, ALL, ALL, no_change(3), (1, 2), (1, 3), (0, 2))
    change, by_time = weights(50, 9, 8), weights(50, 5, 8)
    gone, end = column([1, 1, 0]), column([2, 3, 2])
    remaining.catch_up(column(ALL, bool), change, remaining.sold_until, by_time, gone, end)
    assert read(remaining.weights()) == ([75, 67, 68], [0, 1, 0], [75, Fraction(202, 3), 68])
    assert read(remaining.in_all()) == exactly(150, 99, 68)


def test_of_what_goes_by_with_time_only_what_is_left_counts():
    """Half as much again of the first from halfway on; the second grows by 9, of which 6 go by; the third is new."""
    remaining = start(100, 90, 60)
    change, by_time = weights(50, 9, 8), weights(50, 6, 8)
    fractions = column([1, 1, 1]), column([2, 3, 2])
    remaining.run_on(column(ALL, bool), column([True, True, False], bool), change, *fractions, by_time)
    assert read(remaining.weights()) == exactly(75, 67, 68)
    assert read(remaining.in_all()) == exactly(150, 99, 68)
    # Half of the odd one is rounded.
    remaining = start(100, 90, 60)
    change = weights(25, 0, 0)
    remaining.run_on(column(ALL, bool), column(ALL, bool), change, *fractions, change)
    assert read(remaining.weights()) == ([63, 60, 30], [1, 0, 0], [Fraction(125, 2), 60, 30])


def test_nothing_is_taken_from_what_waits_since_its_last_change():
    remaining = start(100, 90, 60)
    run_on(remaining, ALL, ALL, weights(12, 0, 0), (1, 1), (1, 2), (1, 2))
    assert read(remaining.weights()) == exactly(12, 45, 30)
    fractions = column([1, 3, 3]), column([1, 4, 4])
    waiting = column([True, False, False], bool)
    remaining.run_on(
        column(ALL, bool), column(ALL, bool), weights(-5, 0, 0), *fractions, no_change(3), waiting
    )
    assert read(remaining.weights()) == ([7, 23, 15], [0, 1, 0], [7, Fraction(45, 2), 15])


def test_what_was_promised_at_inception_is_what_catch_ups_made_of_it_before_it_was_remembered():
    remaining = start(100, 90, 60)
    catch_up(remaining, [True, False, False], weights(7, 0, 0))
    remaining.remember_inception(column([True, False, False], bool))
    assert read(remaining.at_inception()) == exactly(107, 90, 60)
    catch_up(remaining, [True, True, False], weights(Fraction(11, 2), 4, 0, slack=(1, 0, 0)))
    assert read(remaining.at_inception()) == exactly(107, 90, 60)
    remaining.remember_inception(column([False, True, False], bool))
    assert read(remaining.at_inception()) == exactly(107, 94, 60)
    remaining.remember_inception(column([True, False, False], bool))
    assert read(remaining.at_inception()) == ([112, 94, 60], [1, 0, 0], [Fraction(225, 2), 94, 60])


def test_no_weight_is_below_zero_and_what_a_change_took_too_much_another_gives_back():
    remaining = start(100, 90, 0)
    catch_up(remaining, ALL, weights(-150, -90, 0))
    for found in (remaining.weights(), remaining.in_all()):
        assert read(found) == exactly(0, 0, 0)
    catch_up(remaining, ALL, weights(80, 0, 1))
    for found in (remaining.weights(), remaining.in_all()):
        assert read(found) == exactly(30, 0, 1)


@pytest.mark.parametrize("large", [2**62 - 1, 2**53 + 1])
def test_the_largest_weights_are_known_to_be_exact_or_rounded(large):
    """A half of an odd number is rounded; four fifths of what five divides are not."""
    remaining = start(large, 5 * (large // 5), 60)
    run_on(remaining, ALL, ALL, no_change(3), (1, 2), (1, 5), (0, 1))
    near, slack, exact = read(remaining.weights())
    assert near == [(large + 1) // 2, 4 * (large // 5), 60]
    assert slack == [1, 0, 0]
    assert exact == [Fraction(large, 2), 4 * (large // 5), 60]
    assert read(remaining.in_all())[0] == [large, 5 * (large // 5), 60]

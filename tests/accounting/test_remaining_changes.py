"""What a change of a line's price, quantity or last day weighs: by its stand-alone price, its bundle, or its price.

Weights are counted in minor units of price, unless prices are so large that their columns drop the last bits.
"""

from fractions import Fraction

import numpy as np
import pytest

from revrec.accounting.allocation import ONE, prepare_weigher, stated_prices
from revrec.accounting.book import Bundles
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NO_AMOUNT, NONE
from revrec.accounting.inception import contract_rows
from revrec.accounting.modifications import begin_contracts
from revrec.accounting.policy import Policy
from revrec.accounting.remaining import RemainingWeights, Totals
from revrec.accounting.terms import AllocationRule, Method, SspKind, SspPer

UNIT = 10**6
YEAR = {
    "start": "2025-01-01",
    "end": "2025-12-31",
    "quantity_e6": UNIT,
    "ssp_low": NO_AMOUNT,
    "ssp_high": NO_AMOUNT,
    "bundle": NONE,
}
BY_STATED = int(AllocationRule.STATED_PRICE)


@pytest.fixture
def begun(book, line):
    """The weights at inception of some lines, and their totals: of contract 1, ids from 11, without a known price."""

    def of(*lines, bundles=None, **contract):
        usual = {"ssp_kind": 0, "ssp_per": 0, "method": Method.EVEN, "stated": 0, **YEAR}
        rows = [line(**{"id": 11 + n, **usual, **given}) for n, given in enumerate(lines)]
        found = book(rows, [], **contract)
        if bundles:
            ids, prices = zip(*bundles.items(), strict=True)
            object.__setattr__(found, "bundles", Bundles.of(id=ids, price=prices))
        home = contract_rows(found)
        weigher = prepare_weigher(found, home, Policy())
        inception = begin_contracts(found, Policy(), weigher, home)
        relative = inception.choices.relative[home]
        remaining = RemainingWeights(weigher, inception.allocation.weights, stated_prices(found), relative)
        o = found.obligations
        return remaining, Totals(stated_prices(found), o.quantity_e6, o.end)

    return of


def changed(totals, row, **after):
    """The totals with others for one line."""
    columns = {name: getattr(totals, name).copy() for name in ("stated", "quantity_e6", "end")}
    for name, value in after.items():
        columns[name][row] = parse_day(value) if isinstance(value, str) else value
    return Totals(**columns)


def weigh(begun, totals, rows=None, scale=ONE, over_the_term=None, **after):
    """What a change of the first line (``rows``: of these lines) weighs, per line: near, slack and exactly."""
    size = totals.stated.size
    mask = np.zeros(size, dtype=np.bool_)
    mask[list(rows or [0])] = True
    now = totals
    for row in rows or [0]:
        now = changed(now, row, **after)
    found = begun.change(mask, totals, now, over_the_term)
    assert found.near.dtype == np.int64
    backwards = found.exact(np.arange(size)[::-1])
    exact = [Fraction(value) / scale / (1 if scale == 1 else 2) for value in backwards.tolist()][::-1]
    return [Fraction(int(near), scale) for near in found.near], found.slack.tolist(), exact


def agreed(found):
    """Weights that are exact: one answer."""
    near, slack, exact = found
    assert near == exact
    assert not any(slack)
    return exact


def test_a_line_of_a_known_price_weighs_by_quantity_and_term_and_not_by_what_it_is_sold_for(begun):
    remaining, totals = begun(
        {"stated": 9000, "ssp_low": 10000},
        {"stated": 500, "ssp_low": 1000, "ssp_per": SspPer.MONTH},
        {"stated": 700},
    )
    assert agreed(weigh(remaining, totals, quantity_e6=3 * UNIT)) == [20000, 0, 0]
    assert agreed(weigh(remaining, totals, quantity_e6=UNIT // 4)) == [-7500, 0, 0]
    assert agreed(weigh(remaining, totals, stated=1, end="2027-12-31")) == [0, 0, 0]
    assert agreed(weigh(remaining, totals, [1], end="2026-03-31")) == [0, 3000, 0]
    assert agreed(weigh(remaining, totals, [1], end="2025-01-31", quantity_e6=2 * UNIT)) == [0, -10000, 0]
    # Without one its price stands in for it.
    assert agreed(weigh(remaining, totals, [2], stated=950, quantity_e6=5 * UNIT)) == [0, 0, 250]
    assert agreed(weigh(remaining, totals, [0, 2], stated=0, quantity_e6=2 * UNIT)) == [10000, 0, -700]


def test_inside_its_range_the_price_weighs(begun):
    remaining, totals = begun({"stated": 900, "ssp_low": 800, "ssp_high": 1000}, {"stated": 1, "ssp_low": 1})
    assert agreed(weigh(remaining, totals, stated=950)) == [50, 0]
    assert agreed(weigh(remaining, totals, stated=1200)) == [100, 0]
    assert agreed(weigh(remaining, totals, stated=100)) == [-100, 0]


def test_what_is_not_reallocated_weighs_its_price_and_never_less_than_nothing(begun):
    remaining, totals = begun(
        {"stated": 900, "ssp_low": 5}, {"stated": -50, "bundle": 3}, bundles={3: 70}, allocation=BY_STATED
    )
    assert agreed(weigh(remaining, totals, scale=1, stated=1000, quantity_e6=7 * UNIT)) == [100, 0]
    assert agreed(weigh(remaining, totals, scale=1, stated=-1)) == [-900, 0]
    assert agreed(weigh(remaining, totals, [1], scale=1, stated=20)) == [0, 20]
    assert agreed(weigh(remaining, totals, [1], scale=1, stated=-20)) == [0, 0]
    assert agreed(weigh(remaining, totals, [0, 1], scale=1, stated=30)) == [-870, 30]


def test_a_line_of_a_bundle_keeps_its_discount(begun):
    """60.00 for what sells at 80.00 and 20.00: 48.00 and 12.00. A line beside it keeps its own price."""
    lines = [
        {"stated": 6000, "ssp_low": 8000, "bundle": 3},
        {"ssp_low": 2000, "bundle": 3},
        {"stated": 100, "ssp_low": 100},
    ]
    remaining, totals = begun(*lines, bundles={3: 6000})
    near, slack, exact = weigh(remaining, totals, quantity_e6=2 * UNIT)
    assert near == exact == [4800, 0, 0]
    assert slack[0] >= slack[2] == 0
    near, _, exact = weigh(remaining, totals, [0, 1, 2], quantity_e6=4 * UNIT)
    assert near == exact == [3 * 4800, 3 * 1200, 300]
    near, _, exact = weigh(remaining, totals, [1, 2], quantity_e6=UNIT // 2)
    assert near == exact == [0, -600, -50]
    months = [{**line, "ssp_low": line["ssp_low"] // 10, "ssp_per": SspPer.MONTH} for line in lines]
    remaining, totals = begun(*months, bundles={3: 6000})
    near, _, exact = weigh(remaining, totals, end="2026-06-30")
    assert near == exact == [2400, 0, 0]


def test_a_line_of_a_bundle_that_weighed_nothing_has_no_discount_to_keep(begun):
    lines = [{"stated": 0, "bundle": 3}, {"stated": 5000, "ssp_low": 8000, "bundle": 3}]
    remaining, totals = begun(*lines, bundles={3: 4000})
    near, slack, exact = weigh(remaining, totals, stated=700)
    assert near == exact == [700, 0]
    assert slack[0] == 0


def test_one_price_for_each_is_that_of_the_term_that_was_sold(begun):
    """Where the term is what was sold: eighteen months weigh half as much again, six months half."""
    one = {"ssp_low": 1200, "ssp_high": 1200}
    remaining, totals = begun(one, one, {"ssp_low": 1200, "ssp_high": 1300, "stated": 1250}, one)
    timed = np.array([True, False, True, True])
    for last, more in (("2026-06-30", 600), ("2025-06-30", -600), ("2025-12-31", 0)):
        found = weigh(remaining, totals, [0, 1, 2], over_the_term=timed, end=last)
        # The second is not sold by time, the third has a range, and the last is not changed.
        assert found[0] == found[2] == [more, 0, 0, 0]
    near, slack, exact = weigh(remaining, totals, over_the_term=timed, quantity_e6=3 * UNIT, end="2025-04-30")
    assert near == exact == [3 * 400 - 1200, 0, 0, 0]
    assert slack[1:] == [0, 0, 0]


def test_a_residual_takes_the_whole_change_of_its_price(begun):
    lines = [
        {"stated": 700, "ssp_low": 600},
        {"stated": 300, "ssp_kind": SspKind.RESIDUAL, "quantity_e6": 2 * UNIT},
        {"stated": 40, "ssp_kind": SspKind.RESIDUAL, "contract": 2},
    ]
    remaining, totals = begun(*lines)
    assert agreed(weigh(remaining, totals, [1], stated=450, quantity_e6=9 * UNIT)) == [0, 150, 0]
    assert agreed(weigh(remaining, totals, [1], stated=100, end="2026-12-31")) == [0, -200, 0]
    assert agreed(weigh(remaining, totals, [1, 2], stated=140)) == [0, -160, 100]
    assert agreed(weigh(remaining, totals, [0, 2], stated=50, quantity_e6=2 * UNIT)) == [600, 0, 10]


# Prices so large that their columns drop the last bits.

LARGE = {"stated": 2**60, "ssp_low": 2**59 + 1, "quantity_e6": UNIT}


def bounded(remaining, found):
    """Exact weights, and near ones that lie as near to them as they say."""
    near, slack, exact = found
    shift = int(remaining.weigher.shift[0])
    assert shift > 30
    for about, loose, true in zip(near, slack, exact, strict=True):
        assert abs(about * ONE * 2**shift - true * ONE) <= loose * 2**shift
    return exact, slack


def test_what_a_term_leaves_no_whole_weight_of_is_known_exactly(begun):
    remaining, totals = begun({"ssp_low": 2**59 + 1}, {"ssp_low": 7}, {"ssp_low": 7})
    timed = np.array([True, True, False])
    found = weigh(remaining, totals, [0, 1, 2], over_the_term=timed, end="2025-07-31")
    exact, slack = bounded(remaining, found)
    assert exact == [Fraction(-5, 12) * (2**59 + 1), Fraction(-5, 12) * 7, 0]
    assert slack[0] > slack[2]  # rounded once more


def test_rounded_weights_say_how_far_they_may_be_off(begun):
    lines = [LARGE, {"stated": 7, "ssp_low": 9}, {"stated": 8}, {"stated": 3 * 2**32, "ssp_low": 2**40}]
    remaining, totals = begun(*lines)
    exact, slack = bounded(remaining, weigh(remaining, totals, [1], quantity_e6=3 * UNIT))
    assert (exact, slack) == ([0, 18, 0, 0], [0, 2, 0, 0])
    exact, slack = bounded(remaining, weigh(remaining, totals, [0, 1, 2], stated=2**32, quantity_e6=2 * UNIT))
    assert exact == [2**59 + 1, 9, 2**32 - 8, 0]
    assert slack[3] == 0


@pytest.mark.parametrize("times", [2, 7, 1000, 123_457])
@pytest.mark.parametrize(("own", "beside"), [(100, 3), (4, 3), (33, 10**6), (10**4 + 1, 10**4)])
def test_the_rounded_weights_of_a_bundle_are_as_near_as_they_say(begun, own, beside, times):
    """A line that grows a thousandfold takes a thousand times what its own weight, and its discount, are off."""
    lines = [
        LARGE,
        {"stated": own, "ssp_low": own, "bundle": 3},
        {"stated": beside, "ssp_low": beside, "bundle": 3},
        {"stated": 77, "ssp_kind": SspKind.RESIDUAL},
    ]
    for paid in (own // 2, own + beside, 40 * (own + beside)):
        remaining, totals = begun(*lines, bundles={3: paid})
        change = weigh(remaining, totals, [1, 3], quantity_e6=times * UNIT, stated=own + 5)
        exact, slack = bounded(remaining, change)
        discount = Fraction(paid, own + beside)
        assert exact == [0, own * discount * (times - 1), 0, own + 5 - 77]
        assert slack[3] == 1
        if own > 10**4:  # weights of some thousands: the bound says something
            assert 10 * slack[1] <= change[0][1] * ONE + 200

"""Allocation at inception: which contracts share, what their lines weigh, and what is refused in which words."""

from fractions import Fraction

import pytest

from revrec.accounting.allocation import ONE
from revrec.accounting.book import Bundles
from revrec.accounting.columns import NO_AMOUNT
from revrec.accounting.terms import AllocationFlag, SspKind, SspPer

MISSING, RESIDUAL, BUNDLE = (
    int(flag) for flag in (AllocationFlag.MISSING_SSP, AllocationFlag.RESIDUAL, AllocationFlag.BUNDLE)
)
STATED = {"allocation": "stated_price"}
LEFT = {"ssp_kind": SspKind.RESIDUAL}


@pytest.fixture
def share(life):
    """Allocated amounts, weights and flags of lines at their order."""

    def of(*lines, **given):
        outcome = life(list(lines), **given).outcome
        return outcome.inception.tolist(), outcome.weight.tolist(), outcome.flags.tolist()

    return of


def priced(stated, ssp, **given):
    return {"stated": stated, "ssp_low": ssp, **given}


def test_without_any_known_price_each_line_weighs_and_keeps_its_own(share):
    assert share({"stated": 700}, {"stated": 0}, {"stated": -50}) == (
        [700, 0, -50], [700 * ONE, 0, 0], [MISSING] * 3,
    )  # fmt: skip
    # Nothing is reallocated: no price is missing.
    assert share({"stated": 700}, {"stated": 0}, {"stated": -50}, **STATED) == (
        [700, 0, -50], [700, 0, 0], [0] * 3,
    )  # fmt: skip
    beside = share({"stated": 700}, {"stated": 800, "contract": 2}, stated_prices=[2])
    assert beside == ([700, 800], [700 * ONE, 800], [MISSING, 0])


def test_a_contract_that_does_not_reallocate_keeps_its_stated_prices_beside_one_that_does(share):
    pair = [priced(9000, 5000), priced(1000, 5000)]
    lines = [*pair, *({**line, "contract": 2} for line in pair)]
    amounts, weights, flags = share(*lines, stated_prices=[2])
    assert amounts == [5000, 5000, 9000, 1000]
    assert weights == [5000 * ONE, 5000 * ONE, 9000, 1000]
    assert flags == [0] * 4
    assert share(*pair, **STATED) == ([9000, 1000], [9000, 1000], [0, 0])


def test_a_contract_without_any_known_price_keeps_its_own_beside_one_that_knows(share):
    """A negative line is no weight, but stays where nothing is shared."""
    lines = [{"stated": 100}, {"stated": -10}, priced(90, 50, contract=2), priced(10, 50, contract=2)]
    assert share(*lines)[0] == [100, -10, 50, 50]
    # One known price is enough for all lines of its contract to share.
    assert share(priced(100, 50), {"stated": -10})[0] == [90, 0]


def test_a_bundle_or_a_residual_is_a_known_price(share):
    bundle = Bundles.of(id=[3], price=[60])
    amounts, _, flags = share({"stated": 100, "bundle": 3}, {"stated": -40, "bundle": 3}, bundles=bundle)
    assert (amounts, flags) == ([60, 0], [BUNDLE | MISSING] * 2)
    amounts, _, flags = share({"stated": 100, **LEFT}, {"stated": -40})
    assert (amounts, flags) == ([60, 0], [RESIDUAL, MISSING])


def test_a_bundle_whose_lines_weigh_nothing_is_shared_equally(share):
    lines = [priced(100, 0, bundle=3), priced(0, 0, bundle=3), priced(100, 100)]
    assert share(*lines, bundles=Bundles.of(id=[3], price=[100]))[0] == [50, 50, 100]


def test_bundles_of_two_contracts_are_their_own(share):
    lines = [
        priced(10, 30, bundle=4, contract=2), priced(50, 10, bundle=4, contract=2), priced(100, 10, bundle=3),
        priced(0, 40, bundle=3), priced(0, 50),
    ]  # fmt: skip
    assert share(*lines, bundles=Bundles.of(id=[3, 4], price=[50, 77]))[0] == [45, 15, 10, 40, 50]


def test_the_range_of_a_residual_is_of_its_own_months_and_quantity(life):
    """10.00 to 20.00 a month for two of them over a year: 240.00 to 480.00."""
    line = {
        "stated": 0, **LEFT, "ssp_low": 1000, "ssp_high": 2000, "ssp_per": SspPer.MONTH, "quantity_e6": 2 * 10**6,
    }  # fmt: skip
    for left, refused in ((23999, True), (24000, False), (48000, False), (48001, True)):
        outcome = life([line, priced(left + 5000, 5000)]).outcome
        assert [problem.kind for problem in outcome.problems] == ["residual_outside_range"] * refused
        assert outcome.inception.tolist() == [left, 5000]
    free = {**line, "ssp_low": NO_AMOUNT, "ssp_high": NO_AMOUNT}
    for left, refused in ((0, True), (1, False), (-1, True)):
        outcome = life([free, priced(left + 5000, 5000)]).outcome
        assert [problem.kind for problem in outcome.problems] == ["residual_outside_range"] * refused


def test_what_is_refused_is_said(life):
    two = life([{"stated": 9, **LEFT}, {"stated": 9, **LEFT}, priced(5, 5)]).outcome.problems
    assert [(problem.kind, problem.where, problem.message) for problem in two] == [
        (
            "several_residuals",
            f"obligation {number}",
            f"Obligation {number} is priced by the residual approach, and so is another of its contract: give one of "
            "them an observed price.",
        )
        for number in (11, 12)
    ]
    (problem,) = life([{"stated": 1, **LEFT}, priced(5, 9)]).outcome.problems
    assert (problem.kind, problem.where, problem.message) == (
        "residual_outside_range",
        "obligation 11",
        "The residual left for obligation 11 lies outside its observed range: give its product a stand-alone selling "
        "price.",
    )
    apart = life([{"stated": 9, **LEFT}, {"stated": 9, **LEFT, "contract": 2}]).outcome
    assert apart.problems == ()


HUGE = {"ssp_low": 2**49 // 7, "quantity_e6": 333_333}
"""A weight of which the scale of its contract drops the last bits."""


def test_bundles_too_large_for_their_columns_are_shared_exactly(share):
    """Two equal lines at the price of the third: a quarter, a quarter, a half; halves of a cent to the later line."""
    price, paid = 2**49 // 7, 10**15 + 2
    lines = [
        priced(300, 100, contract=2), priced(0, 200, contract=2),
        {**HUGE, "stated": paid, "bundle": 3}, {**HUGE, "stated": 0, "bundle": 3}, priced(0, price),
    ]  # fmt: skip
    for order in (lines, [*lines[2:], *lines[:2]]):
        amounts, _, _ = share(*order, bundles=Bundles.of(id=[3], price=[price]))
        big = [amount for amount in amounts if amount > 300]
        assert big == [paid // 4, paid // 4 + 1, paid // 2]
        assert sorted(amounts)[:2] == [100, 200]


def test_unlike_lines_of_a_large_bundle_weigh_their_parts_of_it(share):
    """One to three, at the price of the third line: an eighth, three eighths and a half, the halves to the later."""
    price, paid = 2**49 // 7, 10**15 + 4
    three = {**HUGE, "quantity_e6": 3 * HUGE["quantity_e6"]}
    lines = [{**HUGE, "stated": paid, "bundle": 3}, {**three, "stated": 0, "bundle": 3}, priced(0, price)]
    amounts, _, _ = share(*lines, bundles=Bundles.of(id=[3], price=[price]))
    assert amounts == [paid // 8, paid // 8 * 3 + 2, paid // 2]


def test_a_residual_too_large_for_its_columns_takes_exactly_what_is_left(share):
    paid = 10**15 + 1
    weight = Fraction(HUGE["ssp_low"] * HUGE["quantity_e6"], 10**6)
    one = int(2 * weight + Fraction(1, 2))
    # Two lines of that weight and what is left: the cents that their fractions leave go by the largest.
    amounts, _, flags = share({**HUGE, "stated": paid}, {**HUGE, "stated": 0}, {"stated": 0, **LEFT})
    assert sum(amounts) == paid
    assert abs(amounts[0] - weight) < 1 and abs(amounts[1] - weight) < 1
    assert abs(amounts[2] - (paid - one)) <= 1
    assert flags == [0, 0, RESIDUAL]

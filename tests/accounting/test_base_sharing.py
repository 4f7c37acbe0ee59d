"""Lines of one contract abroad: parts that foot, exact fractions, and months that lie in one layer of billing."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.accounting.base_lines import ExchangeRates, Reached
from revrec.accounting.billing_layers import Layers, base_upto, one_rate
from revrec.accounting.book import Rates
from revrec.accounting.money import foot, share, share_fraction
from revrec.accounting.terms import Event

EURO = 1


def columns(*rows):
    return [np.asarray(column, dtype=np.int64) for column in zip(*rows, strict=True)]


# Exact fractions.


@given(
    st.lists(
        st.tuples(
            st.integers(-(10**15), 10**15),
            st.integers(1, 10**9),
            st.integers(1, 10**13),
            st.sampled_from([1, 10**10, 10**13]),
            st.fractions(Fraction(-1, 2), Fraction(1, 2)),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_a_fraction_is_converted_as_if_by_hand(rows):
    rows = [(w, int(f * p), p, n, d) for w, p, n, d, f in rows if abs(w * n) < 10**18 * d]
    if rows:
        wanted = [share(w * p + left, n, p * d) for w, left, p, n, d in rows]
        assert share_fraction(*columns(*rows)).tolist() == wanted


def test_a_third_is_a_third():
    """33 and a third at 0.015 is half a unit, which 33.333333 is not."""
    (one,) = np.full((1, 1), 1, dtype=np.int64)
    reached = Reached(one * 33, one, one * 3, one * 333_333)
    assert reached.convert(ExchangeRates(one * 15, one * 1000)).tolist() == [1]


# Parts that foot.


@pytest.mark.parametrize(
    ("parts", "amount", "wanted"),
    [
        ([(3, 5), (3, 5), (4, 0)], 11, [3, 4, 4]),  # two halves, one unit: the later line has it
        ([(4, -5), (4, -5), (4, 0)], 11, [3, 4, 4]),  # the same, rounded up
        ([(4, -1), (4, -2), (4, 3)], 11, [4, 3, 4]),
        ([(-3, 4), (-2, -4)], -5, [-3, -2]),
        ([(4, 0), (4, 1)], 7, [3, 4]),
    ],
)
def test_units_go_where_rounding_left_most_over(parts, amount, wanted):
    part, rest = columns(*parts)
    group = np.zeros(part.size, dtype=np.int64)
    assert foot(part, rest, group + 10, np.asarray([amount]), group, 1).tolist() == wanted


def test_a_group_that_lacks_more_than_it_has_rows_does_not_foot():
    part, rest = columns((3, 0), (3, 0))
    group = np.zeros(2, dtype=np.int64)
    assert foot(part, rest, group + 10, np.asarray([9]), group, 1).tolist() == [4, 4]


# Layers.


def test_a_month_has_one_rate_where_one_layer_holds_it():
    # contract 0: 100 for 110, then 50 for 60; contract 2: 10 for 20.
    layers = Layers(*columns((0, 100, 110), (0, 50, 60), (2, 10, 20)))
    units = np.full(3, 1000, dtype=np.int64)

    def found(start, end):
        rate = one_rate(layers, *columns(*zip(start, end, strict=True)), units)
        return list(zip(rate.base.tolist(), rate.amount.tolist(), strict=True))

    nothing = (0, 0)
    assert found((0, 0, 0), (100_000, 5, 10_000)) == [(110, 100), nothing, (20, 10)]
    assert found((100_000, 0, 4), (150_000, 0, 3)) == [(60, 50), nothing, (20, 10)]  # backwards too
    assert found((99_999, 0, 7), (100_001, 0, 7)) == [nothing] * 3  # two layers; nothing moved
    assert base_upto(layers, np.asarray([125_000, 9, 5_000]), units).tolist() == [140, 0, 10]


# Whole lives.


@pytest.fixture
def life(book, line, bill, close, policy):
    """Base amounts of each line by month, and what went to fx."""

    def of(lines, bills=(), rates=(), **settings):
        b = book(
            [line(id=11 + n, line_rank=n, **one) for n, one in enumerate(lines)],
            [bill(*one[:3], base_amount=one[3], currency=EURO, order=100) for one in bills],
            currency=EURO,
            exchange_rate_e10=settings.pop("own_rate", -1),
        )
        months = [b.calendar.index(f"2025-{1 + n:02}") for n in range(len(rates))]
        b = replace(b, rates=Rates.of(currency=EURO, base_currency=0, period=months, rate_e10=list(rates)))
        found, fx = {}, []
        for month in range(1, 1 + settings.pop("months", 3)):
            result, b = close(b, f"2025-{month:02}", replace(policy, **settings))
            for row in result.booked.rows():
                found.setdefault(row["obligation"], []).append(row["base_revenue"])
            fx.append(sum(row["base_amount"] for row in result.transfers.rows() if row["event"] == Event.FX))
        return list(found.values()), fx, result.balances.rows()[0]

    return of


YEAR = {"start": "2025-01-01", "end": "2025-12-31"}


def test_rounding_does_not_add_up_over_the_months_of_one_invoice(life):
    """1.248 and 2.436 cents a month: a line is never more than a unit from its own running total."""
    lines = [{"stated": 1248, **YEAR}, {"stated": 2436, **YEAR}]
    found, fx, balance = life(lines, [(1, 3684, "2025-01-02", 368)], months=12)
    for one, price in zip(found, (1248, 2436), strict=True):
        running = np.cumsum(one).tolist()
        assert all(
            abs(total - Fraction(price * 368 * (1 + n), 3684 * 12)) < 1 for n, total in enumerate(running)
        )
    assert (fx, balance["base_liability"]) == ([0] * 12, 0)


def test_a_month_of_two_invoices_is_shared_by_what_each_line_earned(life):
    lines = [{"stated": 10000}, {"stated": 20000}]
    bills = [(1, 15000, "2025-01-02", 15000), (2, 15000, "2025-01-03", 30000)]
    # 150.00 in February: 50.00 of the first, 50.00 of the second.
    assert life(lines, bills)[0] == [[3333, 5000, 6667], [6667, 10000, 13333]]


def test_an_asset_is_remeasured_by_its_own_two_rates(life):
    """Thirds of 1.00 at 1.00, 1.10, 1.10: 33, then 73 less 37, then 110 less 73; 0.33 of February are worth 0.37."""
    found, fx, balance = life([{"stated": 100}], rates=[10**10, 11 * 10**9, 11 * 10**9])
    assert (found, fx, balance["base_contract_asset"]) == ([[33, 36, 37]], [0, 4, 0], 110)


def test_a_catch_up_abroad_leaves_no_difference_while_the_rate_stays(life):
    lines = [{"stated": 101}, {"stated": 103, "end": "2025-02-28"}, {"stated": 107, "start": "2025-02-01"}]
    found, fx, balance = life(lines, rates=[11115 * 10**6] * 3)
    assert [sum(one) for one in found] == [112, 114, 119]  # 112.2615, 114.4845, 118.9305
    assert (fx, balance["base_contract_asset"]) == ([0, 0, 0], 345)


def test_what_stays_is_not_converted_anew(life):
    """A line that is finished keeps its base amount while others earn, at the contract's one rate."""
    lines = [{"stated": 33, "end": "2025-01-31"}, {"stated": 33}]
    found, fx, _ = life(lines, own_rate=105 * 10**8, fx_rate="contract")
    # 34.65; and 11.55, 23.1, 34.65 make 12, 23, 35.
    assert (found, fx) == ([[35], [12, 11, 12]], [0, 0, 0])

"""What a close says of prices: the price of one unit that a weight was made of, and the leg that a line runs on.

A line is a year of 1,200.00 by day, of contract 1, ids from 11, unless it says otherwise.
"""

from dataclasses import replace

import pytest

from revrec.accounting.allocated import prices_used, quantities_now
from revrec.accounting.book import Bundles, Changes
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE
from revrec.accounting.planning import prepare_contracts
from revrec.accounting.policy import Policy
from revrec.accounting.terms import ChangeKind, CreditTreatment, Method, SspKind, SspPer, Treatment, Trigger

UNIT = 10**6
PROSPECTIVE = int(Treatment.PROSPECTIVE)
LEFT = {"ssp_kind": int(SspKind.RESIDUAL)}
MONTHLY, YEARLY = ({"ssp_per": int(per)} for per in (SspPer.MONTH, SspPer.YEAR))


@pytest.fixture
def lines(book, line):
    def of(*given, changes=(), bundles=None, bills=(), **contract):
        names = {name for one in given for name in one}
        usual = {
            "quantity_e6": UNIT, "ssp_low": NO_AMOUNT, "ssp_high": NO_AMOUNT, "ssp_per": 0, "ssp_kind": 0,
            "bundle": NONE, "trigger": int(Trigger.AUTO), "cancelled_from": NO_DAY, "fee": 0, "added_by": NONE,
        }  # fmt: skip
        kept = {name: value for name, value in usual.items() if name in names}
        year = {"stated": 120_000, "end": "2025-12-31", "method": int(Method.DAILY), **kept}
        found = book(
            [line(**{"id": 11 + n, **year, **one}) for n, one in enumerate(given)], list(bills), **contract
        )
        event = {
            "id": 1, "kind": 0, "day": parse_day("2025-07-01"), "sequence": 0, "contract": 1, "obligation": 11,
            "quantity_e6": NONE, "amount": NO_AMOUNT, "end": NO_DAY, "treatment": PROSPECTIVE, "known": 18,
        }  # fmt: skip
        made = [{**event, **change} for change in changes]
        if made:
            found = replace(
                found, changes=Changes.of(**{name: [row[name] for row in made] for name in event})
            )
        if bundles:
            found = replace(found, bundles=Bundles.of(id=[*bundles], price=[*bundles.values()]))
        return found

    return of


# The price of one unit.


@pytest.fixture
def used(lines):
    def of(*given, policy=Policy(), **more):
        prepared = prepare_contracts(lines(*given, **more), policy)
        found = prices_used(prepared.book, prepared.outcome, policy).tolist()
        return [None if price == NO_AMOUNT else price for price in found]

    return of


def ranged(low, high, **given):
    return {"ssp_low": low, "ssp_high": high, **given}


def test_a_point_is_its_own_price_and_without_one_there_is_none(used):
    assert used({}, {}) == [None, None]
    assert used({"ssp_low": 700}, {}, {"ssp_low": 0}) == [700, None, 0]
    assert used({"ssp_low": 700, **MONTHLY, "quantity_e6": 9 * UNIT}) == [700]
    assert used({"ssp_low": 700, "ssp_high": 700}) == [700]


def test_where_prices_are_not_reallocated_none_was_used(used):
    assert used({"ssp_low": 700}, policy=Policy(allocation="stated_price")) == [None]
    assert used({**LEFT}, policy=Policy(allocation="stated_price")) == [None]
    assert used(ranged(1, 10**6), policy=Policy(allocation="stated_price")) == [None]


def test_of_a_range_it_is_the_price_of_one_unit_inside_it_or_the_nearest_bound(used):
    assert used(ranged(100_000, 150_000), {"ssp_low": 5}) == [120_000, 5]
    assert used(ranged(100_000, 110_000), ranged(130_000, 150_000)) == [110_000, 130_000]
    # 1,200.00 for four of them over a year: 300.00 each, 25.00 a month.
    four = {"quantity_e6": 4 * UNIT}
    assert used(ranged(100, 10**6, **four)) == [30_000]
    assert used(ranged(100, 10**6, **four, **MONTHLY)) == [2_500]
    assert used(ranged(100, 10**6, **four, **YEARLY)) == [30_000]
    assert used(ranged(100, 10**6, **four, **MONTHLY, end="2026-12-31"), {}) == [1_250, None]
    assert used(ranged(100, 10**6, stated=100_001, quantity_e6=3 * UNIT)) == [33_334]


def test_of_a_residual_it_is_what_the_others_left_for_one_unit(used):
    """2,400.00 less 300.00, for two."""
    assert used({"ssp_low": 30_000}, {**LEFT, "quantity_e6": 2 * UNIT}) == [30_000, 105_000]
    assert used({"ssp_low": 30_000}, {**LEFT, **ranged(1, 10**6)}) == [30_000, 210_000]
    assert used({"ssp_low": 30_000}, {**LEFT, "quantity_e6": 0}) == [30_000, 0]  # of no unit
    # Nothing was left.
    assert used({"ssp_low": 240_000}, LEFT) == [240_000, None]
    assert used({**LEFT, "stated": 60_000}, {"contract": 2}) == [60_000, None]


def test_a_line_of_a_bundle_weighs_by_its_own_price_and_not_what_the_bundle_made_of_it(used):
    lines = [ranged(10, 10**6, bundle=3), {"ssp_low": 50_000, "bundle": 3}, ranged(10, 10**6)]
    assert used(*lines, bundles={3: 85_000}) == [10, 50_000, 120_000]


@pytest.mark.parametrize("pieces", [10**9, 10**8, 87_741_000])
def test_also_of_so_many_units_that_columns_do_not_hold_them(used, pieces):
    """Three cents a month for each of a billion, and five beside it of a range of one to five."""
    many = {"quantity_e6": pieces * UNIT, **MONTHLY}
    assert used(ranged(1, 4, stated=36 * pieces, **many), ranged(1, 5, stated=10**12, **many)) == [3, 5]
    assert used(ranged(1, 4, stated=36 * pieces, **many), ranged(1, 900_000, ssp_per=0)) == [3, 120_000]


# Quantities.


def test_the_quantity_now_is_the_last_that_a_change_names(lines):
    later = {"day": parse_day("2025-08-01")}
    events = [
        {"quantity_e6": 7, **later}, {"quantity_e6": 3}, {"quantity_e6": NONE, "day": parse_day("2025-09-01")},
        {"quantity_e6": 5, "obligation": 13}, {"quantity_e6": 9, "obligation": 99},
        {"quantity_e6": 8, "obligation": NONE},
    ]  # fmt: skip
    assert quantities_now(lines({}, {}, {}, changes=events)).tolist() == [7, UNIT, 5]
    assert quantities_now(lines({}, {"quantity_e6": 4})).tolist() == [UNIT, 4]
    assert quantities_now(lines({}, changes=events[2:3])).tolist() == [UNIT]
    same = [{"quantity_e6": 3, "sequence": 2}, {"quantity_e6": 4, "sequence": 1}]
    assert quantities_now(lines({}, changes=same)).tolist() == [3]
    kinds = [{"quantity_e6": 3, "kind": int(ChangeKind.CANCEL)}, {"quantity_e6": 4, "sequence": 9}]
    assert quantities_now(lines({}, changes=kinds)).tolist() == [3]


# The leg that each runs on.


def rows(close, book, period, policy):
    result, _ = close(book, period, policy)
    return {row["obligation"]: row for row in result.allocations.rows()}


def test_only_what_was_ordered_by_the_end_of_the_period_is_said(lines, close, policy):
    found = lines(
        {}, {"ordered_day": "2025-03-01", "contract": 2}, {"ordered_day": "2025-02-28", "contract": 3}
    )
    assert list(rows(close, found, "2025-02", policy)) == [11, 13]
    assert list(rows(close, found, "2025-03", policy)) == [11, 12, 13]
    assert rows(close, found, "2024-12", policy) == {}


def test_a_leg_of_its_own_has_a_day_and_what_was_fixed_before_it(lines, close, policy):
    """Changed in July: 595.07 of 1,200.00 are fixed. Before that it runs on its first."""
    found = lines({}, {"contract": 2}, changes=[{"amount": 150_000}])
    by_june, by_july = (rows(close, found, period, policy) for period in ("2025-06", "2025-07"))
    assert by_june[11] == {**by_july[12], "obligation": 11, "contract": 1, "allocated": 150_000, "stated": 150_000,
                           "remaining": by_june[11]["remaining"]}  # fmt: skip
    changed = by_july[11]
    assert (changed["fixed"], changed["rest"], changed["leg_from"]) == (
        59_507,
        90_493,
        parse_day("2025-07-01"),
    )
    assert (changed["price"], changed["stated"], changed["allocated"]) == (120_000, 150_000, 150_000)
    assert changed["remaining"] == 150_000 - 59_507 - 15_246
    plain = by_july[12]
    assert (plain["fixed"], plain["rest"], plain["leg_from"], plain["price"]) == (0, 120_000, NO_DAY, 120_000)


def test_a_line_that_joins_later_in_the_period_is_said_by_its_first_leg(lines, close, policy):
    """Ordered with its contract, it begins in July; the close of June says what is to come."""
    added = {"added_by": 1, "stated": 60_000, "start": "2025-07-01", "ordered_day": "2025-06-15"}
    found = lines({}, added, changes=[{"obligation": 12}])
    june = rows(close, found, "2025-06", policy)
    assert (june[12]["rest"], june[12]["leg_from"], june[12]["added_by"]) == (60_000, NO_DAY, 1)
    assert june[12]["remaining"] == june[12]["allocated"] == 60_000
    assert june[11]["fixed"] == 0


def test_a_lump_has_its_day_and_usage_has_nothing_that_remains(lines, bill, close, policy):
    cancelled = {"cancelled_from": "2025-03-11", "fee": 500}
    usage = {"method": int(Method.AS_INVOICED)}
    bills = [bill(1, 700, "2025-02-28", order=100, obligation=13)]
    found = rows(close, lines({}, cancelled, usage, {**cancelled, "fee": 0}, bills=bills), "2025-03", policy)
    assert [(row["lump"], row["lump_day"]) for row in found.values()] == [
        (0, NO_DAY), (500, parse_day("2025-03-11")), (0, NO_DAY), (0, NO_DAY),
    ]  # fmt: skip
    assert [row["stops"] for row in found.values()][1:2] == [parse_day("2025-03-10")]
    assert found[11]["remaining"] == 120_000 - 29_589
    assert found[12]["remaining"] == found[13]["remaining"] == 0


def test_what_a_credit_took_at_once_is_fixed_when_a_fee_comes(lines, bill, close, policy):
    at_once = {"order": 100, "obligation": 11, "treatment": int(CreditTreatment.IMMEDIATE)}
    bills = [
        bill(1, 120_000, "2025-01-01", order=100, obligation=11, treatment=0),
        bill(2, -1_000, "2025-02-01", **at_once),
    ]
    cancel = {"kind": int(ChangeKind.CANCEL), "day": parse_day("2025-03-01"), "amount": 500, "treatment": 0}
    row = rows(close, lines({}, bills=bills), "2025-03", policy)[11]
    assert (row["fixed"], row["lump"], row["leg_from"]) == (0, -1_000, NO_DAY)
    row = rows(close, lines({}, bills=bills, changes=[cancel]), "2025-03", policy)[11]
    assert (row["fixed"], row["lump"], row["leg_from"]) == (-1_000, 500, parse_day("2025-03-01"))
    assert row["remaining"] == 0


def test_only_a_point_in_time_has_a_trigger(lines, close, policy):
    once = {"method": int(Method.POINT_IN_TIME), "trigger": int(Trigger.ORDER)}
    found = rows(close, lines({}, once, {**once, "trigger": int(Trigger.AUTO)}), "2025-01", policy)
    assert [row["trigger"] for row in found.values()] == [NONE, Trigger.ORDER, Trigger.START]
    assert [row["method"] for row in found.values()] == [
        Method.DAILY,
        Method.POINT_IN_TIME,
        Method.POINT_IN_TIME,
    ]


def test_a_credit_that_lowers_what_remains_begins_a_leg(lines, bill, close, policy):
    treated = {"order": 100, "obligation": 11, "treatment": int(CreditTreatment.PROSPECTIVE)}
    bills = [
        bill(1, 120_000, "2025-01-01", order=100, obligation=11, treatment=0),
        bill(2, -10_000, "2025-02-01", **treated),
    ]
    found = lines({}, bills=bills)
    february = rows(close, found, "2025-02", policy)[11]
    assert (february["fixed"], february["rest"], february["allocated"]) == (10_192, 99_808, 110_000)
    assert february["leg_from"] == parse_day("2025-02-01")
    # One of the very first day finds nothing earned: what it begins is told by its day alone.
    first = lines({}, bills=[bills[0], bill(2, -10_000, "2025-01-01", **treated)])
    january = rows(close, first, "2025-01", policy)[11]
    assert (january["fixed"], january["rest"]) == (0, 110_000)
    assert january["leg_from"] == parse_day("2025-01-01")

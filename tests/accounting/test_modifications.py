"""Modifications, one rule at a time: what was earned before, what is spread over what remains, what catches up.

A line is a year of 120.00, ``even``, unless it says otherwise: 10.00 a month.
"""

import numpy as np

from revrec.accounting.book import Bundles
from revrec.accounting.columns import NO_AMOUNT
from revrec.accounting.terms import (
    AllocationFlag,
    Method,
    Rounding,
    SspKind,
    SspPer,
    Treatment,
)

SEPARATE = int(Treatment.SEPARATE)
AUTO = int(Treatment.AUTO)
CATCH_UP = int(Treatment.CUMULATIVE_CATCH_UP)
STATED = {"allocation": "stated_price"}


def test_without_events_every_line_runs_as_it_was_sold(life):
    run = life([{}, {"contract": 2, "stated": 24000}])
    assert run.months(11, "2025-01", "2025-12") == [1000] * 12
    assert run.months(12, "2025-01", "2025-12") == [2000] * 12
    assert run.prices == run.outcome.inception.tolist() == run.outcome.stated.tolist() == [12000, 24000]
    assert (run.outcome.reasons, run.outcome.problems) == ((), ())
    assert run.outcome.flags.tolist() == [AllocationFlag.MISSING_SSP] * 2


# Prospective: what was recognised is fixed, the rest and the change are spread over what remains.


def test_three_years_renegotiated_and_extended_at_the_end_of_the_second(life):
    # 606-10-55-111 to -116 in thousands: 100, 100, then 80 for the third year and 200 for three more: 70 a year.
    run = life(
        [{"stated": 300_000, "end": "2027-12-31"}],
        [{"day": "2027-01-01", "amount": 480_000, "end": "2030-12-31"}],
    )
    years = [f"{year}-12-31" for year in range(2025, 2031)]
    assert np.diff([0, *run.total(11, *years)]).tolist() == [100_000] * 2 + [70_000] * 4
    assert (run.prices, run.outcome.stated.tolist()) == ([480_000], [480_000])
    assert run.outcome.inception.tolist() == [300_000]
    assert run.outcome.reasons == ((1, "chosen by a user or rule"),)


def test_a_daily_line_is_fixed_through_the_day_before(life):
    # 100 a day through 14 July (195 days); 170 days are left: 17,000 and 3,400 more are 120 a day.
    run = life([{"method": Method.DAILY, "stated": 36500}], [{"day": "2025-07-15", "amount": 39900}])
    assert run.total(11, "2025-07-14", "2025-07-15", "2025-07-31") == [19500, 19620, 19500 + 17 * 120]
    assert run.total(11, "2025-12-31") == [39900]


def test_a_method_that_weighs_periods_is_fixed_through_the_period_before(life):
    # Changed within July: six months are earned, and July is the first of six that share 60.00 + 6.00.
    run = life([{}], [{"day": "2025-07-15", "amount": 12600}])
    assert run.months(11, "2025-01", "2025-12") == [1000] * 6 + [1100] * 6


def test_a_change_on_the_first_day_or_before_finds_nothing_earned(life):
    for day in ("2025-01-01", "2025-01-02"):
        assert life([{}], [{"day": day, "amount": 24000}]).months(11, "2025-01", "2025-12") == [2000] * 12
    early = life([{"ordered_day": "2024-11-15"}], [{"day": "2024-12-01", "amount": 24000}])
    assert early.months(11, "2024-11", "2025-12") == [0, 0] + [2000] * 12


def test_a_finished_line_that_is_extended_earns_the_change_over_the_new_periods(life):
    run = life([{}], [{"day": "2026-01-01", "amount": 15000, "end": "2026-06-30"}])
    assert run.months(11, "2025-01", "2026-06") == [1000] * 12 + [500] * 6


def test_a_longer_term_alone_stretches_the_rest(life):
    # 60.00 are left at the end of June; with a year more, 18 months remain.
    run = life([{}], [{"end": "2026-12-31"}])
    assert run.months(11, "2025-06", "2025-09") == [1000, 333, 334, 333]
    assert (run.total(11, "2026-12-31"), run.outcome.stated.tolist()) == ([12000], [12000])


def test_a_shorter_term_alone_presses_the_rest(life):
    run = life([{}], [{"end": "2025-09-30"}])
    assert run.months(11, "2025-05", "2025-10") == [1000, 1000, 2000, 2000, 2000, 0]


def test_a_lower_price_lowers_what_remains_and_takes_nothing_back(life):
    run = life([{}], [{"amount": 7500}])
    assert run.months(11, "2025-01", "2025-12") == [1000] * 6 + [250] * 6


def test_weights_run_from_the_original_start(life):
    # half_month, entered on the 16th: 1/2 and 11 months of 12,000. Changed in July: July to December are 6 of the rest.
    line = {"method": Method.HALF_MONTH, "stated": 11500, "start": "2025-01-16"}
    run = life([line], [{"amount": 14500}])
    assert run.months(11, "2025-01", "2025-12") == [500] + [1000] * 5 + [1500] * 6


def test_each_event_begins_where_the_last_one_left(life):
    # 60.00 and 60.00 over July to December, then from October 60.00 + 30.00 over October to December.
    run = life([{}], [{"amount": 18000}, {"day": "2025-10-01", "amount": 21000}])
    assert run.months(11, "2025-06", "2025-12") == [1000, 2000, 2000, 2000, 3000, 3000, 3000]


def test_what_changes_nothing_leaves_the_line_alone(life):
    same = [
        {"amount": 12000, "end": "2025-12-31", "quantity_e6": 10**6},
        {"day": "2025-08-15"},
        {"day": "2025-09-15", "treatment": CATCH_UP, "amount": 12000},
    ]
    run = life([{"stated": 12001}, {"stated": 7}], [{**row, "amount": 12001} for row in same])
    plain = life([{"stated": 12001}, {"stated": 7}])
    for line in (11, 12):
        assert run.months(line, "2025-01", "2025-12") == plain.months(line, "2025-01", "2025-12")
    assert len(run.outcome.plan.legs) == 2  # nothing began anew


def test_only_what_really_changes_opens_the_pool(life):
    """An event of two lines of which one stays as it is: the other alone is changed."""
    lines = [{}, {}, {}]
    both = [{"id": 5, "amount": 18000}, {"id": 5, "obligation": 12, "amount": 12000}]
    run = life(lines, both, **STATED)
    assert run.prices == [18000, 12000, 12000]
    assert len(run.outcome.plan.legs) == 4  # line 11 alone has two


# Shared or not.


def priced(stated=12000, ssp=12000, **given):
    return {"stated": stated, "ssp_low": ssp, **given}


def test_under_stated_prices_each_line_keeps_its_own_rest(life):
    run = life([priced(), priced(24000)], [{"amount": 18000}], **STATED)
    assert run.months(11, "2025-06", "2025-08") == [1000, 2000, 2000]
    assert run.months(12, "2025-06", "2025-08") == [2000, 2000, 2000]
    assert run.prices == [18000, 24000]


def test_rests_are_pooled_and_shared_by_what_remains_of_each_weight(life):
    # 360.00 over SSPs of 120.00 and 60.00: 240.00 and 120.00. Half is left: 180.00 + 90.00 more, by 60 to 30.
    run = life([priced(18000, 12000), priced(18000, 6000)], [{"amount": 27000}])
    assert run.outcome.inception.tolist() == [24000, 12000]
    assert run.months(11, "2025-06", "2025-07") == [2000, 3000]
    assert run.months(12, "2025-06", "2025-07") == [1000, 1500]
    assert run.prices == [30000, 15000]


def test_what_is_finished_takes_no_part(life):
    # The second line ended in March. 60.00 of the first and of the third are left, 30.00 more are shared equally.
    run = life([priced(), priced(3000, 3000, end="2025-03-31"), priced()], [{"amount": 15000}])
    assert run.prices == [13500, 3000, 13500]
    assert run.months(12, "2025-01", "2025-07") == [1000] * 3 + [0] * 4
    assert run.months(13, "2025-06", "2025-08") == [1000, 1250, 1250]


def test_a_finished_line_takes_part_when_it_is_the_one_that_changes(life):
    # It is extended by half a year at its price: 30.00 by its weight of 30.00, and the other's rest stays its own.
    short = priced(6000, 6000, end="2025-06-30", ssp_per=SspPer.EACH)
    run = life([short, priced()], [{"amount": 9000, "end": "2025-12-31", "quantity_e6": 1_500_000}])
    assert run.prices == [9000, 12000]
    assert run.months(11, "2025-06", "2025-12") == [1000] + [500] * 6
    assert run.months(12, "2025-06", "2025-08") == [1000] * 3


def test_an_extension_adds_the_weight_of_its_own_months(life):
    # At 10.00 a month: 6 months of 12 are left, and 6 more are added for 30.00. The other line has 6 left as well.
    month = {"ssp_low": 1000, "ssp_per": SspPer.MONTH}
    run = life([month, month], [{"amount": 15000, "end": "2026-06-30"}])
    # Pool 60 + 60 + 30 = 150.00 by 12 months to 6.
    assert run.prices == [6000 + 10000, 6000 + 5000]
    assert run.total(11, "2025-06-30", "2026-06-30") == [6000, 16000]
    assert run.months(12, "2025-07", "2025-08") == [833, 834]


def test_quantities_raise_the_weight_of_what_remains(life):
    # 120.00 for one, 240.00 for two, from July on: weights 60 + 120 and 60; pool 60 + 60 + 60 = 180.00.
    run = life([priced(), priced()], [{"amount": 18000, "quantity_e6": 2 * 10**6}])
    assert run.prices == [6000 + 13500, 6000 + 4500]


# Lines that are added.


def added(stated, ssp=NO_AMOUNT, **given):
    return {
        "stated": stated, "ssp_low": ssp, "start": "2025-07-01", "added_by": 1, "ordered_day": "2025-07-01", **given,
    }  # fmt: skip


NEW = {"obligation": 12}


def test_a_new_line_joins_the_pool_with_all_of_its_weight(life):
    # 60.00 are left of 120.00, and 30.00 are new for what sells at 60.00: 45.00 each.
    run = life([priced(), added(3000, 6000)], [NEW])
    assert run.months(11, "2025-06", "2025-12") == [1000] + [750] * 6
    assert run.months(12, "2025-06", "2025-12") == [0] + [750] * 6
    assert run.prices == [10500, 4500]
    assert run.outcome.stated.tolist() == [12000, 3000]


def test_a_new_line_of_stated_prices_earns_its_own(life):
    run = life([priced(), added(3000, 6000)], [NEW], **STATED)
    assert run.months(11, "2025-06", "2025-12") == [1000] * 7
    assert run.months(12, "2025-06", "2025-12") == [0] + [500] * 6


def test_the_row_of_the_event_holds_the_price_of_the_new_line(life):
    run = life([priced(), added(9999)], [{**NEW, "amount": 3000}], **STATED)
    assert (run.prices, run.outcome.stated.tolist()) == ([12000, 3000], [12000, 3000])


def test_a_line_at_its_price_is_a_contract_of_its_own(life):
    run = life([priced(12000, 6000), added(6000, 6000)], [{**NEW, "treatment": AUTO}])
    assert run.prices == run.outcome.inception.tolist() == [12000, 6000]
    assert run.months(12, "2025-06", "2025-12") == [0] + [1000] * 6
    assert run.outcome.reasons == (
        (1, "separate: all its lines are new, at their stand-alone selling prices"),
    )


def test_a_separate_contract_stays_out_of_later_pools(life):
    """20.00 more for the first line: shared by the order's two lines alone; then 20.00 for the added one: its own."""
    lines = [priced(), priced(), added(6000, 6000)]
    separate = {"obligation": 13, "treatment": SEPARATE}
    later = [
        {"day": "2025-10-01", "amount": 14000},
        {"day": "2025-11-01", "obligation": 13, "amount": 8000},
    ]
    assert life(lines, [separate, later[0]]).prices == [13000, 13000, 6000]
    assert life(lines, [separate, later[1]]).prices == [12000, 12000, 8000]
    assert life(lines, [separate, *later]).prices == [13000, 13000, 8000]
    down = {**later[1], "treatment": CATCH_UP}
    assert life(lines, [separate, down]).prices == [12000, 12000, 8000]


def test_two_lines_of_one_separate_contract_share_its_price(life):
    lines = [priced(), added(9000, 6000), added(3000, 6000)]
    events = [{"id": 1, "obligation": line, "treatment": SEPARATE} for line in (12, 13)]
    assert life(lines, events).prices == [12000, 6000, 6000]


# Catching up: the current legs once more, as if they had been so from their beginning.


def test_a_catch_up_runs_the_changed_price_from_inception(life):
    # 606-10-55-129 to -134 in tens: 60 percent of a price of 1,000,000 that becomes 1,150,000.
    half = {"method": Method.PERCENT_COMPLETE, "stated": 1_000_000, "end": "2026-12-31"}
    run = life([half], [{"amount": 1_150_000, "treatment": AUTO}], progress=[(11, "2025-05-31", 60 * 10**6)])
    assert run.total(11, "2025-05-30", "2025-05-31", "2025-12-31") == [0, 690_000, 690_000]
    assert run.outcome.reasons == (
        (1, "prospective or catch-up by line: it changes a line that was there before"),
    )
    assert len(run.outcome.plan.legs) == 1


def test_a_catch_up_takes_the_changed_term_from_inception(life):
    run = life([{}], [{"treatment": CATCH_UP, "amount": 18000, "end": "2026-06-30"}])
    assert run.months(11, "2025-01", "2026-06") == [1000] * 18


def test_a_catch_up_shares_the_changed_price_by_the_changed_weights(life):
    # The first line doubles: 240 to 120 of 420.00.
    lines = [priced(), priced()]
    change = {"treatment": CATCH_UP, "amount": 30000, "quantity_e6": 2 * 10**6}
    run = life(lines, [change])
    assert run.prices == [28000, 14000]
    assert life(lines, [change], **STATED).prices == [30000, 12000]


def test_a_catch_up_goes_back_to_the_latest_prospective_modification_and_no_further(life):
    # Half of 120.00 is fixed; from July 60.00 + 60.00 are 20.00 a month, then from July on 60.00 more: 30.00 a month.
    events = [{"amount": 18000}, {"day": "2025-10-01", "amount": 24000, "treatment": CATCH_UP}]
    for policy in ({}, STATED):
        run = life([{}], events, **policy)
        assert run.months(11, "2025-01", "2025-12") == [1000] * 6 + [3000] * 6


def test_a_term_that_changes_behind_a_modification_is_measured_again(life):
    """Prospective in July, then a catch-up to a term of 18 months: the six months earned are 6 of 18 of it.

    So the leg of July earns its rest, 60.00 + 60.00, over 12 periods.
    """
    events = [
        {"amount": 18000},
        {"day": "2025-10-01", "end": "2026-06-30", "treatment": CATCH_UP},
    ]
    for policy in ({}, STATED):
        run = life([{}], events, **policy)
        assert run.months(11, "2025-01", "2026-06") == [1000] * 18


def test_new_lines_may_catch_up_as_well(life):
    # 120.00 and 30.00 by SSPs of 120.00 and 60.00, from inception: 100.00 and 50.00.
    run = life([priced(), added(3000, 6000)], [{**NEW, "treatment": CATCH_UP}])
    assert run.prices == [10000, 5000]
    assert run.total(11, "2025-06-30") == [5000]
    assert run.months(12, "2025-06", "2025-08") == [0, 833, 834]
    own = life([priced(), added(3000, 6000)], [{**NEW, "treatment": CATCH_UP}], **STATED)
    assert own.prices == [12000, 3000]


def test_an_event_may_catch_up_one_line_and_run_on_another(life):
    """auto goes by line: the percentage catches up with its own change, the even line runs on with its own."""
    lines = [{}, {"method": Method.PERCENT_COMPLETE}]
    events = [
        {"id": 4, "treatment": AUTO, "amount": 18000},
        {"id": 4, "treatment": AUTO, "obligation": 12, "amount": 16000},
    ]
    run = life(lines, events, progress=[(12, "2025-02-10", 25 * 10**6)], **STATED)
    assert run.months(11, "2025-06", "2025-08") == [1000, 2000, 2000]
    assert run.total(12, "2025-02-10", "2025-12-31") == [4000, 4000]


def test_a_line_that_was_finished_when_its_pool_changed_joins_it_to_catch_up(life):
    """The first line is finished in June with 120.00, and the second is raised in July; then the first catches up.

    30.00 more go to what the modification of July left: the first weighs what its change weighs, 30 of 90.
    """
    lines = [priced(end="2025-06-30"), priced()]
    events = [
        {"obligation": 12, "amount": 18000},
        {"day": "2025-10-01", "amount": 15000, "quantity_e6": 1_250_000, "treatment": CATCH_UP},
    ]
    run = life(lines, events)
    # Pool: 60.00 + 60.00 of the second, and 30.00; by 30.00 (a quarter of 120.00 more) to 60.00.
    assert run.prices == [12000 + 5000, 6000 + 10000]
    assert run.total(11, "2025-06-30", "2025-07-01") == [12000, 17000]


def test_a_catch_up_behind_the_modification_of_another_line_goes_to_its_own_inception(life):
    """Under stated prices every line is its own: the second line was not changed in July, and goes back to January."""
    events = [
        {"amount": 18000},
        {"day": "2025-10-01", "obligation": 12, "amount": 24000, "treatment": CATCH_UP},
    ]
    run = life([{}, {}], events, **STATED)
    assert run.months(12, "2025-01", "2025-12") == [2000] * 12
    assert run.months(11, "2025-06", "2025-07") == [1000, 2000]


# What the methods take from a change.


def test_units_of_a_changed_quantity(life):
    # 100 for 120.00; 50 are delivered when 150 are agreed for 210.00: 60.00 + 90.00 over the 100 that remain.
    line = {"method": Method.UNITS, "quantity_e6": 100 * 10**6}
    change = {"amount": 21000, "quantity_e6": 150 * 10**6}
    progress = [
        (11, "2025-06-30", 50 * 10**6),
        (11, "2025-08-01", 90 * 10**6),
        (11, "2025-09-01", 150 * 10**6),
    ]
    run = life([line], [change], progress=progress)
    assert run.total(11, "2025-06-30", "2025-08-01", "2025-09-01") == [6000, 6000 + 6000, 21000]
    back = life([line], [{**change, "treatment": CATCH_UP}], progress=progress)
    assert back.total(11, "2025-06-30", "2025-08-01", "2025-09-01") == [7000, 12600, 21000]


def test_a_changed_quantity_does_not_change_how_a_percentage_is_complete(life):
    """Nor of a quantity of 100, which is what all of a percentage counts as."""
    line = {"method": Method.PERCENT_COMPLETE, "quantity_e6": 100 * 10**6}
    for given in ({}, {"whole": 100 * 10**6}):
        run = life(
            [{**line, **given}],
            [{"quantity_e6": 200 * 10**6, "amount": 24000, "treatment": CATCH_UP}],
            progress=[(11, "2025-03-01", 50 * 10**6)],
        )
        assert run.total(11, "2025-03-01") == [12000]


def test_a_milestone_keeps_its_weights(life):
    line = {"method": Method.MILESTONE, "whole": 4, "quantity_e6": 4}
    run = life(
        [line], [{"treatment": AUTO, "amount": 20000, "quantity_e6": 8}], progress=[(11, "2025-03-01", 1)]
    )
    assert run.total(11, "2025-02-28", "2025-03-01") == [0, 5000]
    run = life([line], [{"amount": 21000}], progress=[(11, "2025-03-01", 1), (11, "2025-09-01", 2)])
    # A quarter is earned, three quarters and 90.00 more remain: a third of 180.00 with the second.
    assert run.total(11, "2025-03-01", "2025-09-01") == [3000, 9000]


def test_what_is_earned_at_a_point_is_finished(life):
    # Earned in January: it takes no part; raised by its own change, it earns the change at once.
    once = priced(method=Method.POINT_IN_TIME)
    unbothered = life([priced(), once], [{"amount": 18000}])
    assert unbothered.prices == [18000, 12000]
    assert life([once], [{"amount": 15000}]).total(11, "2025-06-30", "2025-07-01") == [12000, 15000]


def test_usage_has_a_rate_and_no_price(life):
    usage = {"method": Method.AS_INVOICED, "stated": 5000}
    run = life(
        [{}, usage], [{"obligation": 12, "amount": 8000}, {"day": "2025-08-01", "amount": 18000}], **STATED
    )
    assert (run.prices, run.outcome.stated.tolist()) == ([18000, 0], [18000, 0])


def test_each_leg_is_rounded_by_itself_under_last_period(life):
    # 100.00 over 6: 16.67 a month, of which 3 are fixed; then 49.99 and 20.01 over 3: 23.33, 23.33 and the rest.
    line = {"stated": 10000, "end": "2025-06-30"}
    run = life([line], [{"day": "2025-04-01", "amount": 12001}], rounding="last_period")
    assert run.months(11, "2025-01", "2025-06") == [1667] * 3 + [2333, 2333, 2334]
    assert run.outcome.plan.legs.rounding.tolist() == [Rounding.LAST_PERIOD] * 2


# Many contracts in one.


def test_contracts_are_changed_each_by_its_own(life):
    """Four contracts with two, one, no and one event: in turns, by day, and only where something happened."""
    lines = [
        {"contract": 7, "id": 41, "stated": 12000},
        {"contract": 3, "id": 22, "stated": 24000},
        {"contract": 5, "id": 33, "stated": 36000},
        {"contract": 3, "id": 21, "stated": 12000},
        {"contract": 9, "id": 50, "stated": 12000, "ordered_day": "2025-01-01"},
    ]
    events = [
        {"id": 4, "contract": 3, "obligation": 21, "day": "2025-10-01", "amount": 24000},
        {"id": 2, "contract": 7, "obligation": 41, "day": "2025-07-01", "amount": 18000},
        {"id": 3, "contract": 3, "obligation": 21, "day": "2025-07-01", "amount": 18000},
        {"id": 1, "contract": 9, "obligation": 50, "amount": 18000, "treatment": CATCH_UP},
    ]
    run = life(lines, events, **STATED)
    assert run.prices == [18000, 24000, 36000, 24000, 18000]
    assert run.months(41, "2025-06", "2025-11") == [1000] + [2000] * 5
    assert run.months(22, "2025-06", "2025-11") == [2000] * 6
    assert run.months(33, "2025-06", "2025-11") == [3000] * 6
    assert run.months(21, "2025-06", "2025-11") == [1000, 2000, 2000, 2000, 4000, 4000]
    assert run.months(50, "2025-01", "2025-12") == [1500] * 12
    assert run.outcome.stated.tolist() == run.prices
    assert run.outcome.allocated.dtype == run.outcome.stated.dtype == np.int64
    assert [reason[0] for reason in run.outcome.reasons] == [1, 2, 3, 4]


def test_one_contract_may_share_by_prices_beside_one_that_does_not(life):
    """The pools of a contract are those of its own choice."""
    pair = [priced(), priced(24000)]
    lines = [{**line, "contract": contract} for contract in (1, 2) for line in pair]
    events = [{"amount": 18000}, {"contract": 2, "obligation": 13, "amount": 18000}]
    # 90.00 + 90.00 are left, by equal prices, and 60.00 more.
    assert life(lines, events).prices == [9000 + 12000] * 4
    own = life(lines, events, **STATED)
    assert own.prices == [18000, 24000] * 2


def test_a_bundle_keeps_its_discount_when_one_of_its_lines_grows(life):
    # 60.00 for 80.00 and 20.00: 48.00 and 12.00. From July twice the first for 96.00: 24 + 48 and 6 by weight.
    lines = [priced(4800, 8000, bundle=3), priced(1200, 2000, bundle=3)]
    run = life(lines, [{"amount": 9600, "quantity_e6": 2 * 10**6}], bundles=Bundles.of(id=[3], price=[6000]))
    # 30.00 are left and 48.00 come: 78.00 by 72 to 6.
    assert run.prices == [2400 + 7200, 600 + 600]


def test_a_refused_treatment_is_told_with_the_outcome(life):
    run = life([{}], [{"treatment": SEPARATE, "amount": 18000}])
    assert [problem.kind for problem in run.outcome.problems] == ["separate_touches_old_line"]
    run = life([{"ssp_kind": SspKind.RESIDUAL}, priced(1, 99999)], [])
    assert [problem.kind for problem in run.outcome.problems] == ["residual_outside_range"]

"""Modifications, one rule at a time: what was earned before stays, and what remains takes the change.

A line is a year of 120.00, ``even``, unless it says otherwise: 10.00 a month.
"""

import numpy as np

from revrec.accounting.terms import (
    AllocationFlag,
    Method,
    Rounding,
    SspKind,
    Treatment,
    Trigger,
)

SEPARATE = int(Treatment.SEPARATE)
AUTO = int(Treatment.AUTO)
CATCH_UP = int(Treatment.CUMULATIVE_CATCH_UP)
STATED = {"allocation": "stated_price"}


def priced(stated=12000, ssp=12000, **given):
    return {"stated": stated, "ssp_low": ssp, **given}


def test_without_events_every_line_runs_as_it_was_sold(life):
    run = life([{}, {"contract": 2, "stated": 24000}])
    assert run.months(11, "2025-01", "2025-12") == [1000] * 12
    assert run.months(12, "2025-01", "2025-12") == [2000] * 12
    assert run.prices == run.outcome.inception.tolist() == run.outcome.stated.tolist() == [12000, 24000]
    assert (run.outcome.reasons, run.outcome.problems) == ((), ())
    assert run.outcome.flags.tolist() == [AllocationFlag.MISSING_SSP] * 2
    assert (run.outcome.plan.legs.row.tolist(), run.outcome.plan.obligations) == ([0, 1], 2)
    first, second = run.outcome.weight.tolist()
    assert second == 2 * first > 0


def test_what_was_signed_as_cancelled_has_the_price_it_earned(life):
    cancelled = {"cancelled_from": "2025-04-01", "fee": 500}
    assert life([{}, cancelled]).prices == [12000, 3500]


def test_the_first_invoice_triggers_and_the_others_wait(life):
    line = {"method": Method.POINT_IN_TIME, "trigger": Trigger.INVOICE}
    for events in ([], [{"amount": 18000, "day": "2025-03-01"}]):
        run = life([line, line, {}], events, billed={11: "2025-05-07"}, **STATED)
        price = 18000 if events else 12000
        assert run.total(11, "2025-05-06", "2025-05-07") == [0, price]
        assert run.total(12, "2025-12-31") == [0]


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
    back = life(
        [line, line],
        [{**change, "treatment": CATCH_UP}],
        progress=[*progress, (12, "2025-06-30", 50 * 10**6)],
        **STATED,
    )
    assert back.total(11, "2025-06-30", "2025-08-01", "2025-09-01") == [7000, 12600, 21000]
    assert back.total(12, "2025-12-31") == [6000]


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


def test_a_refused_treatment_is_told_with_the_outcome(life):
    run = life([{}], [{"treatment": SEPARATE, "amount": 18000}])
    assert [problem.kind for problem in run.outcome.problems] == ["separate_touches_old_line"]
    run = life([{"ssp_kind": SspKind.RESIDUAL}, priced(1, 99999)], [])
    assert [problem.kind for problem in run.outcome.problems] == ["residual_outside_range"]

"""What remains of a modified contract, pooled and shared by weight; lines that join it, and those that do not.

A line is a year of 120.00, ``even``, unless it says otherwise: 10.00 a month.
"""

from revrec.accounting.book import Bundles
from revrec.accounting.columns import NO_AMOUNT
from revrec.accounting.terms import (
    Method,
    SspPer,
    Treatment,
)

SEPARATE = int(Treatment.SEPARATE)
AUTO = int(Treatment.AUTO)
CATCH_UP = int(Treatment.CUMULATIVE_CATCH_UP)
STATED = {"allocation": "stated_price"}


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
    assert len(run.outcome.plan.legs) == 5  # the second has one


def test_what_is_still_to_come_takes_no_part(life):
    """A line that joins in October is not there when July shares what remains."""
    to_come = {"added_by": 2, "start": "2025-10-01", "ordered_day": "2025-10-01"}
    lines = [priced(), priced(), priced(9000, 9000, **to_come)]
    events = [{"amount": 14000}, {"day": "2025-10-01", "obligation": 13, "treatment": SEPARATE}]
    assert life(lines, events).prices == [13000, 13000, 9000]
    # Joined by the event: 35.00 + 35.00 are left of the others, whose weights are 30 each; 60.00 come, for 90.
    joins = {**events[1], "treatment": int(Treatment.PROSPECTIVE)}
    lines[2]["stated"] = 6000
    assert life(lines, [events[0], joins]).prices == [9500 + 2600, 9500 + 2600, 7800]


def test_deliveries_say_what_remains_of_a_line(life):
    # Half of the units and half of the year are left: 60.00 each and 30.00 more, shared equally.
    units = priced(method=Method.UNITS, quantity_e6=12 * 10**6, ssp=1000)
    run = life([priced(), units], [{"amount": 15000}], progress=[(12, "2025-05-05", 6 * 10**6)])
    assert run.prices == [13500, 13500]
    # All delivered by then: the change is the first line's alone.
    done = life([priced(), units], [{"amount": 15000}], progress=[(12, "2025-05-05", 12 * 10**6)])
    assert done.prices == [15000, 12000]


def test_a_finished_line_takes_part_when_it_is_the_one_that_changes(life):
    # It is extended by half a year at its price: 60.00 by its weight of 60.00, and the other's rest stays its own.
    short = priced(6000, 6000, end="2025-06-30", ssp_per=SspPer.EACH)
    run = life([short, priced()], [{"amount": 12000, "end": "2025-12-31"}])
    assert run.prices == [12000, 12000]
    assert run.months(11, "2025-06", "2025-12") == [1000] * 7
    # One and a half of it from then on, for 30.00 more.
    run = life([short, priced()], [{"amount": 15000, "end": "2025-12-31", "quantity_e6": 1_500_000}])
    assert run.prices == [15000, 12000]
    assert run.months(11, "2025-06", "2025-12") == [1000] + [1500] * 6
    assert run.months(12, "2025-06", "2025-08") == [1000] * 3


def test_of_what_a_finished_line_is_given_nothing_is_recognised_before_its_month_ends(life):
    """60.00 of half a year; 30.00 more on November 6, and 25.00 less on the 14th, leave 5.00 to November."""
    lines = [priced(), priced(6000, 6000, end="2025-06-30")]
    given = {"obligation": 12, "day": "2025-11-06", "amount": 9000}
    taken = {"obligation": 12, "day": "2025-11-14", "amount": 6500}
    stated = life(lines, [given, taken], **STATED)
    assert stated.months(12, "2025-06", "2025-12") == [1000, 0, 0, 0, 0, 500, 0]
    assert stated.months(11, "2025-10", "2025-12") == [1000] * 3
    # Stated prices stand in for SSPs. On the 6th 20.00 and 30.00 by 20 and 30; on the 14th what is left by 20 and 5.
    pooled = life([{}, {"stated": 6000, "end": "2025-06-30"}], [given, taken])
    assert pooled.months(12, "2025-06", "2025-12") == [1000, 0, 0, 0, 0, 500, 0]
    assert pooled.months(11, "2025-10", "2025-12") == [1000] * 3


def test_what_a_finished_line_was_given_is_recognised_once_its_month_is_over(life):
    """Given 30.00 on October 6, which October earns; on November 14 25.00 less are taken from nothing that remains."""
    lines = [priced(), priced(6000, 6000, end="2025-06-30")]
    given = {"obligation": 12, "day": "2025-10-06", "amount": 9000}
    taken = {"obligation": 12, "day": "2025-11-14", "amount": 6500}
    run = life(lines, [given, taken], **STATED)
    assert run.months(12, "2025-06", "2025-12") == [1000, 0, 0, 0, 3000, -2500, 0]
    assert run.months(11, "2025-09", "2025-12") == [1000] * 4


def test_an_extension_adds_the_weight_of_its_own_months(life):
    # At 10.00 a month: 6 months of 12 are left, and 6 more are added for 30.00. The other line has 6 left as well.
    month = {"ssp_low": 1000, "ssp_per": SspPer.MONTH}
    run = life([month, month], [{"amount": 15000, "end": "2026-06-30"}])
    # Pool 60 + 60 + 30 = 150.00 by 12 months to 6.
    assert run.prices == [6000 + 10000, 6000 + 5000]
    assert run.total(11, "2025-06-30", "2026-06-30") == [6000, 16000]
    assert run.months(12, "2025-07", "2025-08") == [833, 834]


def test_an_ssp_for_each_is_the_price_of_the_term_that_was_sold(life):
    # Half a year more at the same price a month, then a quarter less: neither moves the other line.
    longer = {"amount": 18000, "end": "2026-06-30"}
    run = life([priced(), priced()], [longer])
    assert run.prices == [18000, 12000]
    run = life([priced(), priced()], [longer, {"day": "2025-10-01", "amount": 15000, "end": "2026-03-31"}])
    assert run.prices == [15000, 12000]
    assert run.months(11, "2025-06", "2026-03") == [1000] * 10
    # From inception one weighs as one, for how long it may be: 300.00 by halves.
    back = {"amount": 18000, "end": "2026-06-30", "treatment": int(Treatment.CUMULATIVE_CATCH_UP)}
    assert life([priced(), priced()], [back]).prices == [15000, 15000]
    # From then on it is the price of that term.
    again = {"day": "2025-10-01", "amount": 24000, "end": "2026-12-31"}
    # 75.00 + 37.50 are left and 60.00 come: 172.50 by 120 x 9/18 + 120 x 6/18 to 120 x 3/12.
    assert life([priced(), priced()], [back, again]).prices == [7500 + 13269, 11250 + 3981]


def test_a_longer_term_that_goes_back_to_a_modification_weighs_as_if_that_had_made_it(life):
    # July: 60.00 + 60.00 are left and 30.00 come; August puts half a year more to it, 60.00: 210.00 by 120 to 60.
    back = {
        "day": "2025-08-01",
        "amount": 21000,
        "end": "2026-06-30",
        "treatment": int(Treatment.CUMULATIVE_CATCH_UP),
    }
    assert life([priced(), priced()], [{"amount": 15000}, back]).prices == [6000 + 14000, 6000 + 7000]


def test_seats_that_come_after_the_term_is_over_weigh_whole_unless_it_goes_on(life):
    # Line 1 is over in June. One more of it, 60.00, weighs 60.00 beside the 60.00 that line 2 has left.
    short = priced(6000, 6000, end="2025-06-30")
    assert life([short, priced()], [{"amount": 12000, "quantity_e6": 2 * 10**6}]).prices == [12000, 12000]


def test_quantities_raise_the_weight_of_what_remains(life):
    # Two for the half of the year that is left weigh 120, as one does in a year; the other line 60: 180.00 so.
    run = life([priced(), priced()], [{"amount": 18000, "quantity_e6": 2 * 10**6}])
    assert run.prices == [6000 + 12000, 6000 + 6000]
    # In October 60.00 + 30.00 are left, and 36.00 come, by a quarter of 240 and of 120: the quantity is no news.
    again = {"day": "2025-10-01", "amount": 21600, "quantity_e6": 2 * 10**6}
    run = life([priced(), priced()], [{"amount": 18000, "quantity_e6": 2 * 10**6}, again])
    assert run.prices == [6000 + 6000 + 8400, 6000 + 3000 + 4200]


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


def test_each_separate_contract_has_its_own_price(life):
    """Two events: the price of neither goes to the other, nor to the order."""
    lines = [priced(7000, 10000), added(5000, 6000), added(3000, 6000, added_by=2)]
    events = [
        {"id": 1, "obligation": 12, "treatment": SEPARATE},
        {"id": 2, "obligation": 13, "treatment": SEPARATE},
    ]
    assert life(lines, events).prices == [7000, 5000, 3000]


def test_one_contract_may_share_by_prices_beside_one_that_does_not(life):
    """The pools of a contract are those of its own choice, and its price is its own."""
    pair = [priced(), priced(24000)]
    lines = [{**line, "contract": contract} for contract in (1, 2, 3) for line in pair]
    lines[0]["stated"] = 6000
    events = [
        {"obligation": 11 + 2 * n, "contract": n + 1, "amount": lines[2 * n]["stated"] + 6000}
        for n in range(3)
    ]
    # 75.00 or 90.00 of each are left, by equal prices, and 60.00 more.
    assert life(lines, events).prices == [7500 + 10500] * 2 + [9000 + 12000] * 4
    assert life(lines, events, stated_prices=[2]).prices == [18000, 18000, 18000, 24000, 21000, 21000]
    assert life(lines, events[:2], stated_prices=[2]).prices == [18000, 18000, 18000, 24000, 18000, 18000]
    assert life(lines, events, **STATED).prices == [12000, 24000, 18000, 24000, 18000, 24000]


def test_prices_too_large_for_their_columns_are_shared_exactly(life):
    """Equal weights of which the columns drop the last bits: the odd cent is the later line's, at once and in July."""
    huge = {"ssp_low": 2**49 // 7, "quantity_e6": 333_333, "contract": 2}
    lines = [priced(), {**huge, "stated": 10**15 + 1}, {**huge, "stated": 0}]
    half = (10**15) // 2
    run = life(lines)
    assert run.prices == [12000, half, half + 1]
    # By July half is earned: of the odd cent, too, since half a cent rounds up. Half and the change are left.
    for change, parts in ((3, [half + 1, half + 3]), (1, [half, half + 2])):
        run = life(lines, [{"contract": 2, "obligation": 12, "amount": 10**15 + 1 + change}])
        assert run.prices == [12000, *parts]


def test_a_bundle_keeps_its_discount_when_one_of_its_lines_grows(life):
    # 60.00 for 80.00 and 20.00: 48.00 and 12.00. From July twice the first for 96.00: 48 and 6 by weight.
    lines = [priced(4800, 8000, bundle=3), priced(1200, 2000, bundle=3)]
    run = life(lines, [{"amount": 9600, "quantity_e6": 2 * 10**6}], bundles=Bundles.of(id=[3], price=[6000]))
    # 30.00 are left and 48.00 come: 78.00 by 48 to 6.
    assert run.prices == [2400 + 6933, 600 + 867]

"""Catch-ups and estimates: what goes back to inception, or to the latest prospective modification.

A line is a year of 120.00, ``even``, unless it says otherwise: 10.00 a month.
"""

from revrec.accounting.columns import NO_AMOUNT, NONE
from revrec.accounting.terms import (
    ChangeKind,
    Method,
    Treatment,
)

SEPARATE = int(Treatment.SEPARATE)
AUTO = int(Treatment.AUTO)
CATCH_UP = int(Treatment.CUMULATIVE_CATCH_UP)
STATED = {"allocation": "stated_price"}


def priced(stated=12000, ssp=12000, **given):
    return {"stated": stated, "ssp_low": ssp, **given}


def added(stated, ssp=NO_AMOUNT, **given):
    return {
        "stated": stated, "ssp_low": ssp, "start": "2025-07-01", "added_by": 1, "ordered_day": "2025-07-01", **given,
    }  # fmt: skip


NEW = {"obligation": 12}


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
    five = {"method": Method.UNITS, "quantity_e6": 5 * 10**6, "ssp_low": 2400}
    lines = [priced(**five), priced(), priced(end="2025-03-31")]
    delivered = [(11, "2025-06-30", 5 * 10**6)]
    events = [
        {"obligation": 12, "amount": 18000},
        {"day": "2025-10-01", "amount": 15000, "quantity_e6": 6_250_000, "treatment": CATCH_UP},
    ]
    run = life(lines, events, progress=delivered)
    # Pool: 60.00 + 60.00 of the second, and 30.00; by 30.00 (a quarter of 120.00 more) to 60.00.
    assert run.prices == [12000 + 5000, 6000 + 10000, 12000]
    assert run.total(11, "2025-06-30", "2025-07-01") == [12000, 12000]
    assert len(run.outcome.plan.legs) == 5  # the third is finished and has one
    run = life(lines, events, progress=[*delivered, (11, "2025-11-01", 6_250_000)])
    assert run.total(11, "2025-10-31", "2025-11-01") == [12000, 17000]


def test_a_catch_up_of_one_line_leaves_what_was_finished_before(life):
    """The first was finished when July pooled the others: its price is not shared again with theirs."""
    lines = [priced(end="2025-06-30"), priced(), priced()]
    events = [
        {"obligation": 12, "amount": 14000},
        {"day": "2025-10-01", "obligation": 12, "amount": 16000, "treatment": CATCH_UP},
    ]
    assert life(lines, events).prices == [12000, 14000, 14000]


def test_an_order_that_was_signed_after_its_service_began_catches_up_from_the_beginning(life):
    line = {"ordered_day": "2025-03-15"}
    run = life([line], [{"amount": 18000, "treatment": CATCH_UP}])
    assert run.total(11, "2025-03-31", "2025-04-30") == [4500, 6000]


def test_a_longer_term_behind_a_modification_moves_the_weight_of_what_was_earned(life):
    """One day of January is earned, at 1.00 a day, when February brings the price of 91 days, then the term of 91.

    prorate_ends: the three months between share 89 days evenly.
    """
    line = {"method": Method.PRORATE_ENDS, "stated": 6000, "start": "2025-01-31", "end": "2025-03-31"}
    events = [
        {"day": "2025-02-01", "amount": 9100},
        {"day": "2025-03-01", "end": "2025-05-01", "treatment": CATCH_UP},
    ]
    for policy in ({}, STATED):
        assert life([line], events, **policy).months(11, "2025-01", "2025-05") == [100, 2967, 2966, 2967, 100]


def test_a_catch_up_behind_the_modification_of_another_line_goes_to_its_own_inception(life):
    """Under stated prices every line is its own: the second line was not changed in July, and goes back to January."""
    events = [
        {"amount": 18000},
        {"day": "2025-10-01", "obligation": 12, "amount": 24000, "treatment": CATCH_UP},
    ]
    run = life([{}, {}], events, **STATED)
    assert run.months(12, "2025-01", "2025-12") == [2000] * 12
    assert run.months(11, "2025-06", "2025-07") == [1000, 2000]


# An estimate after modifications is shared by what they left.


def estimate(amount, day="2025-11-01", **given):
    return {
        "kind": int(ChangeKind.PRICE_CHANGE), "obligation": NONE, "day": day, "amount": amount, **given,
    }  # fmt: skip


def test_lines_that_caught_up_before_the_first_modification_were_promised_at_inception(life):
    """The first line doubles and the second joins, both from inception; the third joins in July.

    18.00 of an estimate: 12.00 of the first, which is finished, and 6.00 of the second, shared with the third by 36 to
    60 that were left.
    """
    half, later = {"end": "2025-06-30"}, {"ordered_day": "2025-07-01"}
    lines = [
        priced(6000, 6000, **half),
        priced(6000, 6000, start="2025-03-01", added_by=2, ordered_day="2025-03-01"),
        priced(6000, 6000, start="2025-07-01", added_by=3, **later),
    ]
    events = [
        {"id": 1, "day": "2025-02-01", "amount": 12000, "quantity_e6": 2 * 10**6, "treatment": CATCH_UP},
        {"id": 2, "day": "2025-03-01", "obligation": 12, "treatment": CATCH_UP},
        {"id": 3, "obligation": 13},
    ]
    assert life(lines, events).prices == [12000, 6000, 6000]
    assert life(lines, [*events, estimate(1800, id=4)]).prices == [13200, 6225, 6375]


def test_an_estimate_of_stated_prices_is_shared_by_what_july_found(life):
    """Under stated prices a line may go back behind July; what was left of it then weighs as it is known now.

    July: 60.00 + 60.00 of the first, 60.00 of 120.00 of the second, whose price is 240.00 by October: 120.00.
    """
    units = {"method": Method.UNITS, "quantity_e6": 12 * 10**6}
    delivered = [(12, "2025-06-01", 6 * 10**6)]
    back = {"day": "2025-10-01", "obligation": 12, "amount": 24000, "treatment": CATCH_UP}
    events = [{"amount": 18000}, back, estimate(2400)]
    for line in ({}, units):
        run = life([{}, line, {"end": "2025-03-31"}], events, progress=delivered if line else [], **STATED)
        # A third of it belongs to the third line, which is finished.
        assert run.prices == [18000 + 800, 24000 + 800, 12000 + 800]
    # One that July changed has its weight from July: 60 + 60 + 30 to 60.
    again = {"day": "2025-10-01", "amount": 21000, "treatment": CATCH_UP}
    assert life([{}, {}], [events[0], again, estimate(2100)], **STATED).prices == [22500, 12600]


def test_the_events_of_one_contract_leave_the_weights_and_members_of_another_alone(life):
    """In turns: the first contract is modified while the second is between two of its own events."""
    lines = [priced(), priced(), priced(contract=2), priced(24000, 24000, end="2026-12-31", contract=2)]
    mine = [{"amount": 13000, "treatment": CATCH_UP, "day": "2025-02-01"}, {"amount": 14000}]
    # 60.00 + 180.00 + 60.00 are left in July, by 60 to 180; an estimate of 24.00 goes the same way.
    theirs = [{"contract": 2, "obligation": 13, "amount": 18000}, estimate(2400, contract=2)]
    assert life(lines, [*mine, *theirs]).prices == [13000, 13000, 6000 + 8100, 6000 + 24300]
    ups = [
        {"contract": 2, "obligation": 13, "amount": amount, "day": day, "treatment": CATCH_UP}
        for amount, day in ((15000, "2025-02-01"), (18000, "2025-03-01"), (21000, "2025-10-01"))
    ]
    assert life(lines, [*mine, *ups]).prices == [13000, 13000, 15000, 30000]

"""Credit memos and what they lower, one rule at a time.

A line is a year of 120.00, ``even``, unless it says otherwise: 10.00 a month.
Credits come on 10 July.
"""

import pytest

from revrec.accounting.terms import ChangeKind, CreditTreatment, Method, Treatment

STATED = {"allocation": "stated_price"}
CANCEL = {"kind": int(ChangeKind.CANCEL)}
RETROSPECTIVE = int(CreditTreatment.RETROSPECTIVE)
IMMEDIATE = int(CreditTreatment.IMMEDIATE)
CATCH_UP = int(Treatment.CUMULATIVE_CATCH_UP)
DAILY = {"method": Method.DAILY, "stated": 36500}
HALF_YEAR = {"stated": 60000, "end": "2025-06-30"}


def priced(stated=12000, ssp=12000, **given):
    return {"stated": stated, "ssp_low": ssp, **given}


# Credits of a half year of 600.00: 100.00 a month.

APRIL = {"day": "2025-04-10"}


def halves(life, *credits, line=None, **policy):
    run = life([{**HALF_YEAR, **(line or {})}], credits=credits, **policy)
    return run.months(11, "2025-01", "2025-07"), run.prices[0]


def test_a_prospective_credit_lowers_what_remains(life):
    assert halves(life, {**APRIL, "amount": 6000}) == ([10000] * 3 + [8000] * 3 + [0], 54000)


def test_a_prospective_credit_beyond_what_remains_lowers_revenue_at_once(life):
    assert halves(life, {**APRIL, "amount": 36000}) == ([10000] * 3 + [-6000, 0, 0, 0], 24000)
    assert halves(life, {**APRIL, "amount": 30000}) == ([10000] * 3 + [0] * 4, 30000)


def test_a_prospective_credit_of_a_finished_line_lowers_revenue_on_its_day(life):
    run = life([HALF_YEAR], credits=[{"amount": 6000, "day": "2025-08-10"}])
    assert run.total(11, "2025-08-09", "2025-08-10", "2025-12-31") == [60000, 54000, 54000]
    assert run.prices == [54000]
    assert len(run.outcome.plan.legs) == 1  # the running total goes on as it was


def test_a_credit_of_a_cent_is_a_credit(life):
    for given in ({"amount": 1}, {"amount": 1, "treatment": IMMEDIATE}, {"amount": 1, "day": "2025-08-10"}):
        run = life([HALF_YEAR], credits=[{"day": "2025-04-10", **given}])
        assert run.prices == [59999]
        assert len(run.outcome.plan.legs) == (2 if given == {"amount": 1} else 1)


def test_a_retrospective_credit_lowers_the_price_from_inception(life):
    full = {**APRIL, "amount": 60000, "treatment": RETROSPECTIVE}
    assert halves(life, full) == ([0] * 7, 0)
    part = {**full, "amount": 6000}
    for policy in ({}, STATED):
        assert halves(life, part, **policy) == ([9000] * 6 + [0], 54000)


def test_an_immediate_credit_lowers_revenue_on_its_day(life):
    at_once = {**APRIL, "amount": 6000, "treatment": IMMEDIATE}
    assert halves(life, at_once) == ([10000] * 3 + [4000, 10000, 10000, 0], 54000)
    assert len(life([HALF_YEAR], credits=[at_once]).outcome.plan.legs) == 1


def test_an_immediate_credit_takes_what_is_recognised_and_the_rest_lowers_what_remains(life):
    at_once = {**APRIL, "amount": 36000, "treatment": IMMEDIATE}
    # 300.00 at once, 60.00 of the 300.00 that remain.
    assert halves(life, at_once) == ([10000] * 3 + [8000 - 30000, 8000, 8000, 0], 24000)
    first_day = {"day": "2025-01-01", "amount": 6000, "treatment": IMMEDIATE}
    assert halves(life, first_day) == ([9000] * 6 + [0], 54000)


def test_immediate_credits_of_one_month_add_up_to_no_more_than_what_is_recognised(life):
    """300.00 stand at the end of March: 200.00 and 100.00 at once, 100.00 of the 300.00 that remain."""
    first = {**APRIL, "amount": 20000, "treatment": IMMEDIATE}
    for day in ("2025-04-10", "2025-04-20"):
        second = {"day": day, "amount": 20000, "treatment": IMMEDIATE, "document": 901}
        months, price = halves(life, first, second)
        assert months == [10000] * 3 + [6667 - 30000, 6666, 6667, 0]
        assert price == 20000


def test_a_fee_is_recognised_from_its_day_on(life):
    """195.00 are earned by the cancellation of July, and 7.00 are its fee on the 20th: what can be taken at once."""
    cancelled = {**CANCEL, "day": "2025-07-20", "end": "2025-07-14", "amount": 700}
    at_once = {"amount": 20000, "treatment": IMMEDIATE}
    run = life([DAILY], [cancelled], [{**at_once, "day": "2025-07-21"}])
    assert run.prices == [200]
    assert run.total(11, "2025-07-20", "2025-07-21") == [20200, 200]
    # On the day of the fee itself the 195.00 alone; what is left lowers what would remain, and nothing does.
    run = life([DAILY], [cancelled], [{**at_once, "day": "2025-07-20"}])
    assert run.prices == [700]


def test_immediate_credits_add_up_to_no_more_than_what_is_recognised(life):
    first = {**APRIL, "amount": 25000, "treatment": IMMEDIATE}
    second = {"day": "2025-05-10", "amount": 20000, "treatment": IMMEDIATE, "document": 901}
    # In May 400.00 - 250.00 are recognised: 150.00 at once, 50.00 of the 200.00 that remain.
    months, price = halves(life, first, second)
    assert months == [10000] * 3 + [10000 - 25000, 7500 - 15000, 7500, 0]
    assert price == 15000


def test_a_prospective_credit_after_an_immediate_one_keeps_both(life):
    first = {**APRIL, "amount": 6000, "treatment": IMMEDIATE}
    second = {"day": "2025-05-10", "amount": 4000, "document": 901}
    assert halves(life, first, second) == ([10000] * 3 + [4000, 8000, 8000, 0], 50000)


def test_a_daily_line_is_credited_through_the_day_before(life):
    # 195 days of 100 stand; 170 are left for 17,000 less 3,400: 80 a day.
    run = life([DAILY], credits=[{"day": "2025-07-15", "amount": 3400}])
    assert run.total(11, "2025-07-14", "2025-07-15", "2025-12-31") == [19500, 19580, 33100]


def test_a_credit_of_a_changed_leg_knows_what_was_fixed(life):
    # 60.00 fixed and 120.00 from July, 20.00 a month; in September 40.00 are earned of it: 80.00 less 20.00.
    run = life([{}], [{"amount": 18000}], [{"day": "2025-09-10", "amount": 2000}])
    assert run.months(11, "2025-06", "2025-12") == [1000, 2000, 2000, 1500, 1500, 1500, 1500]


# Which lines a credit lowers.


def test_a_credit_that_names_a_line_goes_to_it(life):
    for treatment in (2, RETROSPECTIVE, IMMEDIATE):
        credit = {"obligation": 12, "amount": 600, "treatment": treatment}
        assert life([{}, {}, {"product": 8}], credits=[credit], **STATED).prices == [12000, 11400, 12000]


def test_a_credit_of_a_product_goes_to_its_lines_by_what_remains(life):
    # In July 60.00 and 180.00 remain of product 8.
    lines = [{}, {"product": 8}, {"product": 8, "stated": 36000}]
    run = life(lines, credits=[{"product": 8, "amount": 4000}], **STATED)
    assert run.prices == [12000, 11000, 33000]
    assert life(lines, credits=[{"product": 7, "amount": 4000}], **STATED).prices == [8000, 12000, 36000]


def test_any_other_credit_goes_to_all_lines_by_what_remains(life):
    # The first has 90.00 of 120.00 left in April, the second 30.00 of 60.00; the third is finished.
    lines = [{}, {"stated": 6000, "end": "2025-06-30"}, {"stated": 6000, "end": "2025-03-31"}]
    for product in (-1, 99):
        run = life(lines, credits=[{**APRIL, "product": product, "amount": 4000}], **STATED)
        assert run.prices == [9000, 5000, 6000]


def test_a_credit_of_finished_lines_goes_by_what_they_were_allocated(life):
    lines = [{"end": "2025-03-31"}, {"end": "2025-06-30", "stated": 24000}]
    run = life(lines, credits=[{"amount": 3600}], **STATED)
    assert run.prices == [10800, 21600]
    assert run.total(12, "2025-07-09", "2025-07-10") == [24000, 21600]


def test_the_last_cent_that_remains_is_credited_first(life):
    """By July one of two cents is earned, and the other line is finished."""
    lines = [{"stated": 2}, {"end": "2025-03-31"}]
    assert life(lines, credits=[{"amount": 1}], **STATED).prices == [1, 12000]


def test_finished_lines_go_by_what_they_were_allocated_not_by_what_was_stated(life):
    # 120.00 and 240.00 at equal SSPs are 180.00 each; a line of another product goes on.
    short = {"end": "2025-06-30"}
    lines = [priced(**short), priced(24000, **short), priced(product=8)]
    lines[2]["ssp_low"] = 12000
    run = life(lines, credits=[{"product": 7, "amount": 3200}])
    assert run.outcome.inception.tolist() == [16000] * 3
    assert run.prices == [14400, 14400, 16000]


def test_a_finished_line_without_a_price_is_not_credited(life):
    lines = [{"stated": 0, "end": "2025-03-31"}, {"end": "2025-03-31"}]
    assert life(lines, credits=[{"amount": 12000}], **STATED).prices == [0, 0]


def test_deliveries_say_what_of_a_line_can_be_credited(life):
    # 60.00 of 120.00 are delivered; 60.00 less 12.00 remain: 8.00 a unit.
    units = {"method": Method.UNITS, "quantity_e6": 12 * 10**6}
    delivered = [(11, "2025-05-05", 6 * 10**6), (11, "2025-08-01", 7 * 10**6)]
    run = life([units], credits=[{"amount": 1200}], progress=delivered)
    assert run.total(11, "2025-07-10", "2025-08-01") == [6000, 6800]


def test_usage_is_not_credited_here(life):
    usage = {"method": Method.AS_INVOICED, "stated": 90000}
    for credit in ({"amount": 600}, {"obligation": 11, "amount": 600}):
        assert life([usage, {}], credits=[credit], **STATED).prices[1] == 11400


def test_credits_of_contracts_are_theirs_alone(life):
    lines = [{"contract": 1}, {"contract": 2}, {"contract": 3}, {"contract": 3}]
    credits = [
        {"contract": 3, "obligation": 14, "amount": 600, "document": 903},
        {"contract": 1, "amount": 1200, "treatment": RETROSPECTIVE, "document": 902},
    ]
    assert life(lines, credits=credits, **STATED).prices == [10800, 12000, 12000, 11400]
    stopped = [{**CANCEL, "contract": 2, "obligation": 12, "end": "2025-06-30"}]
    assert life(lines, stopped, credits, **STATED).prices == [10800, 6000, 12000, 11400]


def test_a_credit_of_no_line_is_shared_as_on_its_own_day_in_each_contract(life):
    # A year of 1,200.00 each. Of the first contract 600.00 are left of line 11 on 1 July, 400.00 of line 12.
    lines = [{"stated": 120000}, {"stated": 120000}]
    lines += [{"stated": 120000, "contract": 2}, {"stated": 120000, "contract": 2}]
    april, july = {"day": "2025-04-01"}, {"day": "2025-07-01"}
    first = {**april, "obligation": 12, "amount": 30000, "document": 1}
    back = {**july, "amount": 10000, "treatment": RETROSPECTIVE, "document": 2}
    assert life(lines, credits=[first, back], **STATED).prices == [114000, 86000, 120000, 120000]
    # The second goes the same way, and on to October, when 285.00 and 190.00 are left.
    second = [{**one, "contract": 2, "document": 2 + one["document"]} for one in (first, back)]
    second[0]["obligation"] = 14
    october = {**back, "day": "2025-10-01", "contract": 2, "document": 5}
    prices = life(lines, credits=[first, back, *second, october], **STATED).prices
    assert prices == [114000, 86000, 108000, 82000]


# Credits and stand-alone selling prices.


def test_a_retrospective_credit_is_shared_as_at_inception(life):
    # 120.00 and 240.00 at equal SSPs: 180.00 each; 60.00 less, whichever line it names: 150.00 each.
    lines = [priced(), priced(24000)]
    credit = {"obligation": 11, "amount": 6000, "treatment": RETROSPECTIVE}
    assert life(lines, credits=[credit]).prices == [15000, 15000]
    assert life(lines, credits=[credit], **STATED).prices == [6000, 24000]
    other = {"obligation": 11, "amount": 6000}
    assert life(lines, credits=[other]).prices == [12000, 18000]


def test_a_retrospective_credit_goes_back_to_the_latest_modification(life):
    # From July 90.00 each, pooled; 20.00 less: 80.00 each, and June stays.
    run = life(
        [priced(), priced()], [{"amount": 18000}], [{"day": "2025-09-10", "amount": 2000, "treatment": 3}]
    )
    assert run.prices == [14000, 14000]
    assert run.total(11, "2025-06-30", "2025-09-30") == [6000, 10000]


def test_a_retrospective_credit_of_a_line_outside_the_pool_is_its_own(life):
    """It was finished when the others were modified."""
    lines = [priced(end="2025-06-30"), priced(), priced()]
    events = [{"obligation": 12, "amount": 18000}]
    credit = {"day": "2025-09-10", "obligation": 11, "amount": 3000, "treatment": RETROSPECTIVE}
    assert life(lines, events, [credit]).prices == [9000, 15000, 15000]


def test_a_retrospective_credit_comes_before_what_lowers_the_rest(life):
    """By date the cancellation is first; but the credit goes back behind it: what was earned is half of 108.00."""
    events = [{**CANCEL, "day": "2025-07-01"}]
    credit = {"day": "2025-08-10", "amount": 1200, "treatment": RETROSPECTIVE}
    assert life([{}], events, [credit]).prices == [5400]


@pytest.mark.parametrize("treatment", [2, IMMEDIATE])
def test_what_is_credited_stays_credited_when_the_line_is_modified(life, treatment):
    credit = {**APRIL, "amount": 900, "treatment": treatment}
    run = life([{}], [{"amount": 18000}], [credit])
    assert run.prices == [17100]


def test_what_is_earned_after_a_cancellation_is_not_credited_again(life):
    """A cancelled line has nothing left: a credit of the contract goes to the one that goes on, by what remains."""
    events = [{**CANCEL, "end": "2025-03-31", "day": "2025-04-01"}, {"amount": 12000, "treatment": CATCH_UP}]
    run = life([{}, {}], events, [{"obligation": 12, "amount": 600}], **STATED)
    assert run.prices == [3000, 11400]

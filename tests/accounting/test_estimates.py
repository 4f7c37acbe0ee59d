"""Estimates of variable consideration, one rule at a time: no modification, shared as at inception.

A line is a year of 120.00, ``even``, unless it says otherwise: 10.00 a month.
"""

from revrec.accounting.terms import ChangeKind, Method, Treatment

STATED = {"allocation": "stated_price"}
ESTIMATE = {"kind": int(ChangeKind.PRICE_CHANGE), "obligation": -1}


def priced(stated=12000, ssp=12000, **given):
    return {"stated": stated, "ssp_low": ssp, **given}


def test_an_estimate_is_shared_as_at_inception_and_earned_from_there(life):
    # 120.00 and 60.00 by SSPs of 120.00 and 60.00; 36.00 more: 24.00 and 12.00.
    run = life([priced(), priced(6000, 6000)], [{**ESTIMATE, "amount": 3600}])
    assert run.prices == [14400, 7200]
    assert run.months(11, "2025-01", "2025-12") == [1200] * 12
    assert run.outcome.stated.tolist() == [12000, 6000]
    lowered = life([priced(), priced(6000, 6000)], [{**ESTIMATE, "amount": -3600}])
    assert lowered.prices == [9600, 4800]


def test_an_estimate_of_stated_prices_is_shared_by_them(life):
    assert life([{}, {"stated": 24000}], [{**ESTIMATE, "amount": 3600}], **STATED).prices == [13200, 26400]


def three_products():
    """606-10-55-124 to -128: X and Y for 1,200 with an estimate of 200; X is transferred; then Z is added for 300."""
    once = {"method": Method.POINT_IN_TIME, "ssp_low": 100}
    x = {**once, "stated": 1200, "start": "2025-01-01"}
    y = {**once, "stated": 0, "start": "2026-06-01"}
    z = {**once, "stated": 300, "start": "2026-06-01", "added_by": 1, "ordered_day": "2025-12-31"}
    return [x, y, z], {"id": 1, "obligation": 13, "day": "2025-12-31"}


def test_an_estimate_after_a_modification_is_shared_anew_where_it_is_unfinished(life):
    # 40 more: 20 belong to X and are earned; the 20 of Y are shared by Y and Z, 10 each.
    lines, adds_z = three_products()
    assert life(lines, [adds_z]).prices == [600, 450, 450]
    more = {**ESTIMATE, "id": 2, "day": "2026-02-01", "amount": 40}
    run = life(lines, [adds_z, more])
    assert run.prices == [620, 460, 460]
    assert run.total(11, "2026-01-31") == [620]


def test_what_is_delivered_is_finished_for_an_estimate(life):
    lines, adds_z = three_products()
    lines[0] = {**lines[0], "method": Method.UNITS, "quantity_e6": 10**6}
    more = {**ESTIMATE, "id": 2, "day": "2026-02-01", "amount": 40}
    for day, prices in (("2025-03-01", [620, 460, 460]), ("2026-03-01", [500 + 13, 500 + 13, 500 + 14])):
        assert life(lines, [adds_z, more], progress=[(11, day, 10**6)]).prices == prices


def test_an_estimate_of_before_the_modification_is_part_of_what_remains(life):
    lines, adds_z = three_products()
    more = {**ESTIMATE, "id": 2, "day": "2025-11-01", "amount": 40}
    # X 620; Y 620 and Z 300 are pooled.
    assert life(lines, [adds_z, more]).prices == [620, 460, 460]


def test_an_estimate_is_shared_by_the_contract_each_with_its_own_past(life):
    """One contract was modified and one was not: an event each on one day."""
    lines = [priced(), priced(), priced(contract=2), priced(24000, 24000, contract=2)]
    events = [
        {"amount": 18000},
        {**ESTIMATE, "day": "2025-08-01", "amount": 600},
        {**ESTIMATE, "day": "2025-08-01", "contract": 2, "amount": 900},
    ]
    assert life(lines, events).prices == [15000 + 300, 15000 + 300, 12300, 24600]


def test_an_estimate_passes_by_separate_contracts_and_lines_to_come(life):
    later = {"start": "2025-07-01", "ordered_day": "2025-07-01"}
    lines = [priced(), priced(6000, 6000, added_by=1, **later), priced(6000, 6000, added_by=3, **later)]
    events = [
        {"id": 1, "obligation": 12, "treatment": int(Treatment.SEPARATE), "day": "2025-03-01"},
        {**ESTIMATE, "id": 2, "day": "2025-05-01", "amount": 1200},
        {"id": 3, "obligation": 13, "day": "2025-07-01"},
    ]
    # 132.00, of which 66.00 are left in July; with 60.00 more by equal weights.
    assert life(lines, events).prices == [6600 + 6300, 6000, 6300]
    after = {**ESTIMATE, "id": 4, "day": "2025-08-01", "amount": 1200}
    # Of the first alone, and shared by the two that are unfinished.
    assert life(lines, [*events, after]).prices == [6600 + 6900, 6000, 6900]

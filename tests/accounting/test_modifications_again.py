"""A second modification of a contract: what it finds of the first one, and what goes back to that.

A line is a year of 120.00, ``even``, unless it says otherwise: 10.00 a month. The first modification is of July, when
half of it is left; the second of October, when a quarter is.
"""

import pytest

from revrec.accounting.terms import Method, Treatment

CATCH_UP = int(Treatment.CUMULATIVE_CATCH_UP)
UNIT = 10**6
PIECES = {"method": int(Method.UNITS), "quantity_e6": 12 * UNIT}
DELIVERED = [(11, "2025-06-30", 6 * UNIT), (11, "2025-09-30", 9 * UNIT)]


def priced(stated=12000, ssp=12000, **given):
    return {"stated": stated, "ssp_low": ssp, **given}


@pytest.mark.parametrize(("first", "progress"), [({}, []), (PIECES, DELIVERED)])
def test_what_a_change_added_goes_by_over_what_was_left_when_it_came(life, first, progress):
    """July: 60.00 + 60.00 are left and 60.00 come, by 120 to 60. October: 60.00 + 30.00 are left and 30.00 come: of the
    120 of the first line half is left, as of its price, 60; the other has 30 and 30 more.
    """
    events = [{"amount": 18000}, {"day": "2025-10-01", "obligation": 12, "amount": 15000}]
    run = life([first, {}], events, progress=progress)
    assert run.prices == [12000 + 6000, 9000 + 6000]


def test_the_first_modification_of_one_contract_is_no_second_for_that_of_another(life):
    """Of each line of the second contract 30.00 are left, and of their weights, when 30.00 come."""
    lines = [{}, {}, {"contract": 2}, {"contract": 2}]
    events = [
        {"amount": 18000},
        {"day": "2025-10-01", "obligation": 12, "amount": 15000},
        {"day": "2025-10-01", "contract": 2, "obligation": 13, "amount": 15000},
    ]
    assert life(lines, events).prices == [18000, 15000, 15000, 12000]


def test_more_seats_that_go_back_to_a_modification_weigh_as_if_that_had_made_them(life):
    """July: 60.00 + 60.00 + 60.00 by 60 to 60. A seat more for the half from July weighs 60: 270.00 by 120 to 60."""
    more = {"day": "2025-10-01", "amount": 27000, "quantity_e6": 2 * UNIT, "treatment": CATCH_UP}
    run = life([priced(), priced()], [{"amount": 18000}, more])
    assert run.prices == [6000 + 18000, 6000 + 9000]


def test_a_catch_up_of_one_line_leaves_the_term_that_another_was_sold_for(life):
    """July: the second line goes on for half a year at its price, 60.00 to 120.00. August puts 30.00 to the first, as
    of July: 210.00 by 60 to 120. October takes the half year and 60.00 away again: 35.00 + 105.00 - 60.00 by 30 to
    90 - 60.
    """
    events = [
        {"obligation": 12, "amount": 18000, "end": "2026-06-30"},
        {"day": "2025-08-01", "amount": 15000, "treatment": CATCH_UP},
        {"day": "2025-10-01", "obligation": 12, "amount": 12000, "end": "2025-12-31"},
    ]
    assert life([priced(), priced()], events[:1]).prices == [12000, 18000]
    assert life([priced(), priced()], events[:2]).prices == [6000 + 7000, 6000 + 14000]
    assert life([priced(), priced()], events).prices == [6000 + 3500 + 4000] * 2

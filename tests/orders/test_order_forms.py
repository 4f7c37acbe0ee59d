"""An order as it is staged: discounts folded into the line they follow, ids and days decided."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.orders.shape import fold_discounts, order_forms
from revrec.crm.orders import OrderState, Reduction, SalesOrder, SalesOrderLine

MIDNIGHT = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
LOS_ANGELES, UTC_ZONE = ZoneInfo("America/Los_Angeles"), ZoneInfo("UTC")


def line(number, amount, **changes):
    values = {
        "external_id": f"L{number}",
        "number": str(number),
        "product_code": "PLAN",
        "product_name": "Plan",
        "product_family": "Platform",
        "description": "",
        "quantity_e6": 2_000_000,
        "amount_minor": amount,
        "list_minor": None,
        "starts": date(2026, 1, 1),
        "ends": date(2026, 12, 31),
        "method": "",
        "segments": (("department", "1"),),
        "modified_at": MIDNIGHT,
    }
    return SalesOrderLine(**(values | changes))


def order(*lines, **changes):
    values = {
        "external_id": "801",
        "number": "00000801",
        "customer_id": "001",
        "contract_number": "",
        "ordered_on": date(2026, 1, 1),
        "ends_on": None,
        "currency": "USD",
        "subsidiary": "1",
        "state": OrderState.ACTIVE,
        "status": "Activated",
        "amendment_on": None,
        "total_minor": None,
        "lines": lines,
        "modified_at": MIDNIGHT,
    }
    return SalesOrder(**(values | changes))


def test_a_discount_lowers_the_line_it_follows():
    kept, problem = fold_discounts([line(1, 1000), line(2, -100), line(3, 500), line(4, -50), line(5, -25)])
    assert [(one.number, one.amount_minor) for one in kept] == [("1", 900), ("3", 425)]
    assert problem == ""


@pytest.mark.parametrize(
    ("amounts", "sentence"),
    [
        ([-100, 1000], "Line 1 is a discount with no line above it to lower."),
        ([100, -101], "Discount line 2 takes line 1 below zero."),
        ([100, -60, -60], "Discount line 3 takes line 1 below zero."),
    ],
)
def test_a_discount_that_cannot_be_holds_the_order(amounts, sentence):
    assert fold_discounts([line(n, amount) for n, amount in enumerate(amounts, 1)])[1] == sentence


@given(st.lists(st.tuples(st.integers(0, 10**15), st.lists(st.integers(0, 100), max_size=3)), max_size=6))
def test_folding_keeps_the_total_and_every_promise(promises):
    """Discounts of at most a quarter each never take a line below zero."""
    lines = []
    for amount, cuts in promises:
        lines.append(line(len(lines) + 1, amount))
        for percent in cuts:
            if cut := amount * percent // 400:
                lines.append(line(len(lines) + 1, -cut))
    kept, problem = fold_discounts(lines)
    assert problem == ""
    assert sum(one.amount_minor for one in kept) == sum(one.amount_minor for one in lines)
    assert len(kept) == len(promises)


def test_a_change_falls_on_the_day_it_has_in_the_company_s_zone():
    changed = order(line(1, 1000))
    assert order_forms(changed, UTC_ZONE)[-1].seen_on == date(2026, 4, 1)
    assert order_forms(changed, LOS_ANGELES)[-1].seen_on == date(2026, 3, 31)


def test_an_amendment_s_own_day_goes_before():
    (form,) = order_forms(order(line(1, 1000), amendment_on=date(2026, 2, 15)), UTC_ZONE)
    assert form.effective_on == date(2026, 2, 15)


def test_a_subsidiary_that_is_no_id_holds_the_order_and_is_not_guessed():
    (form,) = order_forms(order(line(1, 1000), subsidiary="Kestrel UK"), UTC_ZONE)
    assert form.subsidiary_id is None
    assert form.problem == "Its subsidiary 'Kestrel UK' is not a NetSuite internal id."
    assert order_forms(order(line(1, 1000), subsidiary=" 2 "), UTC_ZONE)[0].subsidiary_id == 2
    assert order_forms(order(line(1, 1000), subsidiary=""), UTC_ZONE)[0].problem == ""


def test_what_the_crm_could_not_say_stays_a_problem():
    unread = replace(line(1, 0), problem="Its amount '12,5' is no number.")
    (form,) = order_forms(order(unread, problem="Its currency is missing."), UTC_ZONE)
    assert form.problem == "Its currency is missing."
    assert form.lines[0].problem == "Its amount '12,5' is no number."


def test_a_reduction_is_a_later_form():
    cut = Reduction("802", "00000802", date(2026, 3, 1), (("L1", -1_000_000, -400),), MIDNIGHT)
    forms = order_forms(order(line(1, 1000), reductions=(cut,)), UTC_ZONE)
    assert [(form.effective_on, form.lines[0].amount_minor) for form in forms][-1] == (date(2026, 3, 1), 600)
    assert forms[0].lines[0].amount_minor == 1000


def test_segments_are_the_canonical_text():
    (form,) = order_forms(order(line(1, 1000, segments=(("class", "3"), ("department", "1")))), UTC_ZONE)
    assert form.lines[0].segments == '{"class":"3","department":"1"}'

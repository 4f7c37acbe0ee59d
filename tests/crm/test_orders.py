"""Reductions unfold into the forms an order takes over time."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from revrec.crm.orders import OrderState, Reduction, SalesOrder, SalesOrderLine, changed_on, unfold

MOMENT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def make_line(line_id: str, quantity: int = 10, amount: int = 1000_00) -> SalesOrderLine:
    return SalesOrderLine(
        line_id, line_id, "PLAN", "The Plan", "", "", quantity * 10**6, amount, None, date(2026, 1, 1),
        date(2026, 12, 31), "daily", (), MOMENT,
    )  # fmt: skip


def make_order(*reductions: Reduction, amendment_on: date | None = None) -> SalesOrder:
    lines = (make_line("a"), make_line("b", 1, 50_00))
    return SalesOrder(
        "order", "SO-1", "customer", "", date(2026, 1, 1), None, "USD", "1", OrderState.ACTIVE, "Activated",
        amendment_on, 1050_00, lines, MOMENT, reductions,
    )  # fmt: skip


def cut(day: date, *cuts: tuple[str, int, int], name: str = "R1") -> Reduction:
    return Reduction(name, name, day, tuple((line, q * 10**6, a) for line, q, a in cuts), MOMENT)


def amounts(order: SalesOrder) -> list[int]:
    return [line.amount_minor for line in order.lines]


def test_a_plain_order_has_one_form_at_its_own_date():
    (form,) = unfold(make_order())
    assert form.order == make_order() and form.effective_on == date(2026, 1, 1) and not form.stated


def test_a_mapped_amendment_date_is_taken():
    (form,) = unfold(make_order(amendment_on=date(2026, 2, 10)))
    assert form.effective_on == date(2026, 2, 10) and form.stated


def test_reductions_follow_in_order_of_date():
    late = cut(date(2026, 5, 1), ("a", -2, -200_00), name="R1")
    early = cut(date(2026, 3, 1), ("a", -1, -100_00), ("b", -1, -50_00), name="R2")
    first, second, third = unfold(make_order(late, early))
    assert (second.effective_on, third.effective_on) == (date(2026, 3, 1), date(2026, 5, 1))
    assert second.stated and third.stated
    assert [amounts(form.order) for form in (first, second, third)] == [
        [1000_00, 50_00],
        [900_00, 0],
        [700_00, 0],
    ]
    assert third.order.lines[0].quantity_e6 == 7_000_000 and third.order.total_minor == 700_00
    assert all(form.order.reductions == () for form in (first, second, third))


def test_reductions_of_one_day_are_one_form():
    day = date(2026, 3, 1)
    forms = unfold(make_order(cut(day, ("a", -1, -1_00), name="R1"), cut(day, ("a", -1, -2_00), name="R2")))
    assert len(forms) == 2 and amounts(forms[1].order)[0] == 997_00


def test_two_cuts_of_one_line_add_up():
    forms = unfold(make_order(cut(date(2026, 3, 1), ("a", -1, -1_00), ("a", -1, -2_00))))
    assert amounts(forms[1].order)[0] == 997_00


def test_a_cut_of_a_line_that_is_not_there_is_a_problem():
    forms = unfold(make_order(cut(date(2026, 3, 1), ("z", -1, -1_00))))
    assert "Reduction order R1 reduces a line that order SO-1 does not have (z)" in forms[1].order.problem


def test_what_a_reduction_lacks_is_a_problem_of_what_it_leaves():
    unread = replace(
        cut(date(2026, 3, 1), ("a", -1, 0)), problem="Line 1 of reduction order R1: the amount is missing."
    )
    first, second = unfold(make_order(unread))
    assert first.order.problem == "" and second.order.problem == unread.problem


def test_a_change_counts_on_its_day_in_the_companys_zone():
    order = make_order()
    assert changed_on(order, ZoneInfo("UTC")) == date(2026, 3, 1)
    assert changed_on(order, ZoneInfo("America/New_York")) == date(2026, 2, 28)
    later = replace(order.lines[0], modified_at=datetime(2026, 4, 1, tzinfo=UTC))
    assert changed_on(replace(order, lines=(later,)), ZoneInfo("UTC")) == date(2026, 4, 1)

"""What an obligation booked under which segments, oldest first: what is put on the pile, and what is taken from it."""

import pytest

from revrec.accounting.book import PriorBooked
from revrec.accounting.result import Booked, Transfers
from revrec.accounting.segmenting import add_to, carried_forward, carry_segments, latest_booked, put_by_set
from revrec.accounting.terms import Event, Role

WEST, EAST, NORTH = 1, 2, 3
NOW = 7
"""The order version that a close books."""


def prior(*rows):
    """(obligation, segments, amount, base amount)."""
    obligation, segments, amount, base = zip(*rows, strict=True) if rows else ((), (), (), ())
    version = [10 * one + at for at, one in enumerate(obligation)]
    return PriorBooked.of(
        obligation=obligation,
        segments=segments,
        recognised=amount,
        base_recognised=base,
        order_version=version,
    )


def closed(*rows):
    """(obligation, segments, adjustment, current, base adjustment, base current), on what was booked before."""
    names = ("obligation", "segments", "adjustment", "current", "base_adjustment", "base_current")
    of = dict(zip(names, zip(*rows, strict=True), strict=True))
    base = of.pop("base_current")
    revenue = [a + c for a, c in zip(of["adjustment"], of["current"], strict=True)]
    base_revenue = [a + c for a, c in zip(of["base_adjustment"], base, strict=True)]
    return Booked.of(
        **of, contract=1, order_version=NOW, revenue=revenue, target=[1000 + r for r in revenue],
        base_revenue=base_revenue, base_target=[2000 + r for r in base_revenue],
    )  # fmt: skip


def parts(carried):
    return list(
        zip(*(c.tolist() for c in (carried.row, carried.amount, carried.base, carried.segments)), strict=True)
    )


# What revenue taken back carries.


def test_what_is_taken_back_leaves_the_segments_that_it_was_booked_with():
    before = prior((1, WEST, 100, 120), (2, WEST, 100, 120), (3, EAST, 100, 120))
    now = closed((1, EAST, 0, 50, 0, 60), (2, EAST, -60, -10, -72, -12), (3, EAST, -5, 7, -6, 8))
    adjustment, current = carry_segments(now, before)
    assert parts(adjustment) == [(0, 0, 0, EAST), (2, -5, -6, EAST), (1, -60, -72, WEST)]
    assert parts(current) == [(0, 50, 60, EAST), (2, 7, 8, EAST), (1, -10, -12, WEST)]
    assert not (adjustment.whole or current.whole)


def test_a_month_may_take_back_of_old_segments_and_earn_under_new_ones():
    adjustment, current = carry_segments(closed((2, EAST, -60, 30, -66, 33)), prior((2, WEST, 100, 110)))
    assert (parts(adjustment), parts(current)) == ([(0, -60, -66, WEST)], [(0, 30, 33, EAST)])


def test_the_adjustment_is_taken_first_then_the_months_own():
    before = prior((2, WEST, 100, 100), (2, NORTH, 40, 40))
    adjustment, current = carry_segments(closed((2, EAST, -60, -100, -60, -100)), before)
    assert parts(adjustment) == [(0, -40, -40, NORTH), (0, -20, -20, WEST)]
    # What no booking covers carries the segments of now.
    assert parts(current) == [(0, -80, -80, WEST), (0, -20, -20, EAST)]


def test_an_adjustment_alone_or_a_month_alone_leaves_the_other_without_parts():
    before = prior((2, WEST, 100, 100))
    adjustment, current = carry_segments(closed((2, EAST, -60, 0, -60, 0)), before)
    assert (parts(adjustment), parts(current)) == ([(0, -60, -60, WEST)], [])
    adjustment, current = carry_segments(closed((2, EAST, 0, -60, 0, -60)), before)
    assert (parts(adjustment), parts(current)) == ([], [(0, -60, -60, WEST)])


@pytest.mark.parametrize(
    "row",
    [
        (1, WEST, -60, -10, -72, -12),  # under one set from the first
        (2, EAST, 60, 10, 72, 12),  # nothing is taken back
        (9, EAST, -60, -10, -72, -12),  # nothing was booked
    ],
)
def test_all_else_is_one_part_a_row(row):
    before = prior((1, WEST, 100, 120), (2, WEST, 100, 120))
    adjustment, current = carry_segments(closed(row), before)
    assert parts(adjustment) == [(0, row[2], row[4], row[1])]
    assert parts(current) == [(0, row[3], row[5], row[1])]
    assert adjustment.whole
    assert current.whole


# A pile.


def test_revenue_goes_on_the_top_and_joins_what_is_there_of_its_segments():
    pile = []
    assert add_to(pile, WEST, 100, 110) == [(WEST, 100, 110)]
    assert add_to(pile, WEST, 10, 12) == [(WEST, 10, 12)]
    assert add_to(pile, EAST, 5, 6) == [(EAST, 5, 6)]
    assert add_to(pile, EAST, 0, 0) == []
    assert add_to(pile, EAST, 0, 1) == [(EAST, 0, 1)]
    assert pile == [(WEST, 110, 122), (EAST, 5, 7)]


def test_what_is_taken_comes_from_the_top_and_base_follows_what_is_taken():
    pile = [(WEST, 100, 110), (EAST, 50, 60)]
    assert add_to(pile, NORTH, -50, -58) == [(EAST, -50, -58)]
    # The base unit or two that it left go to its neighbour.
    assert pile == [(WEST, 100, 112)]
    assert add_to(pile, NORTH, -100, -112) == [(WEST, -100, -112)]
    assert add_to(pile, NORTH, -10, -11) == [(NORTH, -10, -11)]
    # Nothing is taken from a pile that is below zero.
    assert add_to(pile, EAST, -10, -11) == [(EAST, -10, -11)]
    assert pile == [(NORTH, -10, -11), (EAST, -10, -11)]


def test_a_single_unit_on_the_top_is_taken_like_any_other():
    pile = [(WEST, 100, 100), (EAST, 1, 1)]
    assert add_to(pile, NORTH, -1, -1) == [(EAST, -1, -1)]
    assert pile == [(WEST, 100, 100)]


def test_what_is_left_of_a_used_up_pile_stays_with_its_segments():
    pile = [(WEST, 100, 110)]
    assert add_to(pile, NORTH, -100, -107) == [(WEST, -100, -107)]
    assert pile == [(WEST, 0, 3)]


def test_the_ledger_takes_each_set_from_its_own_newest_first():
    pile = [(WEST, 100, 110), (EAST, 50, 60), (WEST, 30, 36)]
    put_by_set(pile, WEST, -50, -58)
    # 30 of the top with 35 of 58, then 20 of the first; the base unit that is left goes to the new top.
    assert pile == [(WEST, 80, 87), (EAST, 50, 61)]


def test_base_units_of_all_that_is_used_up_go_to_the_neighbour():
    pile = [(WEST, 10, 11), (EAST, 50, 60), (WEST, 10, 11)]
    put_by_set(pile, WEST, -20, -20)
    assert pile == [(EAST, 50, 62)]


def test_a_unit_of_the_ledger_goes_on_the_top_and_out_of_its_own_set():
    pile = [(WEST, 10, 11), (EAST, 5, 6)]
    put_by_set(pile, WEST, 1, 1)
    assert pile == [(WEST, 10, 11), (EAST, 5, 6), (WEST, 1, 1)]
    put_by_set(pile, WEST, -1, -1)
    assert pile == [(WEST, 10, 11), (EAST, 5, 6)]


def test_more_than_a_set_holds_is_owed_by_it_on_the_top():
    pile = [(WEST, 100, 110), (EAST, 50, 60)]
    put_by_set(pile, WEST, -130, -140)
    assert pile == [(EAST, 50, 60), (WEST, -30, -30)]
    put_by_set(pile, WEST, -5, -6)
    assert pile == [(EAST, 50, 60), (WEST, -35, -36)]
    put_by_set(pile, NORTH, -1, -1)
    assert pile[-1] == (NORTH, -1, -1)


def test_the_ledger_puts_revenue_and_what_is_base_alone_where_its_set_is():
    pile = []
    put_by_set(pile, WEST, -5, -6)
    put_by_set(pile, EAST, 20, 22)
    put_by_set(pile, EAST, 1, 1)
    put_by_set(pile, WEST, 0, 2)
    put_by_set(pile, EAST, 0, -3)
    put_by_set(pile, NORTH, 7, 7)
    assert pile == [(WEST, -5, -4), (EAST, 21, 20), (NORTH, 7, 7)]


# From one close to the next.


def after(before, now, *ledger):
    """What is booked after a close; ledger rows of its revenue: (obligation, segments, signed amount and base)."""
    role, other = int(Role.REVENUE), int(Role.CONTRACT_LIABILITY)
    moves = Transfers.of(
        period=1, event=Event.RECOGNITION, customer=1, subsidiary=1, currency=0, base_currency=1,
        obligation=[o for o, _, _, _ in ledger],
        segments=[s for _, s, _, _ in ledger],
        amount=[abs(a) for _, _, a, _ in ledger],
        base_amount=[abs(b) for _, _, _, b in ledger],
        debit_role=[other if a > 0 else role for _, _, a, _ in ledger],
        credit_role=[role if a > 0 else other for _, _, a, _ in ledger],
    )  # fmt: skip
    found = carried_forward(before, now, moves)
    return [
        (r["obligation"], r["segments"], r["recognised"], r["base_recognised"], r["order_version"])
        for r in found.rows()
    ]


def test_an_obligation_of_one_set_stands_at_its_target():
    before = prior((1, WEST, 100, 120), (2, WEST, 5, 6))
    assert after(before, closed((1, WEST, 0, 10, 0, 12), (9, EAST, 0, 1, 0, 1))) == [
        (2, WEST, 5, 6, 21),
        (1, WEST, 1010, 2012, NOW),
        (9, EAST, 1001, 2001, NOW),
    ]


def test_what_is_gained_under_another_set_goes_on_the_top():
    before = prior((1, WEST, 100, 120), (2, WEST, 50, 60), (2, EAST, 20, 24), (3, WEST, 8, 9))
    now = closed((2, EAST, 5, 10, 6, 12), (1, EAST, 0, 10, 0, 12))
    assert after(before, now) == [
        (3, WEST, 8, 9, 33),
        (1, WEST, 100, 120, 10),
        (1, EAST, 10, 12, NOW),
        (2, WEST, 50, 60, 21),
        (2, EAST, 35, 42, NOW),
    ]


@pytest.mark.parametrize(
    "gain",
    [
        (5, 0, 6, 0),  # all of it belongs to closed periods
        (0, 1, 0, 0),  # a unit that is worth nothing in the base currency
        (0, 1, 0, 1),
    ],
)
def test_what_was_booked_before_keeps_its_version_under_what_is_gained(gain):
    before = prior((1, WEST, 100, 120))
    assert after(before, closed((1, EAST, *gain))) == [
        (1, WEST, 100, 120, 10),
        (1, EAST, gain[0] + gain[1], gain[2] + gain[3], NOW),
    ]


def test_what_is_taken_back_leaves_as_the_ledger_has_it():
    before = prior((1, WEST, 100, 120), (2, WEST, 10, 12), (3, WEST, 40, 48), (4, WEST, 1, 1))
    now = closed(
        (1, EAST, -30, 10, -36, 12),
        (2, NORTH, 0, -10, 0, -12),
        (3, EAST, 0, 5, 0, 6),
        (5, EAST, 0, 5, 0, 6),
    )
    found = after(
        before,
        now,
        (1, WEST, -30, -36),
        (1, EAST, 10, 12),
        (2, WEST, -10, -12),
        (3, EAST, 5, 6),
        (5, EAST, 5, 6),
    )
    assert found == [
        (4, WEST, 1, 1, 43),
        (5, EAST, 1005, 2006, NOW),
        (3, WEST, 40, 48, 32),
        (3, EAST, 5, 6, NOW),
        (1, WEST, 70, 84, NOW),
        (1, EAST, 10, 12, NOW),
        # All of it is gone: the obligation stays known, under the segments of now.
        (2, NORTH, 0, 0, NOW),
    ]


@pytest.mark.parametrize(
    "base",
    [
        (-1, 13),  # the base amount of the adjustment runs the other way
        (13, -1),  # that of the month does
        (-13, 1),  # both together
    ],
)
def test_base_amounts_that_run_the_other_way_are_taken_from_their_own_set(base):
    """A cent of conversion: amounts are gained, base amounts lost."""
    before = prior((1, WEST, 100, 120), (1, NORTH, 10, 12))
    now = closed((1, EAST, 5, 10, *base))
    ledger = [(1, EAST, 15, sum(base))] if sum(base) > 0 else [(1, EAST, 15, 0)]
    found = after(before, now, *ledger)
    assert found[-1][:3] == (1, EAST, 15)
    assert {row[4] for row in found} == {NOW}


def test_rows_of_an_obligation_add_up_in_any_order_of_obligations():
    rows = prior((4, WEST, 10, 11), (2, WEST, 5, 6), (4, EAST, 20, 22))
    found = latest_booked(rows).rows()
    assert [
        (r["obligation"], r["recognised"], r["base_recognised"], r["segments"], r["order_version"])
        for r in found
    ] == [
        (2, 5, 6, WEST, 21),
        (4, 30, 33, EAST, 42),
    ]
    one_each = prior((4, WEST, 10, 11), (2, WEST, 5, 6))
    assert latest_booked(one_each).rows() == one_each.rows()
    alone = prior((4, WEST, 10, 11))
    assert latest_booked(alone).rows() == alone.rows()
    assert len(latest_booked(prior())) == 0

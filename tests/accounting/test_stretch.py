"""Periods in which nothing becomes known are closed in one pass, and come to what they come to one by one."""

from dataclasses import replace

import pytest

from revrec.accounting import close as close_module
from revrec.accounting import stretch
from revrec.accounting.book import Book, Bundles, Changes, Progress
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE
from revrec.accounting.planning import plan_contracts, plan_on, prepare_contracts, serves_through
from revrec.accounting.policy import Policy
from revrec.accounting.problem import Problem
from revrec.accounting.terms import ChangeKind, CreditTreatment, HoldReason, Method, Treatment
from tests.accounting import closes_in_a_row
from tests.accounting.closes_in_a_row import in_one_pass

UNIT = 10**6


def agree(book: Book, policy: Policy, first: str = "2025-01", last: str = "2025-12") -> None:
    closes_in_a_row.agree([(first, book)], policy, last)


def test_twelve_months_are_one_pass(book, line, policy, passes):
    year = book([line(stated=120000, end="2025-12-31")], [])
    found = in_one_pass([("2025-01", year)], "2025-12", policy)
    assert [result.booked.revenue.tolist() for result in found] == [[10000]] * 12
    assert [result.balances.contract_asset.tolist() for result in found] == [
        [10000 * month] for month in range(1, 13)
    ]
    assert passes == [12]
    agree(year, policy)


@pytest.mark.parametrize("netting", ["contract", "customer"])
def test_every_method_comes_to_the_same_in_one_pass(book, line, bill, policy, netting, passes):
    methods = [method for method in Method if method is not Method.AS_INVOICED]
    lines = [
        line(id=11 + at, contract=1 + at % 2, method=int(method), stated=10007 * (at + 1), end="2025-10-13")
        for at, method in enumerate(methods)
    ]
    lines.append(line(id=40, contract=2, method=int(Method.DAILY), start="2025-01-01", end=-(2**40)))
    lines.append(line(id=41, contract=1, method=int(Method.AS_INVOICED), stated=100, product=9))
    steps = [("units", 18, "2025-02-05", UNIT // 4), ("units", 18, "2025-06-05", 2 * UNIT)]
    steps += [("percent", 19, "2025-04-05", 40 * UNIT), ("usage", 41, "2025-03-05", 7 * UNIT)]
    progress = Progress.of(
        obligation=[row for _, row, _, _ in steps],
        day=[parse_day(day) for _, _, day, _ in steps],
        value=[value for *_, value in steps],
    )
    bills = [bill(1, 50000, "2025-01-05", order=100), bill(2, 7777, "2025-05-09", order=100, product=9)]
    agree(replace(book(lines, bills), progress=progress), replace(policy, netting=netting))
    assert passes == [12]


def test_a_line_that_was_modified_goes_on_in_one_pass(book, line, policy):
    day = parse_day("2025-01-20")
    change = Changes.of(
        id=[1],
        kind=[int(ChangeKind.MODIFICATION)],
        day=[day],
        known=[book([line()], []).calendar.index("2025-01")],
        contract=[1],
        obligation=[11],
        treatment=[int(Treatment.PROSPECTIVE)],
        amount=[60001],
        quantity_e6=[3 * UNIT],
    )
    agree(replace(book([line(method=int(Method.DAILY)), line(id=12)], []), changes=change), policy)


def test_billing_that_no_contract_absorbs_goes_month_by_month(book, line, bill, policy, passes):
    agree(book([line()], [bill(1, 90000, "2025-01-05")]), policy)
    assert not passes


def test_a_foreign_currency_goes_month_by_month(book, line, policy, passes):
    agree(book([line()], [], currency=3, exchange_rate_e10=11 * 10**9), replace(policy, fx_rate="contract"))
    assert not passes


def test_what_a_credit_freed_may_move_once_more(book, line, bill, policy):
    bills = [
        bill(1, 30000, "2025-01-05", order=100),
        bill(2, -20000, "2025-02-05", order=100, treatment=int(CreditTreatment.PROSPECTIVE)),
    ]
    found = book([line(), line(id=12, contract=2, order=200)], bills)
    agree(found, policy)
    planned = plan_contracts(found, found.calendar.index("2025-02"), policy)
    assert serves_through(planned, found.calendar.index("2025-02"), 99) == found.calendar.index("2025-02")


def test_large_books_are_laid_out_in_parts(book, line, policy, passes, monkeypatch):
    monkeypatch.setattr(stretch, "ROWS", 8)
    agree(book([line(), line(id=12)], []), policy)
    assert passes == [4, 4]  # October to December one by one


def test_a_plan_goes_on_with_what_is_booked_and_without_news(book, line, bill, policy):
    facts = book([line()], [bill(1, 30000, "2025-01-05", order=100)])
    planned = plan_contracts(facts, facts.calendar.index("2025-01"), policy)
    later = plan_on(planned)
    assert len(planned.billing.moved) == 1
    assert not len(later.billing.moved)
    assert later.billing.splits is planned.billing.splits


def test_what_was_prepared_serves_a_book_that_knows_more_billing_alone(book, line, bill, policy):
    before = prepare_contracts(book([line()], []), policy)
    billed = book([line()], [bill(1, 30000, "2025-01-05", order=100)])
    again = prepare_contracts(billed, policy, before)
    assert again.outcome is before.outcome
    assert again.book.billing is billed.billing
    changed = prepare_contracts(book([line(stated=30001)], []), policy, again)
    assert changed.outcome is not before.outcome
    assert changed.billable.tolist() == [30001]


def test_nothing_at_all_is_closed_month_by_month_too(book, policy):
    agree(book([], []), policy)


def test_what_waits_keeps_what_is_booked_of_it_in_every_month(book, line, policy, close, passes):
    lines = [line(end="2025-12-31", stated=120000), line(id=12, end="2025-12-31", stated=120000)]
    _, closed = close(book(lines, []), "2025-01", policy)
    undated = book([{**lines[0], "end": NO_DAY}, lines[1]], [])
    waiting = replace(undated, prior=closed.prior)
    agree(waiting, policy, first="2025-02")
    assert passes == [11]
    last = in_one_pass([("2025-02", waiting)], "2025-12", policy)
    assert [(row["obligation"], row["amount"]) for row in last[-1].held.rows()] == [(11, 110000)]
    assert last[-1].balances.recognised.tolist() == [10000 + 120000]


def test_lines_of_billing_that_are_held_or_bad_debt_are_listed_in_every_month(
    book, line, bill, policy, passes
):
    bills = [
        bill(1, 30000, "2025-01-05", order=100),
        bill(2, -700, "2025-01-06", order=100, treatment=int(CreditTreatment.BAD_DEBT)),
        bill(3, 900, "2025-01-07", order=100, hold=int(HoldReason.RECOGNISED_BY_NETSUITE)),
    ]
    rows = [{"hold": NONE, "treatment": NONE, **row} for row in bills]
    agree(book([line(end="2025-12-31")], rows), policy)
    assert passes == [12]
    year = book([line(end="2025-12-31")], rows)
    found = in_one_pass([("2025-01", year)], "2025-12", policy)
    assert [result.held.document.tolist() for result in found] == [[2, 3]] * 12


def test_prices_of_ranges_beside_a_bundle_are_explained_in_every_month(book, line, policy, passes):
    lines = [
        line(end="2025-12-31", ssp_low=20000, ssp_high=25000, bundle=NONE),
        line(id=12, end="2025-12-31", ssp_low=9000, ssp_high=NO_AMOUNT, bundle=3),
        line(id=13, end="2025-12-31", ssp_low=9000, ssp_high=NO_AMOUNT, bundle=3),
    ]
    bundled = replace(book(lines, []), bundles=Bundles.of(id=[3], price=[15000]))
    agree(bundled, policy)
    assert passes == [12]


def test_a_line_is_explained_from_its_order_on(book, line, policy):
    later = line(id=12, ordered_day="2025-06-15", end="2025-12-31")
    agree(book([line(end="2025-12-31"), later], []), policy)


def test_a_fault_of_the_program_is_told_of_each_period(book, line, policy, monkeypatch):
    fault = Problem(
        "out_of_balance", "contract 1", "Liability and asset are not what is billed less recognised."
    )
    for module in (stretch, close_module):
        monkeypatch.setattr(module, "check_stock", lambda *_: (fault,))
    year = book([line(end="2025-12-31")], [])
    found = in_one_pass([("2025-01", year)], "2025-12", policy)
    assert [fault in result.problems for result in found] == [True] * 12


def test_large_books_that_stand_alone_are_closed_in_parts_too(book, line, policy, monkeypatch):
    monkeypatch.setattr(stretch, "ROWS", 8)
    abroad = book([line(), line(id=12)], [], currency=3, exchange_rate_e10=11 * 10**9)
    agree(abroad, replace(policy, fx_rate="contract"))


def test_revenue_by_segments_goes_month_by_month(book, line, policy, close, passes):
    """What is returned comes off the newest segments: each month has to know those of the month before."""
    days = ("2025-01-10", "2025-03-10", "2025-05-10", "2025-06-10", "2025-08-10")
    steps = Progress.of(
        obligation=11, day=[parse_day(day) for day in days], value=[n * UNIT for n in (2, 3, 1, 3, 1)]
    )

    def known(segments: int) -> Book:
        units = line(method=int(Method.UNITS), stated=30000, quantity_e6=3 * UNIT, segments=segments)
        return replace(book([units], []), progress=steps)

    _, closed = close(known(5), "2025-01", policy)
    agree(replace(known(6), prior=closed.prior), policy, first="2025-02")
    assert not passes

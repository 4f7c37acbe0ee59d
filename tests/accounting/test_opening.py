"""Opening balances as they were loaded: what stands at the cut-over, and what the first close makes of it.

Books begin with March 2025. A line is 300.00 over January to March, ``even``: by the end of February 200.00 are earned.
"""

from dataclasses import replace

import pytest

from revrec.accounting.book import Prior, Rates
from revrec.accounting.calendar import parse_day
from revrec.accounting.carry import carry_forward
from revrec.accounting.close import close_period
from revrec.accounting.columns import NONE
from revrec.accounting.controls import check_result
from revrec.accounting.opening import LoadedBilling, LoadedRevenue, opening_differences, stand_in
from revrec.accounting.terms import AccountType, BalanceScope, Cause, Event, Role

LIABILITY, REVENUE, OFFSET = int(Role.CONTRACT_LIABILITY), int(Role.REVENUE), int(Role.BILLING_OFFSET)


class CutOver:
    """A company's books at the end of February, with the opening that was loaded: (id: amount or amounts)."""

    def __init__(self, book, policy, revenue, billing):
        self.book, self.policy, self.period = book, policy, book.calendar.index("2025-02")
        self.computed = close_period(self.book, self.period, policy)
        self.revenue = self._of(LoadedRevenue, revenue)
        self.billing = self._of(LoadedBilling, billing)
        self.result = stand_in(self.book, self.period, policy, self.computed, self.revenue, self.billing)

    @staticmethod
    def _of(table, amounts):
        rows = [(key, *(two if isinstance(two, tuple) else (two, two))) for key, two in amounts.items()]
        names = table.empty().columns()
        return table.of(**dict(zip(names, zip(*rows, strict=True), strict=True))) if rows else table.empty()

    @property
    def differences(self):
        found = opening_differences(self.book, self.computed, self.revenue, self.billing)
        return [tuple(row.values()) for row in found.rows()]

    @property
    def balances(self):
        return [
            {name: value for name, value in row.items() if value and name not in ("customer", "subsidiary")}
            for row in self.result.balances.rows()
        ]

    def first_close(self):
        prior = carry_forward(self.book.prior, self.result)
        begun = replace(self.book, prior=prior, first_period=self.period + 1)
        return close_period(begun, self.period + 1, self.policy)


@pytest.fixture
def cut_over(book, line, bill, policy):
    def of(lines=None, bills=None, revenue=None, billing=None, chosen=policy, **contract):
        bills = [bill(1, 30000, "2025-01-05")] if bills is None else bills
        made = book([line()] if lines is None else lines, bills, **contract)
        return CutOver(made, chosen, revenue or {}, billing or {})

    return of


def moved(result, names="event debit_role credit_role amount base_amount"):
    return [tuple(row[name] for name in names.split()) for row in result.transfers.rows()]


def test_what_was_loaded_stands_and_counts_as_booked(cut_over):
    opening = cut_over(revenue={11: 12000}, billing={1: 25000})
    booked = opening.result.booked.rows()[0]
    assert booked == {
        "obligation": 11, "contract": 1, "order_version": NONE, "allocated": 30000,
        "fraction_numerator": 2, "fraction_denominator": 3, "target": 12000, "revenue": 12000,
        "adjustment": 0, "current": 12000, "cause": 0, "base_revenue": 12000, "base_adjustment": 0,
        "base_target": 12000, "segments": NONE,
    }  # fmt: skip
    amounts = {"billed": 25000, "recognised": 12000, "liability": 13000}
    assert opening.balances == [{"contract": 1, **amounts, **{f"base_{k}": v for k, v in amounts.items()}}]


def test_the_first_close_books_the_difference_as_a_conversion(cut_over):
    march = cut_over(revenue={11: 12000}, billing={1: 25000}).first_close()
    row = march.booked.rows()[0]
    assert (row["revenue"], row["adjustment"], row["current"]) == (18000, 8000, 10000)
    assert row["cause"] == Cause.CONVERSION
    assert march.balances.rows()[0]["contract_asset"] == 5000


def test_its_ledger_rows_are_the_billing_as_computed_what_was_loaded_beside_it_and_the_revenue(cut_over):
    opening = cut_over(revenue={11: 12000}, billing={1: 25000})
    names = "event debit_role credit_role amount base_amount document contract obligation"
    assert moved(opening.result, names) == [
        (Event.BILLING, OFFSET, LIABILITY, 30000, 30000, 1, 1, 11),
        (Event.BILLING, LIABILITY, OFFSET, 5000, 5000, NONE, 1, NONE),
        (Event.RECOGNITION, LIABILITY, REVENUE, 12000, 12000, NONE, 1, 11),
    ]
    rest = "period customer base_currency document_version cause"
    assert set(moved(opening.result, rest)) == {(opening.period, 5, 0, NONE, Cause.NONE)}


def test_what_is_loaded_beyond_the_documents_bills_the_contract_as_a_whole(cut_over):
    opening = cut_over(billing={1: (31000, 31000)})
    added = opening.result.splits.rows()[-1]
    assert added == {
        "document": NONE, "line": 0, "contract": 1, "obligation": NONE, "customer": 5, "subsidiary": 1,
        "currency": 0, "product": NONE, "amount": 1000, "base_amount": 1000, "account": NONE,
        "account_type": AccountType.DEFERRED_REVENUE, "segments": NONE, "period": opening.period,
        "service_day": parse_day("2025-02-28"), "service_start": added["service_start"],
    }  # fmt: skip


def test_what_the_sheet_leaves_out_is_zero(cut_over):
    opening = cut_over()
    assert [(row["obligation"], row["target"]) for row in opening.result.booked.rows()] == [(11, 0)]
    assert moved(opening.result) == [
        (Event.BILLING, OFFSET, LIABILITY, 30000, 30000),
        (Event.BILLING, LIABILITY, OFFSET, 30000, 30000),
    ]
    assert opening.balances == []
    assert opening.first_close().booked.rows()[0]["revenue"] == 30000


def test_a_line_that_earned_nothing_by_the_rules_may_be_loaded_as_earned(cut_over, line):
    march = {"start": "2025-03-01", "end": "2025-03-31", "line_rank": 1, "default_segments": 4}
    lines = [line(default_segments=NONE, segments=NONE), line(id=12, **march, segments=NONE)]
    lines.append(line(id=13, **march, segments=6))
    opening = cut_over(lines, revenue={11: 20000, 12: 700, 13: 800})
    assert [row["segments"] for row in opening.result.booked.rows()] == [NONE, 4, 6]
    row = opening.result.booked.rows()[1]
    assert (row["obligation"], row["contract"], row["target"], row["segments"]) == (12, 1, 700, 4)
    assert (row["allocated"], row["fraction_numerator"], row["fraction_denominator"]) == (0, 0, 1)


def test_revenue_ahead_of_billing_is_an_asset(cut_over):
    opening = cut_over(bills=[], revenue={11: 12000})
    assert moved(opening.result) == [
        (Event.RECOGNITION, LIABILITY, REVENUE, 12000, 12000),
        (Event.NETTING, Role.CONTRACT_ASSET, LIABILITY, 12000, 12000),
    ]
    assert opening.balances[0]["contract_asset"] == 12000


def test_all_of_it_may_be_loaded_where_the_rules_come_to_nothing(cut_over, line):
    opening = cut_over([line(start="2025-03-01", end="2025-03-31")], [], {11: 700}, {1: 900})
    assert [(row["target"], row["segments"]) for row in opening.result.booked.rows()] == [(700, NONE)]
    assert opening.balances[0]["liability"] == 200


def test_several_rows_of_one_line_or_contract_are_added_up(book, line, policy):
    made = CutOver(book([line()], []), policy, {}, {})
    revenue = LoadedRevenue.of(obligation=[11, 11], recognised=[5000, 7000], base_recognised=[5000, 7000])
    billing = LoadedBilling.of(contract=[1, 1], billed=[100, 200], base_billed=[100, 200])
    found = stand_in(made.book, made.period, policy, made.computed, revenue, billing)
    assert found.booked.target.tolist() == [12000]
    assert found.balances.billed.tolist() == [300]


def test_lines_and_contracts_that_the_books_do_not_know_are_left_out(cut_over):
    opening = cut_over(revenue={11: 20000, 99: 500}, billing={1: 30000, 9: 800})
    assert opening.result.booked.obligation.tolist() == [11]
    assert opening.result.splits.amount.tolist() == [30000]
    assert opening.differences == [(9, NONE, 0, 800, 0, 800)]


def test_the_opening_keeps_what_was_found_while_it_was_computed(cut_over, line):
    opening = cut_over(
        [line(hold=NONE), line(id=12, hold=6, line_rank=1)], revenue={11: 12000}, billing={1: 30000}
    )
    assert opening.result.problems == opening.computed.problems
    assert [(row["obligation"], row["amount"]) for row in opening.result.held.rows()] == [(12, 30000)]


# What differs.


def test_only_what_differs_is_listed_lines_first(cut_over, line, bill):
    lines = [line(), line(id=12, line_rank=1), line(id=13, contract=2, order=200, order_rank=1)]
    bills = [bill(1, 60000, "2025-01-05", order=100), bill(2, 30000, "2025-01-06", order=200)]
    opening = cut_over(
        lines, bills, {11: 20000, 12: (20000, 19900), 13: 21000}, {1: 60000, 2: (30000, 29000)}
    )
    assert opening.differences == [
        (1, 12, 20000, 20000, 20000, 19900),
        (2, 13, 20000, 21000, 20000, 21000),
        (2, NONE, 30000, 30000, 30000, 29000),
    ]
    assert cut_over(revenue={11: 20000}, billing={1: 30000}).differences == []


def test_billing_that_nothing_absorbs_is_no_difference(cut_over, bill):
    opening = cut_over(bills=[bill(1, 34000, "2025-01-05")], revenue={11: 20000}, billing={1: 30000})
    assert opening.differences == []
    assert opening.balances[-1] == {
        "scope": BalanceScope.UNASSIGNED, "contract": NONE, "billed": 4000, "liability": 4000,
        "base_billed": 4000, "base_liability": 4000,
    }  # fmt: skip
    assert opening.result.unassigned.amount.tolist() == [4000]


# Whom it bills.


def test_an_invoice_that_is_its_own_contract_is_billed_on_its_last_line(cut_over, line, bill):
    own = {"own": 1, "order": NONE}
    lines = [
        line(id=15, line_rank=2, **own, contract=3),
        line(id=13, line_rank=2, **own, contract=3),
        line(id=16, line_rank=1, **own, contract=3),
        line(id=14, line_rank=9, **{**own, "own": 0}, contract=2),
        line(id=11, line_rank=5, **own, contract=1),
    ]
    opening = cut_over(lines, [], billing={1: 40000, 2: 600, 3: 700})
    added = opening.result.splits.rows()
    assert [(row["line"], row["contract"], row["obligation"], row["amount"]) for row in added] == [
        (0, 3, 15, 700),
        (1, 2, NONE, 600),
        (2, 1, 11, 40000),
    ]


def test_under_netting_by_customer_the_customer_owes(cut_over, line, bill, policy):
    lines = [line(), line(id=12, contract=2, order=200, order_rank=1)]
    by_customer = replace(policy, netting="customer")
    opening = cut_over(lines, [bill(1, 30000, "2025-01-05")], {11: 20000, 12: 4000}, {1: 30000}, by_customer)
    customer = [row for row in opening.balances if row.get("scope") == BalanceScope.CUSTOMER]
    assert [row["liability"] for row in customer] == [6000]
    assert Event.NETTING not in opening.result.transfers.event.tolist()


# In another currency.


def foots(opening):
    """The ledger rows of the opening come to its balances, and those to what was billed and earned."""
    assert check_result(replace(opening.book, prior=Prior()), opening.result) == ()
    row = opening.result.balances.rows()[0]
    asset = row["base_contract_asset"] + row["base_unbilled_receivable"]
    names = "base_amount debit_role credit_role"
    owed = sum(n * ((to == LIABILITY) - (of == LIABILITY)) for n, of, to in moved(opening.result, names))
    assert owed == row["base_liability"]
    return row["base_liability"], asset, row["base_fx"]


def test_an_opening_loaded_as_it_was_computed_is_the_computed_one(cut_over, line, bill):
    """January's invoice at 1.10, February's at 1.20 and 1.30, that of 1.20 credited: 20.00 of 1.10 earned."""
    usual = {"currency": 1, "customer": 5, "order": 100, "created_from": NONE}
    bills = [
        bill(2, 10000, "2025-01-05", **{**usual, "base_amount": 11000}),
        bill(1, 10000, "2025-02-05", **{**usual, "base_amount": 12000}),
        bill(3, 10000, "2025-02-06", **{**usual, "base_amount": 13000}),
        bill(4, -10000, "2025-02-20", **{**usual, "base_amount": -12000, "created_from": 1}),
        bill(9, 700, "2025-01-06", **{**usual, "customer": 8, "order": NONE}),
    ]
    year = [line(stated=12000, end="2025-12-31")]
    opening = cut_over(year, bills, {11: (2000, 2200)}, {1: (20000, 24000)}, currency=1)
    assert opening.result.balances.rows() == opening.computed.balances.rows()
    assert opening.balances[0]["base_liability"] == 8800 + 13000
    # What nobody absorbs keeps its age.
    assert opening.result.unassigned.rows() == opening.computed.unassigned.rows()
    assert opening.result.unassigned.age_days.tolist() == [53]


def test_base_amounts_are_those_of_the_sheet(cut_over, bill):
    bills = [bill(1, 30000, "2025-01-05", base_amount=33000, currency=1)]
    opening = cut_over(None, bills, {11: (20000, 22000)}, {1: (31000, 34500)}, currency=1)
    assert moved(opening.result) == [
        (Event.BILLING, OFFSET, LIABILITY, 30000, 33000),
        (Event.BILLING, OFFSET, LIABILITY, 1000, 1500),
        (Event.RECOGNITION, LIABILITY, REVENUE, 20000, 22000),
    ]
    assert set(opening.result.transfers.base_currency.tolist()) == {0}
    assert foots(opening) == (34500 - 22000, 0, 0)


def test_a_base_amount_may_differ_alone_and_so_may_the_other(cut_over, bill):
    bills = [bill(1, 30000, "2025-01-05", base_amount=33000, currency=1)]
    opening = cut_over(None, bills, {11: (20000, 22000)}, {1: (30000, 33500)}, currency=1)
    assert moved(opening.result)[1] == (Event.BILLING, OFFSET, LIABILITY, 0, 500)
    opening = cut_over(None, bills, {11: (20000, 22000)}, {1: (30100, 33000)}, currency=1)
    assert moved(opening.result)[1] == (Event.BILLING, OFFSET, LIABILITY, 100, 0)


def test_what_is_left_keeps_the_rates_of_its_invoices_and_the_rest_was_an_exchange_difference(cut_over, bill):
    """Earned at 1.00 what was billed at 1.10: 100.00 are left at 1.10, and 10.00 went to exchange differences."""
    bills = [bill(1, 30000, "2025-01-05", base_amount=33000, currency=1)]
    opening = cut_over(None, bills, {11: (20000, 21000)}, {1: (30000, 33000)}, currency=1)
    assert moved(opening.result)[-1] == (Event.FX, LIABILITY, Role.FX_ADJUSTMENT, 0, 1000)
    assert foots(opening) == (11000, 0, 1000)


def test_at_one_rate_of_the_contract_what_is_left_stands_at_that_rate(cut_over, bill, policy):
    """300.00 billed at 1.10 where the contract is at 1.20: 100.00 are left at 1.20."""
    bills = [bill(1, 30000, "2025-01-05", base_amount=33000, currency=1)]
    opening = cut_over(
        None, bills, {11: (20000, 24000)}, {1: (30000, 33000)}, replace(policy, fx_rate="contract"), currency=1,
        exchange_rate_e10=12 * 10**9,
    )  # fmt: skip
    assert foots(opening) == (12000, 0, -3000)


def test_an_asset_keeps_the_base_amount_that_it_was_loaded_with(cut_over, line, policy, book):
    """The rate of February does not touch it: the old books did what they did."""
    made = book([line()], [], currency=1)
    february = made.calendar.index("2025-02")
    rates = Rates.of(currency=[1], base_currency=[0], period=[february], rate_e10=[15 * 10**9])
    opening = CutOver(replace(made, rates=rates), policy, {11: (20000, 23000)}, {})
    assert foots(opening) == (0, 23000, 0)


def test_unassigned_billing_of_a_subsidiary_without_contracts_is_in_its_own_currency(cut_over, line, bill):
    bills = [
        bill(1, 30000, "2025-01-05"),
        bill(2, 500, "2025-01-06", subsidiary=7, currency=3),
        bill(3, 600, "2025-01-06", currency=2, base_amount=900),
    ]
    opening = cut_over(bills=bills, revenue={11: 20000}, billing={1: 30000})
    rows = moved(opening.result, "document currency base_currency base_amount")
    assert rows[:3] == [(1, 0, 0, 30000), (2, 3, 3, 500), (3, 2, 0, 900)]


def test_without_any_contract_all_of_it_is(cut_over, bill):
    opening = cut_over([], [bill(2, 500, "2025-01-06", currency=3)])
    assert moved(opening.result, "document currency base_currency") == [(2, 3, 3)]


# Segments.


def test_opened_revenue_carries_the_segments_of_its_line_else_of_its_billing_else_the_usual(
    cut_over, line, bill
):
    lines = [
        line(id=11, segments=1, default_segments=9),
        line(id=12, segments=NONE, default_segments=9, line_rank=1),
        line(id=13, contract=2, order=200, segments=NONE, default_segments=9, order_rank=1),
    ]
    bills = [
        bill(1, 30000, "2025-01-05", order=100, obligation=11, segments=4),
        bill(2, 30000, "2025-01-05", order=100, obligation=12, segments=4),
    ]
    opening = cut_over(lines, bills, {11: 12000, 12: 12000, 13: 12000}, {1: 60000})
    assert opening.result.booked.segments.tolist() == [1, 4, 9]
    revenue = [t for t in opening.result.transfers.rows() if t["credit_role"] == REVENUE]
    assert [t["segments"] for t in revenue] == [1, 4, 9]


def test_what_the_line_promised_then_stays_its_version(cut_over, line):
    opening = cut_over([line(order_version=3)], revenue={11: 12000}, billing={1: 30000})
    assert opening.result.booked.order_version.tolist() == [3]
    booked = carry_forward(opening.book.prior, opening.result).booked
    assert (booked.recognised.tolist(), booked.order_version.tolist()) == ([12000], [3])

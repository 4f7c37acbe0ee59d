"""What is billed abroad, oldest first, net of credits; and revenue that runs ahead of it, month by month.

A line is 300.00 in euros over February to April 2025, ``even``: 100.00 a month. Amounts are cents, rates per cent.
"""

from dataclasses import replace

import pytest

from revrec.accounting.book import Progress, Rates
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NONE
from revrec.accounting.terms import CreditTreatment, Event, Method, Role

MONTHS = ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05"]
RATES = {"2025-01": 118, "2025-02": 120, "2025-03": 125, "2025-04": 150, "2025-05": 160}
SPRING = {"start": "2025-02-01", "end": "2025-04-30"}
BILLING_ONLY = int(CreditTreatment.BILLING_ONLY)


@pytest.fixture
def invoice(bill):
    """An invoice, or with a negative amount a credit memo that lowers no revenue."""

    def of(document, amount, rate, day="2025-01-10", created_from=NONE, order=100):
        return bill(
            document, amount, day, base_amount=amount * rate // 100, currency=1, order=order,
            created_from=created_from, treatment=BILLING_ONLY if amount < 0 else 0,
        )  # fmt: skip

    return of


class Months:
    """Closes from January on: base revenue and exchange differences of each month, balances at the end."""

    def __init__(self, book, close, policy, count):
        self.revenue, self.fx = [], []
        for month in MONTHS[:count]:
            result, book = close(book, month, policy)
            if month != "2025-01" or len(result.booked):
                self.revenue.append(sum(result.booked.base_revenue.tolist()))
            self.fx.append(
                sum(
                    row["base_amount"]
                    if row["debit_role"] == Role.CONTRACT_LIABILITY
                    else -row["base_amount"]
                    for row in result.transfers.rows()
                    if row["event"] == Event.FX
                )
            )
        self.balances = result.balances.rows()

    def balance(self, name):
        return [row[name] for row in self.balances]


@pytest.fixture
def months(book, line, close, policy):
    def of(bills, count=4, lines=None, progress=None, rates=RATES, **settings):
        made = book(lines or [line(**SPRING)], bills, currency=1)
        periods = [made.calendar.index(month) for month in rates]
        table = Rates.of(
            currency=1, base_currency=0, period=periods, rate_e10=[r * 10**8 for r in rates.values()]
        )
        made = replace(made, rates=table, progress=progress or Progress.empty())
        return Months(made, close, replace(policy, **settings), count)

    return of


# Layers.


def test_the_oldest_posting_is_earned_first_whatever_its_number(months, invoice):
    bills = [
        invoice(3, 10000, 110),
        invoice(1, 10000, 130, "2025-03-05"),
        invoice(2, 10000, 120, "2025-02-05"),
    ]
    assert months(bills).revenue == [11000, 12000, 13000]


def test_in_one_month_the_first_document_is_earned_first(months, invoice):
    bills = [invoice(8, 10000, 130), invoice(6, 10000, 110), invoice(7, 10000, 120)]
    run = months(bills)
    assert (run.revenue, run.fx) == ([11000, 12000, 13000], [0, 0, 0, 0])


def test_the_lines_of_one_invoice_are_one_layer(months, invoice):
    bills = [invoice(1, 5000, 110), {**invoice(1, 15000, 130), "line": 2}, invoice(2, 10000, 120)]
    # 50.00 at 1.10 and 150.00 at 1.30 are 200.00 at 1.25.
    assert months(bills).revenue == [12500, 12500, 12000]


def test_a_credit_that_names_its_invoice_takes_that_one_back(months, invoice):
    bills = [
        invoice(1, 10000, 110),
        invoice(2, 10000, 120),
        invoice(3, 10000, 130),
        invoice(4, -10000, 120, created_from=2),
    ]
    run = months(bills)
    # April's revenue is not billed any more: it carries April's rate.
    assert (run.revenue, run.fx) == ([11000, 13000, 15000], [0, 0, 0, 0])


def test_what_is_left_of_an_invoice_keeps_its_rate(months, invoice):
    bills = [
        invoice(1, 10000, 110),
        invoice(2, 10000, 120),
        invoice(3, 10000, 130),
        invoice(4, -4000, 120, created_from=2),
    ]
    run = months(bills)
    assert run.revenue == [11000, 6000 * 12 // 10 + 4000 * 13 // 10, 6000 * 13 // 10 + 4000 * 15 // 10]


def test_a_credit_that_names_none_takes_back_the_newest_before_it(months, invoice):
    bills = [
        invoice(1, 10000, 110),
        invoice(2, 10000, 120),
        invoice(3, -15000, 120),
        invoice(4, 25000, 130, "2025-02-05"),
    ]
    run = months(bills)
    # 50.00 of the first are left, and all of February's.
    assert run.revenue == [5500 + 6500, 13000, 13000]


def test_a_second_credit_goes_on_where_the_first_one_stopped(months, invoice):
    bills = [
        invoice(1, 10000, 110),
        invoice(2, 10000, 120),
        invoice(3, -4000, 120),
        invoice(4, -10000, 120),
        invoice(5, 24000, 130, "2025-02-05"),
    ]
    assert months(bills).revenue == [6600 + 5200, 13000, 13000]


def test_each_contract_gives_back_its_own(months, invoice, line):
    lines = [line(**SPRING), line(id=12, contract=2, order=200, order_rank=1, **SPRING)]
    lines.append(line(id=13, contract=3, order=300, order_rank=2, **SPRING))
    bills = [
        invoice(1, 10000, 110),
        invoice(2, 20000, 120, order=200),
        invoice(3, 30000, 200, order=300),
        invoice(4, 10000, 130),
        invoice(5, -10000, 120, order=200),
        invoice(6, -10000, 130),
        invoice(7, 20000, 140, "2025-02-03", order=200),
        invoice(8, 20000, 150, "2025-02-03"),
    ]
    run = months(bills, lines=lines)
    assert run.revenue == [11000 + 12000 + 20000, 15000 + 14000 + 20000, 15000 + 14000 + 20000]
    assert run.fx == [0, 0, 0, 0]


def test_an_invoice_that_bills_two_contracts_is_a_layer_of_each(months, invoice, line):
    lines = [line(**SPRING), line(id=12, contract=2, order=200, order_rank=1, **SPRING)]
    bills = [
        invoice(1, 10000, 110),
        {**invoice(1, 10000, 130, order=200), "line": 2},
        invoice(2, 20000, 150),
        invoice(3, 20000, 150, order=200),
    ]
    assert months(bills, lines=lines).revenue == [11000 + 13000, 15000 + 15000, 15000 + 15000]


def test_credits_before_anything_is_billed_take_back_what_is_billed_next(months, invoice, line):
    other = line(id=12, contract=2, order=200, order_rank=1, stated=300)
    bills = [
        invoice(1, -9000, 110),
        invoice(2, -6000, 110),
        invoice(3, 10000, 120, "2025-02-03"),
        invoice(4, 10000, 130, "2025-02-04"),
        invoice(5, 25000, 140, "2025-02-05"),
        invoice(6, 300, 200, order=200),
    ]
    # 50.00 of the fourth are left, then the fifth. The other contract earns 1.00 a month from January on.
    lines = [line(**SPRING), other]
    assert months(bills, lines=lines).revenue == [200, 6500 + 7000 + 200, 14000 + 200, 14000]


# Revenue ahead of billing.


def test_what_is_billed_late_settles_at_its_own_rate_and_the_rest_of_the_asset_at_that_of_the_month(
    months, invoice
):
    bills = [invoice(1, 4000, 130, "2025-03-10")]
    run = months(bills, 3)
    # February earns at 1.20, March at 1.25. 40.00 of 48.00 are billed at 52.00, and 60.00 are worth 3.00 more.
    assert (run.revenue, run.fx) == ([12000, 12500], [0, 0, 400 + 300])
    assert run.balance("base_contract_asset") == [16000 * 125 // 100]


def test_an_asset_that_is_not_remeasured_keeps_what_it_was_earned_at(months, invoice):
    bills = [invoice(1, 4000, 130, "2025-03-10")]
    run = months(bills, 4, remeasure_assets=False)
    assert (run.revenue, run.fx) == ([12000, 12500, 15000], [0, 0, 400, 0])
    assert run.balance("base_contract_asset") == [7200 + 12500 + 15000]


def test_billing_settles_all_that_was_ahead_and_then_what_is_earned_now(months, invoice):
    bills = [invoice(1, 15000, 130, "2025-03-10"), invoice(2, 15000, 140, "2025-03-11")]
    run = months(bills)
    # 100.00 of the first stand against February's 120.00; March earns 50.00 of each.
    assert (run.revenue, run.fx) == ([12000, 6500 + 7000, 14000], [0, 0, 1000, 0])


def test_revenue_ahead_that_is_taken_back_leaves_at_what_it_stands_for(months, line):
    units = line(method=Method.UNITS, stated=100000, quantity_e6=100 * 10**6, **SPRING)
    days = ["2025-02-10", "2025-03-10"]
    returned = Progress.of(obligation=11, day=[parse_day(d) for d in days], value=[10 * 10**6, 6 * 10**6])
    run = months([], 3, lines=[units], progress=returned)
    # 100.00 at 1.20; 40.00 of them go at 1.20, and the other 60.00 are worth 3.00 more.
    assert (run.revenue, run.fx) == ([12000, -4800], [0, 0, 300])
    assert run.balance("base_unbilled_receivable") == [6000 * 125 // 100]


def test_a_credit_of_what_was_earned_already_is_ahead_of_billing_at_the_credits_own_amount(months, invoice):
    bills = [invoice(1, 30000, 110), invoice(2, -25000, 140, "2025-04-10", created_from=1)]
    run = months(bills, remeasure_assets=False)
    # 200.00 were earned at 1.10. 50.00 stay billed; 150.00 are ahead at 1.40, and April's 100.00 at 1.50. The other
    # 100.00 of the credit were owed at 1.10 and went at 1.40.
    assert (run.revenue, run.fx) == ([11000, 11000, 15000], [0, 0, 0, -3000])
    assert run.balance("base_contract_asset") == [21000 + 15000]


def test_such_a_credit_is_remeasured_like_all_that_is_ahead(months, invoice):
    bills = [invoice(1, 30000, 110), invoice(2, -25000, 140, "2025-04-10", created_from=1)]
    run = months(bills)
    assert (run.revenue, run.fx) == ([11000, 11000, 15000], [0, 0, 0, -3000 + 1500])
    assert run.balance("base_contract_asset") == [25000 * 150 // 100]


def test_a_credit_of_what_is_not_earned_yet_only_leaves_its_difference(months, invoice):
    bills = [invoice(1, 30000, 110), invoice(2, -10000, 140, "2025-03-10", created_from=1)]
    run = months(bills)
    assert (run.revenue, run.fx) == ([11000, 11000, 15000], [0, 0, -3000, 0])


def test_what_was_credited_and_billed_again_is_settled_at_the_new_rate(months, invoice):
    bills = [
        invoice(1, 30000, 110),
        invoice(2, -30000, 110, "2025-03-10", created_from=1),
        invoice(3, 30000, 140, "2025-04-10"),
    ]
    run = months(bills)
    # In March 100.00 of February, at 1.10, are ahead, and March's 100.00; both are worth 1.25 at its end. April bills
    # them at 1.40.
    assert (run.revenue, run.fx) == ([11000, 12500, 14000], [0, 0, 1500, 3000])
    assert run.balance("base_liability") == run.balance("base_contract_asset") == [0]


def test_an_invoice_that_another_replaces_while_nothing_is_earned_leaves_its_difference(
    months, invoice, line
):
    units = line(method=Method.UNITS, stated=100000, quantity_e6=100 * 10**6, **SPRING)
    delivered = Progress.of(obligation=11, day=parse_day("2025-02-10"), value=10 * 10**6)
    bills = [
        invoice(1, 20000, 110),
        invoice(2, -20000, 110, "2025-03-10", created_from=1),
        invoice(3, 20000, 130, "2025-03-11"),
    ]
    run = months(bills, 4, lines=[units], progress=delivered)
    # 100.00 were earned at 1.10; the other 100.00 are owed at 1.30.
    assert (run.revenue, run.fx) == ([11000, 0, 0], [0, 0, 2000, 0])
    assert run.balance("base_liability") == [13000]


def test_a_finished_contract_clears_its_last_cents(months, invoice, line):
    thirds = [invoice(1, 100, 133), invoice(2, 100, 133), invoice(3, 100, 134)]
    run = months(thirds, 5, lines=[line(stated=300, **SPRING)])
    assert sum(run.revenue) + sum(run.fx) == 400
    assert (run.balance("base_liability"), run.balance("base_contract_asset")) == ([0], [0])


# A cent is enough.


CENTS = {"stated": 3, "start": "2025-02-01", "end": "2025-04-30"}


def test_a_cent_ahead_keeps_what_it_was_earned_at(months, line, invoice):
    many = {"2025-02": 700, "2025-03": 800}
    run = months([], 3, lines=[line(**CENTS)], rates=many, remeasure_assets=False)
    assert (run.revenue, run.balance("base_contract_asset")) == ([7, 8], [15])
    run = months([invoice(1, 1, 1000, "2025-03-05")], 3, lines=[line(**CENTS)], rates=many)
    assert (run.revenue, run.fx) == ([7, 8], [0, 0, 3])


def test_a_cent_ahead_that_is_taken_back_leaves_at_what_it_stands_for(months, line):
    units = line(method=Method.UNITS, stated=100, quantity_e6=100 * 10**6, **SPRING)
    days = [parse_day("2025-02-10"), parse_day("2025-03-10")]
    returned = Progress.of(obligation=11, day=days, value=[10**6, 0])
    run = months([], 3, lines=[units], progress=returned, rates={"2025-02": 700, "2025-03": 800})
    assert (run.revenue, run.fx, run.balance("base_unbilled_receivable")) == ([7, -7], [0, 0, 0], [0])


def test_a_credit_of_a_cent_that_was_earned_is_ahead_at_its_own_amount(months, line, invoice):
    bills = [invoice(1, 3, 700), invoice(2, -1, 1100, "2025-04-10", created_from=1)]
    run = months(bills, lines=[line(**{**CENTS, "end": "2025-03-31"})], remeasure_assets=False)
    # One and a half at 7.00 are 10.50, all three 21.00.
    assert (run.revenue, run.fx) == ([11, 10, 0], [0, 0, 0, 0])
    assert run.balance("base_contract_asset") == [11]

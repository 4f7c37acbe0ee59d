"""Which contract a billing line bills: named orders, products, oldest first, splits, credits."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from revrec.accounting.book import UNKNOWN_ORDER
from revrec.accounting.columns import NONE
from revrec.accounting.intervals import pour


def splits(result):
    return sorted((s["document"], s["contract"], s["obligation"], s["amount"]) for s in result.splits.rows())


def two_orders(line, **second):
    return [
        line(id=11, contract=1, order=100, order_rank=1, ordered_day="2025-01-02"),
        line(id=12, contract=2, order=200, order_rank=0, ordered_day="2025-01-01", **second),
    ]


def test_a_line_goes_to_the_order_it_names_in_full(book, line, bill, close, policy):
    result, _ = close(book(two_orders(line), [bill(1, 50000, "2025-01-05", order=100)]), "2025-01", policy)
    assert splits(result) == [(1, 1, 11, 50000)]


def test_a_line_that_names_no_order_fills_the_oldest_first_and_is_split(book, line, bill, close, policy):
    result, _ = close(book(two_orders(line), [bill(1, 70000, "2025-01-05")]), "2025-01", policy)
    assert splits(result) == [(1, NONE, NONE, 10000), (1, 1, 11, 30000), (1, 2, 12, 30000)]


def test_the_same_product_goes_before_an_older_order(book, line, bill, close, policy):
    result, _ = close(book(two_orders(line, product=8), [bill(1, 40000, "2025-01-05")]), "2025-01", policy)
    assert splits(result) == [(1, 1, 11, 30000), (1, 2, 12, 10000)]


def test_orders_of_one_day_go_by_number(book, line, bill, close, policy):
    lines = [
        line(id=11, contract=1, order=100, order_rank=1),
        line(id=12, contract=2, order=200, order_rank=0),
    ]
    result, _ = close(book(lines, [bill(1, 10000, "2025-01-05")]), "2025-01", policy)
    assert splits(result) == [(1, 2, 12, 10000)]


def test_a_line_that_names_an_unknown_order_waits(book, line, bill, close, policy):
    result, _ = close(book([line()], [bill(1, 10000, "2025-01-05", order=UNKNOWN_ORDER)]), "2025-01", policy)
    assert splits(result) == [(1, NONE, NONE, 10000)]


def test_billing_never_crosses_currency_or_subsidiary(book, line, bill, close, policy):
    bills = [
        bill(1, 10000, "2025-01-05", currency=1, order=-1),
        bill(2, 10000, "2025-01-05", subsidiary=2, order=100),
    ]
    bills[0]["currency"], bills[1]["currency"] = 1, 0
    result, _ = close(book([line()], bills), "2025-01", policy)
    assert splits(result) == [(1, NONE, NONE, 10000), (2, NONE, NONE, 10000)]


def test_a_credit_frees_the_invoice_it_was_created_from_and_room_for_another(book, line, bill, close, policy):
    bills = [
        bill(1, 30000, "2025-01-05", created_from=-1),
        bill(2, -30000, "2025-01-06", created_from=1),
        bill(3, 30000, "2025-01-07", created_from=-1),
    ]
    result, b = close(book([line()], bills), "2025-01", policy)
    assert splits(result) == [(1, 1, 11, 30000), (2, 1, 11, -30000), (3, 1, 11, 30000)]
    later, _ = close(b, "2025-02", policy)
    assert splits(later) == []


def test_a_credit_that_names_nothing_frees_the_newest_billing_first(book, line, bill, close, policy):
    bills = [
        bill(1, 30000, "2025-01-05", order=100),
        bill(2, 30000, "2025-01-06", order=200),
        bill(3, -10000, "2025-01-07", order=-1),
    ]
    result, _ = close(book(two_orders(line), bills), "2025-01", policy)
    assert splits(result)[-1] == (3, 2, 12, -10000)


def test_a_split_of_a_closed_period_stays_when_an_older_order_arrives(book, line, bill, close, policy):
    first = book(
        [line(id=11, contract=1, order=100, ordered_day="2025-01-02")], [bill(1, 20000, "2025-01-05")]
    )
    _, b = close(first, "2025-01", policy)
    both = book(two_orders(line), [])
    february, _ = close(replace(b, contracts=both.contracts, obligations=both.obligations), "2025-02", policy)
    assert splits(february) == []


def test_base_amounts_of_a_split_line_add_up(book, line, bill, close, policy):
    result, _ = close(
        book(two_orders(line), [bill(1, 70000, "2025-01-05", base_amount=99999)]), "2025-01", policy
    )
    assert sum(s["base_amount"] for s in result.splits.rows()) == 99999


amounts = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10**15)), max_size=15)


@given(amounts, amounts)
def test_pouring_matches_what_it_can_in_order(demand, supply):
    def columns(pairs):
        keys = np.asarray([k for k, _ in pairs], dtype=np.int64)
        return keys, np.asarray([a for _, a in pairs], dtype=np.int64)

    (dk, d), (sk, s) = columns(demand), columns(supply)
    match = pour(d, (dk,), s, (sk,))
    assert (match.amount > 0).all()
    for key in range(4):
        mine = dk[match.demand] == key
        assert (sk[match.supply][mine] == key).all()
        assert int(match.amount[mine].sum()) == min(int(d[dk == key].sum()), int(s[sk == key].sum()))
        used = [int(match.amount[match.demand == i].sum()) for i in np.flatnonzero(dk == key)]
        whole = d[dk == key].tolist()
        short = [u < w for u, w in zip(used, whole, strict=True)]
        assert all(u == 0 for u in used[short.index(True) + 1 :]) if True in short else used == whole


def test_a_credit_frees_billing_of_before_the_first_period(book, line, bill, close, policy):
    """Books begin in February: January's invoice is opening, and a credit of February lowers it, named or not."""
    opened, begun = close(book([line()], [bill(1, 30000, "2025-01-05", order=100)]), "2025-01", policy)
    assert splits(opened) == [(1, 1, 11, 30000)]
    begun = replace(begun, first_period=begun.calendar.index("2025-02"))
    for named in ({"created_from": 1}, {}):
        credit = bill(2, -12000, "2025-02-10", order=NONE, **named)
        result, _ = close(replace(begun, billing=book([line()], [credit]).billing), "2025-02", policy)
        assert splits(result) == [(2, 1, 11, -12000)]

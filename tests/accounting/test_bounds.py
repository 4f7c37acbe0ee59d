"""Nothing overflows and no cent is lost at the bounds: amounts of 10**15 minor units, rates with 10 decimals,
quantities with 6, terms of 10**5 days. What is expected is worked out in fractions."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from revrec.accounting.allocation import prepare_weigher, terms_in_units
from revrec.accounting.book import Book, Changes, Contracts, Obligations, Rates
from revrec.accounting.calendar import month_calendar, parse_day
from revrec.accounting.carry import carry_forward
from revrec.accounting.choices import choices_of
from revrec.accounting.close import close_period
from revrec.accounting.columns import NO_AMOUNT, NONE
from revrec.accounting.inception import contract_rows
from revrec.accounting.intervals import pour
from revrec.accounting.planning import plan_contracts
from revrec.accounting.policy import Policy
from revrec.accounting.problem import blockers
from revrec.accounting.schedule import position
from revrec.accounting.terms import ChangeKind, Method, SspPer, Treatment
from revrec.accounting.transaction_price import allocate

LARGEST = 10**15
CALENDAR = month_calendar("2000-01", "2300-12")
FIRST = parse_day("2001-01-01")
SETTINGS = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

amounts = st.one_of(
    st.integers(0, LARGEST),
    st.sampled_from([0, 1, LARGEST - 1, LARGEST, LARGEST // 3, 2**49 - 1, 2**49, 2**49 + 1]),
)
positive = amounts.filter(bool)
quantities = st.one_of(st.integers(1, 10**15), st.sampled_from([1, 10**6, 333_333, 10**12, 10**15]))
terms = st.one_of(st.integers(1, 10**5), st.sampled_from([1, 30, 365, 10**5]))
rates = st.one_of(st.integers(1, 10**13), st.sampled_from([1, 10**10, 10**10 + 1, 9_999_999_999, 10**13]))


def largest_remainder(amount, weights):
    """The rule, read once more: on the absolute total, ties to the later line."""
    exact = [Fraction(abs(amount)) * w / sum(weights) for w in weights]
    parts = [int(e) for e in exact]
    order = sorted(range(len(parts)), key=lambda i: (exact[i] - parts[i], i), reverse=True)
    for i in order[: abs(amount) - sum(parts)]:
        parts[i] += 1
    return [p if amount >= 0 else -p for p in parts]


def rounded(value):
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def a_book(lines, **given):
    """One contract of these lines (dictionaries of columns)."""
    contracts = Contracts.of(id=1, customer=5, subsidiary=1, currency=0, base_currency=0, ordered_day=FIRST)
    common = {"contract": 1, "order": 100, "ordered_day": FIRST, "start": FIRST, "method": int(Method.DAILY)}
    rows = [{"id": 11 + n, "line_rank": n, **common, **line} for n, line in enumerate(lines)]
    obligations = Obligations.of(**{name: [row[name] for row in rows] for name in rows[0]})
    return Book(CALENDAR, contracts, obligations, **given)


priced = st.fixed_dictionaries(
    {
        "stated": amounts,
        "quantity_e6": quantities,
        "term": terms,
        "ssp_low": positive,
        "ssp_per": st.sampled_from(list(SspPer)),
    }
)


def with_end(line):
    return {**{k: v for k, v in line.items() if k != "term"}, "end": FIRST + line["term"] - 1}


def exact_weights(book):
    o = book.obligations
    term = terms_in_units(o.ssp_per, o.start, o.end)
    return [
        Fraction(int(p) * int(q) * int(t)) for p, q, t in zip(o.ssp_low, o.quantity_e6, term, strict=True)
    ]


@SETTINGS
@given(st.lists(priced, min_size=1, max_size=4))
def test_allocation_is_exact(lines):
    book = a_book([with_end(line) for line in lines])
    contract_of, policy = contract_rows(book), Policy()
    weigher = prepare_weigher(book, contract_of, policy)
    relative = choices_of(book.contracts, policy).relative[contract_of]
    allocation = allocate(book, weigher, contract_of, 1, relative)
    price = sum(line["stated"] for line in lines)
    assert allocation.amount.tolist() == largest_remainder(price, exact_weights(book))


@SETTINGS
@given(st.lists(st.integers(1, 9), min_size=2, max_size=4), st.integers(0, LARGEST), st.integers(40, 49))
def test_ties_of_large_weights_go_to_the_later_line(weights, price, power):
    """Weights so large that their scale drops bits, in ratios so simple that remainders tie."""
    lines = [
        {
            "stated": price if n == 0 else 0,
            "ssp_low": w * 2**power // 7,
            "ssp_high": NO_AMOUNT,
            "end": FIRST + 30,
            "quantity_e6": 333_333,
        }
        for n, w in enumerate(weights)
    ]
    result = close_period(a_book(lines), CALENDAR.index("2001-01"), Policy())
    assert [a["inception"] for a in result.allocations.rows()] == largest_remainder(
        price, [Fraction(line["ssp_low"]) for line in lines]
    )


@SETTINGS
@given(st.lists(priced, min_size=1, max_size=3), amounts.filter(bool), terms, terms)
def test_a_prospective_modification_is_exact(lines, new_price, passed, longer):
    """The first line gets another price and a longer term on a day inside all terms."""
    lines = [with_end(line) for line in lines]
    day = FIRST + min(passed, min(line["end"] - FIRST for line in lines))
    end = max(lines[0]["end"], FIRST + longer)
    change = Changes.of(
        id=9, kind=int(ChangeKind.MODIFICATION), day=day, contract=1, obligation=11,
        treatment=int(Treatment.PROSPECTIVE), amount=new_price, end=end,
    )  # fmt: skip
    before = a_book(lines)
    after = a_book([{**lines[0], "end": end}, *lines[1:]])
    old, new = exact_weights(before), exact_weights(after)
    price = sum(line["stated"] for line in lines)
    allocated = largest_remainder(price, old)
    days = [line["end"] - FIRST + 1 for line in lines]
    earned = [rounded(Fraction(a * (day - FIRST), d)) for a, d in zip(allocated, days, strict=True)]
    changed = (new_price, end) != (lines[0]["stated"], lines[0]["end"])
    left = [w * (d - (day - FIRST)) / d for w, d in zip(old, days, strict=True)]
    more = new[0] - old[0]
    if lines[0]["ssp_per"] is SspPer.EACH:  # the price of the term that was sold
        of = before.obligations
        months = np.array([SspPer.MONTH, SspPer.MONTH])
        sold, now = terms_in_units(months, of.start[[0, 0]], np.array([lines[0]["end"], end])).tolist()
        more = old[0] * (now - sold) / sold
    left[0] += more
    rest = largest_remainder(price - sum(earned) + new_price - lines[0]["stated"], left)
    expected = [e + r for e, r in zip(earned, rest, strict=True)] if changed else allocated
    result = close_period(replace(before, changes=change), len(CALENDAR) - 1, Policy())
    assert [a["allocated"] for a in result.allocations.rows()] == expected
    assert [b["target"] for b in result.booked.rows()] == [e for e in expected if e]


@SETTINGS
@given(st.lists(priced, min_size=1, max_size=3), positive, st.integers(1, 10**5))
def test_catching_up_is_exact(lines, new_price, passed):
    lines = [with_end(line) for line in lines]
    change = Changes.of(
        id=9, kind=int(ChangeKind.MODIFICATION), day=FIRST + passed, contract=1, obligation=11,
        treatment=int(Treatment.CUMULATIVE_CATCH_UP), amount=new_price,
    )  # fmt: skip
    book = replace(a_book(lines), changes=change)
    price = new_price + sum(line["stated"] for line in lines[1:])
    result = close_period(book, len(CALENDAR) - 1, Policy())
    assert [a["allocated"] for a in result.allocations.rows()] == largest_remainder(
        price, exact_weights(book)
    )


@SETTINGS
@given(positive, terms, st.integers(0, 10**5), st.sampled_from(["cumulative", "last_period"]))
def test_a_schedule_of_the_longest_term_foots(price, term, passed, rounding):
    book = a_book([{"stated": price, "end": FIRST + term - 1}])
    policy = Policy(rounding=rounding)
    from_close = close_period(book, int(CALENDAR.period_of(FIRST + passed)), policy)
    last = close_period(book, len(CALENDAR) - 1, policy)
    assert last.booked.rows()[0]["target"] == price
    if rounding == "cumulative":
        through = min(int(CALENDAR.ends[from_close.period]) - FIRST + 1, term)
        assert [b["target"] for b in from_close.booked.rows()] == [
            t for t in [rounded(Fraction(price * through, term))] if t
        ]


def bill(document, amount, base, day, **given):
    return {
        "document": document, "line": 1, "customer": 5, "subsidiary": 1, "currency": 1, "product": 7,
        "amount": amount, "base_amount": base, "period": int(CALENDAR.period_of(day)), "day": day,
        "rank": document, "account": 4000, "account_type": 0, "order": 100, **given,
    }  # fmt: skip


def foreign(price, rate, months, bills, book_of_bills):
    book = a_book([{"stated": price, "end": parse_day("2001-12-31") if months == 12 else FIRST + 30}])
    periods = np.arange(CALENDAR.index("2001-01"), CALENDAR.index("2002-03"))
    columns = book.contracts.columns()
    columns["currency"], columns["exchange_rate_e10"] = np.asarray([1]), np.asarray([rate])
    return replace(
        book,
        contracts=Contracts(**columns),
        billing=book_of_bills(bills),
        rates=Rates.of(currency=1, base_currency=0, period=periods, rate_e10=rate),
        decimals={0: 2, 1: 2},
    )


@settings(SETTINGS, max_examples=25)
@given(positive, rates, st.sampled_from(["billing", "contract"]), st.integers(1, 3))
def test_base_amounts_come_out_to_the_unit(billing_table, price, rate, fx_rate, parts):
    """Billed in parts at one rate, each rounded by itself: what is recognised and fx clear what was billed."""
    cuts = [price * n // parts for n in range(parts + 1)]
    bills = [
        bill(n, b - a, rounded(Fraction((b - a) * rate, 10**10)), parse_day(f"2001-{2 * n + 1:02d}-05"))
        for n, (a, b) in enumerate(pairwise(cuts))
        if b > a
    ]
    book = foreign(price, rate, 12, bills, billing_table)
    for name in ("2001-01", "2001-02", "2001-06", "2001-12", "2002-01"):
        period = CALENDAR.index(name)
        result = close_period(book, period, Policy(fx_rate=fx_rate))
        assert blockers(result.problems) == ()
        book = replace(book, prior=carry_forward(book.prior, result))
        balance = result.balances.rows()[0] if len(result.balances) else None
        if fx_rate == "contract" and price > 10**6 and balance["recognised"] != price:
            through = min(int(CALENDAR.ends[period]) - FIRST + 1, 365)
            exact = Fraction(price * through, 365) * Fraction(rate, 10**10)
            assert abs(balance["base_recognised"] - exact) <= Fraction(1, 2) + Fraction(rate, 2 * 10**13)
    assert balance["recognised"] == balance["billed"] == price
    assert balance["base_liability"] == balance["base_contract_asset"] == 0
    assert balance["base_billed"] == balance["base_recognised"] + balance["base_fx"]
    assert balance["base_billed"] == sum(b["base_amount"] for b in bills)


@SETTINGS
@given(st.lists(positive, min_size=1, max_size=5), st.lists(positive, min_size=1, max_size=5))
def test_absorption_places_every_unit(billing_table, prices, billed):
    """Lines that name no order fill the order's lines, oldest first; the rest is unassigned; bases foot."""
    lines = [{"stated": p, "end": FIRST + 30, "product": 7} for p in prices]
    bills = [bill(n, a, a // 3, FIRST + n, order=NONE, currency=0) for n, a in enumerate(billed)]
    book = replace(a_book(lines), billing=billing_table(bills))
    result = close_period(book, CALENDAR.index("2001-01"), Policy(allocation="stated_price"))
    assert blockers(result.problems) == ()
    placed = dict.fromkeys(range(len(prices)), 0)
    loose, base = 0, 0
    for split in result.splits.rows():
        base += split["base_amount"]
        if split["obligation"] == NONE:
            loose += split["amount"]
        else:
            placed[split["obligation"] - 11] += split["amount"]
    left = sum(billed)
    for n, price in enumerate(prices):
        assert placed[n] == min(price, left)
        left -= placed[n]
    assert (loose, base) == (left, sum(a // 3 for a in billed))


@SETTINGS
@given(st.lists(positive, min_size=1, max_size=6), st.lists(positive, min_size=1, max_size=6))
def test_pouring_meets_what_can_be_met(demand, supply):
    ones = (np.zeros(len(demand), dtype=np.int64),)
    match = pour(np.asarray(demand), ones, np.asarray(supply), (np.zeros(len(supply), dtype=np.int64),))
    assert int(match.amount.sum()) == min(sum(demand), sum(supply))
    assert (match.amount > 0).all()


@pytest.mark.parametrize("amount", [10**12, LARGEST])
def test_usage_is_billed_up_to_the_largest_amount(billing_table, amount):
    book = a_book([{"stated": 100, "method": int(Method.AS_INVOICED), "end": FIRST + 364, "product": 7}])
    bills = [bill(1, amount, amount, FIRST + 3, order=NONE, currency=0)]
    result = close_period(replace(book, billing=billing_table(bills)), CALENDAR.index("2001-01"), Policy())
    assert [b["revenue"] for b in result.booked.rows()] == [amount]
    assert not len(result.unassigned)


@SETTINGS
@given(st.lists(st.tuples(positive, terms), min_size=1, max_size=4), st.integers(0, 10**5))
def test_positions_are_those_of_fractions(lines, passed):
    book = a_book([{"stated": p, "end": FIRST + t - 1} for p, t in lines])
    result = close_period(book, len(CALENDAR) - 1, Policy(allocation="stated_price"))
    assert [b["target"] for b in result.booked.rows()] == [p for p, _ in lines]
    plan = plan_contracts(book, len(CALENDAR) - 1, Policy(allocation="stated_price")).outcome.plan
    found = position(plan, FIRST + passed, exact=True)
    for n, (price, term) in enumerate(lines):
        exact = Fraction(price * min(passed + 1, term), term)
        assert int(found.target[n]) == rounded(exact)
        left = exact - int(found.target[n])
        assert abs(Fraction(int(found.excess_e6[n]), 10**6) - left) <= Fraction(1, 2 * 10**6)

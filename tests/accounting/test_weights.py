"""Stand-alone selling prices as weights: the unit of their term, the scale of a contract, what rounding leaves out."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.allocation import (
    ONE,
    TERM_SCALE,
    Weigher,
    drops_bits,
    exactly_scaled,
    prepare_weigher,
    scaled,
    stated_prices,
    terms_in_units,
    units,
)
from revrec.accounting.book import Book, Bundles, Changes, Contracts, Obligations
from revrec.accounting.calendar import month_calendar, parse_day
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE
from revrec.accounting.policy import Policy
from revrec.accounting.terms import AllocationFlag, Method, SspKind, SspOutside, SspPer

CALENDAR = month_calendar("2025-01", "2026-12")
MISSING, OUTSIDE = int(AllocationFlag.MISSING_SSP), int(AllocationFlag.OUTSIDE_RANGE)


def column(*values: int) -> np.ndarray:
    return np.asarray(values, dtype=np.int64)


def obligations(*rows: dict[str, int], contract: int = 1) -> Obligations:
    common = {
        "contract": contract, "order": 100, "method": int(Method.DAILY), "ordered_day": 0, "ssp_low": NO_AMOUNT,
        "ssp_high": NO_AMOUNT, "ssp_per": 0, "ssp_kind": 0, "bundle": NONE, "quantity_e6": 10**6, "start": NO_DAY,
        "end": NO_DAY, "stated": NO_AMOUNT,
    }  # fmt: skip
    made = [{"id": 11 + n, **common, **row} for n, row in enumerate(rows)]
    return Obligations.of(**{name: [int(row[name]) for row in made] for name in made[0]})


def a_book(*rows: dict[str, int], contracts: int = 1, **given: object) -> Book:
    ids = list(range(1, contracts + 1))
    columns = {"customer": 5, "subsidiary": 1, "currency": 0, "base_currency": 0, "ordered_day": 0}
    choices = {"ssp_outside": given.pop("ssp_outside")} if "ssp_outside" in given else {}
    return Book(CALENDAR, Contracts.of(id=ids, **columns, **choices), obligations(*rows), **given)


def a_weigher(*rows: dict[str, int], shift: int = 0, midpoint: bool = False) -> Weigher:
    o = obligations(*rows)
    zero = np.zeros(len(o), dtype=np.int64)
    return Weigher(o, zero, zero + shift, np.full(len(o), midpoint))


@pytest.mark.parametrize(
    ("start", "end", "months", "days"),
    [
        ("2025-01-01", "2025-12-31", 12, None),
        ("2025-01-01", "2025-01-31", 1, None),
        ("2025-01-15", "2025-02-14", 1, None),
        ("2025-01-31", "2025-02-27", 1, None),  # a month from the 31st ends before February's last day
        ("2025-01-31", "2025-03-30", 2, None),
        ("2025-01-29", "2025-02-27", 1, None),
        ("2025-01-28", "2025-02-27", 1, None),
        ("2025-01-27", "2025-02-27", None, 32),
        ("2025-01-15", "2025-02-13", None, 30),
        ("2025-01-31", "2025-02-26", None, 27),
        ("2025-01-05", "2025-01-05", None, 1),
        ("2024-11-20", "2025-02-19", 3, None),
    ],
)
def test_a_term_counts_whole_months_else_days(start, end, months, days) -> None:
    first, last = column(parse_day(start)), column(parse_day(end))
    by_month = 365 * 12 * months if months else days * 144
    found = terms_in_units(column(SspPer.MONTH), first, last)
    assert (found.tolist(), found.dtype) == ([by_month], np.int64)
    assert terms_in_units(column(SspPer.YEAR), first, last).tolist() == [
        365 * months if months else days * 12
    ]
    assert terms_in_units(column(SspPer.EACH), first, last).tolist() == [4380]


def test_lines_without_dates_count_one_unit_beside_lines_with() -> None:
    day = parse_day("2025-01-01")
    per = column(*[SspPer.YEAR] * 4, SspPer.EACH)
    start, end = column(day, NO_DAY, day, NO_DAY, day), column(day + 364, day, NO_DAY, NO_DAY, day + 9)
    assert terms_in_units(per, start, end).tolist() == [4380] * 5
    assert (
        terms_in_units(per, start, column(day + 9, day, NO_DAY, NO_DAY, day + 9)).tolist()
        == [120] + [4380] * 4
    )
    assert (TERM_SCALE, ONE) == (4380, 4380 * 10**6)
    assert [part.tolist() for part in units(2)] == [[10**6, 10**6], [4380, 4380]]


def test_a_price_that_is_not_known_or_is_of_usage_is_no_part_of_the_total() -> None:
    book = a_book(
        {"stated": 700}, {}, {"stated": 900, "method": Method.AS_INVOICED}, {"stated": -5}, {"stated": 0}
    )
    assert stated_prices(book).tolist() == [700, 0, 0, -5, 0]


SCALED = [
    (3, 10, 7, 0, 210),
    (3, 10, 7, 2, 53),  # 52.5
    (-3, 10, 7, 2, -53),
    (3, 10, 7, 3, 26),
    (1, 2**40, 2**21, 61, 1),
    (1, 2**40, 2**22, 62, 1),  # quantity x term leave the columns
    (1, 2**40, 2**21, 62, 1),  # a half
    (1, 2**40, 2**20, 62, 0),
    (1, 2**40, 2**22, 63, 1),
    (1, 2**40, 2**22, 64, 0),
    (10**15, 10**15, 52560, 70, (10**30 * 52560 + 2**69) >> 70),
    (5, 10**15, 52560, 20, (5 * 10**15 * 52560 + 2**19) >> 20),
]


def test_prices_are_scaled_exactly_at_any_size() -> None:
    price, quantity, term, shift, expected = (list(values) for values in zip(*SCALED, strict=True))
    found = scaled(column(*price), column(*quantity), column(*term), column(*shift))
    assert found.tolist() == expected
    for row in SCALED:
        assert scaled(*(column(value) for value in row[:4])).tolist() == [row[4]]
    exact = exactly_scaled(column(*price), column(*quantity), column(*term)).tolist()
    assert exact == [2 * p * q * t for p, q, t in zip(price, quantity, term, strict=True)]


@pytest.mark.parametrize(
    ("price", "quantity", "term", "shift", "dropped"),
    [
        (3, 10, 7, 0, False),
        (3, 10, 7, 1, False),
        (3, 10, 7, 2, True),
        (0, 10, 7, 63, False),
        (1, 2**31, 2**31, 62, False),
        (1, 2**31, 2**30, 62, True),
        (1, 2**31, 2**32, 63, True),
        (2**10, 2**27, 2**27, 63, True),
        (1, 1, 1, 1, True),
    ],
)
def test_where_a_scale_drops_bits(price, quantity, term, shift, dropped) -> None:
    found = drops_bits(column(price), column(quantity), column(term), column(shift))
    assert found.tolist() == [dropped]


RANGE = {"ssp_low": 1000, "ssp_high": 2000}


@pytest.mark.parametrize(
    ("row", "stated", "nearest", "midpoint", "flags"),
    [
        (RANGE, 999, 1000, 1500, OUTSIDE),
        (RANGE, 1000, 1000, 1000, 0),
        (RANGE, 1500, 1500, 1500, 0),
        (RANGE, 2000, 2000, 2000, 0),
        (RANGE, 2001, 2000, 1500, OUTSIDE),
        ({**RANGE, "quantity_e6": 3 * 10**6}, 2999, 3000, 4500, OUTSIDE),
        ({"ssp_low": 1000}, 5, 1000, 1000, 0),
        ({"ssp_low": 1000, "ssp_high": 1000}, 5, 1000, 1000, 0),
        ({"ssp_low": 0}, 5, 0, 0, 0),
        ({}, 700, 700, 700, MISSING),
        ({}, -700, 0, 0, MISSING),
        ({"ssp_kind": SspKind.RESIDUAL}, 700, 0, 0, 0),
        ({**RANGE, "ssp_kind": SspKind.RESIDUAL}, 700, 0, 0, 0),
        ({**RANGE, "method": Method.AS_INVOICED}, 700, 0, 0, 0),
        ({"method": Method.AS_INVOICED}, 700, 0, 0, 0),
    ],
)
def test_the_weight_of_a_line(row, stated, nearest, midpoint, flags) -> None:
    for middle, expected in ((False, nearest), (True, midpoint)):
        weigher = a_weigher({"ssp_low": 50}, row, midpoint=middle)
        weights, found = weigher.weigh(
            column(50, stated), weigher.obligations.quantity_e6, weigher.obligations.end
        )
        assert weights.near.tolist() == [50 * ONE, expected * ONE]
        assert found.tolist() == [0, flags]
        assert weights.exact(column(1)).tolist() == [2 * expected * ONE]
        assert weights.slack.tolist() == [0, int(middle and flags == OUTSIDE)]
        assert {part.dtype for part in (weights.near, weights.slack, found)} == {np.dtype(np.int64)}
        assert {type(weight) for weight in weights.exact(column(0, 1)).tolist()} == {int}


def test_a_weight_takes_the_quantity_and_the_end_that_it_is_given() -> None:
    day = parse_day("2025-01-01")
    row = {"ssp_low": 100, "ssp_high": 300, "ssp_per": SspPer.MONTH, "start": day, "end": day + 30}
    weigher = a_weigher(row)
    weights, _ = weigher.weigh(column(300), column(2 * 10**6), column(day + 58))
    assert weights.near.tolist() == [400 * ONE]  # two months of two
    weights, _ = weigher.weigh(column(9999), column(10**6), column(day + 58))
    assert weights.near.tolist() == [600 * ONE]


def test_weights_on_a_scale_know_what_rounding_left_out() -> None:
    weigher = a_weigher(
        {"ssp_low": 2**40},
        {"ssp_low": 3},
        {},
        {"ssp_low": 2**40, "ssp_high": 2**40 + 1},
        {"ssp_low": 0},
        shift=30,
    )
    o = weigher.obligations
    weights, _ = weigher.weigh(column(2**40, 2**40, 5, 2**40, 2**40), o.quantity_e6, o.end)
    assert weights.near.tolist() == [1024 * ONE, 12, 20, 1024 * ONE, 0]
    assert weights.slack.tolist() == [0, 1, 1, 1, 0]
    assert weights.exact(column(1, 2)).tolist() == [6 * ONE, 10 * ONE]
    given = weigher.weigh_stated(column(2**40, -(2**40), 7, -7, 0))
    assert given.near.tolist() == [1024 * ONE, 0, 29, 0, 0]
    assert (given.slack.tolist(), given.slack.dtype) == ([0, 0, 1, 1, 0], np.int64)
    assert given.exact(column(0, 2, 3)).tolist() == [2 * 2**40 * ONE, 14 * ONE, 0]
    two = weigher.take(column(1, 0))
    weights, _ = two.weigh(column(0, 0), two.obligations.quantity_e6, two.obligations.end)
    assert (weights.near.tolist(), two.contract_of.tolist()) == ([12, 1024 * ONE], [0, 0])


def shifts(book: Book, policy: Policy | None = None, contract_of: list[int] | None = None) -> list[int]:
    rows = column(*(contract_of or [0] * len(book.obligations)))
    return prepare_weigher(book, rows, policy or Policy()).shift.tolist()


# The total of a contract stays below 2**58: the largest price whose weight does.
EDGE = 2**58 // ONE


def test_the_scale_of_a_contract_is_that_of_its_total() -> None:
    assert shifts(a_book({"stated": EDGE})) == [0]
    assert shifts(a_book({"stated": EDGE + 1})) == [1]
    assert shifts(a_book({"stated": -EDGE - 1})) == [1]
    assert shifts(a_book({"stated": EDGE}, {"stated": 1})) == [1, 1]
    assert shifts(a_book({"stated": 2 * EDGE}, {"stated": 2 * EDGE})) == [2, 2]
    assert shifts(a_book({"stated": 0})) == [0]
    assert shifts(a_book({"stated": 0, "quantity_e6": 2 * EDGE * 10**6})) == [0]  # no price, no weight
    assert shifts(a_book({"stated": 1, "ssp_low": 4 * EDGE})) == [2]
    assert shifts(a_book({"stated": 1, "ssp_low": 1, "ssp_high": 4 * EDGE})) == [2]
    assert shifts(a_book({"stated": 4 * EDGE, "ssp_low": 1})) == [2]
    assert shifts(a_book({"stated": 1, "ssp_low": EDGE, "quantity_e6": 8 * 10**6})) == [3]
    year = {"start": parse_day("2025-01-01"), "end": parse_day("2025-12-31")}
    assert shifts(a_book({"stated": 1, "ssp_low": EDGE, "ssp_per": SspPer.MONTH, **year})) == [4]
    assert shifts(a_book({"stated": 8 * EDGE, "method": Method.AS_INVOICED})) == [0]


def test_each_contract_has_its_own_scale_and_choice() -> None:
    rows = (
        {"stated": EDGE, "contract": 1},
        {"stated": 3 * EDGE, "contract": 2},
        {"stated": EDGE, "contract": 2},
    )
    book = a_book(*rows, contracts=2, ssp_outside=[int(SspOutside.MIDPOINT), NONE])
    weigher = prepare_weigher(book, column(0, 1, 1), Policy())
    assert weigher.shift.tolist() == [0, 2, 2]
    assert weigher.midpoint.tolist() == [True, False, False]
    assert weigher.contract_of.tolist() == [0, 1, 1]
    assert prepare_weigher(book, column(0, 1, 1), Policy(ssp_outside="midpoint")).midpoint.all()


@pytest.mark.parametrize(
    ("changed", "shift"),
    [
        ({"amount": 4 * EDGE}, 2),
        ({"amount": -4 * EDGE}, 2),
        ({"amount": NO_AMOUNT}, 0),
        ({"amount": 1}, 0),
        ({"quantity_e6": 16 * 10**6}, 4),
        ({"quantity_e6": 1}, 0),
        ({"end": parse_day("2025-12-31")}, 4),
        ({"amount": 4 * EDGE, "obligation": NONE}, 0),
        ({"quantity_e6": 16 * 10**6, "obligation": 77}, 0),
    ],
)
def test_the_scale_has_room_for_what_is_still_to_change(changed, shift) -> None:
    month = {"start": parse_day("2025-01-01"), "end": parse_day("2025-01-31")}
    line = {"stated": 1, "ssp_low": EDGE - 2, "ssp_per": SspPer.MONTH, **month}
    row = {"id": 9, "kind": 0, "day": month["end"], "contract": 1, "obligation": 12, **changed}
    book = a_book({"stated": 1}, line)
    assert shifts(book) == [0, 0]
    assert shifts(replace(book, changes=Changes.of(**row))) == [shift, shift]


def test_the_price_of_a_bundle_counts_once_in_the_contract_of_its_lines() -> None:
    lines = (
        {"stated": 1, "bundle": 5},
        {"stated": 1, "contract": 2, "bundle": 6},
        {"stated": 1, "contract": 2, "bundle": 6},
        {"stated": 1, "contract": 3, "bundle": 7},
        {"stated": 1, "contract": 3},
    )
    bundles = Bundles.of(id=[6, 5, 8], price=[EDGE - 1, 2**60 // ONE, 2**40])
    book = a_book(*lines, contracts=3, bundles=bundles)
    assert shifts(book, contract_of=[0, 1, 1, 2, 2]) == [3, 1, 1, 0, 0]
    one_less = replace(book, bundles=Bundles.of(id=[6, 5, 8], price=[EDGE - 2, 2**60 // ONE - 1, 2**40]))
    assert shifts(one_less, contract_of=[0, 1, 1, 2, 2]) == [2, 0, 0, 0, 0]

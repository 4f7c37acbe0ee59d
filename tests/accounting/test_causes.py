"""Which facts are new in a close, and the cause that they give to what they adjust; and which credits touch revenue."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.book import Book, Changes, Contracts, Obligations, Prior, PriorSplits
from revrec.accounting.calendar import month_calendar, parse_day
from revrec.accounting.columns import NONE
from revrec.accounting.facts import find_causes, find_credits
from revrec.accounting.happenings import Credits
from revrec.accounting.terms import Cause, ChangeKind, CreditTreatment, Method

CALENDAR = month_calendar("2025-01", "2025-12")
MARCH = CALENDAR.index("2025-03")
MODIFICATION, CANCEL, PRICE = ChangeKind.MODIFICATION, ChangeKind.CANCEL, ChangeKind.PRICE_CHANGE


def a_book(changes=(), booked=()):
    """Three contracts. A change: contract, kind, day and the period that first knows it; a booked split: document
    and line."""
    usual = {"subsidiary": 1, "currency": 0, "customer": 5}
    return Book(
        CALENDAR,
        Contracts.of(id=[8, 9, 7], base_currency=0, ordered_day=0, **usual),
        Obligations.empty(),
        changes=Changes.of(
            id=range(len(changes)),
            contract=[c[0] for c in changes],
            kind=[int(c[1]) for c in changes],
            day=[parse_day(c[2]) for c in changes],
            known=[CALENDAR.index(c[3]) for c in changes],
        ),
        prior=Prior(
            splits=PriorSplits.of(
                document=[document for document, _ in booked],
                line=[line for _, line in booked],
                contract=7, obligation=NONE, amount=-1, base_amount=-1, account=1, account_type=0, period=0,
                **usual,
            )
            if booked
            else PriorSplits.empty()
        ),
    )  # fmt: skip


def credits_of(*rows):
    """Credits: row of the contract, document, line and day."""
    usual = {"obligation": NONE, "product": NONE, "amount": 100, "treatment": 2}
    columns = dict(zip(("contract", "document", "line", "day"), zip(*rows, strict=True), strict=True))
    return Credits.of(**{**columns, "day": [parse_day(day) for day in columns["day"]]}, **usual)


def causes(book, credits=None):
    found = find_causes(book, credits or Credits.empty(), MARCH)
    assert found.dtype == np.int64
    return [Cause(code).name.lower() if code != NONE else None for code in found.tolist()]


@pytest.mark.parametrize(
    ("kind", "cause"), [(MODIFICATION, "modification"), (CANCEL, "modification"), (PRICE, "estimate")]
)
@pytest.mark.parametrize(
    ("day", "late"), [("2025-02-28", True), ("2025-03-01", False), ("2025-03-31", False)]
)
def test_a_fact_of_the_open_period_gives_its_kind_and_one_of_a_closed_period_is_late(kind, cause, day, late):
    assert causes(a_book([(9, kind, day, "2025-03")])) == [None, "late" if late else cause, None]
    credited = credits_of((1, 40, 1, day))
    assert causes(a_book(), credited) == [None, "late" if late else "credit", None]


def test_what_an_earlier_close_knew_gives_no_cause():
    known = (9, MODIFICATION, "2025-02-10", "2025-02")
    assert causes(a_book([known])) == [None, None, None]
    assert causes(a_book([known, (7, PRICE, "2025-03-10", "2025-03")])) == [None, None, "estimate"]
    assert causes(a_book()) == [None, None, None]


def test_late_goes_before_modification_before_credit_before_estimate():
    estimate, change = (8, PRICE, "2025-03-05", "2025-03"), (8, CANCEL, "2025-03-09", "2025-03")
    credit, late = credits_of((0, 40, 1, "2025-03-07")), (8, PRICE, "2025-02-05", "2025-03")
    for several in ([estimate, change], [change, estimate]):
        assert causes(a_book(several), credit) == ["modification", None, None]
    assert causes(a_book([estimate]), credit) == ["credit", None, None]
    assert causes(a_book([change, late, estimate]), credit) == ["late", None, None]


def test_a_change_of_a_contract_that_is_not_here_is_nobodys_cause():
    assert causes(a_book([(99, MODIFICATION, "2025-03-05", "2025-03")])) == [None, None, None]


def test_a_credit_is_new_until_a_closed_period_has_booked_its_line():
    both = credits_of((0, 40, 1, "2025-03-07"), (1, 40, 2, "2025-03-07"), (2, 41, 1, "2025-02-07"))
    assert causes(a_book(booked=[(40, 1), (39, 1)]), both) == [None, "credit", "late"]
    assert causes(a_book(booked=[(40, 2), (41, 1)]), both) == ["credit", None, None]
    assert causes(a_book(booked=[(40, 1), (40, 2), (41, 1)]), both) == [None, None, None]
    known = (9, PRICE, "2025-03-10", "2025-03")
    assert causes(a_book([known], [(40, 1), (41, 1)]), both) == [None, "credit", None]


# Credits that touch revenue.


@pytest.fixture
def credited(book, line, bill):
    """The credits of three contracts: SO-1 (lines 11 and 12), SO-2 (line 13) and SO-3 (usage, line 14)."""
    lines = [
        line(contract=8),
        line(id=12, contract=8),
        line(id=13, contract=9, order=200),
        line(id=14, contract=7, order=300, method=Method.AS_INVOICED),
    ]

    def of(memos, splits):
        """Memos: document, amount and what else is said; splits: document, contract, obligation, amount and line."""
        usual = {"treatment": int(CreditTreatment.PROSPECTIVE), "obligation": NONE, "line": 1}
        b = book(
            lines, [bill(number, amount, "2025-02-20", **{**usual, **more}) for number, amount, more in memos]
        )
        rows = [
            {
                "document": document, "line": line[0] if line else 1, "contract": contract,
                "obligation": obligation, "customer": 5, "subsidiary": 1, "currency": 0, "amount": amount,
                "base_amount": amount, "account": 4000, "account_type": 0, "period": 0,
            }
            for document, contract, obligation, amount, *line in splits
        ]  # fmt: skip
        table = PriorSplits.of(**{name: [row[name] for row in rows] for name in rows[0]})
        found = find_credits(b, b.billing, table)
        ids, names = b.contracts.id.tolist(), [*b.obligations.id.tolist(), NONE]
        return [
            (c["document"], ids[c["contract"]], names[c["obligation"]], c["amount"]) for c in found.rows()
        ], found

    return of


def test_a_credit_touches_the_contract_that_absorbs_it_with_all_of_its_splits(credited):
    memos = [(30, -700, {}), (31, -50, {"obligation": 12, "product": 9})]
    splits = [(31, 8, 12, -50), (30, 8, 11, -300), (30, 9, 13, -150), (30, 8, 12, -250)]
    found, table = credited(memos, splits)
    assert found == [(30, 8, NONE, 550), (30, 9, NONE, 150), (31, 8, 12, 50)]
    (first, second, third) = table.rows()
    assert {c["treatment"] for c in (first, second, third)} == {CreditTreatment.PROSPECTIVE}
    assert [c["product"] for c in (first, second, third)] == [7, 7, 9]
    assert {c["day"] for c in (first, second, third)} == {parse_day("2025-02-20")}
    assert {c["line"] for c in (first, second, third)} == {1}


def test_lines_of_one_memo_are_credits_of_their_own(credited):
    memos = [(30, -700, {"line": 2}), (30, -50, {"treatment": int(CreditTreatment.IMMEDIATE)})]
    found, table = credited(memos, [(30, 8, 11, -50)])
    assert (found, table.treatment.tolist()) == ([(30, 8, NONE, 50)], [CreditTreatment.IMMEDIATE])
    assert credited(memos[:1], [(30, 8, 11, -50)])[0] == []
    found, table = credited(memos, [(30, 8, 11, -50), (30, 8, 12, -700, 2), (30, 9, 13, -1, 2)])
    assert (found, table.line.tolist()) == (
        [(30, 8, NONE, 50), (30, 8, NONE, 700), (30, 9, NONE, 1)],
        [1, 2, 2],
    )


@pytest.mark.parametrize("treatment", list(CreditTreatment))
def test_only_three_treatments_touch_revenue(credited, treatment):
    touching = (CreditTreatment.PROSPECTIVE, CreditTreatment.RETROSPECTIVE, CreditTreatment.IMMEDIATE)
    found, table = credited([(30, -1, {"treatment": int(treatment)})], [(30, 8, 11, -1)])
    assert found == ([(30, 8, NONE, 1)] if treatment in touching else [])
    assert table.treatment.tolist() == ([treatment] if treatment in touching else [])


def test_what_is_no_credit_or_of_no_contract_or_of_usage_touches_nothing(credited):
    assert credited([(30, 700, {})], [(30, 8, 11, 700)])[0] == []
    assert credited([(30, -700, {})], [(30, NONE, NONE, -700)])[0] == []
    assert credited([(30, -700, {})], [(30, 7, 14, -700)])[0] == []
    assert credited([(30, -700, {})], [(31, 8, 11, -700)])[0] == []
    mixed = [(30, 8, 11, -100), (30, 7, 14, -200), (30, 8, NONE, -300), (30, NONE, NONE, -100)]
    assert credited([(30, -700, {})], mixed)[0] == [(30, 8, NONE, 400)]
    one = credited([(30, -1, {}), (31, 1, {})], [(30, 9, 13, -1), (31, 8, 11, 1)])
    assert one[0] == [(30, 9, NONE, 1)]


def test_a_book_without_billing_has_no_credits(book, line):
    b = book([line()], [])
    assert find_credits(b, b.billing, PriorSplits.empty()) is Credits.empty()


def test_the_cause_of_a_credit_is_on_its_revenue(book, line, bill, close, policy):
    given = {"created_from": 1, "treatment": int(CreditTreatment.RETROSPECTIVE)}
    memo = bill(2, -6000, "2025-02-20", **given)
    sale = bill(1, 30000, "2025-01-05", created_from=NONE, treatment=0)
    b = book([line()], [sale])
    _, b = close(b, "2025-01", policy)
    february, b = close(replace(b, billing=book([], [sale, memo]).billing), "2025-02", policy)
    # 240.00 over three months: 160.00 by February, 100.00 of it booked; January's part falls by 20.00.
    assert [(r["revenue"], r["adjustment"], r["cause"]) for r in february.booked.rows()] == [
        (6000, -2000, Cause.CREDIT)
    ]
    march, _ = close(b, "2025-03", policy)
    assert [(r["revenue"], r["adjustment"]) for r in march.booked.rows()] == [(8000, 0)]

"""Which lines bill, and where discounts go."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.netsuite.classify import Accounts, Kind, classify_document, split_by_amount
from revrec.netsuite.documents import DocumentLine, Money
from revrec.netsuite.problems import Problem

ACCOUNTS = Accounts(
    {
        "1": "AcctRec",
        "4": "Income",
        "5": "DeferRevenue",
        "6": "OthIncome",
        "7": "OthCurrLiab",
        "8": "Expense",
        "9": "COGS",
    },
    clearing={"70"},
)


def line(line_id: int, cents: int | None, account: str | None = "4", **changes) -> DocumentLine:
    money = Money(Decimal(cents or 0) / 100, "USD", cents)
    given_values = {
        "document_id": 100,
        "line_id": line_id,
        "sequence": line_id,
        "unique_key": None,
        "main": False,
        "tax": False,
        "item": "11",
        "item_type": "Service",
        "account": account,
        "accounting_line_type": "INCOME",
        "amount": money,
        "base_amount": money if account else None,
        "quantity_scaled": None,
        "memo": None,
        "segments": {},
        "subsidiary": "1",
        "created_from": None,
        "service_start": date(2026, 1, 1),
        "service_end": date(2026, 12, 31),
        "order_reference": None,
        "header_discount": False,
        "cost_of_goods": False,
        "recognised_by_netsuite": False,
        "posting_period": "10",
        "modified_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return DocumentLine(**(given_values | changes))


def document(*lines: DocumentLine) -> list[DocumentLine]:
    """The lines with a main line that makes them sum to zero."""
    total = sum(one.amount.minor or 0 for one in lines)
    main = line(0, -total, "1", main=True, item=None, item_type=None, accounting_line_type="ASSET")
    return [main, *lines]


def discount(line_id: int, cents: int, **changes) -> DocumentLine:
    return line(line_id, cents, "8", item_type="Discount", **changes)


def nets(lines):
    classified, problems = classify_document(lines, ACCOUNTS)
    return {one.line.line_id: one.net_minor for one in classified if not one.line.main}, [
        p.kind for p in problems
    ]


@pytest.mark.parametrize(
    ("one", "kind", "reason"),
    [
        (line(1, 100, "4"), Kind.BILLING, "Income"),
        (line(1, 100, "5"), Kind.BILLING, "DeferRevenue"),
        (line(1, 100, "6"), Kind.BILLING, "OthIncome"),
        (line(1, 100, "70"), Kind.BILLING, "clearing account 70"),
        (line(1, 100, "7"), Kind.OTHER, "OthCurrLiab"),
        (line(1, 100, "8"), Kind.OTHER, "Expense"),
        (line(1, 100, "7", tax=True, item_type="TaxItem"), Kind.TAX, "tax"),
        (line(1, 100, "4", item_type="ShipItem"), Kind.BILLING, "Income"),
        (line(1, 100, "9", cost_of_goods=True), Kind.OTHER, "cost of goods"),
        (line(1, 0, None, item_type="Description"), Kind.OTHER, "without a posting"),
        (line(1, 0, None, item_type="Subtotal"), Kind.OTHER, "without a posting"),
        (discount(1, 0), Kind.DISCOUNT, "Discount"),
        (discount(1, 0, header_discount=True), Kind.DISCOUNT, "header"),
    ],
)
def test_a_line_is_what_it_posts_to(one, kind, reason):
    classified, problems = classify_document(document(one), ACCOUNTS)
    assert [found.kind for found in classified] == [Kind.MAIN, kind]
    assert reason in classified[1].reason
    assert problems == []


def test_a_discount_lowers_the_line_it_follows():
    found, problems = nets(document(line(1, 10_000), line(2, 5_000), discount(3, -1_000), line(4, 7_000)))
    assert found == {1: 10_000, 2: 4_000, 3: 0, 4: 7_000}
    assert problems == []


def test_a_discount_after_a_subtotal_lowers_the_lines_it_adds_up():
    subtotal = line(3, 0, None, item_type="Subtotal")
    found, _ = nets(document(line(1, 10_000), line(2, 5_000), subtotal, discount(4, -1_500), line(5, 100)))
    assert found == {1: 9_000, 2: 4_500, 3: 0, 4: 0, 5: 100}


def test_a_second_subtotal_adds_up_from_the_first():
    lines = [line(1, 9_000), line(2, 0, None, item_type="Subtotal"), line(3, 6_000), line(4, 3_000)]
    lines += [line(5, 0, None, item_type="Subtotal"), discount(6, -900)]
    assert nets(document(*lines))[0] == {1: 9_000, 2: 0, 3: 5_400, 4: 2_700, 5: 0, 6: 0}


def test_a_discount_after_a_group_lowers_its_members():
    lines = [line(1, 500), line(2, 0, None, item_type="Group"), line(3, 2_000), line(4, 1_000)]
    lines += [line(5, 0, None, item_type="EndGroup"), discount(6, -300)]
    assert nets(document(*lines))[0] == {1: 500, 2: 0, 3: 1_800, 4: 900, 5: 0, 6: 0}


def test_a_discount_in_the_header_lowers_all_lines_above():
    found, _ = nets(document(line(1, 10_000), line(2, 20_000), discount(3, -100, header_discount=True)))
    assert found == {1: 9_967, 2: 19_933, 3: 0}


def test_discounts_that_follow_each_other_lower_the_same_line():
    assert nets(document(line(1, 10_000), discount(2, -1_000), discount(3, -900)))[0] == {
        1: 8_100,
        2: 0,
        3: 0,
    }


def test_a_markup_raises_the_line_it_follows():
    markup = line(2, 500, "4", item_type="Markup")
    assert nets(document(line(1, 10_000), markup))[0] == {1: 10_500, 2: 0}


def test_texts_costs_and_taxes_do_not_take_a_discount():
    lines = [
        line(1, 10_000),
        line(2, 0, None, item_type="Description"),
        line(3, 800, "9", cost_of_goods=True),
        line(4, -800, "7", cost_of_goods=True),
        line(5, 700, "7", tax=True),
        discount(6, -1_000),
    ]
    assert nets(document(*lines))[0] == {1: 9_000, 2: 0, 3: 800, 4: -800, 5: 700, 6: 0}


def test_a_discount_on_a_line_that_bills_nothing_stays_outside_billing():
    found, problems = nets(document(line(1, 10_000), line(2, 2_000, "7"), discount(3, -500)))
    assert found == {1: 10_000, 2: 1_500, 3: 0}
    assert problems == []


def test_a_credit_memo_is_the_mirror():
    found, problems = nets(document(line(1, -10_000), line(2, -5_000), discount(3, 1_000)))
    assert found == {1: -10_000, 2: -4_000, 3: 0}
    assert problems == []


def test_a_discount_says_which_lines_took_it_and_lowers_their_base_amounts():
    lines = document(line(1, 10_000), line(2, 5_000), discount(3, -150, header_discount=True))
    classified, _ = classify_document(lines, ACCOUNTS)
    assert classified[3].lowers == ((1, -100), (2, -50))
    assert [one.net_base_minor for one in classified] == [-14_850, 9_900, 4_950, 0]


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ([line(1, 1_000), discount(2, -1_001)], "discount_below_zero"),
        ([discount(1, -1_000), line(2, 5_000)], "discount_without_line"),
        ([line(1, 0), discount(2, -1)], "discount_without_line"),
        ([line(1, 1_000, "999")], "unknown_account"),
        ([line(1, 1_000, None)], "no_account"),
        ([line(1, 1_000, recognised_by_netsuite=True)], "recognised_by_netsuite"),
    ],
)
def test_what_must_hold_a_document_is_said(lines, kind):
    found, problems = nets(document(*lines))
    assert problems == [kind]
    assert sum(found.values()) == sum(one.amount.minor for one in lines)


def test_a_document_that_does_not_sum_to_zero_is_said():
    lines = document(line(1, 1_000), line(2, 500))[:-1]
    _, problems = classify_document(lines, ACCOUNTS)
    assert [problem.kind for problem in problems] == ["does_not_sum_to_zero"]
    assert "sum to -5 USD and not to zero" in problems[0].message


def test_an_unknown_currency_keeps_its_problem_and_bills_nothing():
    unknown = line(1, None, problems=(Problem("unknown_currency", "document 100, line 1", "..."),))
    classified, problems = classify_document([unknown], ACCOUNTS)
    assert [one.net_minor for one in classified] == [0]
    assert [problem.kind for problem in problems] == ["unknown_currency"]


TEXTS = ["Subtotal", "Group", "EndGroup", "Description"]
KINDS = st.sampled_from(["Service", "Service", "Service", "Discount", "Markup", *TEXTS])


@given(
    st.lists(st.tuples(KINDS, st.integers(-50_000, 500_000), st.sampled_from("4578"), st.booleans())),
    st.booleans(),
)
def test_discounts_move_amounts_and_lose_none(drawn, credit_memo):
    lines = []
    for number, (kind, cents, account, header) in enumerate(drawn, 1):
        textual = kind in TEXTS
        amount = 0 if textual else -abs(cents) // 10 if kind == "Discount" else abs(cents)
        amount = -amount if credit_memo else amount
        changes = {"item_type": kind, "header_discount": header and kind == "Discount"}
        lines.append(line(number, amount, None if textual else account, **changes))
    classified, _ = classify_document(document(*lines), ACCOUNTS)
    assert sum(one.net_minor for one in classified) == 0
    assert sum(one.net_base_minor for one in classified) == sum(
        one.line.base_amount.minor for one in classified if one.line.base_amount
    )
    for one in classified:
        if one.kind is Kind.DISCOUNT:
            moved = sum(amount for _, amount in one.lowers)
            assert one.net_minor + moved == one.line.amount.minor


@given(st.integers(-(10**15), 10**15), st.lists(st.integers(0, 10**15), min_size=1).filter(any))
def test_a_split_foots_and_is_never_a_unit_off(amount, weights):
    shares = split_by_amount(amount, weights)
    assert sum(shares) == amount
    total = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * total - amount * weight) < total


def test_equal_remainders_go_to_the_later_line():
    assert split_by_amount(100, [1, 1, 1]) == [33, 33, 34]
    assert split_by_amount(-101, [1, 1, 1]) == [-33, -34, -34]

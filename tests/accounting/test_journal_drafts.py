"""What a period's ledger rows become: one journal a subsidiary, net by account, segments and customer."""

from dataclasses import replace

import pytest

from revrec.accounting.book import Balances, PriorSplits
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NONE
from revrec.accounting.journals import draft_journals, ledger_sides
from revrec.accounting.policy import Accounts, MappingRule
from revrec.accounting.result import (
    Booked,
    CloseResult,
    Held,
    Transfers,
    UnassignedBilling,
)
from revrec.accounting.terms import Event, Role

LIABILITY, REVENUE, ASSET, OFFSET = (
    Role.CONTRACT_LIABILITY,
    Role.REVENUE,
    Role.CONTRACT_ASSET,
    Role.BILLING_OFFSET,
)
WEST, EAST = (("location", "4"),), (("location", "5"),)
DEFAULTS = {role: 1000 + role for role in Role}
DAY, MONTH = parse_day("2025-01-31"), 12


def moves(debit, credit, amount, **given):
    """A ledger row of January: this amount, in both currencies, from one role to another."""
    return {
        "event": Event.RECOGNITION, "debit_role": debit, "credit_role": credit, "amount": amount,
        "base_amount": amount, "subsidiary": 1, "base_currency": 0, "customer": 5, "product": NONE, "category": NONE,
        "segments": NONE, "in_gl": 0, "debit_account": NONE, "credit_account": NONE, **given,
    }  # fmt: skip


@pytest.fixture
def draft(book, policy):
    def of(*rows, rules=(), defaults=DEFAULTS, sets=None, **settings):
        made = replace(book([], []), segment_sets=sets or {})
        period = made.calendar.index("2025-01")
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        result = CloseResult(
            period, Booked.empty(), Transfers.of(period=period, currency=0, **columns), PriorSplits.empty(),
            Balances.empty(), UnassignedBilling.empty(), Held.empty(),
        )  # fmt: skip
        chosen = replace(policy, accounts=Accounts(tuple(rules), defaults), **settings)
        return draft_journals(made, result, chosen)

    return of


def lines(journals, at=0):
    return [(line.account, line.debit, line.credit) for line in journals.drafts[at].lines]


def test_rows_of_one_account_are_one_net_line_debits_first(draft):
    found = draft(
        moves(LIABILITY, REVENUE, 7000), moves(REVENUE, LIABILITY, 3000), moves(ASSET, LIABILITY, 500)
    )
    assert lines(found) == [(1001, 3500, 0), (1003, 500, 0), (1002, 0, 4000)]
    (one,) = found.drafts
    assert (one.subsidiary, one.base_currency, one.period, one.day) == (1, 0, MONTH, DAY)
    assert (one.part, one.parts, one.total) == (1, 1, 4000)
    assert [line.role for line in one.lines] == [LIABILITY, ASSET, REVENUE]


def test_roles_that_share_an_account_share_a_line(draft):
    accounts = {**DEFAULTS, ASSET: DEFAULTS[LIABILITY]}
    found = draft(moves(LIABILITY, REVENUE, 7000), moves(ASSET, LIABILITY, 500), defaults=accounts)
    assert lines(found) == [(1001, 7000, 0), (1002, 0, 7000)]


def test_what_netsuite_has_already_and_what_comes_to_nothing_is_not_journalled(draft):
    found = draft(
        moves(OFFSET, LIABILITY, 9000, in_gl=1),
        moves(LIABILITY, REVENUE, 100),
        moves(REVENUE, LIABILITY, 100),
        moves(LIABILITY, Role.FX_ADJUSTMENT, 7, base_amount=0),
    )
    assert found.drafts == ()


def test_journals_are_in_base_currency(draft):
    found = draft(moves(LIABILITY, REVENUE, 7000, base_amount=7700))
    assert lines(found) == [(1001, 7700, 0), (1002, 0, 7700)]


def test_each_subsidiary_and_base_currency_has_its_own_in_order(draft):
    found = draft(
        moves(LIABILITY, REVENUE, 30, subsidiary=2, base_currency=0),
        moves(LIABILITY, REVENUE, 20, subsidiary=1, base_currency=3),
        moves(LIABILITY, REVENUE, 10, subsidiary=1, base_currency=0),
        moves(LIABILITY, REVENUE, 5, subsidiary=2, base_currency=0),
    )
    assert [(one.subsidiary, one.base_currency, one.total) for one in found.drafts] == [
        (1, 0, 10),
        (1, 3, 20),
        (2, 0, 35),
    ]


def test_customers_are_kept_apart_only_where_the_policy_says_so(draft):
    rows = [moves(LIABILITY, REVENUE, 10, customer=6), moves(LIABILITY, REVENUE, 20, customer=5)]
    together = draft(*rows).drafts[0].lines
    assert [(line.customer, line.debit, line.credit) for line in together] == [(NONE, 30, 0), (NONE, 0, 30)]
    apart = draft(*rows, journal_customer=True).drafts[0].lines
    assert [(line.account, line.customer, line.debit, line.credit) for line in apart] == [
        (1001, 5, 20, 0),
        (1001, 6, 10, 0),
        (1002, 5, 0, 20),
        (1002, 6, 0, 10),
    ]


# Segments.


def segments(journals):
    return [(line.account, line.segments, line.debit - line.credit) for line in journals.drafts[0].lines]


SETS = {1: WEST, 2: EAST, 3: (("cseg_team", "9"), ("location", "4"))}


def test_revenue_keeps_its_segments_apart_and_the_balance_sheet_has_none(draft):
    rows = [moves(LIABILITY, REVENUE, 10, segments=2), moves(LIABILITY, REVENUE, 20, segments=1)]
    rows += [moves(LIABILITY, REVENUE, 5, segments=3), moves(LIABILITY, REVENUE, 3)]
    rows += [
        moves(Role.UNBILLED_RECEIVABLE, LIABILITY, 2, segments=1),
        moves(ASSET, LIABILITY, 1, segments=1),
    ]
    found = draft(*rows, sets=SETS)
    # A segment that the policy does not name keeps nothing apart.
    assert segments(found) == [
        (1001, (), 35),
        (1003, (), 1),
        (1004, (), 2),
        (1002, (), -3),
        (1002, WEST, -25),
        (1002, EAST, -10),
    ]


def test_the_balance_sheet_has_them_where_the_policy_asks(draft):
    rows = [moves(LIABILITY, REVENUE, 10, segments=2), moves(LIABILITY, REVENUE, 20, segments=1)]
    found = draft(*rows, sets=SETS, balance_sheet_segments=True)
    assert segments(found) == [(1001, WEST, 20), (1001, EAST, 10), (1002, WEST, -20), (1002, EAST, -10)]


def test_a_reclass_carries_none_but_on_the_account_that_a_discount_was_posted_to(draft):
    rows = [
        moves(
            LIABILITY, LIABILITY, 10, segments=1, event=Event.RECLASS, debit_account=2405, credit_account=2400
        ),
        moves(
            REVENUE,
            Role.DISCOUNT,
            20,
            segments=1,
            event=Event.RECLASS,
            debit_account=4000,
            credit_account=4900,
        ),
    ]
    found = draft(*rows, sets=SETS, balance_sheet_segments=True)
    assert segments(found) == [(2405, (), 10), (4000, (), 20), (2400, (), -10), (4900, WEST, -20)]


# Accounts.


def test_the_account_of_netsuites_own_posting_goes_before_the_mapping(draft):
    rule = MappingRule(REVENUE, 4000)
    rows = [
        moves(OFFSET, LIABILITY, 10, debit_account=4100),
        moves(LIABILITY, OFFSET, 3, credit_account=4200),
    ]
    found = draft(*rows, moves(LIABILITY, REVENUE, 1), rules=[rule], defaults={LIABILITY: 2400})
    assert lines(found) == [(4100, 10, 0), (2400, 0, 6), (4000, 0, 1), (4200, 0, 3)]
    assert {line.account: line.verified for line in found.drafts[0].lines} == {
        4100: True, 4200: True, 4000: True, 2400: False,
    }  # fmt: skip


def test_rules_see_product_category_subsidiary_and_the_last_day_of_the_period(draft):
    rules = [
        MappingRule(REVENUE, 4000),
        MappingRule(REVENUE, 4007, product=7),
        MappingRule(REVENUE, 4003, category=3),
        MappingRule(REVENUE, 4002, subsidiary=2),
        MappingRule(LIABILITY, 2400, valid_from=DAY),
        MappingRule(LIABILITY, 2500, valid_from=DAY + 1),
    ]
    rows = [
        moves(LIABILITY, REVENUE, 1),
        moves(LIABILITY, REVENUE, 2, product=7),
        moves(LIABILITY, REVENUE, 4, category=3),
        moves(LIABILITY, REVENUE, 8, subsidiary=2),
    ]
    found = draft(*rows, rules=rules)
    assert lines(found) == [(2400, 7, 0), (4000, 0, 1), (4003, 0, 4), (4007, 0, 2)]
    assert lines(found, 1) == [(2400, 8, 0), (4002, 0, 8)]
    assert found.problems == ()


def test_a_rule_for_a_department_sees_that_of_each_row(draft):
    sets = {1: (("class", "2"), ("department", "7")), 2: (("department", "8"),), 3: WEST}
    rows = [moves(LIABILITY, REVENUE, 2**n, segments=code) for n, code in enumerate((1, 2, 3, NONE, 1))]
    rules = [
        MappingRule(REVENUE, 4007, department=7),
        MappingRule(REVENUE, 4000),
        MappingRule(LIABILITY, 2400),
    ]
    found = draft(*rows, rules=rules, sets=sets, journal_segments=())
    assert lines(found) == [(2400, 31, 0), (4000, 0, 14), (4007, 0, 17)]


def test_where_all_rules_name_a_department_the_others_find_the_default(draft):
    rows = [moves(LIABILITY, REVENUE, 2, segments=1), moves(LIABILITY, REVENUE, 5)]
    rules = [MappingRule(REVENUE, 4007, department=7)]
    found = draft(*rows, rules=rules, sets={1: (("department", "7"),)}, journal_segments=())
    assert lines(found) == [(1001, 7, 0), (1002, 0, 5), (4007, 0, 2)]


def test_default_accounts_are_unverified_and_each_role_is_named_once(draft):
    rows = [
        moves(LIABILITY, REVENUE, 10),
        moves(LIABILITY, REVENUE, 20, product=7),
        moves(ASSET, LIABILITY, 1),
    ]
    found = draft(*rows, rules=[MappingRule(REVENUE, 1002, product=7)])
    assert [(one.kind, one.where, one.message, one.blocking) for one in found.problems] == [
        (
            "unverified_account",
            f"role {role}",
            f"No mapping rule covers {role}: the default account is used, unverified.",
            False,
        )
        for role in ("contract_liability", "revenue", "contract_asset")
    ]
    # A line is verified only where all of it is.
    assert [line.verified for line in found.drafts[0].lines] == [False, False, False]
    covered = draft(rows[1], rules=[MappingRule(REVENUE, 1002)]).drafts[0]
    assert [line.verified for line in covered.lines] == [False, True]


def test_missing_accounts_are_listed_by_role_and_subsidiary_and_nothing_is_drafted(draft):
    rows = [
        moves(LIABILITY, REVENUE, 10, subsidiary=3, product=1),
        moves(LIABILITY, REVENUE, 10, subsidiary=2),
        moves(LIABILITY, REVENUE, 10, subsidiary=3),
        moves(ASSET, LIABILITY, 10, subsidiary=2),
    ]
    found = draft(*rows, rules=[MappingRule(REVENUE, 4000, product=1)], defaults={LIABILITY: 2400})
    assert found.drafts == ()
    assert [(one.kind, one.where, one.message, one.blocking) for one in found.problems] == [
        (
            "missing_account",
            f"role {role}, subsidiary {subsidiary}",
            f"No account is mapped to {role} in subsidiary {subsidiary}, and there is no default: "
            "map the role or set a default account.",
            True,
        )
        for role, subsidiary in (("revenue", 2), ("revenue", 3), ("contract_asset", 2))
    ]


def test_without_ledger_rows_there_is_nothing_to_journal(book, policy):
    sides = ledger_sides(book([], []), Transfers.empty(), policy, DAY)
    assert {column.size for column in vars(sides).values()} == {0}


def test_parts_are_numbered(draft):
    rows = [moves(LIABILITY, REVENUE, 10, segments=1), moves(LIABILITY, REVENUE, 20, segments=2)]
    found = draft(*rows, moves(LIABILITY, REVENUE, 5, subsidiary=2), sets=SETS, journal_max_lines=2)
    assert [(one.subsidiary, one.part, one.parts, one.total) for one in found.drafts] == [
        (1, 1, 2, 10),
        (1, 2, 2, 20),
        (2, 1, 1, 5),
    ]

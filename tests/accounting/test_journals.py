"""Draft journals: accounts, segments, splitting; and the account mapping behind them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NONE
from revrec.accounting.journals import draft_journals, split_lines
from revrec.accounting.mapping import map_accounts
from revrec.accounting.policy import Accounts, MappingRule
from revrec.accounting.result import JournalLine
from revrec.accounting.terms import Role

DAY = parse_day("2025-06-30")


def mapped(
    accounts: Accounts, product: int = 7, category: int = 3, subsidiary: int = 1, department: int = NONE
) -> tuple[int, bool]:
    one = [np.asarray([v]) for v in (Role.REVENUE, product, category, subsidiary)]
    found = map_accounts(accounts, *one, DAY, department=np.asarray([department]))
    return int(found.account[0]), bool(found.verified[0])


def test_the_most_specific_rule_wins():
    rules = [
        MappingRule(Role.REVENUE, 1),
        MappingRule(Role.REVENUE, 2, subsidiary=1),
        MappingRule(Role.REVENUE, 3, category=3),
        MappingRule(Role.REVENUE, 4, product=7),
    ]
    for count, account in ((1, 1), (2, 2), (3, 3), (4, 4)):
        assert mapped(Accounts(rules=tuple(rules[:count]))) == (account, True)
        assert mapped(Accounts(rules=tuple(reversed(rules[:count])))) == (account, True)


def test_a_department_goes_before_a_subsidiary_and_after_a_category():
    rules = [
        MappingRule(Role.REVENUE, 1),
        MappingRule(Role.REVENUE, 2, subsidiary=1),
        MappingRule(Role.REVENUE, 3, department=5),
        MappingRule(Role.REVENUE, 4, department=5, subsidiary=1),
        MappingRule(Role.REVENUE, 5, category=3),
        MappingRule(Role.REVENUE, 6, category=3, subsidiary=1),
        MappingRule(Role.REVENUE, 7, category=3, department=5),
        MappingRule(Role.REVENUE, 8, product=7),
    ]
    for count in range(3, len(rules) + 1):
        found = mapped(Accounts(rules=tuple(reversed(rules[:count]))), department=5)
        assert found == (rules[count - 1].account, True)
    of_others = mapped(Accounts(rules=tuple(rules[:4])), department=6)
    assert of_others == (2, True)
    assert mapped(Accounts(rules=(MappingRule(Role.REVENUE, 3, department=5),))) == (NONE, False)


def test_rules_count_from_their_day_and_the_latest_wins():
    rules = (
        MappingRule(Role.REVENUE, 1, valid_from=parse_day("2025-01-01")),
        MappingRule(Role.REVENUE, 2, valid_from=DAY),
        MappingRule(Role.REVENUE, 3, valid_from=DAY + 1),
    )
    assert mapped(Accounts(rules=rules)) == (2, True)


def test_what_no_rule_covers_falls_to_the_default_unverified():
    accounts = Accounts(rules=(MappingRule(Role.REVENUE, 1, product=8),), defaults={Role.REVENUE: 9})
    assert mapped(accounts) == (9, False)
    assert mapped(Accounts()) == (NONE, False)


def test_a_missing_default_stops_the_drafts_with_the_list(book, line, close, policy):
    b = book([line()], [])
    result, _ = close(b, "2025-01", policy)
    journals = draft_journals(b, result, replace(policy, accounts=Accounts(defaults={Role.REVENUE: 1})))
    assert journals.drafts == ()
    assert [(p.kind, p.where) for p in journals.problems] == [
        ("missing_account", "role contract_liability, subsidiary 1"),
        ("missing_account", "role contract_asset, subsidiary 1"),
    ]


def test_revenue_carries_the_segments_that_the_policy_names_and_balances_carry_none(
    book, line, bill, close, policy
):
    lines = [line(segments=1), line(id=12, segments=2), line(id=13, segments=3)]
    b = replace(
        book(lines, [bill(1, 90000, "2025-01-05", segments=1)]),
        segment_sets={
            1: (("class", "a"), ("region", "north")),
            2: (("class", "a"), ("region", "south")),
            3: (("class", "b"),),
        },
    )
    result, _ = close(b, "2025-01", policy)
    by_class = draft_journals(b, result, replace(policy, journal_segments=("class",))).drafts[0]
    assert [(line.account, line.segments, line.debit, line.credit) for line in by_class.lines] == [
        (4000, (("class", "a"),), 90000, 0),
        (1001, (), 0, 60000),
        (1002, (("class", "a"),), 0, 20000),
        (1002, (("class", "b"),), 0, 10000),
    ]
    both = draft_journals(b, result, replace(policy, journal_segments=("region", "class"))).drafts[0]
    revenue = {line.segments: line.credit for line in both.lines if line.account == 1002}
    assert revenue == {
        (("region", "north"), ("class", "a")): 10000,
        (("region", "south"), ("class", "a")): 10000,
        (("class", "b"),): 10000,
    }


def test_a_billing_line_lends_its_segments_to_an_order_line_without_any(book, line, bill, close, policy):
    b = book([line(default_segments=9)], [bill(1, 30000, "2025-01-05", segments=4, order=100)])
    result, _ = close(b, "2025-01", policy)
    assert result.booked.segments.tolist() == [4]
    bare = book([line(default_segments=9)], [])
    result, _ = close(bare, "2025-01", policy)
    assert result.booked.segments.tolist() == [9]


def test_revenue_taken_back_carries_what_it_was_booked_with(book, line, close, policy):
    b = book([line(segments=1, order_version=1)], [])
    _, b = close(b, "2025-01", policy)
    b = replace(
        b,
        obligations=book(
            [line(segments=2, stated=0, order_version=2, version_day="2025-02-01")], []
        ).obligations,
    )
    february, _ = close(b, "2025-02", policy)
    assert february.booked.rows()[0]["revenue"] == -10000
    assert february.booked.segments.tolist() == [1]


amounts = st.lists(st.integers(1, 10**9), min_size=1, max_size=12)


@given(amounts, amounts, st.integers(2, 7))
def test_split_journals_balance_and_lose_nothing(debits: list[int], credits: list[int], max_lines: int):
    difference = sum(debits) - sum(credits)
    (credits if difference > 0 else debits).append(abs(difference)) if difference else None
    lines = tuple(
        [JournalLine(0, 100 + i, d, 0) for i, d in enumerate(debits)]
        + [JournalLine(0, 200 + i, 0, c) for i, c in enumerate(credits)]
    )
    parts = split_lines(lines, max_lines)
    for part in parts:
        assert 0 < len(part) <= max(max_lines, 2)
        assert sum(line.debit for line in part) == sum(line.credit for line in part) > 0
        assert all((line.debit > 0) != (line.credit > 0) for line in part)
        sides = [line.credit > 0 for line in part]
        assert sides == sorted(sides)
    for line in lines:
        mine = [p for part in parts for p in part if p.account == line.account]
        assert sum(p.debit for p in mine) == line.debit
        assert sum(p.credit for p in mine) == line.credit


def test_a_short_journal_is_not_split():
    lines = (JournalLine(0, 1, 5, 0), JournalLine(0, 2, 0, 5))
    assert split_lines(lines, 2) == (lines,)
    with pytest.raises(IndexError):
        _ = split_lines(lines, 2)[1]


def sides(*amounts):
    """Lines on accounts 1, 2 and so on: debits positive."""
    return tuple(
        JournalLine(n % 3, n, max(a, 0), max(-a, 0), (("location", "4"),), 50 + n, bool(n % 2))
        for n, a in enumerate(amounts, 1)
    )


def shown(parts):
    return [[(line.account, line.debit - line.credit) for line in part] for part in parts]


def test_a_long_journal_is_cut_where_the_lines_run_out_and_each_part_balances():
    long = sides(100, 50, 50, -120, -80)
    assert shown(split_lines(long, 3)) == [[(1, 100), (2, 20), (4, -120)], [(2, 30), (3, 50), (5, -80)]]
    assert shown(split_lines(long, 4)) == [[(1, 100), (2, 50), (4, -120), (5, -30)], [(3, 50), (5, -50)]]
    assert split_lines(long, 5) == (long,)
    many = sides(100, 20, -30, -40, -50)
    assert shown(split_lines(many, 3)) == [[(1, 70), (3, -30), (4, -40)], [(1, 30), (2, 20), (5, -50)]]
    assert split_lines((), 5) == ()


@pytest.mark.parametrize("most", [0, 1, 2])
def test_two_lines_are_the_least_that_balance(most):
    parts = split_lines(sides(70, 30, -60, -40), most)
    assert shown(parts) == [[(1, 60), (3, -60)], [(1, 10), (4, -10)], [(2, 30), (4, -30)]]


def test_a_line_that_is_cut_keeps_all_but_its_amount():
    long = sides(70, 30, -60, -40)
    for part in split_lines(long, 2):
        for line in part:
            whole = long[line.account - 1]
            assert line == replace(whole, debit=line.debit, credit=line.credit)

"""Contract liability by product or category: each account holds, at a period's end, what the contracts owe of its
products.

A contract liability is one net figure of a contract (606-10-45-1), and what moves it is partly of the contract as a
whole: netting and exchange differences name no product, a billing line may be absorbed by an obligation of another
product, an item may be paired anew, a product may change its category, and the mapping itself may change. So no rule
that maps row by row could leave each account with what belongs on it. Therefore the accounts are set right at every
close: the liability of each contract is shared over the accounts by what its obligations on each are billed ahead (none
to an account on which more is earned than billed), the shares are added up, and the difference to what the ledger put
there is moved by reclass rows between the accounts.

Invariants: reclass rows add up to nothing; afterwards every account holds its share, to the cent of base currency.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

import numpy as np

from revrec.accounting.book import Book
from revrec.accounting.carry import carry_forward
from revrec.accounting.columns import NONE, Column, filled, find_rows, group_rows, rows_where, sum_by
from revrec.accounting.journals import ledger_sides
from revrec.accounting.ledger import transfer
from revrec.accounting.mapping import map_accounts
from revrec.accounting.money import apportion, format_amount
from revrec.accounting.policy import Policy
from revrec.accounting.problem import Problem
from revrec.accounting.result import CloseResult, Transfers
from revrec.accounting.terms import BalanceScope, Event, Role

Place: TypeAlias = tuple[int, int]
"""Subsidiary and account."""
Amounts: TypeAlias = dict[Place, int]
"""Base minor units, credits positive."""


def move_liabilities(
    book: Book,
    result: CloseResult,
    policy: Policy,
    day: int,
    standing: Mapping[Place, int],
    accounts: Collection[int],
) -> tuple[Transfers, tuple[Problem, ...]]:
    """Reclass rows after which every liability account holds its share.

    ``standing``: what the accounts held before the period, credits positive; ``accounts``: all that ever served the
    role. Where the accounts together do not hold what the contracts owe, nothing is moved in that subsidiary and a
    problem says so: it is no question of accounts then.
    """
    wanted = owed_by_account(book, result, policy, day)
    held: Amounts = dict(standing)
    for place, amount in moved_by_account(book, result.transfers, policy, day, accounts).items():
        held[place] = held.get(place, 0) + amount
    parts: list[Transfers] = []
    problems: list[Problem] = []
    for subsidiary in sorted({home for home, _ in wanted.keys() | held.keys()}):
        mine = {account for home, account in wanted.keys() | held.keys() if home == subsidiary}
        if NONE in mine:
            continue  # the missing account is a problem of its own
        gaps = {
            account: wanted.get((subsidiary, account), 0) - held.get((subsidiary, account), 0)
            for account in sorted(mine)
        }
        if sum(gaps.values()):
            digits = book.decimals.get(_base_currency(book, result, subsidiary), 2)
            problems.append(_unequal(subsidiary, format_amount(sum(gaps.values()), digits)))
            continue
        parts.append(_reclass(subsidiary, _base_currency(book, result, subsidiary), gaps, result.period))
    return (Transfers.concat(parts) if parts else Transfers.empty()), tuple(problems)


def owed_by_account(book: Book, result: CloseResult, policy: Policy, day: int) -> Amounts:
    """The liability of every balance, shared over accounts by what the obligations of each are billed ahead."""
    rows = result.balances.take(result.balances.base_liability != 0)
    if not len(rows):
        return {}
    home, product, category, ahead = _positions(book, result)
    place = find_rows(rows_where(result.balances.base_liability != 0), home)
    kept = rows_where((home != NONE) & (place != NONE))
    # A balance without any position of its own is of no product.
    bare = np.setdiff1d(np.arange(len(rows)), place[kept])
    none = filled(bare.size, NONE)
    place = np.concatenate((place[kept], bare))
    account = map_accounts(
        policy.accounts,
        filled(place.size, int(Role.CONTRACT_LIABILITY)),
        np.concatenate((product[kept], none)),
        np.concatenate((category[kept], none)),
        rows.subsidiary[place],
        day,
    ).account
    group, first = group_rows(place, account)
    weight = sum_by(group, np.concatenate((ahead[kept], np.zeros_like(none))), first.size)
    part = apportion(rows.base_liability, np.maximum(weight, 0), place[first], len(rows))
    return _added_up(rows.subsidiary[place[first]], account[first], part)


def moved_by_account(
    book: Book, transfers: Transfers, policy: Policy, day: int, accounts: Collection[int]
) -> Amounts:
    """What a period's ledger rows put on the accounts: the journals by the mapping, and NetSuite's own postings of
    billing lines, which are the other side of their offset."""
    sides = ledger_sides(book, transfers, policy, day)
    offset = np.isin(transfers.debit_role, (int(Role.BILLING_OFFSET), int(Role.CLEARING)))
    back = np.isin(transfers.credit_role, (int(Role.BILLING_OFFSET), int(Role.CLEARING)))
    posted = np.concatenate((transfers.debit_account[offset], transfers.credit_account[back]))
    amount = np.concatenate((transfers.base_amount[offset], -transfers.base_amount[back]))
    home = np.concatenate((transfers.subsidiary[offset], transfers.subsidiary[back]))
    in_gl = np.concatenate((transfers.in_gl[offset], transfers.in_gl[back])) == 1
    served = np.union1d(np.asarray(sorted(accounts), dtype=np.int64), posted[in_gl])
    here = np.isin(posted, served)
    mine = (sides.role == Role.CONTRACT_LIABILITY) | np.isin(sides.account, served)
    found = _added_up(sides.subsidiary[mine], sides.account[mine], -sides.amount[mine])
    for place, more in _added_up(home[here], posted[here], amount[here]).items():
        found[place] = found.get(place, 0) + more
    return found


def opened_by_account(book: Book, transfers: Transfers, policy: Policy, day: int) -> Amounts:
    """What an opening stands for, which the general ledger has already: by the mapping of the first period."""
    role = np.concatenate((transfers.debit_role, transfers.credit_role))
    mine = rows_where(role == Role.CONTRACT_LIABILITY)
    if not mine.size:
        return {}
    twice = {
        name: np.concatenate((getattr(transfers, name),) * 2)[mine]
        for name in ("product", "category", "subsidiary")
    }
    account = map_accounts(policy.accounts, role[mine], **twice, day=day).account
    amount = np.concatenate((-transfers.base_amount, transfers.base_amount))[mine]
    return _added_up(twice["subsidiary"], account, amount)


def _positions(book: Book, result: CloseResult) -> tuple[Column, Column, Column, Column]:
    """Billed less recognised to date: the row of ``balances`` that it belongs to, product, category and amount
    (transaction currency)."""
    prior = carry_forward(book.prior, result)
    o, contracts, balances = book.obligations, book.contracts, result.balances
    splits, booked = prior.splits, prior.booked
    bills = find_rows(o.id, splits.obligation)
    earns = find_rows(o.id, booked.obligation)
    earned = rows_where(earns != NONE)
    earns = earns[earned]
    product = np.concatenate((_of(o.product, bills, splits.product), o.product[earns]))
    categories, first = np.unique(o.product, return_index=True)
    by_product = _of(o.category[first], find_rows(categories, splits.product), filled(len(splits), NONE))
    category = np.concatenate((_of(o.category, bills, by_product), o.category[earns]))
    contract = np.concatenate((splits.contract, o.contract[earns]))
    amount = np.concatenate((splits.amount, -booked.recognised[earned]))
    at = find_rows(contracts.id, contract)
    nothing = np.zeros(earned.size, dtype=np.int64)
    party = tuple(
        _of(getattr(contracts, name), at, np.concatenate((getattr(splits, name), nothing)))
        for name in ("customer", "subsidiary", "currency")
    )
    home = filled(contract.size, NONE)
    netted = bool((balances.scope == BalanceScope.CUSTOMER).any())
    loose = contract == NONE
    for scope, rows in (
        (BalanceScope.UNASSIGNED, rows_where(loose)),
        (BalanceScope.CUSTOMER, rows_where(~loose) if netted else np.zeros(0, dtype=np.int64)),
    ):
        of = rows_where(balances.scope == scope)
        keys = [
            np.concatenate((getattr(balances, name)[of], column[rows]))
            for name, column in zip(("customer", "subsidiary", "currency"), party, strict=True)
        ]
        group, leader = group_rows(*keys)
        found = leader[group[of.size :]]
        known = found < of.size
        home[rows[known]] = of[found[known]]
    if not netted:
        of = rows_where(balances.scope == BalanceScope.CONTRACT)
        found = find_rows(balances.contract[of], contract)
        known = (found != NONE) & ~loose
        home[known] = of[found[known]]
    return home, product, category, amount


def _of(values: Column, at: Column, otherwise: Column) -> Column:
    """``values`` at these rows; ``otherwise`` where the row is NONE."""
    if not values.size:
        return otherwise
    found: Column = np.where(at == NONE, otherwise, values[np.maximum(at, 0)])
    return found


def _added_up(subsidiary: Column, account: Column, amount: Column) -> Amounts:
    group, first = group_rows(subsidiary, account)
    total = sum_by(group, amount, first.size)
    rows = zip(subsidiary[first].tolist(), account[first].tolist(), total.tolist(), strict=True)
    return {(home, place): value for home, place, value in rows}


def _base_currency(book: Book, result: CloseResult, subsidiary: int) -> int:
    """The subsidiary's, as its contracts or ledger rows have it."""
    for rows in (book.contracts, result.transfers):
        of = rows_where(rows.subsidiary == subsidiary)
        if of.size:
            return int(rows.base_currency[of[0]])
    return NONE


def _reclass(subsidiary: int, currency: int, gaps: Mapping[int, int], period: int) -> Transfers:
    """From accounts that hold too much to those that hold too little."""
    more = [[account, gap] for account, gap in gaps.items() if gap > 0]
    less = [[account, -gap] for account, gap in gaps.items() if gap < 0]
    moves: list[tuple[int, int, int]] = []
    while more and less:
        amount = min(more[0][1], less[0][1])
        moves.append((less[0][0], more[0][0], amount))
        for side in (more, less):
            side[0][1] -= amount
            if not side[0][1]:
                side.pop(0)
    if not moves or currency == NONE:
        return Transfers.empty()
    debit, credit, amounts = (np.asarray(column, dtype=np.int64) for column in zip(*moves, strict=True))
    return transfer(
        amounts,
        amounts,
        Role.CONTRACT_LIABILITY,
        Role.CONTRACT_LIABILITY,
        period=period,
        event=int(Event.RECLASS),
        debit_account=debit,
        credit_account=credit,
        customer=filled(amounts.size, NONE),
        subsidiary=filled(amounts.size, subsidiary),
        currency=filled(amounts.size, currency),
        base_currency=filled(amounts.size, currency),
    )


def _unequal(subsidiary: int, gap: str) -> Problem:
    return Problem(
        "liability_accounts_unequal",
        f"subsidiary {subsidiary}",
        f"The contract liability accounts of subsidiary {subsidiary} do not hold what its contracts owe: they lack "
        f"{gap} of its base currency. Nothing is moved between them.",
        blocking=False,
    )

"""What must always hold after a close, as checks that a person can run and see. Each returns what violates it."""

from __future__ import annotations

import numpy as np

from revrec.accounting.book import Balances, Book
from revrec.accounting.columns import NONE, Column, Mask, distinct, find_rows, group_rows, rows_where, sum_by
from revrec.accounting.journals import Sides
from revrec.accounting.problem import Problem, report
from revrec.accounting.result import Booked, CloseResult, Journals, Transfers
from revrec.accounting.terms import BalanceScope, Event, Role


def check_result(book: Book, result: CloseResult) -> tuple[Problem, ...]:
    """All controls that need nothing but the book and the result."""
    return (
        *check_transfers(result.transfers),
        *check_booked(result.booked),
        *check_balances(result.balances),
        *check_roll_forward(book.prior.balances, result),
    )


def check_transfers(transfers: Transfers) -> tuple[Problem, ...]:
    """Every transfer moves something, from one place to another, and no amount is negative."""
    negative = (transfers.amount < 0) | (transfers.base_amount < 0)
    empty = (transfers.amount == 0) & (transfers.base_amount == 0)
    standing = transfers.debit_role == transfers.credit_role
    standing &= transfers.debit_account == transfers.credit_account
    return _violated("transfer_amount", negative | empty | standing, transfers, _TRANSFER)


def check_allocated(
    contract_ids: Column, contract_of: Column, stated: Column, allocated: Column
) -> tuple[Problem, ...]:
    """Allocated amounts at inception add up to the transaction price, per contract. One row per obligation."""
    size = contract_ids.size
    wrong = sum_by(contract_of, stated, size) != sum_by(contract_of, allocated, size)
    return report("allocation_does_not_foot", "contract", contract_ids[wrong], _ALLOCATED)


def check_booked(booked: Booked) -> tuple[Problem, ...]:
    """Revenue = adjustment + current, with a cause exactly where there is an adjustment."""
    wrong = booked.revenue != booked.adjustment + booked.current
    wrong |= (booked.adjustment != 0) != (booked.cause != 0)
    return report("booked_does_not_foot", "obligation", booked.obligation[wrong], _BOOKED)


def check_balances(balances: Balances) -> tuple[Problem, ...]:
    """Billed - recognised = liability - assets, in both currencies; neither is negative, and one of them is zero.

    Unassigned billing is all liability, be it a credit.
    """
    holds = balances.scope == BalanceScope.CONTRACT
    if (balances.scope == BalanceScope.CUSTOMER).any():
        holds = ~holds
    asset = balances.contract_asset + balances.unbilled_receivable
    base_asset = balances.base_contract_asset + balances.base_unbilled_receivable
    wrong = balances.billed - balances.recognised != balances.liability - asset
    wrong |= (
        balances.base_billed - balances.base_recognised - balances.base_fx
        != balances.base_liability - base_asset
    )
    wrong |= (asset != 0) & (balances.liability != 0)
    wrong |= (asset < 0) | (balances.liability < 0) & (balances.scope != BalanceScope.UNASSIGNED)
    return _violated("balance_does_not_foot", wrong & holds, balances, _BALANCE)


def check_roll_forward(prior: Balances, result: CloseResult) -> tuple[Problem, ...]:
    """Opening + transfers of the period = closing, per contract, for the net of liability and assets."""
    transfers = result.transfers
    now = result.balances.take(result.balances.scope == BalanceScope.CONTRACT)
    then = prior.take(prior.scope == BalanceScope.CONTRACT)
    own = (transfers.contract != NONE) & (transfers.event != Event.NETTING)
    credited = rows_where(own & (transfers.credit_role == Role.CONTRACT_LIABILITY))
    debited = rows_where(own & (transfers.debit_role == Role.CONTRACT_LIABILITY))
    ids = np.concatenate(
        (now.contract, then.contract, transfers.contract[credited], transfers.contract[debited])
    )
    contracts = distinct(ids)
    row = find_rows(contracts, ids)

    def check(amount: str, closing: Column, opening: Column) -> tuple[Problem, ...]:
        moved: Column = getattr(transfers, amount)
        left = np.concatenate((closing, -opening, -moved[credited], moved[debited]))
        wrong = sum_by(row, left, contracts.size) != 0
        return report(f"roll_forward_{amount}", "contract", contracts[wrong], _ROLL)

    return (
        *check("amount", now.billed - now.recognised, then.billed - then.recognised),
        *check(
            "base_amount",
            now.base_billed - now.base_recognised - now.base_fx,
            then.base_billed - then.base_recognised - then.base_fx,
        ),
    )


def check_journals(sides: Sides, journals: Journals) -> tuple[Problem, ...]:
    """Each draft balances; and per subsidiary, base currency and account, drafts = ledger rows not in the GL."""
    found: list[Problem] = []
    keys = (sides.subsidiary, sides.base_currency, sides.account)
    group, first = group_rows(*keys)
    places = zip(*(key[first].tolist() for key in keys), strict=True)
    open_amount = dict(zip(places, sum_by(group, sides.amount, first.size).tolist(), strict=True))
    for draft in journals.drafts:
        debit = sum(line.debit for line in draft.lines)
        credit = sum(line.credit for line in draft.lines)
        if debit != credit:
            found.append(
                Problem(
                    "journal_out_of_balance",
                    f"subsidiary {draft.subsidiary}",
                    f"A journal of subsidiary {draft.subsidiary} has {debit} of debits and {credit} of credits.",
                )
            )
        for line in draft.lines:
            key = (draft.subsidiary, draft.base_currency, line.account)
            open_amount[key] = open_amount.get(key, 0) - line.debit + line.credit
    for (subsidiary, _, account), left in sorted(open_amount.items()):
        if left:
            found.append(
                Problem(
                    "journal_unlike_ledger",
                    f"subsidiary {subsidiary}, account {account}",
                    f"Journals of subsidiary {subsidiary} differ from the ledger by {left} on account {account}.",
                )
            )
    return tuple(found)


_TRANSFER = "The ledger rows of {noun} {named} move nothing, less than nothing, or from a place to itself."
_ALLOCATED = "The allocated amounts of contract {named} do not add up to its price."
_BOOKED = (
    "Revenue of obligation {named} is not its adjustment plus its current part, or its cause is missing."
)
_BALANCE = "Billed less recognised of {noun} {named} is not its liability or its asset."
_ROLL = "Opening balance plus movements of contract {named} is not its closing balance."


def _violated(kind: str, wrong: Mask, rows: Transfers | Balances, sentence: str) -> tuple[Problem, ...]:
    """The contracts of these rows; the customers of those that are of no contract."""
    alone = rows.contract == NONE
    return (
        *report(kind, "contract", rows.contract[wrong & ~alone], sentence),
        *report(kind, "customer", rows.customer[wrong & alone], sentence),
    )

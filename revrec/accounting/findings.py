"""What a person has to look at before a close is booked: what waits, what nothing absorbs, what nobody decided."""

from __future__ import annotations

import numpy as np

from revrec.accounting.base_totals import Standing
from revrec.accounting.book import Balances, Book, PriorSplits
from revrec.accounting.columns import NONE, Column, Mask, distinct, find_rows, group_rows, rows_where, sum_by
from revrec.accounting.policy import Policy
from revrec.accounting.problem import Problem, counted, name_some
from revrec.accounting.result import Held, UnassignedBilling
from revrec.accounting.terms import CreditTreatment, HoldReason


def find_held(held: Held, policy: Policy) -> tuple[Problem, ...]:
    """Held items by reason; above ``hold_limit`` they block. Bad debt waits for nothing and is no finding."""
    waiting = held.take(held.reason != HoldReason.BAD_DEBT)
    limit = policy.hold_limit
    if not len(waiting):
        return ()
    blocking = limit is not None and int(np.abs(waiting.amount).sum()) > limit
    found = []
    for code in np.unique(waiting.reason).tolist():
        word = HoldReason(code).name.lower()
        many = int((waiting.reason == code).sum())
        them, they = ("it", "it waits") if many == 1 else ("them", "they wait")
        message = (
            f"{counted(many, 'item waits', 'items wait')} ({word.replace('_', ' ')}): complete {them}, or accept that "
            f"{they}."
        )
        found.append(Problem("held", word, message, blocking))
    return tuple(found)


def find_unassigned(unassigned: UnassignedBilling, policy: Policy) -> tuple[Problem, ...]:
    """Billing that no contract absorbs."""
    if not len(unassigned):
        return ()
    old = int((unassigned.age_days > policy.unassigned_days).sum())
    lines = counted(len(unassigned), "billing line", "billing lines")
    days = counted(policy.unassigned_days, "day", "days")
    if len(unassigned) == 1:
        message = (
            f"{lines} is absorbed by no contract, and {'' if old else 'not '}older than {days}: load its order or "
            "name the order it bills."
        )
    else:
        message = (
            f"{lines} are absorbed by no contract, {old} of them older than {days}: load their orders or name the "
            "order they bill."
        )
    return (Problem("unassigned_billing", lines, message, blocking=False),)


def find_assets_left(book: Book, balances: Balances, standing: Standing) -> tuple[Problem, ...]:
    """Contracts with an asset although all is earned: nothing more will come to bill it.

    ``balances``: of contracts, before customers are netted.
    """
    left: Mask = balances.contract_asset > 0
    left[left] = standing.finished[find_rows(book.contracts.id, balances.contract[left])]
    if not left.any():
        return ()
    contracts = counted(
        int(left.sum()), "contract is earned in full and keeps", "contracts are earned in full and keep"
    )
    message = f"{contracts} a contract asset: bill what is missing."
    return (Problem("asset_left", f"contract {name_some(balances.contract[left])}", message, blocking=False),)


def find_undecided(book: Book, splits: PriorSplits, policy: Policy) -> tuple[Problem, ...]:
    """Credit memo lines that lower the billing of a contract and that nobody decided about.

    Above ``undecided_limit`` in any currency they block: their revenue waits for a decision.
    """
    lines = book.billing
    open_lines = rows_where((lines.treatment == CreditTreatment.UNDECIDED) & (lines.amount < 0))
    if not open_lines.size:
        return ()
    credited = splits.take((splits.amount < 0) & (splits.contract != NONE))
    group, first = group_rows(
        np.concatenate((lines.document[open_lines], credited.document)),
        np.concatenate((lines.line[open_lines], credited.line)),
    )
    mine = first[group[open_lines.size :]] < open_lines.size
    credited = credited.take(mine)
    if not len(credited):
        return ()
    currencies, of = np.unique(credited.currency, return_inverse=True)
    highest = int(sum_by(of.astype(np.int64), -credited.amount, currencies.size).max())
    limit = policy.undecided_limit
    documents = distinct(credited.document)
    message = (
        f"{counted(documents.size, 'credit memo', 'credit memos')} lowered billing, and nobody said what becomes of "
        "revenue: choose a treatment for each, or set a rule."
    )
    blocking = limit is not None and highest > limit
    return (Problem("undecided_credit", f"document {name_some(documents)}", message, blocking),)


def find_overage(obligations: Column, beyond_e6: Column) -> tuple[Problem, ...]:
    """Lines that delivered more than they promised."""
    rows = rows_where(beyond_e6)
    if not rows.size:
        return ()
    lines = counted(
        rows.size, "line delivered more than it promises", "lines delivered more than they promise"
    )
    message = (
        f"{lines}: what is beyond it is earned once it is billed, or {'its' if rows.size == 1 else 'their'} price is "
        "changed."
    )
    return (Problem("overage", f"obligation {name_some(obligations[rows])}", message, blocking=False),)

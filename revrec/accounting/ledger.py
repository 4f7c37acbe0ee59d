"""The ledger: transfers of one non-negative amount from a debit role to a credit role, so it is never out of balance.

Corrections are more transfers, never edits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from revrec.accounting.book import PriorSplits
from revrec.accounting.columns import NONE, Column, Mask, filled, rows_where
from revrec.accounting.result import Transfers
from revrec.accounting.terms import AccountType, Cause, Event, Role


def transfer(
    amount: Column, base_amount: Column, debit_role: Role, credit_role: Role, **columns: ArrayLike
) -> Transfers:
    """Transfers of signed amounts: a negative one runs the other way. Rows that move nothing vanish.

    Where transaction and base amount differ in sign (a cent of conversion), the row becomes two.
    """
    rows = rows_where((amount != 0) | (base_amount != 0))
    if not rows.size:
        return Transfers.empty()
    negative, base_negative = amount < 0, base_amount < 0
    opposed = (negative != base_negative) & (amount != 0) & (base_amount != 0)
    if opposed.any():
        nothing = np.zeros_like(amount)
        return Transfers.concat(
            (
                transfer(amount, np.where(opposed, 0, base_amount), debit_role, credit_role, **columns),
                transfer(nothing, np.where(opposed, base_amount, 0), debit_role, credit_role, **columns),
            )
        )
    arrays = {name: np.asarray(value) for name, value in columns.items()}
    given = {name: array[rows] if array.ndim else array for name, array in arrays.items()}
    back = (negative | base_negative)[rows]
    debit = given.pop("debit_account", filled(rows.size, NONE))
    credit = given.pop("credit_account", filled(rows.size, NONE))
    return Transfers.of(
        amount=np.abs(amount[rows]),
        base_amount=np.abs(base_amount[rows]),
        debit_role=np.where(back, int(credit_role), int(debit_role)),
        credit_role=np.where(back, int(debit_role), int(credit_role)),
        debit_account=np.where(back, credit, debit),
        credit_account=np.where(back, debit, credit),
        **given,
    )


def bill(
    moved: PriorSplits,
    period: int,
    event: Column,
    late: Mask,
    liability_account: Column,
    **columns: ArrayLike,
) -> Transfers:
    """Billing transfers for movements of billing lines (a credit memo mirrors).

    The offset is what NetSuite did: the account and segments of its own posting. A posting to deferred revenue is in
    the general ledger already; where ``liability_account`` (the mapped one, NONE: not mapped) is another account, a
    reclass moves it there.
    """
    if not len(moved):
        return Transfers.empty()
    deferred = moved.account_type == AccountType.DEFERRED_REVENUE
    clearing = moved.account_type == AccountType.CLEARING
    common: dict[str, ArrayLike] = {
        "period": period,
        "contract": moved.contract,
        "obligation": moved.obligation,
        "document": moved.document,
        "line": moved.line,
        "subsidiary": moved.subsidiary,
        "currency": moved.currency,
        "product": moved.product,
        "segments": moved.segments,
        "cause": np.where(late, int(Cause.LATE), int(Cause.NONE)),
        **columns,
    }
    parts = []
    for mask, role in ((~clearing, Role.BILLING_OFFSET), (clearing, Role.CLEARING)):
        rows = rows_where(mask)
        if not rows.size:
            continue
        given = {name: np.broadcast_to(value, mask.shape)[rows] for name, value in common.items()}
        parts.append(
            transfer(
                moved.amount[rows],
                moved.base_amount[rows],
                role,
                Role.CONTRACT_LIABILITY,
                event=event[rows],
                debit_account=moved.account[rows],
                in_gl=deferred[rows],
                **given,
            )
        )
    reclass = rows_where(
        deferred
        & (liability_account != NONE)
        & (liability_account != moved.account)
        & (event == Event.BILLING)
    )
    given = {name: np.broadcast_to(value, deferred.shape)[reclass] for name, value in common.items()}
    given["segments"] = filled(reclass.size, NONE)
    parts.append(
        transfer(
            moved.amount[reclass],
            moved.base_amount[reclass],
            Role.CONTRACT_LIABILITY,
            Role.CONTRACT_LIABILITY,
            event=int(Event.RECLASS),
            debit_account=moved.account[reclass],
            credit_account=liability_account[reclass],
            **given,
        )
    )
    return Transfers.concat(parts)

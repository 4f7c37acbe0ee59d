"""Which facts are new in a close, and so the cause of what they adjust.

A fact dated in a closed period is ``late``; one of the open period has the cause of its kind: a modification or cancel,
a credit, an estimate of the price.
"""

from __future__ import annotations

import numpy as np

from revrec.accounting.book import BillingLines, Book, PriorSplits
from revrec.accounting.columns import (
    NONE,
    Column,
    Mask,
    among,
    filled,
    find_rows,
    group_rows,
    rows_where,
    sum_by,
)
from revrec.accounting.happenings import Credits
from revrec.accounting.terms import Cause, ChangeKind, CreditTreatment, Method

KIND_CAUSE = {
    ChangeKind.MODIFICATION: Cause.MODIFICATION,
    ChangeKind.CANCEL: Cause.MODIFICATION,
    ChangeKind.PRICE_CHANGE: Cause.ESTIMATE,
}


def find_causes(book: Book, credits: Credits, period: int) -> Column:
    """Per contract the Cause that the facts first known in this close give, NONE where there are none.

    Late goes before modification, modification before credit, credit before estimate.
    """
    size = len(book.contracts)
    if not len(book.changes) and not len(credits):
        return filled(size, NONE)
    changes = book.changes.take(book.changes.known == period)
    fresh = _new_credits(book, credits)
    if not len(changes) and not fresh.size:
        return filled(size, NONE)
    start = int(book.calendar.starts[period])
    cause = filled(size, 99)
    home = find_rows(book.contracts.id, changes.contract)
    for kind, own in KIND_CAUSE.items():
        rows = rows_where((changes.kind == kind) & (home != NONE))
        _lower(cause, home[rows], np.where(changes.day[rows] < start, int(Cause.LATE), int(own)))
    _lower(
        cause,
        credits.contract[fresh],
        np.where(credits.day[fresh] < start, int(Cause.LATE), int(Cause.CREDIT)),
    )
    return np.where(cause == 99, NONE, cause)


def _lower(cause: Column, contract: Column, value: Column) -> None:
    np.minimum.at(cause, contract, value)


def _new_credits(book: Book, credits: Credits) -> Column:
    prior = book.prior.splits
    if not len(credits):
        return np.zeros(0, dtype=np.int64)
    group, first = group_rows(
        np.concatenate((prior.document, credits.document)), np.concatenate((prior.line, credits.line))
    )
    return rows_where(first[group[len(prior) :]] >= len(prior))


def find_credits(book: Book, lines: BillingLines, splits: PriorSplits) -> Credits:
    """Credit lines whose treatment touches revenue, by the contract that their absorption says.

    What is credited of usage lowers what is billed for it, and with that its revenue, whatever the treatment.
    """
    if not len(lines):
        return Credits.empty()
    touching = (CreditTreatment.PROSPECTIVE, CreditTreatment.RETROSPECTIVE, CreditTreatment.IMMEDIATE)
    treated = rows_where(among(lines.treatment, touching) & (lines.amount < 0))
    if not treated.size:
        return Credits.empty()
    credited = rows_where((splits.amount < 0) & (splits.contract != NONE) & ~_of_usage(book, splits))
    if not credited.size:
        return Credits.empty()
    group, first = group_rows(
        np.concatenate((lines.document[treated], splits.document[credited])),
        np.concatenate((lines.line[treated], splits.line[credited])),
    )
    lead = first[group[treated.size :]]
    mine = lead < treated.size
    credited, line = credited[mine], treated[lead[mine]]
    home = splits.contract[credited]
    group, first = group_rows(splits.document[credited], splits.line[credited], home)
    amount = sum_by(group, -splits.amount[credited], first.size)
    line = line[first]
    contract = find_rows(book.contracts.id, home[first])
    named = find_rows(book.obligations.id, lines.obligation[line])
    return Credits(
        contract=contract,
        obligation=named,
        product=lines.product[line],
        amount=amount,
        treatment=lines.treatment[line],
        day=lines.day[line],
        document=lines.document[line],
        line=lines.line[line],
    )


def _of_usage(book: Book, splits: PriorSplits) -> Mask:
    """Splits that bill usage."""
    usage = book.obligations.method == Method.AS_INVOICED
    of_usage = np.zeros(len(splits), dtype=np.bool_)
    if usage.any():
        row = find_rows(book.obligations.id, splits.obligation)
        of_usage[row != NONE] = usage[row[row != NONE]]
    return of_usage

"""Which facts are new in a close, and so the cause of what they adjust.

A fact dated in a closed period is ``late``; one of the open period has the cause of its kind: a modification or cancel,
a credit, an estimate of the price.
"""

from __future__ import annotations

import numpy as np

from revrec.accounting.billing import Billing
from revrec.accounting.book import BillingLines, Book, PriorSplits
from revrec.accounting.columns import (
    NO_DAY,
    NONE,
    Column,
    Mask,
    among,
    filled,
    find_rows,
    group_rows,
    rows_where,
    sort_rows,
    sum_by,
)
from revrec.accounting.happenings import Credits
from revrec.accounting.money import cumulate_within
from revrec.accounting.terms import Cause, ChangeKind, CreditTreatment, Event, Method

KIND_CAUSE = {
    ChangeKind.MODIFICATION: Cause.MODIFICATION,
    ChangeKind.CANCEL: Cause.MODIFICATION,
    ChangeKind.PRICE_CHANGE: Cause.ESTIMATE,
}


def find_causes(book: Book, credits: Credits, period: int, moved: PriorSplits | None = None) -> Column:
    """Per contract the Cause that the facts first known in this close give, NONE where there are none.

    Late goes before modification, modification before credit, credit before estimate. ``moved``: billing of this close.
    """
    size = len(book.contracts)
    changes = book.changes.take(book.changes.known == period)
    fresh = _new_credits(book, credits)
    absorbed, by_order = _absorbed(book, moved)
    if not len(changes) and not fresh.size and not absorbed.size:
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
    _lower(cause, absorbed, np.where(by_order < start, int(Cause.LATE), int(Cause.MODIFICATION)))
    return np.where(cause == 99, NONE, cause)


def _absorbed(book: Book, moved: PriorSplits | None) -> tuple[Column, Column]:
    """Contracts that invoices were, and that orders absorb in this close: their rows, and the day of each order."""
    o = book.obligations
    named = book.billing.own
    if moved is None or not (moved.amount < 0).any() or not ((o.own != 0).any() or (named != NONE).any()):
        return filled(0, NONE), filled(0, NONE)
    own = o.own != 0
    named = find_rows(o.id, np.unique(named[named != NONE]))
    own[named[named != NONE]] = True
    row = find_rows(o.id, moved.obligation)
    of_invoice = (row != NONE) & own[np.maximum(row, 0)]
    left = rows_where(of_invoice & (moved.amount < 0))
    taken = rows_where((row != NONE) & ~of_invoice & (moved.amount > 0))
    group, first = group_rows(
        np.concatenate((moved.document[left], moved.document[taken])),
        np.concatenate((moved.line[left], moved.line[taken])),
    )
    never = 2**40
    ordered = filled(first.size, never)
    np.minimum.at(ordered, group[left.size :], o.ordered_day[row[taken]])
    day = ordered[group[: left.size]]
    home = find_rows(book.contracts.id, moved.contract[left])
    found = (day != never) & (home != NONE)
    return home[found], day[found]


def find_usage_causes(book: Book, billing: Billing, period: int) -> Column:
    """Per obligation that earns what is billed: late where a document came after its period was closed, an estimate
    where documents of the open period bill what was accrued; NONE on all others.
    """
    o = book.obligations
    cause = filled(len(o), NONE)
    if not len(billing.moved) or not (o.method == Method.AS_INVOICED).any():
        return cause
    rows = find_rows(o.id, billing.moved.obligation)
    told = rows_where((rows != NONE) & (billing.event == Event.BILLING))
    told = told[o.method[rows[told]] == Method.AS_INVOICED]
    if told.size:
        late = billing.late[told]
        cause[rows[told][~late]] = int(Cause.ESTIMATE)
        cause[rows[told][late]] = int(Cause.LATE)
    return cause


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
    billed = _billed_before(book, lines, splits, line, home[first])
    return Credits(
        contract=contract,
        obligation=named,
        product=lines.product[line],
        amount=amount,
        treatment=lines.treatment[line],
        day=lines.day[line],
        document=lines.document[line],
        line=lines.line[line],
        billed=billed,
        turn=filled(line.size, NONE),
    )


def _billed_before(
    book: Book, lines: BillingLines, splits: PriorSplits, line: Column, home: Column
) -> Column:
    """What bills each contract of ``home`` before the credit ``line`` of it: by day, invoices first, then document and
    line. Usage is billed as it is used, and is left out. Only cancellations ask: 0 where there are none."""
    if not (book.changes.kind == ChangeKind.CANCEL).any():
        return np.zeros(line.size, dtype=np.int64)
    rows = rows_where(
        (splits.contract != NONE)
        & (find_rows(np.unique(home), splits.contract) != NONE)
        & ~_of_usage(book, splits)
    )
    group, first = group_rows(
        np.concatenate((lines.document, splits.document[rows])),
        np.concatenate((lines.line, splits.line[rows])),
    )
    lead = first[group[len(lines) :]]
    # What was billed before the first period has no line here: it comes before all that has.
    day = np.where(lead < len(lines), lines.day[np.minimum(lead, len(lines) - 1)], NO_DAY)
    amount = np.concatenate((splits.amount[rows], np.zeros(line.size, dtype=np.int64)))
    contract = np.concatenate((splits.contract[rows], home))
    order = sort_rows(
        contract,
        np.concatenate((day, lines.day[line])),
        (amount <= 0).astype(np.int64),
        np.concatenate((splits.document[rows], lines.document[line])),
        np.concatenate((splits.line[rows], lines.line[line])),
        -(np.arange(amount.size) >= rows.size).astype(np.int64),
    )
    total = np.empty_like(amount)
    total[order] = cumulate_within(amount[order], contract[order])
    return total[rows.size :]


def _of_usage(book: Book, splits: PriorSplits) -> Mask:
    """Splits that bill usage."""
    usage = book.obligations.method == Method.AS_INVOICED
    of_usage = np.zeros(len(splits), dtype=np.bool_)
    if usage.any():
        row = find_rows(book.obligations.id, splits.obligation)
        of_usage[row != NONE] = usage[row[row != NONE]]
    return of_usage

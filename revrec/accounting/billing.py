"""What changed about billing since the last close: the splits as they are now, less what closed periods booked.

A document that is new in the period bills; one that changed, appeared or vanished after its period was closed bills
the difference in the open period, cause ``late``; a split that only moved to another contract is a ``reassignment``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.absorption import Absorption, absorb
from revrec.accounting.book import BillingLines, Book, PriorSplits
from revrec.accounting.columns import NO_DAY, NONE, Column, Mask, filled, group_rows, rows_where, sum_by
from revrec.accounting.terms import CreditTreatment, Event


@dataclass(frozen=True, eq=False)
class Billing:
    """``splits``: all as they stand now. ``moved``: now less booked, with the event and whether it came late."""

    splits: PriorSplits
    moved: PriorSplits
    event: Column
    late: Mask
    document_version: Column


def bill_period(book: Book, period: int, price: Column) -> Billing:
    """Absorb all billing posted through ``period`` and compare with what closed periods booked.

    Documents posted before the first period bill only through the opening rows (splits of an earlier period), which
    stay as they were loaded.
    """
    billing = book.billing
    if not len(billing) and not len(book.prior.splits):
        none = np.zeros(0, dtype=np.int64)
        return Billing(PriorSplits.empty(), PriorSplits.empty(), none, none.astype(np.bool_), none)
    eligible = (billing.period <= period) & (billing.hold == NONE) & ~is_bad_debt(billing)
    if book.first_period:
        eligible &= billing.period >= book.first_period
    lines = billing.take(eligible)
    opened = book.prior.splits.period < book.first_period
    opening = book.prior.splits.take(opened)
    prior = _add_up(book.prior.splits.take(~opened))
    prior_line = _line_rows(lines, prior)
    absorption = absorb(book, lines, prior, prior_line, price, opening)
    now = _as_splits(book, absorption, period)
    moved, row_now, gone = _movements(now, absorption, prior, period)
    line_group, line_first = group_rows(moved.document, moved.line)
    changed = sum_by(line_group, moved.amount, line_first.size)[line_group] != 0
    changed |= sum_by(line_group, moved.base_amount, line_first.size)[line_group] != 0
    changed |= _reposted(moved, line_group, line_first)
    event = np.where(changed, int(Event.BILLING), int(Event.REASSIGNMENT))
    posted = filled(len(moved), -1)
    version = filled(len(moved), NONE)
    line = absorption.line[row_now[~gone]]
    posted[~gone] = absorption.lines.period[line]
    version[~gone] = absorption.lines.version[line]
    posted_of_line = filled(line_first.size, -1)
    np.maximum.at(posted_of_line, line_group, posted)
    late = changed & (posted_of_line[line_group] < period)
    return Billing(PriorSplits.concat((now, opening)), moved, event, late, version)


def is_bad_debt(lines: BillingLines) -> Mask:
    """Credit lines that write a receivable off: no billing, and no revenue is lowered."""
    written_off: Mask = lines.treatment == CreditTreatment.BAD_DEBT
    return written_off


def _reposted(moved: PriorSplits, line_group: Column, line_first: Column) -> Mask:
    """Lines whose posting went to another account or segments: undone there and billed here, not reassigned."""
    posting, _ = group_rows(moved.account, moved.account_type, moved.segments)
    elsewhere = posting != posting[line_first][line_group]
    several = np.zeros(line_first.size, dtype=np.bool_)
    several[line_group[elsewhere]] = True
    reposted: Mask = several[line_group]
    return reposted


KEY = ("document", "line", "contract", "obligation", "account", "account_type", "segments")


def _add_up(splits: PriorSplits) -> PriorSplits:
    """One row a key, without those that add up to nothing."""
    if not len(splits):
        return splits
    group, first = group_rows(*(getattr(splits, name) for name in KEY))
    columns = {name: array[first] for name, array in splits.columns().items()}
    columns["amount"] = sum_by(group, splits.amount, first.size)
    columns["base_amount"] = sum_by(group, splits.base_amount, first.size)
    added = PriorSplits(**columns)
    return added.take((added.amount != 0) | (added.base_amount != 0))


def _line_rows(lines: BillingLines, prior: PriorSplits) -> Column:
    """The row of ``lines`` that each prior split belongs to, NONE where the line is gone."""
    if not len(prior):
        return prior.document
    group, first = group_rows(
        np.concatenate((lines.document, prior.document)), np.concatenate((lines.line, prior.line))
    )
    leader = first[group[len(lines) :]]
    return np.where(leader < len(lines), leader, NONE)


def _as_splits(book: Book, absorption: Absorption, period: int) -> PriorSplits:
    lines, line = absorption.lines, absorption.line
    contract, obligation = absorption.contract, absorption.obligation
    contracts = book.contracts
    assigned = contract != NONE
    home = np.maximum(contract, 0)
    customer = lines.customer[line]
    contract_id = filled(line.size, NONE)
    obligation_id = filled(line.size, NONE)
    if len(contracts):
        customer = np.where(assigned, contracts.customer[home], customer)
        contract_id = np.where(assigned, contracts.id[home], NONE)
    if len(book.obligations):
        one = obligation != NONE
        obligation_id = np.where(one, book.obligations.id[np.maximum(obligation, 0)], NONE)
    service = lines.service_end[line]
    return PriorSplits(
        document=lines.document[line],
        line=lines.line[line],
        contract=contract_id,
        obligation=obligation_id,
        customer=customer,
        subsidiary=lines.subsidiary[line],
        currency=lines.currency[line],
        product=lines.product[line],
        amount=absorption.amount,
        base_amount=absorption.base_amount,
        account=lines.account[line],
        account_type=lines.account_type[line],
        segments=lines.segments[line],
        period=filled(line.size, period),
        service_day=np.where(service == NO_DAY, lines.day[line], service),
        service_start=lines.service_start[line],
    )


def _movements(
    now: PriorSplits, absorption: Absorption, prior: PriorSplits, period: int
) -> tuple[PriorSplits, Column, Mask]:
    """``_difference``, of the splits alone that are not what they were: most are."""
    if not len(now) or not len(prior):
        return _difference(now, prior, period)
    known = absorption.prior_line != NONE
    row_then = filled(len(absorption.lines), NONE)
    row_then[absorption.prior_line[known]] = rows_where(known)
    at = np.maximum(
        row_then[absorption.line], 0
    )  # of a line without prior splits: one of another line, unlike it
    same = np.ones(len(now), dtype=np.bool_)
    for name in (*KEY, "amount", "base_amount"):
        same &= getattr(now, name) == getattr(prior, name)[at]
    still = np.ones(len(prior), dtype=np.bool_)
    still[at[same]] = False
    rows = rows_where(~same)
    moved, first, gone = _difference(now.take(rows), prior.take(still), period)
    return moved, rows[np.where(gone, 0, first)] if rows.size else first, gone


def _difference(now: PriorSplits, prior: PriorSplits, period: int) -> tuple[PriorSplits, Column, Mask]:
    """Now less prior, by key: the movements, the row of ``now`` that each came from, and whether there is none."""
    if not len(prior):
        return now, np.arange(len(now), dtype=np.int64), np.zeros(len(now), dtype=np.bool_)
    both = PriorSplits.concat((now, prior))
    group, first = group_rows(*(getattr(both, name) for name in KEY))
    amount = sum_by(group, np.concatenate((now.amount, -prior.amount)), first.size)
    base = sum_by(group, np.concatenate((now.base_amount, -prior.base_amount)), first.size)
    live = rows_where((amount != 0) | (base != 0))
    first = first[live]
    columns = {name: array[first] for name, array in both.columns().items()}
    columns["amount"], columns["base_amount"] = amount[live], base[live]
    columns["period"] = filled(first.size, period)
    return PriorSplits(**columns), first, first >= len(now)

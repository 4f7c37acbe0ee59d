"""Which treatment each modification gets, and why (606-10-25-10 to -13).

``auto``: separate where every changed line is new and priced at its stand-alone selling price; else by line, catch-up
for progress measures and prospective for all others. An explicit treatment governs the whole event.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.allocation import Weigher, stated_prices
from revrec.accounting.book import Book
from revrec.accounting.columns import (
    NO_AMOUNT,
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
from revrec.accounting.money import RATE_SCALE, share_columns
from revrec.accounting.policy import Policy
from revrec.accounting.problem import Problem
from revrec.accounting.terms import ChangeKind, Method, Treatment


@dataclass(frozen=True, eq=False)
class Decided:
    """Per change row its treatment; per obligation the group of added lines it belongs to, NONE for the order's own."""

    treatment: Column
    group: Column
    groups: int
    waits: Mask  # added by an event that is not separate: joins its contract when that event comes
    reasons: tuple[tuple[int, str], ...]
    problems: tuple[Problem, ...]


def decide_treatments(book: Book, policy: Policy, weigher: Weigher) -> Decided:
    changes, o = book.changes, book.obligations
    treatment = changes.treatment.copy()
    group = filled(len(o), NONE)
    waits = np.zeros(len(o), dtype=np.bool_)
    if not len(changes):
        return Decided(treatment, group, 0, waits, (), ())
    modified = rows_where(changes.kind == ChangeKind.MODIFICATION)
    row = find_rows(o.id, changes.obligation[modified])
    new = o.added_by[row] == changes.id[modified]
    event, first = group_rows(changes.id[modified])
    events = first.size
    all_new = sum_by(event, (~new).astype(np.int64), events) == 0
    asked = filled(events, int(Treatment.AUTO))
    asked[event] = changes.treatment[modified]
    # Only where every line is new does it matter whether prices are stand-alone selling prices.
    may_be_separate = (asked == Treatment.AUTO) & all_new
    asking = rows_where(may_be_separate[event])
    all_at_ssp = np.zeros(events, dtype=np.bool_)
    if asking.size:
        at_ssp = _at_ssp(
            stated_prices(book)[row[asking]],
            _given(changes.ssp_tolerance_e10[modified[asking]], policy.ssp_tolerance_e10),
            weigher.take(row[asking]),
        )
        off = sum_by(event[asking], (~at_ssp).astype(np.int64), events)
        all_at_ssp = may_be_separate & (off == 0)
    separate = (asked == Treatment.SEPARATE) | all_at_ssp
    ids = changes.id[modified][first]
    problems = [
        Problem(
            "separate_touches_old_line",
            f"modification {ids[e]}",
            f"Modification {ids[e]} is to be a separate contract but changes a line that was there before: choose "
            "prospective or cumulative_catch_up, or leave the old line out.",
        )
        for e in rows_where((asked == Treatment.SEPARATE) & ~all_new).tolist()
    ]
    by_line = among(o.method[row], (Method.PERCENT_COMPLETE, Method.MILESTONE))
    chosen = np.where(by_line, int(Treatment.CUMULATIVE_CATCH_UP), int(Treatment.PROSPECTIVE))
    chosen = np.where(asked[event] == Treatment.AUTO, chosen, asked[event])
    treatment[modified] = np.where(separate[event], int(Treatment.SEPARATE), chosen)
    zero = (
        (changes.amount[modified] == 0)
        & (treatment[modified] == Treatment.PROSPECTIVE)
        & (o.stated[row] != 0)
    )
    problems += [
        Problem(
            "zero_price_needs_catch_up",
            f"obligation {o.id[r]}",
            f"Obligation {o.id[r]} is changed to a price of zero from inception: treat it as cumulative_catch_up, or "
            "cancel the line.",
        )
        for r in row[zero].tolist()
    ]
    reasons = tuple(
        (int(ids[e]), _reason(int(asked[e]), bool(all_new[e]), bool(all_at_ssp[e]))) for e in range(events)
    )
    group[row[new]] = event[new]
    waits[row[new]] = ~separate[event[new]]
    return Decided(treatment, group, events, waits, reasons, tuple(problems))


def _reason(asked: int, all_new: bool, at_ssp: bool) -> str:
    if asked != Treatment.AUTO:
        return "chosen by a user or rule"
    if not all_new:
        return "prospective or catch-up by line: it changes a line that was there before"
    if at_ssp:
        return "separate: all its lines are new, at their stand-alone selling prices"
    return "prospective or catch-up by line: its new lines are not priced at their stand-alone selling prices"


def _at_ssp(stated: Column, tolerance_e10: Column, weigher: Weigher) -> Mask:
    """Lines whose stated price lies within the tolerance of an observed SSP, row by row."""
    o = weigher.obligations
    weights, _ = weigher.weigh(stated, o.quantity_e6, o.end)
    ssp, price = weights.near, weigher.weigh_stated(stated).near
    room = share_columns(ssp, tolerance_e10, RATE_SCALE)
    close: Mask = (o.ssp_low != NO_AMOUNT) & (np.abs(price - ssp) <= room)
    return close


def _given(tolerance_e10: Column, policy_e10: int) -> Column:
    return np.where(tolerance_e10 == NONE, policy_e10, tolerance_e10)

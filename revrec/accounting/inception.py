"""From obligations to legs: what each obligation earns, from when, and what waits.

A held obligation takes part in allocation and only its recognition waits; a contract whose price, currency or rule is
missing waits whole. Held items are listed with amounts, never guessed.
"""

from __future__ import annotations

import numpy as np

from revrec.accounting.book import Book
from revrec.accounting.choices import choices_of
from revrec.accounting.columns import (
    NO_AMOUNT,
    NO_DAY,
    NONE,
    Column,
    Mask,
    among,
    filled,
    find_rows,
    rows_where,
)
from revrec.accounting.money import QUANTITY_SCALE
from revrec.accounting.policy import Policy
from revrec.accounting.recognition import BY_PROGRESS, ProgressLog, Terms, missing_dates
from revrec.accounting.schedule import Legs
from revrec.accounting.terms import HOLDS_CONTRACT, ChangeKind, HoldReason, Method, SspKind, Trigger


def begin_legs(book: Book, allocated: Column, first_billed: Column, rounding: Column) -> Legs:
    """One leg per obligation, from its order's date on. ``first_billed``: the day of the first line that bills it;
    ``rounding``: Rounding code of its contract.
    """
    o = book.obligations
    cancelled = o.cancelled_from != NO_DAY
    return Legs.of(
        row=np.arange(len(o), dtype=np.int64),
        from_day=o.ordered_day,
        rest=allocated,
        method=o.method,
        start=o.start,
        end=o.end,
        trigger_day=trigger_days(book, first_billed),
        progress=progress_keys(book),
        whole=wholes(book),
        rounding=rounding,
        stop_day=np.where(cancelled, o.cancelled_from - 1, NO_DAY),
        extra=np.where(cancelled, o.fee, 0),
        extra_day=np.where(
            cancelled, np.where(o.cancelled_day == NO_DAY, o.cancelled_from, o.cancelled_day), NO_DAY
        ),
    )


PERCENT = 100 * QUANTITY_SCALE
"""All of a percentage, as progress counts it."""


def wholes(book: Book) -> Column:
    """The progress at which each obligation is complete."""
    o = book.obligations
    return np.where(o.whole != NONE, o.whole, np.where(by_percent(o.method), PERCENT, o.quantity_e6))


def by_percent(method: Column) -> Mask:
    """Methods whose progress is a percentage, whatever the quantity."""
    return among(method, (Method.PERCENT_COMPLETE, Method.CUSTOM))


def progress_keys(book: Book) -> Column:
    """The key of each obligation in the progress log: its row, for methods and triggers that read progress."""
    o = book.obligations
    by_delivery = (o.method == Method.POINT_IN_TIME) & (resolved_triggers(book) == Trigger.DELIVERY)
    reads = by_delivery | among(o.method, BY_PROGRESS)
    return np.where(reads, np.arange(len(o)), NONE)


def progress_log(book: Book) -> ProgressLog:
    """The progress of the book, by row of obligation."""
    p = book.progress
    row = find_rows(book.obligations.id, p.obligation)
    known = row != NONE
    return ProgressLog(row[known], p.day[known], p.value[known])


def resolved_triggers(book: Book) -> Column:
    """Trigger per obligation, AUTO resolved: the start where the line has one, delivery otherwise."""
    o = book.obligations
    chosen = np.where(o.start != NO_DAY, int(Trigger.START), int(Trigger.DELIVERY))
    return np.where(o.trigger == Trigger.AUTO, chosen, o.trigger)


def trigger_days(book: Book, first_billed: Column) -> Column:
    """The day from which a ``point_in_time`` obligation is earned; NO_DAY while it has not come, or by delivery."""
    o = book.obligations
    trigger = resolved_triggers(book)
    day = np.where(trigger == Trigger.START, o.start, NO_DAY)
    day = np.where(trigger == Trigger.ORDER, o.ordered_day, day)
    return np.where(trigger == Trigger.INVOICE, first_billed, day)


def hold_reasons(book: Book, contract_of: Column, policy: Policy) -> Column:
    """HoldReason per obligation, NONE where nothing waits; a contract that waits whole lends its rows its reason."""
    o = book.obligations
    reason = o.hold.copy()
    terms = Terms.of(method=o.method, start=o.start, end=_ends(book))
    undated = missing_dates(terms) | (
        (o.method == Method.POINT_IN_TIME) & (o.trigger == Trigger.START) & (o.start == NO_DAY)
    )
    reason = np.where((reason == NONE) & undated, int(HoldReason.MISSING_DATES), reason)
    hold = choices_of(book.contracts, policy).hold_missing_ssp[contract_of]
    if hold.any():
        unknown = (
            (o.ssp_low == NO_AMOUNT) & (o.ssp_kind == SspKind.OBSERVED) & (o.method != Method.AS_INVOICED)
        )
        unknown &= hold
        reason = np.where(unknown, int(HoldReason.MISSING_SSP), reason)
    reason = np.where(o.method == NONE, int(HoldReason.MISSING_RULE), reason)
    reason = np.where(book.contracts.currency[contract_of] == NONE, int(HoldReason.MISSING_CURRENCY), reason)
    reason = np.where(_prices(book) == NO_AMOUNT, int(HoldReason.MISSING_PRICE), reason)
    whole = among(reason, HOLDS_CONTRACT)
    if whole.any():
        of_contract = filled(len(book.contracts), 2**31)
        np.minimum.at(of_contract, contract_of[whole], reason[whole])
        inherited = of_contract[contract_of]
        reason = np.where(inherited < 2**31, np.where(whole, reason, inherited), reason)
    return reason


def _ends(book: Book) -> Column:
    """The last day of each obligation; of one that was signed without, the one that a modification gives."""
    return _given_later(book, book.obligations.end, book.changes.end, NO_DAY)


def _prices(book: Book) -> Column:
    """The stated price of each obligation; of one that was signed without, the one that a modification gives. Usage has
    a rate, which no modification moves.
    """
    o = book.obligations
    given = _given_later(book, o.stated, book.changes.amount, NO_AMOUNT)
    return np.where(o.method == Method.AS_INVOICED, o.stated, given)


def _given_later(book: Book, first: Column, changed: Column, nothing: int) -> Column:
    """What obligations were signed with (one value each); where that is nothing, what a modification says of it."""
    changes = book.changes
    given = rows_where((changes.kind == ChangeKind.MODIFICATION) & (changed != nothing))
    if not given.size:
        return first
    row = find_rows(book.obligations.id, changes.obligation[given])
    given, row = given[row != NONE], row[row != NONE]
    later = filled(len(book.obligations), nothing)
    later[row] = changed[given]
    return np.where(first == nothing, later, first)


def contract_rows(book: Book) -> Column:
    """The row of the contract of each obligation."""
    return find_rows(book.contracts.id, book.obligations.contract)

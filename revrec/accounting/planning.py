"""What is promised, billed and to be earned, as it is known at the close of a period: where close and forecast begin.

Contracts are worked out first without credits, since absorption needs their prices; then once more with what
absorption says of credits, of invoices that are contracts of their own, and of first invoices that trigger revenue.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from revrec.accounting.allocation import Weigher, prepare_weigher
from revrec.accounting.billing import Billing, bill_period
from revrec.accounting.book import Book, PriorSplits
from revrec.accounting.columns import (
    NO_DAY,
    NONE,
    Column,
    differs,
    filled,
    find_rows,
    rows_where,
    sort_rows,
    sum_by,
)
from revrec.accounting.earning import first_billed_days
from revrec.accounting.facts import find_causes, find_credits, find_usage_causes
from revrec.accounting.happenings import Credits
from revrec.accounting.inception import contract_rows, hold_reasons, progress_log
from revrec.accounting.modifications import Inception, Outcome, begin_contracts, run_contracts
from revrec.accounting.money import share_columns
from revrec.accounting.policy import Policy
from revrec.accounting.recognition import ProgressLog
from revrec.accounting.terms import Method, Trigger

USAGE_ROOM = 10**15
"""Usage has no price to be billed up to: minor units that no usage line reaches."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """What follows from the facts alone, whatever the period and whatever is booked: it serves every close of one book
    and policy. ``given``: the book, ``book``: in line order; ``inception``: of its contracts; ``outcome``: without
    credits; ``reason``: HoldReason per obligation; ``own``: rows of obligations that invoice lines promise;
    ``billable``: what each obligation may be billed in all; ``with_credits``: the outcomes of closes before, by the
    credits and first invoices that they saw.
    """

    given: Book
    book: Book
    contract_of: Column
    weigher: Weigher
    log: ProgressLog
    inception: Inception
    outcome: Outcome
    reason: Column
    own: Column
    billable: Column
    with_credits: dict[bytes, Outcome] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Planned:
    """``book``: with own contracts of invoice lines priced. ``contract_of``: the row of each obligation's contract;
    ``reason``: HoldReason per obligation, NONE where nothing waits. ``causes``: per contract, what the facts that are
    new in this close give; ``usage_causes``: per obligation, what new documents give to usage.
    """

    book: Book
    contract_of: Column
    outcome: Outcome
    billing: Billing
    credits: Credits
    reason: Column
    causes: Column
    usage_causes: Column


def prepare_contracts(book: Book, policy: Policy, before: Prepared | None = None) -> Prepared:
    """Contracts as they are without credits. The facts of the book have passed ``check_book``.

    ``before``: of a book that knew less, under the same policy; it serves where no more than billing became known.
    """
    if before is not None and _same_promises(book, before.given):
        given, ordered = book, before.book
        book = replace(book, obligations=ordered.obligations)
        own = _own_rows(book)
        return replace(before, given=given, book=book, own=own, billable=_billable(book, before.outcome, own))
    given = book
    book = in_line_order(book)
    contract_of = contract_rows(book)
    weigher = prepare_weigher(book, contract_of, policy)
    log = progress_log(book)
    unbilled = filled(len(book.obligations), NO_DAY)
    inception = begin_contracts(book, policy, weigher, contract_of)
    outcome = run_contracts(book, policy, weigher, contract_of, unbilled, Credits.empty(), log, inception)
    reason, own = hold_reasons(book, contract_of, policy), _own_rows(book)
    billable = _billable(book, outcome, own)
    return Prepared(given, book, contract_of, weigher, log, inception, outcome, reason, own, billable)


def _same_promises(book: Book, other: Book) -> bool:
    """Whether two books differ in nothing but billing, rates and what is booked."""
    return book.calendar is other.calendar and all(
        getattr(book, name).equals(getattr(other, name))
        for name in ("contracts", "obligations", "changes", "progress", "bundles")
    )


def plan_contracts(book: Book, period: int, policy: Policy, prepared: Prepared | None = None) -> Planned:
    """Every obligation's legs and all billing through ``period``. The book has passed ``check_book``.

    ``prepared``: of a book with the same facts, where there is one.
    """
    if prepared is None:
        prepared = prepare_contracts(book, policy)
    contract_of, weigher, inception = prepared.contract_of, prepared.weigher, prepared.inception
    outcome, reason, own = prepared.outcome, prepared.reason, prepared.own
    book = replace(prepared.book, prior=book.prior)
    billing = bill_period(book, period, prepared.billable)
    if own.size:
        book = _price_own_contracts(book, billing.splits, own)
        weigher = prepare_weigher(book, contract_of, policy)
        inception = begin_contracts(book, policy, weigher, contract_of)
        reason = hold_reasons(book, contract_of, policy)
    credits = find_credits(book, book.billing, billing.splits)
    if len(credits) or own.size or (book.obligations.trigger == Trigger.INVOICE).any():
        first_billed = first_billed_days(book, billing.splits)
        seen = b"".join(column.tobytes() for column in (first_billed, *credits.columns().values()))
        known = None if own.size else prepared.with_credits.get(seen)
        if known is None:
            known = run_contracts(
                book, policy, weigher, contract_of, first_billed, credits, prepared.log, inception
            )
            if not own.size:
                prepared.with_credits[seen] = known
        outcome = known
    causes = find_causes(book, credits, period, billing.moved)
    usage_causes = find_usage_causes(book, billing, period)
    return Planned(book, contract_of, outcome, billing, credits, reason, causes, usage_causes)


def serves_through(planned: Planned, begin: int, last: int) -> int:
    """The last period that the plan of ``begin`` serves: no billing is posted anew, and none moves by itself.

    Billing that no contract absorbed, or that credits freed, may find another place in the close after.
    """
    moved, splits = planned.billing.moved, planned.billing.splits
    if len(moved) and bool(((splits.contract == NONE) | (splits.amount < 0)).any()):
        return begin
    billing = planned.book.billing
    posted = billing.period[billing.hold == NONE]
    later = posted[(posted > begin) & (posted <= last)]
    return int(later.min()) - 1 if later.size else last


def plan_on(planned: Planned) -> Planned:
    """The plan of the period after, where that of the period before serves it: nothing is new, and no billing moves."""
    none = np.zeros(0, dtype=np.int64)
    billing = Billing(planned.billing.splits, PriorSplits.empty(), none, none.astype(np.bool_), none)
    return replace(
        planned,
        billing=billing,
        causes=filled(planned.causes.size, NONE),
        usage_causes=filled(planned.usage_causes.size, NONE),
    )


def in_line_order(book: Book) -> Book:
    """The book with its obligations as their contracts list them: a tie goes to the later line, however rows came."""
    o = book.obligations
    keys = (contract_rows(book), o.ordered_day, o.order_rank, o.line_rank, o.id)
    same = np.ones(max(len(o) - 1, 0), dtype=np.bool_)
    for key in keys:
        step = np.diff(key)
        if (same & (step < 0)).any():
            return replace(book, obligations=o.take(sort_rows(*keys)))
        same &= step == 0
    return book


def _billable(book: Book, outcome: Outcome, own: Column) -> Column:
    """What each obligation may be billed in all: its stated price; of a cancelled line what it will have earned."""
    legs = outcome.plan.legs
    price = np.maximum(outcome.stated, 0)
    if differs(legs.stop_day, NO_DAY):
        stopped = legs.row[legs.stop_day != NO_DAY]
        price[stopped] = np.maximum(outcome.allocated[stopped], 0)
    price[book.obligations.method == Method.AS_INVOICED] = USAGE_ROOM
    price[own] = 0  # filled by its own line alone, and only with what no order takes
    return price


def _own_rows(book: Book) -> Column:
    """Rows of the obligations that invoice lines promise which are contracts of their own."""
    o = book.obligations
    named = find_rows(o.id, np.unique(book.billing.own[book.billing.own != NONE]))
    mine = o.own != 0
    mine[named[named != NONE]] = True
    return rows_where(mine)


def _price_own_contracts(book: Book, splits: PriorSplits, own: Column) -> Book:
    """An invoice line that is its own contract promises what no order absorbs of it, and as much of its quantity."""
    o = book.obligations
    row = find_rows(o.id, splits.obligation)
    invoiced = (row != NONE) & (splits.amount > 0)
    absorbed = sum_by(row[invoiced], splits.amount[invoiced], len(o))
    stated, quantity = o.stated.copy(), o.quantity_e6.copy()
    whole = np.maximum(o.stated[own], 1)
    part = np.where(o.stated[own] > 0, np.minimum(absorbed[own], whole), whole)
    quantity[own] = share_columns(quantity[own], part, whole)
    stated[own] = absorbed[own]
    return replace(book, obligations=replace(o, stated=stated, quantity_e6=quantity))

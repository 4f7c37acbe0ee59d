# ruff: noqa: RUF009 - `column` is dataclasses.field with a default for Table.of
"""What a close gives back. Tables as in ``book``; the caller writes them down and feeds them to the next close."""

from __future__ import annotations

from dataclasses import dataclass, field

from revrec.accounting.book import Balances, PriorSplits, SegmentValues
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE, Column, Table, column
from revrec.accounting.problem import Problem


@dataclass(frozen=True, eq=False)
class Booked(Table):
    """One row per obligation that moved in the close, or whose version changed.

    ``revenue`` = ``adjustment`` (what belongs to closed periods, with its ``cause``) + ``current``. ``target`` is the
    running total after the close, so it equals everything recognised. ``fraction_numerator / fraction_denominator``:
    the share of ``allocated`` earned by the period's end (of what remains, after a prospective modification).
    """

    obligation: Column = column()
    contract: Column = column()
    order_version: Column = column(NONE)
    allocated: Column = column(0)
    fraction_numerator: Column = column(0)
    fraction_denominator: Column = column(1)
    target: Column = column()
    revenue: Column = column()
    adjustment: Column = column(0)
    current: Column = column(0)
    cause: Column = column(0)
    base_revenue: Column = column(0)
    base_adjustment: Column = column(0)
    base_target: Column = column(0)
    segments: Column = column(NONE)


@dataclass(frozen=True, eq=False)
class Transfers(Table):
    """The ledger: each row moves one non-negative amount from a debit role to a credit role.

    ``amount`` is transaction minor units, ``base_amount`` base minor units; either may be zero, not both.
    ``debit_account`` / ``credit_account``: the account where NetSuite's own posting decides it; NONE: by the mapping.
    ``in_gl``: 1 where NetSuite's own posting has it already, so that it is never journalled.
    """

    period: Column = column()
    event: Column = column()
    cause: Column = column(0)
    debit_role: Column = column()
    credit_role: Column = column()
    debit_account: Column = column(NONE)
    credit_account: Column = column(NONE)
    contract: Column = column(NONE)
    obligation: Column = column(NONE)
    document: Column = column(NONE)
    line: Column = column(NONE)
    customer: Column = column()
    subsidiary: Column = column()
    currency: Column = column()
    base_currency: Column = column()
    product: Column = column(NONE)
    category: Column = column(NONE)
    amount: Column = column()
    base_amount: Column = column()
    segments: Column = column(NONE)
    in_gl: Column = column(0)
    order_version: Column = column(NONE)
    document_version: Column = column(NONE)


@dataclass(frozen=True, eq=False)
class UnassignedBilling(Table):
    """Billing that no contract absorbs; ``day``: the document's date."""

    document: Column = column()
    line: Column = column()
    customer: Column = column()
    subsidiary: Column = column()
    currency: Column = column()
    amount: Column = column()
    base_amount: Column = column()
    day: Column = column(NO_DAY)
    age_days: Column = column(0)


@dataclass(frozen=True, eq=False)
class Held(Table):
    """What waits, and why (HoldReason): an obligation's amount not yet recognised, or a billing line's amount."""

    reason: Column = column()
    contract: Column = column(NONE)
    obligation: Column = column(NONE)
    document: Column = column(NONE)
    line: Column = column(NONE)
    currency: Column = column(NONE)
    amount: Column = column()


@dataclass(frozen=True, eq=False)
class Allocations(Table):
    """How every obligation that has begun got its price, and what it runs on at the period's end.

    ``inception``: its part of ``price`` (stated when it was promised) of all obligations with one ``added_by``, shared
    by ``weight``: SSP x quantity x term, on the scale of its contract. ``ssp``: of one unit as used, NO_AMOUNT where
    the stated price stood in. ``allocated``: what it will have earned in the end. It runs on one leg: ``fixed`` when it
    began on ``leg_from`` (NO_DAY: the leg of inception), less what was returned since, ``rest`` by the fraction
    until ``stops`` (NO_DAY: no cancellation), ``lump`` at once on ``lump_day``. ``flags``: AllocationFlag bits.
    """

    obligation: Column = column()
    contract: Column = column()
    order_version: Column = column(NONE)
    added_by: Column = column(NONE)
    method: Column = column(NONE)
    trigger: Column = column(NONE)  # Trigger of a point in time, NONE for other methods
    starts: Column = column(NO_DAY)
    ends: Column = column(NO_DAY)
    quantity_e6: Column = column(0)
    price: Column = column(0)
    stated: Column = column()
    ssp: Column = column(NO_AMOUNT)
    ssp_per: Column = column(0)  # SspPer
    weight: Column = column()
    inception: Column = column()
    allocated: Column = column()
    fixed: Column = column(0)
    leg_from: Column = column(NO_DAY)
    rest: Column = column(0)
    lump: Column = column(0)
    lump_day: Column = column(NO_DAY)
    stops: Column = column(NO_DAY)
    remaining: Column = column()
    flags: Column = column(0)


@dataclass(frozen=True)
class CloseResult:
    """One period, closed. ``splits`` are this close's movements of billing lines: append them to the prior splits."""

    period: int
    booked: Booked
    transfers: Transfers
    splits: PriorSplits
    balances: Balances
    unassigned: UnassignedBilling
    held: Held
    problems: tuple[Problem, ...] = ()
    allocations: Allocations = field(default_factory=Allocations.empty)
    reasons: tuple[tuple[int, str], ...] = ()  # modification id, why it went its way


@dataclass(frozen=True)
class JournalLine:
    """One side of a journal, base currency minor units; exactly one of ``debit`` and ``credit`` is positive."""

    role: int
    account: int
    debit: int
    credit: int
    segments: SegmentValues = ()
    customer: int = NONE
    verified: bool = True


@dataclass(frozen=True)
class JournalDraft:
    """A balanced journal of one subsidiary, dated the period's last day. ``part`` of ``parts`` where it was split."""

    subsidiary: int
    base_currency: int
    period: int
    day: int
    lines: tuple[JournalLine, ...]
    part: int = 1
    parts: int = 1

    @property
    def total(self) -> int:
        """The sum of the debits."""
        return sum(line.debit for line in self.lines)


@dataclass(frozen=True)
class Journals:
    """Drafts in order of subsidiary, currency and part, with what keeps them from being posted."""

    drafts: tuple[JournalDraft, ...]
    problems: tuple[Problem, ...] = field(default=())

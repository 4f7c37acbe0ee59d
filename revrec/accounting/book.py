# ruff: noqa: RUF009 - `column` is dataclasses.field with a default for Table.of
"""What a close is computed from: the current facts, and what closed periods booked.

Rows may come in any order; the result does not depend on it. Tables point at each other by id, never by row. Ids and
codes are non-negative int64 chosen by the caller; ``NONE`` (-1) means absent. Amounts are minor units of the
contract's transaction currency, ``base_*`` amounts minor units of its subsidiary's base currency, days are days since
1970-01-01 (``NO_DAY``: none), periods are indexes into ``Book.calendar``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from revrec.accounting.calendar import Calendar
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE, Column, Table, column
from revrec.accounting.terms import AssetKind, Trigger

UNKNOWN_ORDER = -2
"""A billing line names an order that the book does not hold: it waits as unassigned billing."""


@dataclass(frozen=True, eq=False)
class Contracts(Table):
    """One row a contract: combined orders are one contract; one customer, subsidiary and currency each."""

    id: Column = column()
    customer: Column = column()
    subsidiary: Column = column()
    currency: Column = column()  # NONE: not known, the contract waits whole
    base_currency: Column = column()
    ordered_day: Column = column()  # the oldest order date of the contract
    number_rank: Column = column(0)  # rank of the contract number among all, as sorted text
    exchange_rate_e10: Column = column(NONE)  # base major units per transaction major unit, x 10**10
    # What shapes a contract is taken at its inception. NONE: the policy that the close is given.
    allocation: Column = column(NONE)  # AllocationRule
    rounding: Column = column(NONE)  # Rounding
    missing_ssp: Column = column(NONE)  # MissingSsp
    ssp_outside: Column = column(NONE)  # SspOutside


@dataclass(frozen=True, eq=False)
class Obligations(Table):
    """One row a performance obligation in its current version; lines of every order version share one id.

    Lines that were cancelled, deleted or lost stay in the table with ``cancelled_from``, as long as anything was ever
    booked for them.
    """

    id: Column = column()
    contract: Column = column()
    order: Column = column()
    method: Column = column()  # Method; NONE: no rule, the contract waits whole
    stated: Column = column(NO_AMOUNT)  # the line's price, net of discounts and tax; NO_AMOUNT: not known
    order_rank: Column = column(0)  # rank of the order number among all orders, as sorted text
    line_rank: Column = column(0)  # rank of the line within its order
    product: Column = column(NONE)
    category: Column = column(NONE)
    quantity_e6: Column = column(10**6)
    start: Column = column(NO_DAY)  # first day of service
    end: Column = column(NO_DAY)  # last day of service, inclusive
    trigger: Column = column(int(Trigger.AUTO))  # Trigger, for point_in_time
    ordered_day: Column = column()  # the order's date: its inception
    version_day: Column = column(
        NO_DAY
    )  # effective day of the current order version; NO_DAY: the order's date
    cancelled_from: Column = column(NO_DAY)  # the first day not earned any more; NO_DAY: not cancelled
    fee: Column = column(0)  # a cancellation fee, earned at ``cancelled_day``
    cancelled_day: Column = column(NO_DAY)  # the day of the cancellation itself; NO_DAY: ``cancelled_from``
    segments: Column = column(NONE)  # the order line's segment set
    default_segments: Column = column(NONE)  # product's, else customer's, else subsidiary's segment set
    asset_kind: Column = column(int(AssetKind.AUTO))
    hold: Column = column(
        NONE
    )  # HoldReason given by the caller; the core finds missing dates and prices itself
    order_version: Column = column(NONE)  # id of the order version that the row was read from
    whole: Column = column(
        NONE
    )  # progress at which all is earned; NONE: quantity_e6 (units, deliveries), 10**8 (percent)
    ssp_low: Column = column(
        NO_AMOUNT
    )  # stand-alone selling price of one unit, minor units; NO_AMOUNT: not known
    ssp_high: Column = column(NO_AMOUNT)  # upper bound of the range; NO_AMOUNT: the price is a point
    ssp_per: Column = column(0)  # SspPer
    ssp_kind: Column = column(0)  # SspKind; the range of a residual is its observed range
    bundle: Column = column(NONE)  # the bundle of its contract that the line belongs to, see Bundles
    added_by: Column = column(
        NONE
    )  # id of the modification that added the line; NONE: there from the order on
    own: Column = column(
        0
    )  # 1: an invoice line promises it, and its price is what no order absorbs of that line


@dataclass(frozen=True, eq=False)
class Changes(Table):
    """What happened to contracts after inception; obligations then hold the lines as first ordered (or added).

    One row a line of a modification (rows of one event share ``id``; an added line has a row as well, with its
    obligation), a line or whole order of a cancel, a price change. ``sequence``: order among events of one day and
    kind. Credits are not listed here: they come from billing lines with a ``treatment``.
    """

    id: Column = column()
    kind: Column = column()  # ChangeKind
    day: Column = column()  # effective day
    known: Column = column(NONE)  # the period whose close first saw it
    sequence: Column = column(0)
    contract: Column = column()
    obligation: Column = column(NONE)  # NONE: the whole contract (price change) or ``order`` (cancel)
    order: Column = column(NONE)
    treatment: Column = column(0)  # Treatment
    amount: Column = column(
        NO_AMOUNT
    )  # modification: the line's new total; price change: the change; cancel: the fee
    end: Column = column(NO_DAY)  # new last day of service; cancel: the last day earned
    quantity_e6: Column = column(NONE)  # new quantity
    ssp_tolerance_e10: Column = column(
        NONE
    )  # how near to its SSP a new line is separate, on the effective day; NONE: the policy that the close is given


@dataclass(frozen=True, eq=False)
class Bundles(Table):
    """A bundle with an observed price inside one contract: its discount belongs to its lines alone (606-10-32-37)."""

    id: Column = column()
    price: Column = column()  # minor units, for the lines of the contract that carry the bundle's id


@dataclass(frozen=True, eq=False)
class Progress(Table):
    """Deliveries, percentages, milestones and custom plans: from ``day`` on the obligation stands at ``value``.

    ``value`` is cumulative: quantity x 10**6, percent x 10**6, or the weight of the milestones reached. For ``custom``
    obligations ``day`` is the offset of the period from the obligation's first one.
    """

    obligation: Column = column()
    day: Column = column()
    value: Column = column()


@dataclass(frozen=True, eq=False)
class BillingLines(Table):
    """One row a billing line (accounting: posted to income, deferred revenue or clearing), its current version.

    A line of a document that was voided, deleted or unlinked is simply not in the table. Identity: (document, line).
    """

    document: Column = column()
    line: Column = column()  # the line's id, stable over versions of its document
    version: Column = column(NONE)  # id of the document version
    customer: Column = column()
    subsidiary: Column = column()
    currency: Column = column()
    product: Column = column(NONE)
    amount: Column = column()  # net of tax and discounts; credits negative
    base_amount: Column = column()  # as NetSuite posted it, same sign
    period: Column = column()  # NetSuite's posting period
    day: Column = column()  # document date
    rank: Column = column(0)  # rank of the document number; orders documents of one day
    order: Column = column(NONE)  # the order it names; UNKNOWN_ORDER: names one that is not here
    obligation: Column = column(NONE)  # the order line it names
    created_from: Column = column(NONE)  # the invoice document that a credit memo was created from
    account: Column = column()  # the account that NetSuite's posting of this line went to
    account_type: Column = column()  # AccountType of that account
    segments: Column = column(NONE)  # the segment set of that posting
    service_start: Column = column(NO_DAY)
    service_end: Column = column(NO_DAY)
    hold: Column = column(NONE)  # HoldReason: the line bills nothing, and is listed
    treatment: Column = column(0)  # CreditTreatment, for credit lines
    own: Column = column(NONE)  # the obligation of the line's own contract, where no order absorbs it


@dataclass(frozen=True, eq=False)
class PriorBooked(Table):
    """Per obligation, what closed periods booked (all closes added up, opening rows included).

    One row an obligation; several where its segments changed, one for each run of closes that booked under the same
    set, oldest first: they are added up, and revenue taken back leaves the newest first.
    """

    obligation: Column = column()
    recognised: Column = column()
    base_recognised: Column = column()
    order_version: Column = column(NONE)  # the version that the booking rested on; the last row's counts
    segments: Column = column(NONE)  # the segment set that the amount was booked with


@dataclass(frozen=True, eq=False)
class PriorSplits(Table):
    """Where closed periods put each billing line; several rows of one key are added up.

    Key: (document, line, contract, obligation, account, account_type, segments). ``contract`` NONE is unassigned
    billing, ``obligation`` NONE is billing of the contract as a whole. Feed back ``CloseResult.splits`` of every close.
    """

    document: Column = column()
    line: Column = column()
    contract: Column = column()
    obligation: Column = column()
    customer: Column = column()
    subsidiary: Column = column()
    currency: Column = column()
    product: Column = column(NONE)
    amount: Column = column()
    base_amount: Column = column()
    account: Column = column()
    account_type: Column = column()
    segments: Column = column(NONE)
    period: Column = column()  # the period whose close wrote the row
    service_day: Column = column(
        NO_DAY
    )  # last day of the usage that the line bills, else the document's date
    service_start: Column = column(NO_DAY)  # its first day; NO_DAY: it bills all that was not billed by then


@dataclass(frozen=True, eq=False)
class Balances(Table):
    """Cumulative balances at the end of a period. ``scope`` (BalanceScope) says what a row is for.

    Contract rows: ``billed`` and ``recognised``; under contract netting also liability and asset. Customer rows exist
    under customer netting only and hold the netted liability and asset of (customer, subsidiary, currency).
    Unassigned rows hold billing that no contract absorbs, all of it liability. ``base_fx``: cumulative ``fx``, debit
    of the liability positive: base_billed - base_recognised - base_fx = base_liability - base assets.
    """

    scope: Column = column()
    contract: Column = column(NONE)
    customer: Column = column()
    subsidiary: Column = column()
    currency: Column = column()
    billed: Column = column(0)
    recognised: Column = column(0)
    liability: Column = column(0)
    contract_asset: Column = column(0)
    unbilled_receivable: Column = column(0)
    base_billed: Column = column(0)
    base_recognised: Column = column(0)
    base_fx: Column = column(0)
    base_liability: Column = column(0)
    base_contract_asset: Column = column(0)
    base_unbilled_receivable: Column = column(0)


@dataclass(frozen=True, eq=False)
class Rates(Table):
    """The rate of each period for currencies that are not the base: base major per transaction major, x 10**10."""

    currency: Column = column()
    base_currency: Column = column()
    period: Column = column()
    rate_e10: Column = column()


@dataclass(frozen=True)
class Prior:
    """What closed periods booked: the only memory that a close has."""

    booked: PriorBooked = field(default_factory=PriorBooked.empty)
    splits: PriorSplits = field(default_factory=PriorSplits.empty)
    balances: Balances = field(default_factory=Balances.empty)


SegmentValues = tuple[tuple[str, str], ...]
"""A segment set: (segment name, value id) pairs, sorted by name."""


@dataclass(frozen=True)
class Book:
    """Everything a close reads.

    ``decimals``: currency code to the number of decimals of its minor unit (USD 2, JPY 0, KWD 3).
    ``segment_sets``: segment set code to its pairs. ``first_period``: the first accounting period.
    """

    calendar: Calendar
    contracts: Contracts
    obligations: Obligations
    billing: BillingLines = field(default_factory=BillingLines.empty)
    prior: Prior = field(default_factory=Prior)
    rates: Rates = field(default_factory=Rates.empty)
    decimals: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    segment_sets: Mapping[int, SegmentValues] = field(default_factory=lambda: MappingProxyType({}))
    first_period: int = 0
    changes: Changes = field(default_factory=Changes.empty)
    progress: Progress = field(default_factory=Progress.empty)
    bundles: Bundles = field(default_factory=Bundles.empty)

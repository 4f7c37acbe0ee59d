"""What an explanation holds: parts from which a booked number can be worked out again."""

from datetime import date
from typing import Any

from api.views.shape import View


class ShareView(View):
    """A line's part of the price. `weight`: SSP x quantity x term on one scale per contract; `share` its percentage.

    `price`: stated at inception; `stated`: stated now; `ssp`: of one unit as it was used, null where the stated price
    stood in for it.
    """

    obligation: int
    order: str
    line: str
    product: str
    this: bool
    quantity: str
    price: str
    stated: str
    ssp: str | None
    ssp_per: str
    weight: int
    share: str
    inception: str
    allocated: str
    flags: list[str]


class LegView(View):
    """What runs now: `fixed` was recognised before `since` (null: nothing changed), `rest` is earned by the fraction
    until `stops_on`, `lump` at once on `lump_on`."""

    since: date | None
    fixed: str
    rest: str
    lump: str
    lump_on: date | None
    stops_on: date | None


class FractionView(View):
    """How much of the rest is earned by the period's end."""

    numerator: int
    denominator: int
    unit: str
    percent: str


class BaseView(View):
    """The same in the subsidiary's own currency. `rate`: what the revenue of the period came to on average."""

    currency: str
    target: str
    booked_before: str
    revenue: str
    adjustment: str
    rate: str


class MovementView(View):
    """A row of the ledger."""

    event: str
    cause: str
    debit: str
    credit: str
    amount: str
    base_amount: str
    base_currency: str
    in_gl: bool


class BilledByView(View):
    """A line of a NetSuite document, and how much of it bills the obligation."""

    number: str
    netsuite_id: int
    kind: str
    date: date
    period: str
    state: str
    version: int
    line: int
    amount: str
    base_amount: str
    rate: str


class OrderVersionView(View):
    """A version of the order: what it says of this line, and how the change was accounted for."""

    version: int
    effective_on: date
    amount: str | None
    quantity: str | None
    starts: date | None
    ends: date | None
    cancelled_on: date | None
    treatment: str
    by: str
    reason: str


class WaitsView(View):
    reason: str
    amount: str


class ExplainView(View):
    """`booked`: the period is closed and this is what stands; else it is what would be booked if it closed now.

    target = fixed + rest x numerator / denominator, rounded half away from zero, + lump from its day on;
    revenue = target - booked_before = adjustment + current. `should_have_been`: the target at the end of the period
    before, by what is known now; adjustment = should_have_been - booked_before.
    """

    obligation: int
    name: str
    order: str
    line: str
    product: str
    description: str
    contract: int
    contract_number: str
    customer: str
    period: str
    period_ends: date
    booked: bool
    moved: bool
    currency: str
    transaction_price: str
    allocation: list[ShareView]
    method: str
    trigger: str
    starts: date | None
    ends: date | None
    quantity: str
    rounding: str
    leg: LegView | None
    fraction: FractionView | None
    allocated: str
    target: str
    booked_before: str
    should_have_been: str
    adjustment: str
    cause: str
    cause_meaning: str
    current: str
    revenue: str
    base: BaseView | None
    ledger: list[MovementView]
    billed: str
    documents: list[BilledByView]
    versions: list[OrderVersionView]
    waiting: list[WaitsView]
    policy: dict[str, Any]

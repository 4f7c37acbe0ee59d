"""What a replayed scenario says, as the calculator answers it. Amounts are decimal text in the scenario's currency."""

from pydantic import ConfigDict, Field

from api.views.shape import View


class Exact(View):
    """A view that has these fields and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AllocationRow(Exact):
    """The price of a line. `stated`: as sold; `inception`: its share at the order; `allocated`: now.

    `ssp`: SSP x quantity x term as used; null under stated prices.
    """

    order: str
    line: str
    product: str | None
    ssp: str | None
    stated: str
    inception: str
    allocated: str
    flags: list[str]


class ScheduleRow(Exact):
    """A line's whole revenue in a period, with the part of it that belongs to closed periods, and why."""

    order: str
    line: str
    period: str
    amount: str
    adjustment: str
    cause: str | None
    base_amount: str | None = Field(default=None, description="In the base currency, where there is one.")
    base_adjustment: str | None = None


class BalanceRow(Exact):
    """Cumulative, at the period's end. `contract`: null under customer netting; "unassigned" for such billing."""

    period: str
    customer: str
    contract: str | None
    billed: str
    recognised: str
    contract_liability: str
    contract_asset: str
    unbilled_receivable: str
    base_billed: str | None = Field(default=None, description="In the base currency, where there is one.")
    base_recognised: str | None = None
    base_contract_liability: str | None = None
    base_contract_asset: str | None = None
    base_unbilled_receivable: str | None = None
    base_fx: str | None = Field(default=None, description="Cumulative, a debit of the liability positive.")


class DraftLine(Exact):
    """One net line of a role; one side is zero. In the base currency."""

    role: str
    debit: str
    credit: str


class DraftJournal(Exact):
    """What is to be journalled for a period; what NetSuite's own posting has already is left out."""

    period: str
    lines: list[DraftLine]


class RemainingRow(Exact):
    """Allocated and not yet recognised at the period's end."""

    period: str
    order: str
    line: str
    amount: str


class HeldRow(Exact):
    """What waits, and why."""

    order: str
    line: str
    reason: str
    amount: str


class CalculationView(Exact):
    """A scenario's answer. Rows come in order of period, order and line."""

    allocations: list[AllocationRow]
    schedule: list[ScheduleRow]
    balances: list[BalanceRow]
    journals: list[DraftJournal]
    remaining: list[RemainingRow]
    held: list[HeldRow]

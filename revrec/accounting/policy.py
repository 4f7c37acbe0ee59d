"""The accounting policy: every choice that a company makes, as one frozen value.

Defaults are right for a US SaaS company. What shapes a contract is read at its inception, what shapes postings at the
last day of the period being closed: the caller picks the values for that day and hands them in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from revrec.accounting.columns import NO_DAY, NONE
from revrec.accounting.terms import Method, Role


@dataclass(frozen=True)
class MappingRule:
    """Role to account. ``product``, ``category``, ``subsidiary`` and ``department`` narrow it; ``NONE`` means any.

    The most specific rule wins, in the order that ``mapping`` states; among equals the one valid from the latest day
    not after the posting date.
    """

    role: Role
    account: int
    product: int = NONE
    category: int = NONE
    subsidiary: int = NONE
    valid_from: int = NO_DAY
    department: int = NONE


@dataclass(frozen=True)
class Accounts:
    """The account mapping. What no rule covers falls to ``defaults`` and is marked unverified."""

    rules: tuple[MappingRule, ...] = ()
    defaults: Mapping[Role, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Policy:
    """All settings that the core reads.

    ``journal_segments``: names of the segments by which journal lines are kept apart, in this order.
    ``hold_limit``: total held amount (minor units, any currency) above which held items block the close; None: never.
    ``unassigned_days``: unassigned billing older than this is a close exception.
    ``ssp_tolerance_e10``: how far a new line's price may lie from its SSP to be a separate contract (10**10 = 100%).
    ``undecided_limit``: undecided credit above which the close asks for a decision (minor units); None: never.
    """

    allocation: Literal["relative_ssp", "stated_price"] = "relative_ssp"
    rounding: Literal["cumulative", "last_period"] = "cumulative"
    netting: Literal["contract", "customer"] = "contract"
    method: Method = Method.DAILY
    contract_source: Literal["orders", "invoices", "orders_then_invoices"] = "orders"
    missing_ssp: Literal["stated_price", "hold"] = "stated_price"
    ssp_outside: Literal["nearest", "midpoint"] = "nearest"
    ssp_tolerance_e10: int = 10**8
    fx_rate: Literal["billing", "contract"] = "billing"
    remeasure_assets: bool = True
    unassigned_days: int = 30
    hold_limit: int | None = None
    undecided_limit: int | None = None
    accounts: Accounts = field(default_factory=Accounts)
    journal_segments: tuple[str, ...] = ("location", "department", "class")
    journal_customer: bool = False
    balance_sheet_segments: bool = False
    journal_max_lines: int = 1000

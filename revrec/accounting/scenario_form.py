"""The form of a scenario: which keys and words it may use, and what stays of it once it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from revrec.accounting.currencies import decimals_of
from revrec.accounting.scenario_values import ScenarioError
from revrec.accounting.terms import CreditTreatment, Method, SspPer, Treatment, Trigger

__all__ = [
    "BAD_DEBT",
    "CREDITS",
    "EVENT_KEYS",
    "LINE_TERMS",
    "POLICIES",
    "TOP_KEYS",
    "TREATMENTS",
    "Event",
    "Line",
    "Product",
    "Scenario",
    "ScenarioError",
    "line_keys",
]

TREATMENTS = {t.name.lower(): t for t in Treatment}
BAD_DEBT = "bad_debt"
"""The treatment of a credit memo that is neither billing nor revenue."""
CREDITS = {t.name.lower(): t for t in CreditTreatment if t.name.lower() not in ("undecided", BAD_DEBT)}
TOP_KEYS = ("events", "currency base_currency policy through products bundles")
POLICIES: dict[str, tuple[str, ...]] = {  # key: its values, the default first
    "allocation": ("relative_ssp", "stated_price"),
    "rounding": ("cumulative", "last_period"),
    "netting": ("contract", "customer"),
    "method": tuple(m.name.lower() for m in Method),
    "contract_source": ("orders", "invoices", "orders_then_invoices"),
    "missing_ssp": ("stated_price", "hold"),
    "fx_rate": ("billing", "contract"),
    "billing_offset": ("deferred", "revenue", "clearing"),
}
EVENT_KEYS: dict[str, tuple[str, str]] = {  # type: required keys, optional keys; every event has type, date, recorded
    "order": ("order customer lines", "contract exchange_rate"),
    "invoice": ("number customer lines", "order exchange_rate"),
    "credit_memo": ("number customer lines", "order invoice treatment exchange_rate"),
    "modification": ("order lines", "treatment"),
    "cancel": ("order", "line end fee"),
    "price_change": ("order amount", ""),
    "delivery": ("order line", "quantity percent milestone"),
    "void": ("number", ""),
}
LINE_TERMS = "method trigger ssp ssp_per range"
_PLANS = "ramp milestones percentages"


def line_keys(event_type: str) -> str:
    """The keys, beside ``line``, that a line of such an event may have."""
    keys = f"product quantity amount start end segments {LINE_TERMS} {_PLANS}"
    return keys if event_type in ("order", "modification") else f"for_line {keys}"


@dataclass(frozen=True)
class Product:
    """Defaults that a product gives to its lines; ``None``: says nothing."""

    ssp: tuple[int, int] | None = None
    residual: bool = False
    ssp_per: SspPer = SspPer.EACH
    method: Method | None = None
    trigger: Trigger = Trigger.AUTO
    category: str | None = None


@dataclass(frozen=True)
class Line:
    """A line of an order, modification or document, as written; amounts in minor units.

    ``method``: the line's, else its product's, else the policy's. ``given``: the keys that the line itself has.
    """

    where: str
    line: str
    method: Method
    product: str | None = None
    amount: int | None = None
    quantity_e6: int | None = None
    start: int | None = None
    end: int | None = None
    for_line: str | None = None
    terms: Product = field(default_factory=Product)
    ramp: bool = True
    segments: tuple[tuple[str, str], ...] = ()
    milestones: tuple[tuple[str, int], ...] = ()
    percentages: tuple[tuple[int, int], ...] = ()
    given: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Event:
    """One event; ``known`` is the day from which it is known, ``index`` its place in the file."""

    where: str
    index: int
    type: str
    day: int
    known: int
    order: str | None = None
    number: str | None = None
    invoice: str | None = None
    customer: str = ""
    contract: str | None = None
    treatment: str | None = None
    lines: tuple[Line, ...] = ()
    line: str | None = None
    end: int | None = None
    amount: int | None = None
    rate_e10: int | None = None
    quantity_e6: int | None = None
    percent_e6: int | None = None
    milestone: str | None = None


@dataclass(frozen=True)
class Scenario:
    """A checked scenario."""

    currency: str
    base_currency: str
    policy: Mapping[str, str]
    through: str | None
    products: Mapping[str, Product]
    bundles: tuple[tuple[frozenset[str], int], ...]
    events: tuple[Event, ...] = ()

    @property
    def decimals(self) -> int:
        """Decimals of the transaction currency."""
        return decimals_of(self.currency)

    @property
    def foreign(self) -> bool:
        """Whether journals are in another currency than the contracts."""
        return self.base_currency != self.currency

    def policy_value(self, key: str) -> str:
        """A policy's value, or its default."""
        return self.policy.get(key, POLICIES[key][0])

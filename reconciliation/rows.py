"""What the tabs are made of: plain rows that the job layer fills from the database, in the order they shall stand.

Amounts are integer minor units of the currency beside them, quantities scaled by 10^6, rates by 10^10; credits are
negative. An attribute that a tab shows as it is carries the name of the column's field in `columns.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from reconciliation.control_totals import DocumentKind, LineState


class Change(StrEnum):
    """What a run did to a document, against what stood before it."""

    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"


class PendingReason(StrEnum):
    NO_MATCH = "no match"
    AMBIGUOUS = "ambiguous"


KIND_NAMES: Mapping[DocumentKind, str] = {
    DocumentKind.INVOICE: "Invoice",
    DocumentKind.CREDIT_MEMO: "Credit memo",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingLine:
    """A line of an invoice or credit memo that is new, changed or removed in the run."""

    kind: DocumentKind
    document_number: str
    line: int
    netsuite_id: int
    customer: str
    netsuite_customer_id: int
    crm_customer: str = ""
    crm_customer_id: str = ""
    match_basis: str = ""
    posting_period: str
    document_date: date
    product: str
    netsuite_item_id: int | None
    description: str = ""
    quantity_e6: int | None = None
    service_start: date | None = None
    service_end: date | None = None
    currency: str
    amount_minor: int
    exchange_rate_e10: int
    base_currency: str
    base_minor: int
    order_number: str = ""
    contract: str = ""
    subsidiary: str = ""
    location: str = ""
    department: str = ""
    class_: str = ""
    segments: Mapping[str, str] = field(default_factory=dict)  # custom segments: script id -> value's name
    posting_account: str = ""
    state: LineState
    reason: str = ""
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductUsed:
    """A NetSuite item on the documents of the run."""

    netsuite_item_id: int
    product: str
    description: str = ""
    item_type: str = ""
    category: str = ""
    income_account: str = ""
    deferred_account: str = ""
    is_excluded: bool
    is_active: bool
    lines: int


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A CRM customer shown beside a pending one; `score` (0 to 100) only where it is a suggestion."""

    name: str
    crm_id: str
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingDocument:
    """A document whose customer has no match."""

    customer: str
    netsuite_customer_id: int
    pending_reason: PendingReason
    candidates: tuple[LookAlike, ...] = ()
    suggestions: tuple[LookAlike, ...] = ()
    kind: DocumentKind
    document_number: str
    netsuite_id: int
    posting_period: str
    document_date: date
    lines: int
    currency: str
    amount_minor: int
    pending_since: date

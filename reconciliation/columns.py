"""The job file's tabs and columns: the one list that writer, importer, documentation and tests share.

Invariant: within a tab, headers are unique (a native table demands it), fields are unique, and every amount names the
column, in the same tab, that holds its currency. `check_tab` holds this and runs when the module is imported.

A column's `field` is the attribute of the row object (see `rows.py`) that fills it; the writer takes the values in the
order of the columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds, in the program and in the workbook."""

    TEXT = "text"
    ID = "id"  # text in the workbook too: Excel keeps 15 digits of a number, and ids have leading zeros
    DATE = "date"
    TIME = "time"  # a UTC moment, to the second
    COUNT = "count"  # a whole number
    AMOUNT = "amount"  # integer minor units -> decimal number of the row's currency
    QUANTITY = "quantity"  # integer scaled by 10^6 -> decimal number
    RATE = "rate"  # integer scaled by 10^10 -> decimal number


SCALED_DIGITS = {Kind.COUNT: 0, Kind.QUANTITY: 6, Kind.RATE: 10}


@dataclass(frozen=True, slots=True)
class Column:
    """`width` is in characters; `currency` names the field with the amount's currency; `total` asks for a subtotal."""

    header: str
    field: str
    kind: Kind
    about: str
    width: int = 12
    currency: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the job file. `frozen` is how many columns stay in sight when scrolling sideways."""

    name: str
    about: str
    columns: tuple[Column, ...]
    frozen: int = 0

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(column.header for column in self.columns)

    def position(self, field: str) -> int:
        return next(at for at, column in enumerate(self.columns) if column.field == field)


def _text(header: str, field: str, about: str, width: int = 16) -> Column:
    return Column(header, field, Kind.TEXT, about, max(width, len(header) + 3))


def _id(header: str, field: str, about: str, width: int = 14) -> Column:
    return Column(header, field, Kind.ID, about, max(width, len(header) + 3))


def _date(header: str, field: str, about: str) -> Column:
    return Column(header, field, Kind.DATE, about, max(12, len(header) + 3))


def _count(header: str, field: str, about: str) -> Column:
    return Column(header, field, Kind.COUNT, about, max(10, len(header) + 3), total=True)


def _amount(header: str, field: str, about: str, currency: str = "currency") -> Column:
    return Column(header, field, Kind.AMOUNT, about, max(16, len(header) + 3), currency=currency, total=True)


_CURRENCY = _text("Currency", "currency", "The document's own currency (ISO code).", 11)

SUMMARY = Tab(
    "Summary",
    "What ran, with what settings, what it moved, and whether it reconciles. Not part of the content hash.",
    (
        _text("Section", "section", "Job, Parameters, Counts, Control totals, Rules, or File.", 18),
        _text("Item", "item", "What the line states.", 34),
        _text("Value", "value", "The statement: a name, time, count, PASS or FAIL.", 44),
        _text("Currency", "currency", "The currency of the amounts on this line.", 11),
        Column("Source amount", "source_minor", Kind.AMOUNT, "By NetSuite's own totals.", 18, "currency"),
        Column("Our amount", "our_minor", Kind.AMOUNT, "By the lines held here.", 18, "currency"),
        Column("Difference", "difference_minor", Kind.AMOUNT, "Source less ours.", 18, "currency"),
    ),
)

BILLING_SCHEDULE = Tab(
    "BillingSchedule",
    "Lines of the invoices and credit memos that are new, changed or removed in this run; credits are negative.",
    (
        _text("Document type", "document_type", "Invoice or Credit memo.", 15),
        _id("Document number", "document_number", "The number people see in NetSuite.", 18),
        _id("Line", "line", "NetSuite's line id within the document.", 8),
        _id("NetSuite id", "netsuite_id", "NetSuite's internal id of the document."),
        _text("Customer", "customer", "The customer's name in NetSuite.", 32),
        _id("NetSuite customer id", "netsuite_customer_id", "NetSuite's internal id of the customer.", 22),
        _text("CRM customer", "crm_customer", "The CRM customer it is matched to; empty while pending.", 32),
        _id("CRM customer id", "crm_customer_id", "The CRM's id of that customer.", 22),
        _text(
            "Match basis",
            "match_basis",
            "What the match rests on: link, alias, exact_name, name_key, crm_id.",
            14,
        ),
        _text("Posting period", "posting_period", "NetSuite's posting period, as 2026-03.", 16),
        _date("Document date", "document_date", "The document's date."),
        _text("Product", "product", "The item's name in NetSuite.", 28),
        _id("NetSuite item id", "netsuite_item_id", "NetSuite's internal id of the item.", 18),
        _text("Description", "description", "The line's text.", 36),
        Column("Quantity", "quantity_e6", Kind.QUANTITY, "Quantity billed; negative on credits.", 12),
        _date("Service start", "service_start", "First day of service, inclusive."),
        _date("Service end", "service_end", "Last day of service, inclusive."),
        _CURRENCY,
        _amount("Amount", "amount_minor", "Net of tax, in the document's currency; negative on credits."),
        Column(
            "Exchange rate", "exchange_rate_e10", Kind.RATE, "Base units for one unit of the currency.", 15
        ),
        _text("Base currency", "base_currency", "The subsidiary's currency.", 15),
        _amount(
            "Base amount",
            "base_minor",
            "The amount in the base currency, as NetSuite posted it.",
            "base_currency",
        ),
        _id("Order number", "order_number", "The sales order that the document names.", 18),
        _id("Contract", "contract", "The contract that the order belongs to.", 18),
        _text("Subsidiary", "subsidiary", "The NetSuite subsidiary.", 24),
        _text("Location", "location", "The line's location.", 18),
        _text("Department", "department", "The line's department.", 18),
        _text("Class", "class_", "The line's class.", 18),
        _text("Custom segments", "custom_segments", "Every custom segment, as script id = value.", 28),
        _text("Posting account", "posting_account", "The account that NetSuite posted the line to.", 28),
        _text("Status", "status", "loaded, pending, excluded or held.", 11),
        _text("Reason", "reason", "Why the line is not loaded.", 40),
        _text("Change", "change", "new, changed or removed, against the last run.", 11),
    ),
    frozen=2,
)

PRODUCT = Tab(
    "Product",
    "The NetSuite items on the documents of this run.",
    (
        _id("NetSuite item id", "netsuite_item_id", "NetSuite's internal id of the item.", 18),
        _text("Product", "product", "The item's name.", 32),
        _text("Description", "description", "The item's text for customers.", 40),
        _text("Item type", "item_type", "NetSuite's item type.", 16),
        _text("Category", "category", "The product category that accounting rules go by.", 20),
        _text("Income account", "income_account", "The item's income account in NetSuite.", 28),
        _text("Deferred account", "deferred_account", "The item's deferred revenue account in NetSuite.", 28),
        _text("Excluded", "excluded", "yes where Exclude Products names the item.", 11),
        _text("Active", "active", "no where NetSuite marks the item inactive.", 10),
        _count("Lines", "lines", "Its lines on the documents of this run."),
    ),
    frozen=2,
)

PENDING_DATA = Tab(
    "PendingData",
    "Documents whose customer is not yet matched to a customer of the CRM. Present only if there are any.",
    (
        _text("Customer", "customer", "The customer's name in NetSuite.", 32),
        _id("NetSuite customer id", "netsuite_customer_id", "NetSuite's internal id of the customer.", 22),
        _text("Reason", "reason", "no match, or ambiguous.", 14),
        _text("Candidates", "candidates", "Where ambiguous, every CRM customer with that name.", 44),
        _text("Suggestions", "suggestions", "CRM customers whose names look alike, with a score of 100.", 44),
        _text("Document type", "document_type", "Invoice or Credit memo.", 15),
        _id("Document number", "document_number", "The number people see in NetSuite.", 18),
        _id("NetSuite id", "netsuite_id", "NetSuite's internal id of the document."),
        _text("Posting period", "posting_period", "NetSuite's posting period.", 16),
        _date("Document date", "document_date", "The document's date."),
        _count("Lines", "lines", "Its lines that wait."),
        _CURRENCY,
        _amount("Amount", "amount_minor", "Net of tax; negative on credits."),
        _date("Pending since", "pending_since", "When a run first left it waiting."),
    ),
    frozen=1,
)


def _recon_columns() -> tuple[Column, ...]:
    columns = [
        _CURRENCY,
        _count("Source documents", "source_documents", "Documents by NetSuite's own count."),
        _count("Our documents", "our_documents", "Documents held here."),
        _count("Source lines", "source_lines", "Lines by NetSuite's own count."),
        _amount("Source amount", "source_minor", "NetSuite's main-line total less its tax total."),
    ]
    for state in ("Loaded", "Pending", "Excluded", "Held"):
        field = state.lower()
        columns.append(_count(f"{state} lines", f"{field}_lines", f"Our lines that are {field}."))
        columns.append(_amount(f"{state} amount", f"{field}_minor", f"The amount of our {field} lines."))
    columns += [
        _count("Difference documents", "difference_documents", "Source less ours."),
        _count("Difference lines", "difference_lines", "Source less the four states."),
        _amount("Difference", "difference_minor", "Source amount less the four states."),
        _text("Status", "status", "PASS where count and amount agree, else FAIL.", 10),
    ]
    return tuple(columns)


RECON_DETAILS = Tab(
    "ReconDetails_Invoice",
    "NetSuite's own totals against what is held here, by posting period, customer and currency.",
    (
        _text("Posting period", "posting_period", "NetSuite's posting period.", 16),
        _text("Customer", "customer", "The customer's name in NetSuite.", 32),
        _id("NetSuite customer id", "netsuite_customer_id", "NetSuite's internal id of the customer.", 22),
        *_recon_columns(),
        _text(
            "Documents that differ", "differing_documents", "By number, with NetSuite's amount and ours.", 60
        ),
    ),
    frozen=2,
)

RECON_SUMMARY = Tab(
    "ReconSummary_Invoice",
    "NetSuite's own totals against what is held here, by posting period and currency.",
    (
        _text("Posting period", "posting_period", "NetSuite's posting period.", 26),
        *_recon_columns(),
        _count("Customers", "customers", "Customers with documents in the period."),
        _count("Customers that differ", "failing_customers", "Of these, how many do not reconcile."),
    ),
    frozen=1,
)

# The job file's tabs, in order.
TABS = (SUMMARY, BILLING_SCHEDULE, PRODUCT, PENDING_DATA, RECON_DETAILS, RECON_SUMMARY)
OPTIONAL_TABS = frozenset({PENDING_DATA.name})


def check_tab(tab: Tab) -> None:
    """Raise ValueError, naming tab and column, where a tab breaks this module's invariant."""
    fields = [column.field for column in tab.columns]
    _refuse_duplicates(tab, [header.casefold() for header in tab.headers], "header")
    _refuse_duplicates(tab, fields, "field")
    for column in tab.columns:
        if (column.kind is Kind.AMOUNT) != bool(column.currency):
            raise ValueError(
                f"{tab.name}, column {column.header}: an amount, and nothing else, names its currency."
            )
        if column.currency and column.currency not in fields:
            raise ValueError(f"{tab.name}, column {column.header}: the tab has no field {column.currency}.")


def _refuse_duplicates(tab: Tab, names: Sequence[str], what: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{tab.name}: {what} {', '.join(twice)} stands twice.")


for _tab in TABS:
    check_tab(_tab)

"""The changes that can be asked for at ``/_sim/change``, as JSON objects told apart by ``change``."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EditLine(_Request):
    """Change a line of an invoice or credit memo; ``line`` is its SuiteQL id.

    NetSuite keeps no more decimals than a currency has; ``beyond_precision`` leaves one that does.
    """

    change: Literal["edit_line"] = "edit_line"
    transaction: int
    line: int = Field(ge=1)
    amount: str | None = None
    service_start: dt.date | None = None
    service_end: dt.date | None = None
    item: int | None = None
    department: int | None = None
    class_: int | None = Field(None, alias="class")
    location: int | None = None
    cseg_region: int | None = None
    revenueelement: int | None = None
    revrecschedule: int | None = None
    moves_header_stamp: bool = True
    beyond_precision: bool = False

    def columns(self) -> dict[str, Any]:
        """Stored columns and their new values."""
        pairs = {
            "revrecstartdate": self.service_start,
            "custcol_service_start": self.service_start,
            "revrecenddate": self.service_end,
            "custcol_service_end": self.service_end,
            "item": self.item,
            "department": self.department,
            "class": self.class_,
            "location": self.location,
            "cseg_region": self.cseg_region,
            "revenueelement": self.revenueelement,
            "revrecschedule": self.revrecschedule,
        }
        return {name: value for name, value in pairs.items() if value is not None}


class Delete(_Request):
    """Delete a transaction."""

    change: Literal["delete"] = "delete"
    transaction: int


class Void(_Request):
    """Void a transaction: directly (lines become zero) or by a reversing journal (lines stay)."""

    change: Literal["void"] = "void"
    transaction: int
    style: Literal["direct", "reversing_journal"] = "direct"


class AddCredit(_Request):
    """Credit an invoice by a percentage of each line."""

    change: Literal["add_credit"] = "add_credit"
    invoice: int
    percent: int = Field(100, ge=1, le=100)
    date: dt.date | None = None
    period: int | None = None
    created_from: bool = True
    names_order: bool = True
    memo: str = "Credit"


class Approve(_Request):
    """Approve a pending invoice, credit memo or journal entry."""

    change: Literal["approve"] = "approve"
    transaction: int


class Reject(_Request):
    """Reject a pending invoice or journal entry: it stays, and does not post."""

    change: Literal["reject"] = "reject"
    transaction: int


class Pay(_Request):
    """Pay an invoice in full."""

    change: Literal["pay"] = "pay"
    transaction: int


class Touch(_Request):
    """Move modification stamps and nothing else; ``at_utc`` (seconds) puts many on one second."""

    change: Literal["touch"] = "touch"
    transactions: list[int] = []
    first_id: int | None = None
    last_id: int | None = None
    at_utc: int | None = None


class RenameCustomer(_Request):
    """Give a customer another name."""

    change: Literal["rename_customer"] = "rename_customer"
    customer: int
    name: str = Field(min_length=1)


class MergeCustomers(_Request):
    """Merge a duplicate customer into another."""

    change: Literal["merge_customers"] = "merge_customers"
    duplicate: int
    into: int


class RenameItem(_Request):
    """Give an item another name."""

    change: Literal["rename_item"] = "rename_item"
    item: int
    name: str = Field(min_length=1)


class AddCurrency(_Request):
    """Add a currency to the account's list, and let documents be in it (their amounts stay as numbers)."""

    change: Literal["add_currency"] = "add_currency"
    symbol: str = Field(pattern="^[A-Z]{3}$")
    name: str = Field(min_length=1)
    precision: int = Field(2, ge=0, le=2)
    transactions: list[int] = []


class SetPeriod(_Request):
    """Close, lock or open an accounting period; its receivables or payables may be locked alone."""

    change: Literal["set_period"] = "set_period"
    period: int
    state: Literal["open", "ar_locked", "ap_locked", "locked", "closed"]


class Deactivate(_Request):
    """Make a list's row inactive, or active again."""

    change: Literal["deactivate"] = "deactivate"
    table: Literal[
        "account", "department", "classification", "location", "customrecord_cseg_region", "item", "customer"
    ]
    id: int
    inactive: bool = True


class LockJournal(_Request):
    """Let a workflow lock a journal entry: the record service then refuses to open it."""

    change: Literal["lock_journal"] = "lock_journal"
    journal: int
    locked: bool = True


Change = (
    EditLine
    | Delete
    | Void
    | AddCredit
    | Approve
    | Reject
    | Pay
    | Touch
    | RenameCustomer
    | MergeCustomers
    | RenameItem
    | AddCurrency
    | SetPeriod
    | Deactivate
    | LockJournal
)
AnyChange = Annotated[Change, Field(discriminator="change")]

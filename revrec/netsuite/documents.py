"""What we read of an invoice or credit memo: its header and its lines.

NetSuite writes sales lines of an invoice negative and its main line positive, and the reverse on a credit
memo. Here every amount is turned (-1 x foreignamount): what a line bills is positive on an invoice and negative
on a credit memo, and the main line is minus the document's total, so that a document sums to zero over all its
lines, main and tax included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from revrec.netsuite.problems import Problem

INVOICE = "CustInvc"
CREDIT_MEMO = "CustCred"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as NetSuite has it, and in whole minor units of `currency`.

    `minor` is None where the currency is unknown or the amount has more digits than the currency; the document then
    carries a `Problem` and is held. `currency` is a symbol such as USD, or "" where unknown.
    """

    amount: Decimal
    currency: str
    minor: int | None


@dataclass(frozen=True, slots=True)
class DocumentHeader:
    """The header of an invoice or credit memo, of any status. Ids are NetSuite's internal ids, as text but for `id`.

    `left_out` says why it is not part of the population ("voided", "pending approval", ...), or is "".
    """

    id: int
    type: str
    number: str
    customer: str
    document_date: date
    modified_at: datetime
    created_at: datetime | None
    due_date: date | None
    currency_id: str | None
    exchange_rate_scaled: int | None
    posting_period: str | None
    status: str
    posting: bool
    voided: bool
    left_out: str
    subsidiary: str | None
    order_reference: str | None
    memo: str | None
    external_id: str | None
    foreign_total: Decimal | None
    credit_reason: str | None = None


class DocumentLine(NamedTuple):
    """One line of a document, joined with its posting in the primary accounting book.

    `amount` is in the document's currency, `base_amount` in the subsidiary's base currency (None where the line posts
    nothing); both turned, as said above. `modified_at` is the document's, as it stood when the line was read: where it
    differs from the header's, the document moved in between. (A tuple, since a pull makes millions of them.)
    """

    document_id: int
    line_id: int
    sequence: int
    unique_key: str | None
    main: bool
    tax: bool
    item: str | None
    item_type: str | None
    account: str | None
    accounting_line_type: str | None
    amount: Money
    base_amount: Money | None
    quantity_scaled: int | None
    memo: str | None
    segments: Mapping[str, str]
    subsidiary: str | None
    created_from: str | None
    service_start: date | None
    service_end: date | None
    order_reference: str | None
    header_discount: bool
    cost_of_goods: bool
    recognised_by_netsuite: bool
    posting_period: str | None
    modified_at: datetime
    problems: tuple[Problem, ...] = ()
    credit_reason: str | None = None


def left_out_reason(*, posting: bool, voided: bool, status: str) -> str:
    """Why a document is not part of the population, or "". The same rule as `population.CONDITIONS`, for one document.

    `status` is the composite value, such as `CustInvc:A`.
    """
    letter = status.rpartition(":")[2]
    if voided or letter == "V":
        return "voided"
    if letter == "D":
        return "pending approval"
    if letter == "E":
        return "rejected"
    return "" if posting else "not posting"

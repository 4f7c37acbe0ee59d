"""Journals as we send them: the body of a `journalEntry`, exact to the digit, and the request that creates it.

A journal's handle is its external id: NetSuite refuses a second one with the same, so that a journal whose reply was
lost can be looked up and is never posted twice. Reading back is in `journal_readback.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from revrec.netsuite.client import NetSuiteClient, Posted
from revrec.netsuite.currencies import from_minor
from revrec.netsuite.suiteql import name

_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_-]{1,100}\Z")


class JournalUnfit(ValueError):
    """A journal that NetSuite would refuse whatever its data: unbalanced, empty, or with an unusable external id."""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line, in minor units: exactly one of debit and credit is positive, the other 0. Ids are NetSuite's.

    `segments` maps a line field (`department`, `class`, `location`, `cseg_...`) to a value's id.
    """

    account: str
    debit_minor: int = 0
    credit_minor: int = 0
    memo: str = ""
    segments: Mapping[str, str] = field(default_factory=dict)
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal of one subsidiary and currency. `precision` is the currency's number of decimal places.

    `subsidiary` is None outside OneWorld, `currency` None without the Multiple Currencies feature. `approval_status`
    is NetSuite's id ("2" is approved; it wants the permission Journal Approval), None leaves it to NetSuite.
    `posting_period` is compared when reading back; NetSuite derives it from the date.
    """

    external_id: str
    date: date
    lines: tuple[JournalLine, ...]
    precision: int
    subsidiary: str | None = None
    currency: str | None = None
    memo: str = ""
    approval_status: str | None = None
    posting_period: str | None = None

    def __post_init__(self) -> None:
        if not _EXTERNAL_ID.match(self.external_id):
            raise JournalUnfit(
                f"The external id {self.external_id!r} cannot stand in an address: use letters, digits, - and _."
            )
        if len(self.lines) < 2:
            raise JournalUnfit(
                f"Journal {self.external_id} has {len(self.lines)} lines; NetSuite wants at least two."
            )
        for number, line in enumerate(self.lines, 1):
            sides = (line.debit_minor, line.credit_minor)
            if min(sides) < 0 or (sides[0] > 0) == (sides[1] > 0):
                raise JournalUnfit(
                    f"Line {number} of journal {self.external_id} has debit {sides[0]} and credit {sides[1]} in minor "
                    "units; exactly one of them is positive and the other zero."
                )
        debits = sum(line.debit_minor for line in self.lines)
        credits_ = sum(line.credit_minor for line in self.lines)
        if debits != credits_:
            raise JournalUnfit(
                f"Journal {self.external_id} does not balance: debits {debits}, credits {credits_} in minor units."
            )


def journal_body(journal: Journal) -> dict[str, object]:
    """The JSON body of a journal; amounts are Decimals with the currency's digits (`33.30`)."""
    body: dict[str, object] = {"externalId": journal.external_id, "tranDate": journal.date.isoformat()}
    if journal.subsidiary is not None:
        body["subsidiary"] = {"id": journal.subsidiary}
    if journal.currency is not None:
        body["currency"] = {"id": journal.currency}
    if journal.memo:
        body["memo"] = journal.memo
    if journal.approval_status is not None:
        body["approvalStatus"] = {"id": journal.approval_status}
    body["line"] = {"items": [_line_body(line, journal.precision) for line in journal.lines]}
    return body


def _line_body(line: JournalLine, precision: int) -> dict[str, object]:
    body: dict[str, object] = {"account": {"id": line.account}}
    side, amount_minor = ("debit", line.debit_minor) if line.debit_minor else ("credit", line.credit_minor)
    amount: Decimal = from_minor(amount_minor, precision)
    body[side] = amount
    if line.memo:
        body["memo"] = line.memo
    if line.entity is not None:
        body["entity"] = {"id": line.entity}
    for segment, value in sorted(line.segments.items()):
        body[name(segment)] = {"id": value}
    return body


async def post_journal(client: NetSuiteClient, journal: Journal) -> Posted:
    """Create the journal and return its internal id.

    Raises `ReplyLost` where it may exist now (look it up by its external id), `DuplicateExternalId` where one with this
    external id exists already, `PeriodClosed`, `UnknownField` or another `RecordRefused` where it certainly does not.
    """
    return await client.post_record(
        "journalEntry", journal_body(journal), what=f"journal {journal.external_id}"
    )

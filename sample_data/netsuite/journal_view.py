"""A journal entry as the record service shows it: typed values, references with links, sublists behind links."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Any

from sample_data.netsuite.journals import Journal, JournalLine
from sample_data.netsuite.masks import to_moment
from sample_data.netsuite.seed_lists import EMPLOYEES
from sample_data.netsuite.settings import Settings

_NAMES = {
    "account": ("account", "accountsearchdisplayname"),
    "entity": ("customer", "altname"),
    "department": ("department", "fullname"),
    "class": ("classification", "fullname"),
    "location": ("location", "fullname"),
    "cseg_region": ("customrecord_cseg_region", "name"),
    "custcol_channel": ("customlist_channel", "name"),
    "subsidiary": ("subsidiary", "fullname"),
    "currency": ("currency", "name"),
    "postingPeriod": ("accountingperiod", "periodname"),
    "approvalStatus": ("approvalstatus", "name"),
}
_APPROVER = EMPLOYEES[-1]
_FEATURES = {
    "department": "departments",
    "class": "classes",
    "location": "locations",
    "cseg_region": "cseg_region",
    "custcol_channel": "custcol_channel",
    "subsidiary": "oneworld",
    "currency": "multicurrency",
    "exchangeRate": "multicurrency",
}


class JournalView:
    """Renders journals with absolute links under one base URL."""

    def __init__(self, connection: sqlite3.Connection, settings: Settings, base_url: str) -> None:
        self._connection = connection
        self._settings = settings
        self._base = base_url

    def body(
        self, journal: Journal, *, expand: bool, fields: list[str] | None, simple_enums: bool
    ) -> dict[str, Any]:
        """The record. Without expansion its sublist is a link only."""
        own = f"{self._base}/journalentry/{journal.id}"
        sublist: dict[str, Any] = {"links": [{"rel": "self", "href": f"{own}/line"}]}
        if expand:
            items = [self._line(own, number, line) for number, line in enumerate(journal.lines, 1)]
            sublist.update(
                {
                    "items": items,
                    "count": len(items),
                    "hasMore": False,
                    "offset": 0,
                    "totalResults": len(items),
                }
            )
        shown: dict[str, Any] = {
            "id": str(journal.id),
            "approvalStatus": self._reference("approvalStatus", journal.approval, simple=simple_enums),
            "approved": journal.approval == 2 if self._settings.approval_by == "preference" else None,
            "createdDate": _instant(journal.created),
            "currency": self._reference("currency", journal.currency),
            "exchangeRate": journal.rate / 10**10,
            "externalId": journal.external_id,
            "isReversal": journal.reverses is not None,
            "lastModifiedDate": _instant(journal.modified),
            "line": sublist,
            "memo": journal.memo,
            "nextApprover": self._next_approver(journal),
            "custbody_order_number": journal.order_number,
            "postingPeriod": self._reference("postingPeriod", journal.period),
            "reversalDate": _day(journal.reversal_date),
            "reversalDefer": journal.reversal_defer,
            "reversalEntry": None if journal.reversal_entry is None else {"id": str(journal.reversal_entry)},
            "subsidiary": self._reference("subsidiary", journal.subsidiary),
            "tranDate": _day(journal.date),
            "tranId": journal.tran_id,
            "transactionNumber": journal.tran_id,
            "void": False,
        }
        present = {
            name: value
            for name, value in shown.items()
            if value is not None and self._has(name) and (fields is None or name in fields)
        }
        return {"links": [{"rel": "self", "href": own}], **present}

    def _next_approver(self, journal: Journal) -> dict[str, Any] | None:
        """Approval Routing names who has to approve; the preference names nobody."""
        routed = self._settings.approve_journals and self._settings.approval_by == "routing"
        if not routed or journal.approval != 1:
            return None
        return {
            "links": [{"rel": "self", "href": f"{self._base}/employee/{_APPROVER[0]}"}],
            "id": str(_APPROVER[0]),
            "refName": _APPROVER[1],
        }

    def _has(self, name: str) -> bool:
        return name not in _FEATURES or _FEATURES[name] in self._settings.features

    def _line(self, own: str, number: int, line: JournalLine) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "links": [{"rel": "self", "href": f"{own}/line/{number}"}],
            "account": self._reference("account", line.account),
            "class": self._reference("class", line.class_),
            "cleared": False,
            "credit": -line.amount / 100 if line.amount < 0 else None,
            "cseg_region": self._reference("cseg_region", line.region),
            "custcol_channel": self._reference("custcol_channel", line.channel),
            "debit": line.amount / 100 if line.amount > 0 else None,
            "department": self._reference("department", line.department),
            "eliminate": line.eliminate,
            "endDate": _day(line.end),
            "entity": self._reference("entity", line.entity),
            "line": number,
            "location": self._reference("location", line.location),
            "memo": line.memo,
            "startDate": _day(line.start),
        }
        return {name: value for name, value in shown.items() if value is not None and self._has(name)}

    def _reference(self, name: str, number: int | None, *, simple: bool = False) -> Any:
        if number is None:
            return None
        if simple:
            return str(number)
        table, column = _NAMES[name]
        row = self._connection.execute(
            f"SELECT [{column}] FROM [{table}] WHERE [id] = ?", (number,)
        ).fetchone()
        links = (
            [] if name == "approvalStatus" else [{"rel": "self", "href": f"{self._base}/{table}/{number}"}]
        )
        return {"links": links, "id": str(number), "refName": row[0] if row else str(number)}


def _day(stored: int | None) -> str | None:
    return None if stored is None else to_moment(stored).strftime("%Y-%m-%d")


def _instant(stored: int) -> str:
    return datetime.fromtimestamp(stored, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

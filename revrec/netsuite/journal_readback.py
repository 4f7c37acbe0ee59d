"""Journals as NetSuite holds them: found by external id, read back, and the list under a prefix.

Read by SuiteQL, because the record API opens a record for editing and fails on one that a workflow locks; the
record API is the fallback where the role may not query. Lines come from the primary accounting book.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from revrec.netsuite import values
from revrec.netsuite.columns import AccountColumns, Column, Select
from revrec.netsuite.errors import AnswerUnreadable, NotFound, PermissionMissing, QueryRefused
from revrec.netsuite.fields import STANDARD_SEGMENTS
from revrec.netsuite.keyset import Key, pages_by_key
from revrec.netsuite.page import Page, Row
from revrec.netsuite.suiteql import date_text, id_list, name, where
from revrec.netsuite.tables import HIDDEN

PENDING_APPROVAL = "pending approval"
APPROVED = "approved"
REJECTED = "rejected"
_STATUSES = {"A": PENDING_APPROVAL, "B": APPROVED}
_REJECTED_ID = "3"
_APPROVALS = {"1": PENDING_APPROVAL, "2": APPROVED, _REJECTED_ID: REJECTED, None: APPROVED}
_CURRENCIES = "the Multiple Currencies feature"
_HEADER = Select(
    "the query for a journal",
    (
        Column("id", "t.id"),
        Column("tranid", "t.tranid"),
        Column("externalid", "t.externalid"),
        Column("trandate", date_text("t.trandate")),
        Column("currency", "t.currency", _CURRENCIES),
        Column("postingperiod", "t.postingperiod"),
        Column("statuscode", "BUILTIN.CF(t.status)"),
        # A rejected journal keeps the status of a pending one; only this tells them apart.
        Column("approvalstatus", "t.approvalstatus", HIDDEN),
        Column("posting", "t.posting"),
        Column("memo", "t.memo"),
    ),
    "transaction t",
)


@dataclass(frozen=True, slots=True)
class PostedLine:
    """A line of a journal in NetSuite: debit and credit in the journal's currency, exact."""

    account: str | None
    debit: Decimal
    credit: Decimal
    memo: str
    segments: Mapping[str, str] = field(default_factory=dict)
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class PostedJournal:
    """A journal in NetSuite. `approval` is "approved", "pending approval", "rejected", or NetSuite's own."""

    id: str
    number: str
    external_id: str | None
    date: date
    subsidiary: str | None
    currency: str | None
    posting_period: str | None
    approval: str
    posting: bool
    memo: str
    lines: tuple[PostedLine, ...]


@dataclass(frozen=True, slots=True)
class JournalName:
    """A journal in a list: its id, number and external id."""

    id: str
    number: str
    external_id: str


async def find_by_external_id(columns: AccountColumns, external_id: str) -> str | None:
    """The internal id of the journal with this external id, or None where NetSuite holds none (that we may see)."""
    what = f"the search for journal {external_id}"
    try:
        page = await columns.client.query(
            "SELECT t.id AS id FROM transaction t WHERE t.type = 'Journal' AND t.externalid = ? ORDER BY t.id",
            [external_id],
            what=what,
        )
    except (QueryRefused, PermissionMissing):
        try:
            record = await columns.client.get_record("journalEntry", f"eid:{external_id}", what=what)
        except NotFound:
            return None
        return str(record["id"])
    if len(page.rows) > 1:
        raise AnswerUnreadable(what, f"{len(page.rows)} journals have this external id")
    return values.required(page.rows[0], "id") if page.rows else None


async def read_back(
    columns: AccountColumns, journal_id: str, *, custom_segments: tuple[str, ...] = (), book: int = 1
) -> PostedJournal:
    """The journal as it stands in NetSuite. Raises `NotFound` where there is none with this id.

    `custom_segments` are the line fields to read besides department, class and location.
    """
    segments = (*STANDARD_SEGMENTS, *(name(segment) for segment in custom_segments))
    try:
        return await _read_by_query(columns, int(journal_id), segments, book)
    except (QueryRefused, PermissionMissing):
        record = await columns.client.get_record(
            "journalEntry",
            str(int(journal_id)),
            what=f"journal {journal_id}",
            parameters={"expandSubResources": "true"},
        )
        return parse_record(record, segments)


async def _read_by_query(
    columns: AccountColumns, journal_id: int, segments: tuple[str, ...], book: int
) -> PostedJournal:
    found = await journals_of([journal_id], columns, segments, book)
    if not found:
        raise NotFound(f"journal {journal_id}", 404, ())
    return found[0]


async def journals_of(
    ids: Sequence[int], columns: AccountColumns, segments: tuple[str, ...], book: int = 1
) -> list[PostedJournal]:
    """Those of the journals (at most 1,000 ids) that NetSuite has, by id, with `segments` as line fields: a query for
    their headers, and as many for their lines as these fill pages."""
    conditions = where("t.type = 'Journal'", f"t.id IN ({id_list(ids)})")
    page = await columns.ask(_HEADER, lambda missing: _HEADER.sql(missing, conditions, "ORDER BY t.id"))
    if not page.rows:
        return []
    lines = await _lines_of([values.whole(row, "id") for row in page.rows], columns, segments, book)
    return [_journal_of(row, *lines[values.whole(row, "id")]) for row in page.rows]


def _journal_of(row: Row, lines: list[PostedLine], subsidiaries: set[str]) -> PostedJournal:
    if len(subsidiaries) > 1:
        raise AnswerUnreadable(
            f"journal {values.required(row, 'id')}", f"its lines are of subsidiaries {sorted(subsidiaries)}"
        )
    day = values.day(row, "trandate")
    assert day is not None, "every transaction has a date"
    status = (values.text(row, "statuscode") or "").rpartition(":")[2]
    return PostedJournal(
        id=values.required(row, "id"),
        number=values.text(row, "tranid") or "",
        external_id=values.text(row, "externalid"),
        date=day,
        subsidiary=next(iter(subsidiaries), None),
        currency=values.text(row, "currency"),
        posting_period=values.text(row, "postingperiod"),
        approval=REJECTED
        if values.text(row, "approvalstatus") == _REJECTED_ID
        else _STATUSES.get(status, status),
        posting=values.flag(row, "posting"),
        memo=values.text(row, "memo") or "",
        lines=tuple(lines),
    )


async def _lines_of(
    ids: Sequence[int], columns: AccountColumns, segments: tuple[str, ...], book: int
) -> dict[int, tuple[list[PostedLine], set[str]]]:
    """Journal -> its lines in order, and the subsidiaries that they name."""
    select = Select(
        "the query for journal lines",
        (
            Column("transaction_id", "tl.transaction"),
            Column("line_id", "tl.id"),
            Column("account", "tal.account"),
            Column("foreignamount", "tl.foreignamount", _CURRENCIES, "tl.netamount"),
            Column("memo", "tl.memo"),
            Column("entity", "tl.entity"),
            Column("subsidiary", "tl.subsidiary", "the OneWorld feature"),
            *(Column(f"segment_{s}", f"tl.{s}", f"the segment {s}") for s in segments),
        ),
        "transactionline tl INNER JOIN transactionaccountingline tal ON tal.transaction = tl.transaction "
        f"AND tal.transactionline = tl.id AND tal.accountingbook = {int(book)}",
    )
    wanted = f"tl.transaction IN ({id_list(ids)})"

    async def ask(after: Key | None) -> Page:
        beyond = (
            f"(tl.transaction > {after[0]} OR (tl.transaction = {after[0]} AND tl.id > {after[1]}))"
            if after
            else ""
        )
        text = where(wanted, beyond)
        return await columns.ask(
            select, lambda missing: select.sql(missing, text, "ORDER BY tl.transaction, tl.id")
        )

    found: dict[int, tuple[list[PostedLine], set[str]]] = {one: ([], set()) for one in ids}
    async for rows in pages_by_key(ask, _line_key, what=select.what):
        for row in rows:
            lines, subsidiaries = found[values.whole(row, "transaction_id")]
            lines.append(_read_line(row, segments))
            subsidiaries |= {one for one in (values.text(row, "subsidiary"),) if one}
    return found


def _line_key(row: Row) -> Key:
    return values.whole(row, "transaction_id"), values.whole(row, "line_id")


def _read_line(row: Row, segments: tuple[str, ...]) -> PostedLine:
    # On a journal a debit is positive and a credit negative.
    amount = values.decimal(row, "foreignamount") or values.ZERO
    return PostedLine(
        account=values.text(row, "account"),
        debit=max(amount, values.ZERO),
        credit=max(-amount, values.ZERO),
        memo=values.text(row, "memo") or "",
        segments={s: found for s in segments if (found := values.text(row, f"segment_{s}"))},
        entity=values.text(row, "entity"),
    )


def parse_record(record: Mapping[str, Any], segments: tuple[str, ...]) -> PostedJournal:
    """A journal from the record API, read with `expandSubResources=true`: typed values, references as objects."""
    what = f"journal {record.get('id')}"
    sublist = record.get("line")
    if (
        not isinstance(sublist, Mapping)
        or not isinstance(sublist.get("items"), list)
        or sublist.get("hasMore")
    ):
        raise AnswerUnreadable(what, "its lines are not all in it")
    approval = _reference(record.get("approvalStatus"))
    return PostedJournal(
        id=str(record["id"]),
        number=str(record.get("tranId") or ""),
        external_id=record.get("externalId"),
        date=date.fromisoformat(str(record["tranDate"])[:10]),
        subsidiary=_reference(record.get("subsidiary")),
        currency=_reference(record.get("currency")),
        posting_period=_reference(record.get("postingPeriod")),
        approval=_APPROVALS.get(approval, str(approval)),
        posting=approval in {None, "2"},
        memo=str(record.get("memo") or ""),
        lines=tuple(
            PostedLine(
                account=_reference(item.get("account")),
                debit=Decimal(item.get("debit") or 0),
                credit=Decimal(item.get("credit") or 0),
                memo=str(item.get("memo") or ""),
                segments={s: found for s in segments if (found := _reference(item.get(s)))},
                entity=_reference(item.get("entity")),
            )
            for item in sublist["items"]
        ),
    )


def _reference(value: object) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("id")
    return None if value is None or value == "" else str(value)


async def journals_with_prefix(columns: AccountColumns, prefix: str) -> list[JournalName]:
    """All journals whose external id begins with `prefix`, by id.

    Connecting refuses a prefix under which the account holds journals that this database does not know.
    """
    select = Select(
        "the query for journals by prefix",
        (Column("id", "t.id"), Column("tranid", "t.tranid"), Column("externalid", "t.externalid")),
        "transaction t",
    )

    async def ask(after: Key | None) -> Page:
        text = where("t.type = 'Journal'", "t.externalid LIKE ?", f"t.id > {after[0]}" if after else "")
        return await columns.ask(
            select, lambda missing: select.sql(missing, text, "ORDER BY t.id"), [prefix + "%"]
        )

    found: list[JournalName] = []
    async for rows in pages_by_key(ask, lambda row: (values.whole(row, "id"),), what=select.what):
        for row in rows:
            external_id = values.required(row, "externalid")
            # An underscore in the prefix is a wildcard to LIKE.
            if external_id.startswith(prefix):
                found.append(
                    JournalName(values.required(row, "id"), values.text(row, "tranid") or "", external_id)
                )
    return found

"""Deleted documents. A deleted invoice leaves no trace in its own table; only `deletedrecord` tells.

Reading it wants the permission Deleted Records. Where the role lacks it, vanished documents are found by asking which
documents still exist (`sweep`), and a `Notice` says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from revrec.netsuite import values
from revrec.netsuite.columns import AccountColumns, Column, Select, table_notice
from revrec.netsuite.documents import CREDIT_MEMO, INVOICE
from revrec.netsuite.errors import PermissionMissing, RecordNotFound
from revrec.netsuite.keyset import groups_by_key
from revrec.netsuite.page import Page, Row
from revrec.netsuite.problems import Notice
from revrec.netsuite.suiteql import utc_text, where
from revrec.netsuite.window import Window

# How `type` is written is not documented: its letters alone are compared.
_DOCUMENT_TYPES = {
    **dict.fromkeys(("invoice", "custinvc", "customerinvoice"), INVOICE),
    **dict.fromkeys(("creditmemo", "custcred", "customercreditmemo"), CREDIT_MEMO),
}
_DELETED = Select(
    "the query for deleted records",
    (
        Column("recordid", "dr.recordid"),
        Column("type", "dr.type"),
        Column("name", "dr.name", "a column that some accounts hide"),
        Column("deleted", utc_text("dr.deleteddate")),
    ),
    "deletedrecord dr",
)


@dataclass(frozen=True, slots=True)
class Deletion:
    """One deleted invoice or credit memo. Ids of other record types may be the same number: `type` was checked.

    `kind` is the transaction's type (`CustInvc`), whatever way `type` writes it.
    """

    document_id: int
    kind: str
    type: str
    name: str
    deleted_at: datetime


async def deleted_documents(columns: AccountColumns, window: Window) -> tuple[list[Deletion], list[Notice]]:
    """Invoices and credit memos deleted in the window, by id; with a notice instead where the role may not see them."""

    async def ask(after: int | None, offset: int) -> Page:
        beyond = "" if after is None else f"dr.recordid > {after}"
        text = where(*window.conditions("dr.deleteddate"), beyond)
        order = "ORDER BY dr.recordid, dr.type, dr.deleteddate"
        return await columns.ask(_DELETED, lambda missing: _DELETED.sql(missing, text, order), offset=offset)

    found: list[Deletion] = []
    try:
        async for rows in groups_by_key(ask, lambda row: values.whole(row, "recordid"), what=_DELETED.what):
            found += [_read(row) for row in rows if _kind(row)]
    except RecordNotFound as error:
        return [], [table_notice(error, "it wants the permission Deleted Records")]
    except PermissionMissing as error:
        message = f"The role may not see deleted records; missing ids must tell. NetSuite says: {error.words}"
        return [], [Notice("permission_missing", "deletedrecord", message)]
    return found, []


def _kind(row: Row) -> str:
    """`CustInvc` or `CustCred`; empty for a record of another type."""
    letters = "".join(letter for letter in (values.text(row, "type") or "").lower() if letter.isalpha())
    return _DOCUMENT_TYPES.get(letters, "")


def _read(row: Row) -> Deletion:
    deleted = values.moment(row, "deleted")
    assert deleted is not None, "the window chose rows by this date"
    return Deletion(
        document_id=values.whole(row, "recordid"),
        kind=_kind(row),
        type=values.required(row, "type"),
        name=values.text(row, "name") or "",
        deleted_at=deleted,
    )

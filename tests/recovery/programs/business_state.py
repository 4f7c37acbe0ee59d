"""A deployment's books in a form that two runs of the same work can be compared in, whatever kind of database.

Numbers that a database gave out become what they stand for: they have gaps where a transaction was rolled back, and
their order is that of children that ran side by side. Our own times are left out; times of NetSuite and the CRM stay.
So is the log of attempts: one that a crash cut short is an attempt too.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select
from sqlmodel import Session, SQLModel

from revrec.operations.audit import verify_trail
from revrec.store import tables
from revrec.store.columns import UtcDateTime
from revrec.store.engine import Store

State = dict[str, list[str]]

NATURAL = {
    "account_mapping": ("role", "product_id", "category", "subsidiary_id", "valid_from"),
    "connection": ("flow",),
    "contract": ("key",),
    "crm_customer": ("external_id",),
    "document_version": ("document_id", "number"),
    "job": ("id",),  # people know it by this number
    "journal": ("period_close_id", "subsidiary_id", "part", "reverses_id"),
    "obligation": ("order_id", "line_external_id"),
    "order_version": ("order_id", "number"),
    "period_close": ("period", "job_id", "state"),
    "product": ("key",),
    "sales_order": ("external_id",),
    "segment_set": ("canonical",),
    "source_document": ("external_id",),
}
"""What a row stands for, where another row names it."""

CLOCKS = ("CustInvc", "CustCred", "CustInvc sweep", "CustCred sweep")
"""Watermarks that are moments of NetSuite's clock."""

UNDECLARED = {
    ("source_document", "current_version_id"): "document_version",
    ("document_change", "version_id"): "document_version",
    ("allocation", "order_version_id"): "order_version",
    ("allocation", "added_by"): "order_version",
    ("booked", "order_version_id"): "order_version",
    ("booked", "segment_set_id"): "segment_set",
    ("billing_split", "obligation_id"): "obligation",
    ("billing_split", "customer_id"): "crm_customer",
    ("billing_split", "product_id"): "product",
    ("billing_split", "segment_set_id"): "segment_set",
    ("balance", "customer_id"): "crm_customer",
    ("waiting_item", "contract_id"): "contract",
    ("waiting_item", "obligation_id"): "obligation",
    ("waiting_item", "document_id"): "source_document",
    ("ledger_transfer", "customer_id"): "crm_customer",
    ("ledger_transfer", "product_id"): "product",
    ("ledger_transfer", "segment_set_id"): "segment_set",
    ("ledger_transfer", "order_version_id"): "order_version",
    ("ledger_transfer", "document_version_id"): "document_version",
    ("journal_line", "customer_id"): "crm_customer",
    ("account_mapping", "product_id"): "product",
}
"""References that the schema holds without a foreign key."""

LEFT_OUT = {
    ("audit_event", "hash"),
    ("audit_event", "previous_hash"),
    ("connection", "base_url"),  # a stand-in's port
    ("connection", "secret"),
    ("document_version", "raw"),  # sha256 is of it
    ("order_version", "raw"),
    ("job", "stage_done"),
    ("job", "stage_total"),
    ("job_file", "bytes"),  # of the packed file; the content hash is what counts
    ("job_file", "sha256"),
    ("journal", "attempts"),
    ("journal", "netsuite_id"),  # compared with NetSuite's own, by external id
    ("journal", "netsuite_number"),
}
SOURCE_TIMES = {("document_version", "modified_at"), ("order_version", "modified_at")}
REFERENCE = (
    *(
        "account",
        "account_subsidiary",
        "currency",
        "currency_rate",
        "item",
        "netsuite_period",
        "segment",
        "segment_value",
        "reference_reading",
    ),
    "subsidiary",
)
"""What NetSuite knows by id: brought up to date by every run, whether or not its documents load."""
TABLES_LEFT_OUT = {"posting_attempt", "api_usage", "job_usage"}  # what was tried, and what it cost


def read_state(store: Store, data_dir: Path) -> State:
    """Every business table as sorted lines of text. Fails where the audit trail does not hold together."""
    with store.read() as session:
        assert verify_trail(session).broken_at is None, "the audit trail is broken"
        names = sorted(str(model.__tablename__) for model in _models())
        found = {name: _rows(session, SQLModel.metadata.tables[name]) for name in names}
    shown = _Natural(found)
    return {
        name: sorted(
            _line(shown, SQLModel.metadata.tables[name], row, data_dir) for row in found[name].values()
        )
        for name in names
        if name not in TABLES_LEFT_OUT
    }


def differences(expected: State, found: State) -> str:
    """What one has and the other has not, a few lines a table; empty where they agree."""
    told: list[str] = []
    for name in expected:
        missing, extra = _without(expected[name], found[name]), _without(found[name], expected[name])
        if missing or extra:
            told.append(f"{name}: {len(missing)} missing, {len(extra)} too many")
            told += [f"  - {line[:600]}" for line in missing[:4]] + [
                f"  + {line[:600]}" for line in extra[:4]
            ]
    return "\n".join(told)


def without_source_times(books: State) -> State:
    """Two stand-ins stamp a change of their own with the second at which it was made: that is no difference."""
    timed = {table for table, _ in SOURCE_TIMES}
    return {
        name: sorted(re.sub(r"modified_at=\S+ \S+ ", "", line) for line in lines) if name in timed else lines
        for name, lines in books.items()
    }


def visible(books: State) -> State:
    """What readers of the books see: no versions but current and published ones, no closes but those that stand."""
    standing = {
        "source_document": lambda line: "current_version_id=None" not in line,
        "order_version": lambda line: "published=True" in line,
        "period_close": lambda line: "state=closed" in line,
    }
    unseen = (
        "job",
        "job_note",
        "audit_event",
        "book_lock",
        "segment_set",
        "netsuite_customer",
        "customer_link",
    )
    staged = ("document_version", "document_line", "document_change", "control_total", "group_result")
    identities = (
        "contract",
        "obligation",
        "sales_order",
        "order_line",
        "order_to_read",
        "crm_customer",
        "product",
    )
    closing = (
        "booked",
        "billing_split",
        "balance",
        "ledger_transfer",
        "waiting_item",
        "allocation",
        "treatment_taken",
    )
    shown: State = {}
    for name, lines in books.items():
        if name in (*unseen, *staged, *identities, *REFERENCE):
            continue
        keep = standing.get(name, lambda line: True)
        if name in closing:
            keep = _of_a_standing_close
        shown[name] = [line for line in lines if keep(line)]
    return shown


def _of_a_standing_close(line: str) -> bool:
    return re.search(r"period_close_id=<\S+ \S+ closed>", line) is not None


def _without(lines: list[str], others: list[str]) -> list[str]:
    left = list(lines)
    for other in others:
        if other in left:
            left.remove(other)
    return left


def _models() -> list[type[SQLModel]]:
    return [one for one in vars(tables).values() if isinstance(one, type) and hasattr(one, "__table__")]


def _rows(session: Session, table: Table) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    keys = [column.name for column in table.primary_key]
    rows = session.execute(select(table)).mappings()
    return {tuple(row[key] for key in keys): dict(row) for row in rows}


class _Natural:
    """Rows by what they stand for."""

    def __init__(self, found: Mapping[str, Mapping[tuple[Any, ...], Mapping[str, Any]]]) -> None:
        self._found = found
        self._known: dict[tuple[str, Any], str] = {}

    def of(self, table_name: str, key: Any) -> str:
        known = self._known.get((table_name, key))
        if known is None:
            row = self._found[table_name].get((key,))
            if row is None:
                return f"no {table_name} {key}"
            table = SQLModel.metadata.tables[table_name]
            values = [self.value(table, column, row[column]) for column in NATURAL[table_name]]
            known = self._known[table_name, key] = f"<{' '.join(map(str, values))}>"
        return known

    def value(self, table: Table, column: str, value: Any) -> Any:
        target = UNDECLARED.get((table.name, column)) or _declared(table, column)
        return value if value is None or target not in NATURAL else self.of(target, value)


def _declared(table: Table, column: str) -> str:
    for key in table.c[column].foreign_keys:
        return str(key.column.table.name)
    return ""


def _line(shown: _Natural, table: Table, row: Mapping[str, Any], data_dir: Path) -> str:
    parts: list[str] = []
    numbered = [column.name for column in table.primary_key] == ["id"] and bool(
        table.c["id"].autoincrement is True
    )
    for column in table.c:
        ours = isinstance(column.type, UtcDateTime) and (table.name, column.name) not in SOURCE_TIMES
        if (table.name, column.name) in LEFT_OUT or ours:
            continue
        if column.name == "id" and numbered and table.name != "job":
            continue
        value = shown.value(table, column.name, row[column.name])
        if table.name == "watermark" and column.name == "position" and row["kind"] in CLOCKS:
            value = "NetSuite's clock"
        if table.name == "audit_event" and str(row["action"]).startswith("connect"):
            value = "" if column.name in ("before", "after") else value  # a stand-in's port
        if isinstance(value, bytes):
            value = hashlib.sha256(value).hexdigest()
        if isinstance(value, dict | list):
            value = json.dumps(_without_netsuite_ids(value), sort_keys=True)
        parts.append(f"{column.name}={value}")
    # A path in an older job's result still names the folder that this deployment is a copy of.
    return re.sub(re.escape(str(data_dir.parent)) + r"/[^/\s\"]+", "<data>", " ".join(parts))


def _without_netsuite_ids(value: Any) -> Any:
    """NetSuite numbers journals as they come, and they come side by side. What `calls` a job made counts every try."""
    if isinstance(value, list):
        return [_without_netsuite_ids(one) for one in value]
    if isinstance(value, dict):
        return {
            key: _without_netsuite_ids(one)
            for key, one in value.items()
            if key not in ("netsuite_id", "calls")
        }
    return value

"""Answers queries: runs them, words the records as Salesforce does, and keeps the cursors of long ones."""

from __future__ import annotations

import secrets
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sample_data.salesforce.errors import invalid_locator
from sample_data.salesforce.schema import Field
from sample_data.salesforce.soql import parse
from sample_data.salesforce.soql_to_sql import Statement, compile_query
from sample_data.salesforce.store import Store

MOST_CURSORS = 10
"""Open cursors a user may have; opening another ends the oldest."""

DEFAULT_BATCH, SMALLEST_BATCH, LARGEST_BATCH = 2_000, 200, 2_000


@dataclass(slots=True)
class _Cursor:
    """The rows a query found, as they were when it was first asked, and what is read of them page by page."""

    statement: Statement
    rows: array[int]
    batch: int


class Answers:
    def __init__(self, store: Store, *, multi_currency: bool) -> None:
        self._store, self._multi_currency = store, multi_currency
        self._cursors: OrderedDict[str, _Cursor] = OrderedDict()

    def query(self, soql: str, version: str, batch: int, *, with_deleted: bool) -> dict[str, Any]:
        """The first page of a query's answer."""
        statement = compile_query(parse(soql), multi_currency=self._multi_currency, with_deleted=with_deleted)
        rows = self._store.run(statement)
        if statement.is_count:
            return {"totalSize": len(rows), "done": True, "records": []}
        cursor = _Cursor(statement, rows, min(max(batch, SMALLEST_BATCH), LARGEST_BATCH))
        if len(rows) <= cursor.batch:
            return self._page(cursor, 0, None, version)
        name = f"01gKs{secrets.token_hex(5)[:10]}IAQ"
        self._cursors[name] = cursor
        while len(self._cursors) > MOST_CURSORS:
            self._cursors.popitem(last=False)
        return self._page(cursor, 0, name, version)

    def more(self, locator: str, version: str) -> dict[str, Any]:
        """A further page; the locator is `<cursor>-<offset>`."""
        name, _, offset = locator.rpartition("-")
        cursor = self._cursors.get(name)
        if cursor is None or not offset.isdigit() or not 0 < int(offset) < len(cursor.rows):
            raise invalid_locator()
        page = self._page(cursor, int(offset), name, version)
        if page["done"]:
            del self._cursors[name]
        return page

    def forget_cursors(self) -> int:
        """Ends every open cursor, as Salesforce may; gives how many there were."""
        count = len(self._cursors)
        self._cursors.clear()
        return count

    def _page(self, cursor: _Cursor, offset: int, name: str | None, version: str) -> dict[str, Any]:
        end = offset + cursor.batch
        rows = cursor.rows[offset:end]
        done = end >= len(cursor.rows)
        page: dict[str, Any] = {"totalSize": len(cursor.rows), "done": done}
        if not done:
            page["nextRecordsUrl"] = f"/services/data/{version}/query/{name}-{end}"
        page["records"] = [
            _record(cursor.statement, row, version) for row in self._store.read(cursor.statement, rows)
        ]
        return page


def _record(statement: Statement, row: Sequence[Any], version: str) -> dict[str, Any]:
    """One record in the order of the SELECT, lookups nested, each with its attributes."""
    columns = statement.columns
    related_ids = dict(zip(statement.related, row[2 + len(columns) :], strict=True))
    record: dict[str, Any] = {"attributes": _attributes(statement.entity.name, row[1], version)}
    for column, value in zip(columns, row[2:], strict=False):
        place, missing = record, False
        for depth in range(1, len(column.path)):
            path = column.path[:depth]
            if related_ids[path] is None:
                place[path[-1]] = None
                missing = True
                break
            if path[-1] not in place:
                place[path[-1]] = {
                    "attributes": _attributes(statement.related[path], related_ids[path], version)
                }
            place = place[path[-1]]
        if not missing:
            place[column.path[-1]] = worded(column.field, value)
    return record


def _attributes(entity: str, record_id: str, version: str) -> dict[str, str]:
    return {"type": entity, "url": f"/services/data/{version}/sobjects/{entity}/{record_id}"}


def worded(field: Field, value: Any) -> Any:
    """A stored value as JSON. Money leaves as a JSON number with at most two decimals, as Salesforce's doubles do:
    a quotient of hundredths prints exactly up to fifteen digits.
    """
    if value is None:
        return None
    match field.type:
        case "currency":
            return value / 100
        case "boolean":
            return bool(value)
        case "datetime":
            return f"{value}+0000"
        case "double" | "percent":
            return float(value)
    return value

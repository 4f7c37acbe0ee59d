"""The org's records in SQLite: one table an object, stamps and deletion marks kept as Salesforce keeps them."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sample_data.company.crm_ids import salesforce_id
from sample_data.salesforce.schema import ENTITIES, Field
from sample_data.salesforce.soql_to_sql import Statement, stamp_text

API_NUMBERS = 900_000_000
"""Records made after seeding are numbered from here, so their ids never meet those of the company."""

_AFFINITY = {
    "currency": "INTEGER",
    "boolean": "INTEGER",
    "int": "INTEGER",
    "double": "REAL",
    "percent": "REAL",
}
_INDEXED = ("SystemModstamp", "AccountId", "OrderId", "OpportunityId")


class Store:
    """Rows are dictionaries by field name, in Python's own types: money as integer hundredths of the major unit."""

    def __init__(self, path: str, clock: Callable[[], datetime]) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA journal_mode = WAL")
        self.clock = clock
        for entity in ENTITIES.values():
            columns = ", ".join(f"[{f.name}] {_AFFINITY.get(f.type, 'TEXT')}" for f in entity.fields)
            self._db.execute(f"CREATE TABLE IF NOT EXISTS [{entity.name}] ({columns})")
            self._db.execute(
                f"CREATE UNIQUE INDEX IF NOT EXISTS [{entity.name}_id] ON [{entity.name}] ([Id])"
            )
            for name in _INDEXED:
                if entity.field(name):
                    self._db.execute(
                        f"CREATE INDEX IF NOT EXISTS [{entity.name}_{name}] ON [{entity.name}] ([{name}])"
                    )

    def close(self) -> None:
        self._db.close()

    def is_empty(self) -> bool:
        return all(self.count(name) == 0 for name in ENTITIES)

    def count(self, entity: str) -> int:
        return int(self._db.execute(f"SELECT count(*) FROM [{entity}]").fetchone()[0])

    def insert_many(self, entity: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Writes rows as they are; fields left out are null, the mark of deletion false."""
        fields = ENTITIES[entity].fields
        names = ", ".join(f"[{field.name}]" for field in fields)
        places = ", ".join("?" for _ in fields)
        self._db.execute("BEGIN")
        self._db.executemany(
            f"INSERT INTO [{entity}] ({names}) VALUES ({places})",
            (tuple(_stored(field, row) for field in fields) for row in rows),
        )
        self._db.execute("COMMIT")

    def insert(self, entity: str, prefix: str, values: Mapping[str, Any]) -> str:
        """A new record, stamped now; gives its id."""
        now = self.clock()
        new_id = salesforce_id(prefix, API_NUMBERS + self.count(entity))
        stamps = {"CreatedDate": now, "LastModifiedDate": now, "SystemModstamp": now}
        self.insert_many(entity, [{**values, **stamps, "Id": new_id}])
        return new_id

    def update(self, entity: str, record_id: str, values: Mapping[str, Any]) -> None:
        """Changes fields of a record and stamps it now."""
        now = self.clock()
        changes = {**values, "LastModifiedDate": now, "SystemModstamp": now}
        fields = [ENTITIES[entity].field(name) for name in changes]
        assert all(fields), f"unknown fields among {list(changes)}"
        known = [field for field in fields if field is not None]
        sets = ", ".join(f"[{field.name}] = ?" for field in known)
        stored = {known[place].name: value for place, value in enumerate(changes.values())}
        done = self._db.execute(
            f"UPDATE [{entity}] SET {sets} WHERE [Id] = ?",
            (*(_stored(field, stored) for field in known), record_id),
        )
        assert done.rowcount == 1, f"no {entity} {record_id}"

    def total_order(self, order_id: str) -> None:
        """Adds up an order's lines anew. A total that follows from its lines stamps nothing."""
        self._db.execute(
            "UPDATE [Order] SET [TotalAmount] = (SELECT coalesce(sum([TotalPrice]), 0) FROM [OrderItem] "
            "WHERE [OrderId] = [Order].[Id] AND [IsDeleted] = 0) WHERE [Id] = ?",
            (order_id,),
        )

    def find(self, entity: str, **values: Any) -> list[dict[str, Any]]:
        """Records whose fields equal the given values, oldest first."""
        where = " AND ".join(f"[{name}] = ?" for name in values) or "1"
        cursor = self._db.execute(
            f"SELECT * FROM [{entity}] WHERE {where} ORDER BY rowid", tuple(values.values())
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def run(self, statement: Statement) -> array[int]:
        """The row numbers a query finds, in its order: what a query cursor holds."""
        return array("q", (row[0] for row in self._db.execute(statement.rows, statement.parameters)))

    def read(self, statement: Statement, rows: Sequence[int]) -> list[tuple[Any, ...]]:
        """(row number, id, columns..., ids of related records...) of the given rows, in their order."""
        found: dict[int, tuple[Any, ...]] = {}
        for start in range(0, len(rows), 500):
            chunk = list(rows[start : start + 500])
            places = ", ".join("?" for _ in chunk)
            for row in self._db.execute(f"{statement.select} WHERE t.rowid IN ({places})", chunk):
                found[row[0]] = row
        return [found[number] for number in rows]


def _stored(field: Field, row: Mapping[str, Any]) -> Any:
    value = row.get(field.name)
    if field.name == "IsDeleted":
        return int(bool(value))
    if isinstance(value, datetime):
        return stamp_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if field.type == "boolean" and value is not None:
        return int(value)
    return value

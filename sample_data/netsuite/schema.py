"""How a SuiteQL table is described, and the SQLite tables made from the descriptions.

A column's line reads ``name kind [-> table] [!] [?feature] [*]``: ``->`` names the table whose row the value points
at (what ``BUILTIN.DF`` shows), ``!`` says never null, ``?feature`` says that the column exists only where the account
has that feature, ``*`` says that the column cannot be queried (it is the stand-in's own).
A ``datetime`` column is stored twice: ``name`` on the wall clock of the account's zone, and ``name__utc``, so that
``SYS_EXTRACT_UTC(name)`` is a plain, indexable column.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from sample_data.netsuite.kinds import AMOUNT, DATE, INTEGER, QUANTITY, RATE, TEXT, Kind

KINDS: dict[str, Kind] = {
    "int": INTEGER,
    "text": TEXT,
    "amount": AMOUNT,
    "quantity": QUANTITY,
    "rate": RATE,
    "date": DATE,
    "datetime": DATE,
}


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    kind: Kind
    points_at: str | None = None
    never_null: bool = False
    feature: str | None = None
    hidden: bool = False
    has_utc_twin: bool = False

    @property
    def utc_name(self) -> str:
        """The stored column that holds the same instant on the clock of UTC."""
        return f"{self.name}__utc"


@dataclass(frozen=True)
class Table:
    """One queryable table: its columns, its unique keys, and what an account needs to see it."""

    name: str
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...]
    permission: str | None = None
    feature: str | None = None
    display: str | None = None
    indexes: tuple[str, ...] = field(default=())

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by their lower-case name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def stored_names(self) -> tuple[str, ...]:
        """Every stored column, twins included, in the order of the CREATE TABLE statement."""
        names: list[str] = []
        for column in self.columns:
            names.append(column.name)
            if column.has_utc_twin:
                names.append(column.utc_name)
        return tuple(names)

    def create_statements(self) -> list[str]:
        """The CREATE TABLE statement; a single-column integer key becomes SQLite's row id."""
        first = self.keys[0] if self.keys else ()
        row_id = first[0] if len(first) == 1 and self.by_name[first[0]].kind == INTEGER else None
        parts: list[str] = []
        for column in self.columns:
            affinity = "TEXT" if column.kind == TEXT else "INTEGER"
            rule = " PRIMARY KEY" if column.name == row_id else (" NOT NULL" if column.never_null else "")
            parts.append(f"[{column.name}] {affinity}{rule}")
            if column.has_utc_twin:
                parts.append(f"[{column.utc_name}] INTEGER{' NOT NULL' if column.never_null else ''}")
        return [f"CREATE TABLE [{self.name}] ({', '.join(parts)})"]

    def index_statements(self) -> list[str]:
        """Unique keys that are not the row id, and the plain indexes; built after the rows are in."""
        statements: list[str] = []
        for number, key in enumerate(self.keys):
            if len(key) == 1 and number == 0 and self.by_name[key[0]].kind == INTEGER:
                continue
            columns = ", ".join(f"[{name}]" for name in key)
            statements.append(f"CREATE UNIQUE INDEX [{self.name}_key{number}] ON [{self.name}] ({columns})")
        for number, index in enumerate(self.indexes):
            columns, _, condition = index.partition(" WHERE ")
            where = f" WHERE {condition}" if condition else ""
            statements.append(f"CREATE INDEX [{self.name}_ix{number}] ON [{self.name}] ({columns}){where}")
        return statements


def table(
    name: str,
    columns: str,
    *,
    key: str = "id",
    permission: str | None = None,
    feature: str | None = None,
    display: str | None = None,
    indexes: tuple[str, ...] = (),
) -> Table:
    """Read a table's description. ``key`` lists unique keys, ``;`` between keys and ``,`` between their columns."""
    keys = tuple(tuple(part.strip() for part in one.split(",")) for one in key.split(";") if one.strip())
    return Table(
        name=name,
        columns=tuple(_column(line.split()) for line in columns.strip().splitlines() if line.strip()),
        keys=keys,
        permission=permission,
        feature=feature,
        display=display,
        indexes=indexes,
    )


def _column(words: list[str]) -> Column:
    name, kind, *rest = words
    points_at: str | None = None
    feature: str | None = None
    never_null = hidden = False
    while rest:
        word = rest.pop(0)
        if word == "->":
            points_at = rest.pop(0)
        elif word == "!":
            never_null = True
        elif word == "*":
            hidden = True
        elif word.startswith("?"):
            feature = word[1:]
        else:
            raise ValueError(f"column {name}: cannot read {word!r}")
    return Column(name, KINDS[kind], points_at, never_null, feature, hidden, kind == "datetime")

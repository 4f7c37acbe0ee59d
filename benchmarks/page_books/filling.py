"""Rows by number: tables filled by one statement each, from numbers 1 to n, the same on both databases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, Table
from sqlalchemy.types import JSON
from sqlmodel import Session, SQLModel

PERIODS = 12
YEAR = 2025
FILE = "789cabae0500017500f9"
"""An empty JSON object, compressed."""


CURRENCY = "CASE WHEN i % 4 = 0 THEN 'EUR' ELSE 'USD' END"
CURRENCY_ID = "CASE WHEN i % 4 = 0 THEN 2 ELSE 1 END"
SUBSIDIARY = "CASE WHEN i % 4 = 0 THEN 2 ELSE 1 END"
PRODUCTS = 200


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is. `lines`: billing lines, two a document."""

    lines: int

    @property
    def documents(self) -> int:
        return self.lines // 2

    @property
    def pending(self) -> int:
        """Of the documents, the last."""
        return self.lines // 10

    @property
    def contracts(self) -> int:
        return self.lines // 5

    @property
    def obligations(self) -> int:
        return self.contracts * 2

    @property
    def customers(self) -> int:
        """Of NetSuite; the last fifth has no customer of the CRM."""
        return max(self.lines // 20, 10)

    @property
    def linked(self) -> int:
        return self.customers * 4 // 5

    @property
    def events(self) -> int:
        return self.lines // 10

    @property
    def journals(self) -> int:
        return max(self.lines // 800, 24)


class Filling:
    """Rows by number: expressions over `i`, the same on both databases but for days and text of a width."""

    def __init__(self, session: Session, *, postgresql: bool) -> None:
        self._session = session
        self._postgresql = postgresql

    def fill(self, table: str, rows: int, columns: Mapping[str, str]) -> None:
        """`rows` rows numbered from 1; what is not named is empty, zero or false."""
        described: Table = SQLModel.metadata.tables[table]
        given = {
            column.name: columns.get(column.name, self._nothing(column))
            for column in described.columns
            if column.name in columns or not (column.primary_key or column.nullable)
        }
        unknown = set(columns) - set(given)
        if unknown:
            raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}.")
        names, values = ", ".join(f'"{name}"' for name in given), ", ".join(given.values())
        numbers = (
            f"FROM generate_series(1::bigint, {rows}) AS n(i)"
            if self._postgresql
            else f"FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
            " SELECT i FROM n)"
        )
        self._session.connection().exec_driver_sql(
            f"INSERT INTO {table} ({names}) SELECT {values} {numbers}".replace(
                "%", "%%" if self._postgresql else "%"
            )
        )

    def day(self, days: str) -> str:
        """So many days after the year began."""
        if self._postgresql:
            return f"(DATE '{YEAR}-01-01' + CAST({days} AS integer))"
        return f"date('{YEAR}-01-01', '+' || ({days}) || ' days')"

    def moment(self, minutes: str) -> str:
        """So many minutes after the year began, UTC."""
        if self._postgresql:
            return f"(TIMESTAMPTZ '{YEAR}-01-01 00:00:00+00' + ({minutes}) * INTERVAL '1 minute')"
        return f"strftime('%Y-%m-%d %H:%M:%S.000000', '{YEAR}-01-01', '+' || ({minutes}) || ' minutes')"

    def digits(self, value: str, width: int) -> str:
        """A number as text, zeros before it."""
        padded = f"('{'0' * width}' || CAST({value} AS TEXT))"
        return f"right({padded}, {width})" if self._postgresql else f"substr({padded}, -{width})"

    def period(self, number: str) -> str:
        """`2025-01` of the number 0."""
        return f"('{YEAR}-' || {self.digits(f'({number}) % 12 + 1', 2)})"

    def _nothing(self, column: Column[object]) -> str:
        if isinstance(column.type, JSON):
            return "'{}'"
        kind = getattr(column.type, "impl_instance", column.type).python_type
        if kind is bytes:
            return f"'\\x{FILE}'" if self._postgresql else f"x'{FILE}'"
        if kind is date:
            return self.day("0")
        if kind is datetime:
            return self.moment("0")
        return {bool: "FALSE", str: "''"}.get(kind, "0")

"""Many rows of one table at once, below SQLAlchemy's compiler: COPY on PostgreSQL, inserts of many rows on SQLite."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Table,
    any_,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlmodel import Session

from revrec.store.columns import UtcDateTime

ROWS_A_STATEMENT = 100
"""On SQLite. The driver lets go of the interpreter and takes it back with each statement: one a row costs a process
that does other things besides twice the time."""
_MOST_PARAMETERS = 30_000


def among(session: Session, key: Column[Any] | ColumnElement[Any], ids: Iterable[int]) -> ColumnElement[bool]:
    """`key IN (ids)`, however many there are: they travel as one value, and the statement is compiled once."""
    if session.get_bind().dialect.name == "postgresql":
        return key == any_(cast(literal(list(ids), ARRAY(BigInteger)), ARRAY(BigInteger)))
    listed = func.json_each(json.dumps(list(ids))).table_valued(column("value", BigInteger))
    return key.in_(select(listed.c.value))


def insert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same keys, in the session's transaction.

    Columns left out get the database's default or null, never one of the model's: name every column that matters.
    """
    if rows:
        insert_columns(session, table, {name: [row[name] for row in rows] for name in rows[0]})


def insert_columns(session: Session, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
    """`insert_rows` of columns of one length: a list of a name costs less than a look-up a row."""
    names = list(columns)
    if not names or not len(columns[names[0]]):
        return
    connection = session.connection()
    dialect = connection.dialect
    values = zip(*(_bound(table, name, columns[name], dialect) for name in names), strict=True)
    quote = dialect.identifier_preparer.quote
    listed = ", ".join(quote(name) for name in names)
    target = dialect.identifier_preparer.format_table(table)
    if dialect.name == "postgresql":
        driver = connection.connection.driver_connection
        assert driver is not None, "a connection in use has its driver's"
        with driver.cursor() as cursor, cursor.copy(f"COPY {target} ({listed}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)
    else:
        one = f"({', '.join('?' * len(names))})"
        for some in _statements(list(values), min(ROWS_A_STATEMENT, _MOST_PARAMETERS // len(names))):
            marks = ", ".join([one] * len(some))
            parameters = tuple(chain.from_iterable(some))
            connection.exec_driver_sql(f"INSERT INTO {target} ({listed}) VALUES {marks}", parameters)


def _statements(rows: list[Any], most: int) -> Iterator[list[Any]]:
    """The rows of one statement each: as many as may be, then powers of two, so that few texts are ever prepared."""
    at = 0
    while at < len(rows):
        size = min(most, len(rows) - at)
        if size < most:
            size = 1 << (size.bit_length() - 1)
        yield rows[at : at + size]
        at += size


def _bound(table: Table, name: str, values: Sequence[Any], dialect: Any) -> Iterable[Any]:
    """A column's values as the driver takes them."""
    kind = table.c[name].type
    process: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return values
    if isinstance(kind, Date | UtcDateTime):  # few different ones among many rows
        known = {value: process(value) for value in set(values)}
        return [known[value] for value in values]
    return [process(value) for value in values]

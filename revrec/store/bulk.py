"""Many rows of one table at once, below SQLAlchemy's compiler: COPY on PostgreSQL, one prepared insert on SQLite."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlmodel import Session


def insert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same keys, in the session's transaction.

    Columns left out get the database's default or null, never one of the model's: name every column that matters.
    """
    if not rows:
        return
    names = list(rows[0])
    connection = session.connection()
    dialect = connection.dialect
    processors: list[Callable[[Any], Any] | None] = [
        table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names
    ]
    values = _tuples(names, processors, rows)
    quote = dialect.identifier_preparer.quote
    columns = ", ".join(quote(name) for name in names)
    target = dialect.identifier_preparer.format_table(table)
    if dialect.name == "postgresql":
        driver = connection.connection.driver_connection
        assert driver is not None, "a connection in use has its driver's"
        with driver.cursor() as cursor, cursor.copy(f"COPY {target} ({columns}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(names))
        connection.exec_driver_sql(f"INSERT INTO {target} ({columns}) VALUES ({marks})", values)


def _tuples(
    names: Sequence[str],
    processors: Sequence[Callable[[Any], Any] | None],
    rows: Sequence[Mapping[str, Any]],
) -> list[tuple[Any, ...]]:
    """Rows as the driver takes them, column by column: a list of a name costs less than a look-up a row."""
    columns: list[list[Any]] = []
    for name, process in zip(names, processors, strict=True):
        column = [row[name] for row in rows]
        columns.append(column if process is None else [process(value) for value in column])
    return list(zip(*columns, strict=True))

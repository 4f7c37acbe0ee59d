"""Many rows of one table at once, below SQLAlchemy's compiler: COPY on PostgreSQL, one prepared insert on SQLite."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlmodel import Session


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
        marks = ", ".join("?" * len(names))
        connection.exec_driver_sql(f"INSERT INTO {target} ({listed}) VALUES ({marks})", list(values))


def _bound(table: Table, name: str, values: Sequence[Any], dialect: Any) -> Iterable[Any]:
    """A column's values as the driver takes them."""
    process: Callable[[Any], Any] | None = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    return values if process is None else [process(value) for value in values]

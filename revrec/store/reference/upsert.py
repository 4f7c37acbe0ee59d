"""Insert rows or bring them up to date, by their key, on both databases."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Table, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from revrec.store.queries.batches import batches

BATCH = 2000


def upsert(session: Session, table: Table, rows: Iterable[dict[str, Any]], key: Sequence[str]) -> int:
    """Write rows by their unique key; columns that a row leaves out keep what they hold. Returns how many.

    All rows name the same columns.
    """
    batch: list[dict[str, Any]] = []
    written = 0
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            written += _write(session, table, batch, key)
            batch = []
    return written + _write(session, table, batch, key)


def deactivate_missing(
    session: Session, table: Table, key: str, present: Iterable[Any], **scope: Any
) -> list[Any]:
    """Mark rows of the scope that the outside system no longer lists as inactive; nothing is deleted. Returns the keys
    of those that left now.

    What is present is compared here: a database takes only so many parameters in one statement.
    """
    within = [table.c[name] == value for name, value in scope.items()]
    held = set(session.execute(select(table.c[key]).where(*within, table.c.active)).scalars())
    left = sorted(held.difference(present))
    for some in batches(left) if left else ():
        session.execute(update(table).where(*within, table.c[key].in_(some)).values(active=False))
    return left


def _write(session: Session, table: Table, rows: list[dict[str, Any]], key: Sequence[str]) -> int:
    if not rows:
        return 0
    postgres = session.get_bind().dialect.name == "postgresql"
    make = postgresql.insert if postgres else sqlite.insert
    statement = make(table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in key}
    if changed:
        session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed), rows)
    else:
        session.execute(statement.on_conflict_do_nothing(), rows)
    return len(rows)

"""Segment sets: one row per combination of values, found or made by its canonical text."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from revrec.store.core import segment_set

CHUNK = 5000


def canonical_segments(values: Mapping[str, str | int | None]) -> str:
    """The text a combination is known by: JSON, keys sorted, empty ones left out; empty if nothing is set."""
    return _canonical(tuple(values.items())) if values else ""


@lru_cache(maxsize=4096)
def _canonical(values: tuple[tuple[str, str | int | None], ...]) -> str:
    given = {name: str(value) for name, value in sorted(values) if value not in (None, "")}
    return json.dumps(given, separators=(",", ":")) if given else ""


def intern_segments(session: Session, texts: Iterable[str]) -> dict[str, int | None]:
    """The id of each canonical text, making what is missing; the empty text has none."""
    wanted = sorted(set(texts) - {""})
    insert_missing(session, segment_set, [{"canonical": text} for text in wanted])
    found: dict[str, int | None] = {"": None}
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        columns = segment_set.c.canonical, segment_set.c.id
        for canonical, key in session.execute(select(*columns).where(segment_set.c.canonical.in_(chunk))):
            found[canonical] = key
    return found


def insert_missing(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, passing over those whose unique key is there already (written by another process).

    The unique key comes first in every row: rows are written in its order, so that two transactions with some rows in
    common wait for each other and never in a circle.
    """
    if not rows:
        return
    rows = sorted(rows, key=lambda row: [str(value) for value in list(row.values())[:2]])
    postgres = session.get_bind().dialect.name == "postgresql"
    statement = (postgresql.insert if postgres else sqlite.insert)(table).on_conflict_do_nothing()
    session.execute(statement, rows)

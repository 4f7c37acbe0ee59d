"""Many journals at once, as NetSuite holds them: found by their external ids, read whole, listed under a prefix.

A journal alone costs three requests to find and read (`journal_readback.py`); a hundred together cost hardly more.
Where the role may not query, each is asked for by itself through the record API, which the other falls back to too.
"""

from __future__ import annotations

from collections.abc import Sequence

from revrec.netsuite import values
from revrec.netsuite.columns import AccountColumns, Column, Select
from revrec.netsuite.errors import AnswerUnreadable, NotFound, PermissionMissing, QueryRefused
from revrec.netsuite.fields import STANDARD_SEGMENTS
from revrec.netsuite.journal_readback import (
    JournalName,
    PostedJournal,
    find_by_external_id,
    journals_of,
    read_back,
)
from revrec.netsuite.suiteql import name, where

MOST = 200
"""Journals of one call: their external ids are parameters of one query."""
_NAMES = Select(
    "the query for journals by external id",
    (Column("id", "t.id"), Column("tranid", "t.tranid"), Column("externalid", "t.externalid")),
    "transaction t",
)


async def find_many(columns: AccountColumns, external_ids: Sequence[str]) -> dict[str, str]:
    """External id -> internal id of those journals (at most `MOST`) that NetSuite holds, as far as the role may see."""
    if not external_ids:
        return {}
    marks = ", ".join("?" for _ in external_ids)
    conditions = where("t.type = 'Journal'", f"t.externalid IN ({marks})")
    try:
        page = await columns.ask(
            _NAMES, lambda missing: _NAMES.sql(missing, conditions, "ORDER BY t.id"), list(external_ids)
        )
    except (QueryRefused, PermissionMissing):
        alone = {one: await find_by_external_id(columns, one) for one in external_ids}
        return {one: found for one, found in alone.items() if found}
    found_ids: dict[str, str] = {}
    for row in page.rows:
        external_id = values.required(row, "externalid")
        if external_id in found_ids:
            raise AnswerUnreadable(
                f"the search for journal {external_id}", "several journals have this external id"
            )
        found_ids[external_id] = values.required(row, "id")
    return found_ids


async def read_many(
    columns: AccountColumns, ids: Sequence[int], *, custom_segments: tuple[str, ...] = (), book: int = 1
) -> dict[int, PostedJournal]:
    """The journals (at most `MOST`) of these internal ids that stand in NetSuite, with all their lines; `book` is the
    id of the primary accounting book."""
    if not ids:
        return {}
    segments = (*STANDARD_SEGMENTS, *(name(segment) for segment in custom_segments))
    try:
        return {int(one.id): one for one in await journals_of(ids, columns, segments, book)}
    except (QueryRefused, PermissionMissing):
        found = {}
        for one in ids:
            try:
                found[one] = await read_back(columns, str(one), custom_segments=custom_segments, book=book)
            except NotFound:
                continue
        return found


async def names_under(columns: AccountColumns, prefix: str, *, after: int = 0) -> list[JournalName]:
    """The next journals, at most `MOST`, whose external id begins with `prefix` and whose internal id is above `after`,
    by internal id. An empty list ends them."""
    # An underscore in the prefix is a wildcard to LIKE: what it lets in is left out here, and the page goes on behind.
    while True:
        conditions = where("t.type = 'Journal'", "t.externalid LIKE ?", f"t.id > {int(after)}")
        page = await columns.ask(
            _NAMES,
            lambda missing, text=conditions: _NAMES.sql(missing, text, "ORDER BY t.id"),  # type: ignore[misc]
            [prefix + "%"],
            limit=MOST,
        )
        found = [
            JournalName(
                values.required(row, "id"),
                values.text(row, "tranid") or "",
                values.required(row, "externalid"),
            )
            for row in page.rows
        ]
        ours = [one for one in found if one.external_id.startswith(prefix)]
        if ours or not found:
            return ours
        after = int(found[-1].id)

"""The fields of journal lines by which an account can be analysed: which there are, and which have to be filled in.

The metadata catalogue says it all. Where the role may not see it, the columns of journal lines are probed one by one:
then nothing is known of what is required.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.errors import (
    NotFound,
    PermissionMissing,
    QueryRefused,
    RecordRefused,
    ServerFailed,
)
from revrec.netsuite.problems import Notice
from revrec.netsuite.segments import STANDARD_TABLES, CustomSegment

RECORD = "journalEntry"
_CUSTOM = ("cseg", "custcol")


@dataclass(frozen=True, slots=True)
class JournalField:
    """A field of journal lines. `kind`: standard, segment (`cseg_...`), column (`custcol_...`); `source`: the table of
    its values, where it has one."""

    field: str
    name: str
    kind: str
    source: str
    required: bool
    gl_impact: bool


async def journal_fields(
    columns: AccountColumns, defined: Sequence[CustomSegment]
) -> tuple[list[JournalField], list[Notice]]:
    """Segments and custom columns that journal lines have here. `defined`: the account's custom segments."""
    own = {one.field: one for one in defined if not one.inactive}
    try:
        schema = await columns.client.get_schema(RECORD)
    except (NotFound, PermissionMissing, RecordRefused) as error:
        notice = Notice(
            "schema_missing",
            RECORD,
            "This role may not see what fields a journal entry has, so that they are tried one by one, and which of "
            f"them are required is not known. NetSuite says: {error.words}",
        )
        return await _probed(columns, own), [notice]
    return _of_schema(schema, own), []


def _of_schema(schema: Mapping[str, Any], own: Mapping[str, CustomSegment]) -> list[JournalField]:
    line = _at(schema, "properties", "line", "properties", "items", "items")
    required = set(line.get("required") or ())
    found: list[JournalField] = []
    for key, described in sorted(_at(line, "properties").items()):
        field = key.lower()
        if field in STANDARD_TABLES or field.startswith(_CUSTOM):
            title = str(described.get("title") or "") if isinstance(described, Mapping) else ""
            found.append(_field(field, title, key in required, own))
    return found


def _at(schema: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for part in path:
        inner = schema.get(part)
        schema = inner if isinstance(inner, Mapping) else {}
    return schema


async def _probed(columns: AccountColumns, own: Mapping[str, CustomSegment]) -> list[JournalField]:
    found: list[JournalField] = []
    for field in (*STANDARD_TABLES, *sorted(own)):
        try:
            await columns.client.query(
                f"SELECT tl.{field} AS value FROM transactionline tl WHERE 1 = 0",
                what=f"the query whether lines have {field}",
                limit=1,
                server_attempts=2,
            )
        except (QueryRefused, ServerFailed):
            continue
        found.append(_field(field, "", False, own))
    return found


def _field(field: str, title: str, required: bool, own: Mapping[str, CustomSegment]) -> JournalField:
    if field in STANDARD_TABLES:
        return JournalField(field, title or field.title(), "standard", STANDARD_TABLES[field], required, True)
    segment = own.get(field)
    return JournalField(
        field=field,
        name=title or (segment.name if segment else field),
        kind="segment" if field.startswith("cseg") else "column",
        source=segment.table if segment else "",
        required=required,
        gl_impact=segment.gl_impact if segment else False,
    )

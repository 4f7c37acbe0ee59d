"""Segments of an account: departments, classes, locations, and custom segments with their values."""

from __future__ import annotations

from dataclasses import dataclass

from revrec.netsuite import values
from revrec.netsuite.columns import AccountColumns, Column, Select
from revrec.netsuite.page import Row
from revrec.netsuite.problems import Notice
from revrec.netsuite.suiteql import name
from revrec.netsuite.tables import HIDDEN, ONE_WORLD, read_table

# The line column and the table of its values: classes live in `classification`.
STANDARD_TABLES = {"department": "department", "class": "classification", "location": "location"}


@dataclass(frozen=True, slots=True)
class CustomSegment:
    """A custom segment: `field` is its column on lines (`cseg_...`), `table` the table of its values."""

    field: str
    table: str
    name: str
    gl_impact: bool
    inactive: bool


@dataclass(frozen=True, slots=True)
class SegmentValue:
    """One value of a segment, such as department 3 "Sales"."""

    segment: str
    id: str
    name: str
    parent: str | None
    inactive: bool
    external_id: str | None
    subsidiaries: tuple[str, ...] | None = None
    """Which may use it; None: all, or not said."""


async def standard_values(columns: AccountColumns, segment: str) -> tuple[list[SegmentValue], list[Notice]]:
    """The values of `department`, `class` or `location`."""
    return await _values_of(columns, segment, STANDARD_TABLES[segment])


async def custom_segments(columns: AccountColumns) -> tuple[list[CustomSegment], list[Notice]]:
    """The custom segments that the account defines."""
    select = Select(
        "the query for custom segments",
        (
            Column("internalid", "crt.internalid"),
            Column("scriptid", "crt.scriptid"),
            Column("name", "cs.name"),
            Column("glimpact", "cs.glimpact", HIDDEN),
            Column("isinactive", "cs.isinactive", HIDDEN),
        ),
        "customsegment cs INNER JOIN customrecordtype crt ON crt.internalid = cs.recordtype",
    )
    return await read_table(
        columns,
        select,
        _read_segment,
        key="crt.internalid",
        feature="the Custom Segments feature and permission",
    )


async def custom_segment_values(
    columns: AccountColumns, segment: CustomSegment
) -> tuple[list[SegmentValue], list[Notice]]:
    """The values of a custom segment."""
    return await _values_of(columns, name(segment.field), name(segment.table), custom=True)


async def _values_of(
    columns: AccountColumns, segment: str, table: str, *, custom: bool = False
) -> tuple[list[SegmentValue], list[Notice]]:
    alias = f"v_{segment}"
    select = Select(
        f"the query for the values of {segment}",
        (
            Column("id", f"{alias}.id"),
            Column("name", f"{alias}.name"),
            *((Column("fullname", f"{alias}.fullname", HIDDEN),) if not custom else ()),
            Column("parent", f"{alias}.parent", HIDDEN),
            Column("isinactive", f"{alias}.isinactive", HIDDEN),
            Column("externalid", f"{alias}.externalid", HIDDEN),
            *((Column("subsidiary", f"{alias}.subsidiary", ONE_WORLD),) if not custom else ()),
            *((Column("includechildren", f"{alias}.includechildren", ONE_WORLD),) if not custom else ()),
        ),
        f"{table} {alias}",
    )

    def read(row: Row) -> SegmentValue:
        return SegmentValue(
            segment=segment,
            id=values.required(row, "id"),
            name=values.text(row, "fullname") or values.text(row, "name") or values.required(row, "id"),
            parent=values.text(row, "parent"),
            inactive=values.flag(row, "isinactive"),
            external_id=values.text(row, "externalid"),
            subsidiaries=_subsidiaries(row),
        )

    return await read_table(columns, select, read, key=f"{alias}.id", feature=f"the segment {segment}")


def _subsidiaries(row: Row) -> tuple[str, ...] | None:
    """The ids that a value is restricted to. One that includes the children of its subsidiary is taken as free: which
    those are is NetSuite's to say."""
    text = values.text(row, "subsidiary")
    if not text or values.flag(row, "includechildren"):
        return None
    ids = tuple(part.strip() for part in text.split(","))
    return ids if all(one.isdigit() for one in ids) else None


def _read_segment(row: Row) -> CustomSegment:
    table = values.required(row, "scriptid").lower()
    return CustomSegment(
        # The record type that holds the values is customrecord_cseg_x, the column on lines cseg_x.
        field=table.removeprefix("customrecord_"),
        table=table,
        name=values.text(row, "name") or "",
        gl_impact=values.flag(row, "glimpact"),
        inactive=values.flag(row, "isinactive"),
    )

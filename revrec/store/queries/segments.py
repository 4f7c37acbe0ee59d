"""Segments of the account and their values."""

from types import MappingProxyType

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from revrec.store.queries.ordered import Sorts
from revrec.store.tables import Segment, SegmentValue

VALUE_SORTS: Sorts = MappingProxyType({"name": col(SegmentValue.name), "number": col(SegmentValue.value_id)})


def segment_names(session: Session) -> dict[tuple[str, str], str]:
    """The name of each value, by segment and NetSuite id as text."""
    rows = session.exec(select(SegmentValue.segment, SegmentValue.value_id, SegmentValue.name))
    return {(segment, str(value)): name for segment, value, name in rows}


def segment_values_named(session: Session, segment: str, text: str) -> list[int]:
    """NetSuite's ids of the values of a segment with this id, else of exactly this name, else whose name ends with it
    below others (`Sales : EMEA`)."""
    mine = select(SegmentValue.value_id).where(SegmentValue.segment == segment)
    if text.isdigit() and len(text) < 19:
        by_id = list(session.exec(mine.where(SegmentValue.value_id == int(text))))
        if by_id:
            return by_id
    named = list(session.exec(mine.where(SegmentValue.name == text)))
    return named or list(
        session.exec(mine.where(col(SegmentValue.name).endswith(f": {text}", autoescape=True)))
    )


def segments(session: Session) -> list[Segment]:
    """The fields by which journal lines can be analysed here, standard ones first."""
    order = {"standard": 0, "segment": 1, "column": 2}
    return sorted(session.exec(select(Segment)), key=lambda one: (order.get(one.kind, 3), one.field))


def known_fields(session: Session, *, on_journals: bool) -> set[str]:
    """Fields of the account by name, `on_journals`: those that journal lines have; empty before they were read."""
    query = select(Segment.field).where(col(Segment.active))
    if on_journals:
        query = query.where(col(Segment.on_journals))
    return set(session.exec(query))


def known_segments(session: Session) -> dict[str, str]:
    """Field and name of every segment that was discovered, or whose values were read."""
    valued = {one: one for one in session.exec(select(SegmentValue.segment).distinct())}
    return valued | {one.field: one.name for one in segments(session)}


def value_counts(session: Session) -> dict[str, int]:
    """How many active values each segment has."""
    rows = session.exec(
        select(SegmentValue.segment, func.count())
        .where(col(SegmentValue.active))
        .group_by(col(SegmentValue.segment))
    )
    return {segment: int(count) for segment, count in rows}


def values_after(session: Session, field: str, after: int, limit: int) -> list[SegmentValue]:
    """At most `limit` values of a segment, by NetSuite's id, above `after`."""
    return list(
        session.exec(
            select(SegmentValue)
            .where(SegmentValue.segment == field, col(SegmentValue.value_id) > after)
            .order_by(col(SegmentValue.value_id))
            .limit(limit)
        )
    )


def values_where(field: str, *, search: str = "", state: str = "") -> SelectOfScalar[SegmentValue]:
    """The values of a segment, in no order. `search`: part of the name, or NetSuite's id; `state`: active, inactive."""
    query = select(SegmentValue).where(SegmentValue.segment == field)
    if search:
        found = col(SegmentValue.name).icontains(search, autoescape=True)
        if search.isdigit() and len(search) < 19:
            found = found | (col(SegmentValue.value_id) == int(search))
        query = query.where(found)
    if state in ("active", "inactive"):
        query = query.where(col(SegmentValue.active).is_(state == "active"))
    return query

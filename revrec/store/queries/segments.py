"""Segment values by name."""

from sqlmodel import Session, select

from revrec.store.tables import SegmentValue


def segment_names(session: Session) -> dict[tuple[str, str], str]:
    """The name of each value, by segment and NetSuite id as text."""
    rows = session.exec(select(SegmentValue.segment, SegmentValue.value_id, SegmentValue.name))
    return {(segment, str(value)): name for segment, value, name in rows}

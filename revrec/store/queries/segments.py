"""Segment values by name."""

from sqlmodel import Session, col, select

from revrec.store.tables import SegmentValue


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

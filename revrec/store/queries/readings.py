"""When each table of reference data was last read."""

from datetime import datetime

from sqlmodel import Session, select

from revrec.store.core import reference_reading
from revrec.store.reference.upsert import upsert
from revrec.store.tables import ReferenceReading


def note_reading(session: Session, name: str, job_id: int, rows: int, now: datetime) -> None:
    """Keep that a job has read a table whole."""
    row = {"name": name, "read_at": now, "job_id": job_id, "rows": rows}
    upsert(session, reference_reading, [row], ["name"])


def readings(session: Session) -> dict[str, ReferenceReading]:
    """The last reading of each table, by its name."""
    return {row.name: row for row in session.exec(select(ReferenceReading))}

"""Keep a file that somebody brought: its row; the file itself lies under the row's number, never under its name."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import Invalid
from revrec.store.tables import Upload

FOLDER = "uploads"
"""Below the files folder."""


def store_upload(
    session: Session, actor: Actor, *, name: str, sha256: str, size: int, now: datetime
) -> Upload:
    """Write the row of a job file that was uploaded. `name` is only shown. Raises `Refused`, `Invalid`."""
    require(actor, "import_file")
    if not name:
        raise Invalid("The file has no name.", where="file")
    row = Upload(
        kind="job_file", name=name, path="", sha256=sha256, bytes=size, created_by=actor.email, created_at=now
    )
    session.add(row)
    session.flush()
    row.path = f"{FOLDER}/{row.id}.xlsx"
    session.flush()
    record_event(
        session,
        actor,
        "store_upload",
        f"upload {row.id}",
        now=now,
        after={"name": name, "sha256": sha256, "bytes": size},
    )
    return row

"""Files that people brought are kept for a while: their rows and what their checks found stay, the files go."""

from datetime import UTC, datetime, timedelta

from sqlmodel import col, select

from revrec.config import Config
from revrec.operations.actor import SERVICE
from revrec.operations.audit import record_event
from revrec.store.engine import Store
from revrec.store.tables import Job, Upload
from revrec.store.tables.jobs import OPEN_JOB_STATES

AT_ONCE = 200
"""Files that one look removes; the next look goes on."""


def prune_uploads(config: Config, store: Store, now: datetime | None = None) -> list[int]:
    """Remove the files of uploads older than `upload_days`, but none that a job which is open names; gives their
    numbers. One audit event for all."""
    if not config.upload_days:
        return []
    now = now or datetime.now(UTC)
    old = (
        select(Upload)
        .where(Upload.path != "", col(Upload.created_at) < now - timedelta(days=config.upload_days))
        .order_by(col(Upload.id))
    )
    with store.read() as session:
        if session.exec(old.limit(1)).first() is None:
            return []
    with store.write() as session:
        open_jobs = session.exec(select(Job.parameters).where(col(Job.state).in_(OPEN_JOB_STATES)))
        needed = {one["upload"] for one in open_jobs if one.get("upload") is not None}
        found = [one for one in session.exec(old.limit(AT_ONCE + len(needed))) if one.id not in needed]
        if not found:
            return []
        removed = [one.id for one in found]
        for one in found:
            # Before the row says so: what a crash leaves is a row whose file is gone, and the next look takes it up.
            (config.files_dir / one.path).unlink(missing_ok=True)
            one.path = ""
        record_event(
            session,
            SERVICE,
            "prune_uploads",
            "uploaded files",
            now=now,
            after={
                "uploads": removed,
                "names": [one.name for one in found],
                "upload_days": config.upload_days,
            },
        )
    return removed

"""Publishing: the one short transaction after which readers see what a job found."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, insert, select, update
from sqlmodel import Session

from revrec.store.core import document_change, item, source_document, watermark
from revrec.store.staging.totals import excludes


def publish_documents(session: Session, job_id: int, excluded_names: Sequence[str]) -> dict[str, int]:
    """Flip every staged document to its version and state, and the exclusions to the setting.

    Runs inside the caller's transaction, under the `books` lock. Returns how many documents of each change.
    """
    change, document = document_change.c, source_document.c
    session.execute(
        update(source_document)
        .where(document.id == change.document_id, change.job_id == job_id)
        .values(
            current_version_id=change.version_id,
            state=change.state,
            reason=change.reason,
            recheck=change.recheck,
        )
    )
    session.execute(update(item).values(excluded=excludes(excluded_names)))
    counts = (
        select(change.change, func.count())
        .where(change.job_id == job_id)
        .group_by(change.change)
        .order_by(change.change)
    )
    return {kind: count for kind, count in session.execute(counts)}


def move_watermarks(session: Session, connection_id: int, job_id: int, positions: Mapping[str, str]) -> None:
    """Record how far each kind of record has been read; in the transaction that publishes, never elsewhere."""
    mark = watermark.c
    for kind, position in positions.items():
        mine = mark.connection_id == connection_id, mark.kind == kind
        moved = session.execute(update(watermark).where(*mine).values(position=position, job_id=job_id))
        if not moved.rowcount:  # type: ignore[attr-defined]
            session.execute(
                insert(watermark).values(
                    connection_id=connection_id, kind=kind, position=position, job_id=job_id
                )
            )


def read_watermarks(session: Session, connection_id: int) -> dict[str, str]:
    """How far each kind of record of a connection has been read."""
    mark = watermark.c
    statement = select(mark.kind, mark.position).where(mark.connection_id == connection_id)
    return {kind: position for kind, position in session.execute(statement)}

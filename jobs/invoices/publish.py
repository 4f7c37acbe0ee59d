"""The end of an invoices run: what it found becomes what everybody sees, in one short transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from jobs.invoices.plan import kinds_of
from jobs.lifecycle import require_running
from jobs.resources import store
from revrec.operations.policies import policy_steps
from revrec.store.books.invoice_contracts import make_identities
from revrec.store.books.lock import release, take
from revrec.store.core import job
from revrec.store.queries.changes import changes_by_kind, left_pending
from revrec.store.queries.document_marks import positions
from revrec.store.queries.orders import mark_published
from revrec.store.staging.contract_prices import price_contracts_of_documents
from revrec.store.staging.discard import discard_staged, jobs_to_discard
from revrec.store.staging.publish import move_watermarks, publish_documents
from revrec.store.staging.sweep import note_swept
from revrec.store.tables import Job


def publish(job_id: int, plan: dict[str, Any]) -> dict[str, Any]:
    """Publish the run. Running it again after a crash finds it published and changes nothing."""
    with store().write() as session:
        found = session.get_one(Job, job_id)
        if found.published_at is None:
            require_running(session, job_id)
            publish_staged(session, job_id, job_id, plan["excluded"])
            supersede_overtaken(session, job_id, [kind for read in plan["reads"] for kind in read["kinds"]])
            marks: dict[str, str] = {}
            for read in plan["reads"]:
                swept = plan["sweep"] or read["full"]
                for kind in read["kinds"]:
                    marks |= positions(kind, plan["upper"], plan["settings"], plan["dated_from"], swept=swept)
            move_watermarks(session, plan["connection_id"], job_id, marks)
        return what_changed(session, job_id)


def publish_staged(session: Session, job_id: int, staged_by: int, excluded: list[str]) -> None:
    """Under the `books` lock, flip what job `staged_by` staged; `job_id` is the job that does it."""
    take(session, job_id)
    publish_documents(session, staged_by, excluded)
    note_swept(session, staged_by)
    make_identities(session, policy_steps(session, "contract_source"))
    price_contracts_of_documents(session, staged_by)
    mark_published(session, job_id)
    release(session, job_id)


def what_changed(session: Session, job_id: int) -> dict[str, Any]:
    """Counts by change, and the documents that left Pending Data with the reason."""
    return {"changes": changes_by_kind(session, job_id), "left_pending": left_pending(session, job_id)}


def discard_leftovers() -> int:
    """Delete what ended jobs staged and never published, a batch a transaction. Returns how many versions."""
    discarded = 0
    with store().read() as session:
        ended = jobs_to_discard(session)
    for job_id in ended:
        while True:
            with store().write() as session:
                batch = discard_staged(session, job_id)
            discarded += batch
            if not batch:
                break
    return discarded


def supersede_overtaken(session: Session, staged_by: int, kinds: Sequence[str]) -> None:
    """Conversion runs from before the run `staged_by`, which publishes now, that read any of these kinds of documents
    and still await loading: loading them would put what they read in the place of what is newer."""
    older = job.c.kind == "invoices", job.c.state == "awaiting_load", job.c.id < staged_by
    rows = session.execute(select(job.c.id, job.c.parameters).where(*older)).all()
    ids = [row.id for row in rows if set(kinds_of(row.parameters or {})) & set(kinds)]
    session.execute(update(job).where(job.c.id.in_(ids)).values(state="superseded"))


def supersede_older(job_id: int, kinds: Sequence[str]) -> list[int]:
    """Older conversion runs of these kinds of documents, or of some of them, are superseded if they await loading."""
    with store().write() as session:
        older = job.c.kind == "invoices", job.c.state == "awaiting_load", job.c.id < job_id
        rows = session.execute(select(job.c.id, job.c.parameters).where(*older)).all()
        ids = [row.id for row in rows if set(kinds_of(row.parameters or {})) <= set(kinds)]
        session.execute(update(job).where(job.c.id.in_(ids)).values(state="superseded"))
        return ids

"""Jobs: starting, watching, cancelling, and the files they wrote."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import FileResponse
from sqlmodel import col

from api.deployment import Deployment
from api.http.access import Id, Needs, Opened
from api.http.paging import Cursor, Page, PageAsked, Paged, PageSize, page_of, read_cursor, write_place
from api.http.requests import Body, ReasonBody
from api.job_files import path_of
from api.views.control_totals import ControlTotalView, control_total_views
from api.views.jobs import (
    JobCountView,
    JobDetailView,
    JobNoteView,
    JobView,
    job_count_views,
    job_detail_view,
    job_note_view,
    job_view,
)
from api.views.sync import Documents, invoice_parameters
from jobs.start import cancel_job as stop_run
from jobs.start import read_job, start_job
from revrec.operations.actor import Actor
from revrec.operations.cancel_job import cancel_job
from revrec.problems import NotFound
from revrec.store.queries.jobs import JOB_SORTS, jobs_by_kind, jobs_where, notes_after
from revrec.store.queries.ordered import one_page
from revrec.store.tables import Job, JobFile

router = APIRouter(tags=["jobs"])

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STARTED: dict[int | str, dict[str, Any]] = {
    202: {"headers": {"Location": {"description": "Where the job is watched.", "schema": {"type": "string"}}}}
}


class PullBody(Body):
    """`full`: read everything again, not only what changed."""

    full: bool = False


class PullInvoicesBody(PullBody):
    """`documents`: invoices, credit memos, or both. `sweep`: compare all of NetSuite's documents with what is here,
    besides reading what changed, and read again what differs. `accept_vanished`: let a full run or a sweep mark any
    share of the documents gone."""

    documents: Documents = "both"
    sweep: bool = False
    accept_vanished: bool = False


@dataclass
class _Selection:
    kind: Annotated[str, Query(max_length=40)] = ""
    state: Annotated[str, Query(max_length=40)] = ""
    data: Annotated[
        Literal["", "sync", "conversion"],
        Query(description="`conversion`: pulls from before the first period, and loads; `sync`: the others."),
    ] = ""
    by: Annotated[str, Query(max_length=200, description="Part of who started it.")] = ""


Selected = Annotated[_Selection, Depends()]


@router.get("/jobs", operation_id="list_jobs", summary="List jobs, newest first")
def list_jobs(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    asked: Annotated[PageAsked, Depends(Paged("-started"))],
    selected: Selected,
) -> Page[JobView]:
    with deployment.store.read() as session:
        query = jobs_where(session, **asdict(selected))
        rows, place = one_page(session, query, JOB_SORTS, col(Job.id), asked.order, asked.limit)
        return Page(items=[job_view(row[0]) for row in rows], next_cursor=write_place(asked.order, place))


@router.get("/jobs/totals", operation_id="total_jobs", summary="How many jobs of each kind are in each state")
def total_jobs(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    selected: Selected,
) -> list[JobCountView]:
    with deployment.store.read() as session:
        return job_count_views(jobs_by_kind(session, **asdict(selected)))


@router.get("/jobs/{job_id}", operation_id="show_job", summary="Show a job with its files")
def show_job(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], job_id: Id
) -> JobDetailView:
    with deployment.store.read() as session:
        return job_detail_view(session, _existing(session.get(Job, job_id), job_id))


@router.get("/jobs/{job_id}/notes", operation_id="list_job_notes", summary="What a job said, in order")
def list_job_notes(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    job_id: Id,
    severity: Annotated[Literal["", "info", "notice", "warning", "error"], Query()] = "",
    search: Annotated[str, Query(max_length=200, description="Part of what it says, or where.")] = "",
    cursor: Cursor = None,
    limit: PageSize = 100,
) -> Page[JobNoteView]:
    with deployment.store.read() as session:
        _existing(session.get(Job, job_id), job_id)
        found = notes_after(
            session, job_id, read_cursor(cursor) or 0, limit + 1, severity=severity, search=search
        )
        rows, following = page_of(found, limit, lambda row: row.id)
        return Page(items=[job_note_view(row) for row in rows], next_cursor=following)


@router.get(
    "/jobs/{job_id}/totals",
    operation_id="list_job_totals",
    summary="NetSuite's own totals against what is held here, as a job reconciled them, by currency",
)
def list_job_totals(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], job_id: Id
) -> list[ControlTotalView]:
    with deployment.store.read() as session:
        _existing(session.get(Job, job_id), job_id)
        return control_total_views(session, job_id)


@router.post(
    "/jobs/orders",
    operation_id="pull_orders",
    summary="Pull sales orders from the CRM",
    status_code=202,
    responses=STARTED,
)
def pull_orders(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("run_sync"))],
    body: PullBody,
    response: Response,
) -> JobView:
    return started(deployment, actor, "orders", {"full": body.full}, response)


@router.post(
    "/jobs/invoices",
    operation_id="pull_invoices",
    summary="Pull, match, reconcile and load invoices and credit memos",
    status_code=202,
    responses=STARTED,
)
def pull_invoices(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("run_sync"))],
    body: PullInvoicesBody,
    response: Response,
) -> JobView:
    parameters = invoice_parameters(
        full=body.full,
        documents=body.documents,
        sweep=body.sweep,
        accept_vanished=body.accept_vanished,
    )
    return started(deployment, actor, "invoices", parameters, response)


@router.post(
    "/jobs/{job_id}/load",
    operation_id="load_job",
    summary="Load what a conversion job pulled",
    status_code=202,
    responses=STARTED,
)
def load_job(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("load_job"))], job_id: Id, response: Response
) -> JobView:
    return started(deployment, actor, "load", {"job": job_id}, response)


@router.post(
    "/jobs/{job_id}/cancel", operation_id="cancel_job", summary="Cancel a job that has not loaded yet"
)
def stop_job(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("cancel_job"))], job_id: Id, body: ReasonBody
) -> JobView:
    with deployment.store.write() as session:
        view = job_view(cancel_job(session, actor, job_id, now=deployment.now(), reason=body.reason))
    stop_run(deployment.runner, job_id)
    return view


@router.get(
    "/files/{file_id}",
    operation_id="download_file",
    summary="Download a job's workbook",
    response_class=FileResponse,
    responses={200: {"content": {WORKBOOK: {"schema": {"type": "string", "format": "binary"}}}}},
)
def download_file(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], file_id: Id
) -> FileResponse:
    with deployment.store.read() as session:
        row = session.get(JobFile, file_id)
        if row is None:
            raise NotFound(f"There is no file {file_id}.", where="file_id")
        path, name = path_of(deployment.config, row), row.name
    return FileResponse(path, filename=name, media_type=WORKBOOK)


def started(
    deployment: Deployment, actor: Actor, kind: str, parameters: dict[str, Any], response: Response
) -> JobView:
    """Start a job; the answer says where to watch it."""
    job_id = start_job(deployment.config, deployment.store, kind, parameters, actor)
    response.headers["Location"] = f"/api/v1/jobs/{job_id}"
    return job_view(read_job(deployment.store, job_id))


def _existing(row: Job | None, job_id: int) -> Job:
    if row is None:
        raise NotFound(f"There is no job {job_id}.", where="job_id")
    return row

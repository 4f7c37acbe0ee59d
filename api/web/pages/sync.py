"""Sync: connections, running a job, watching it, cancelling it, its file."""

import json
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.http.access import Id, Needs, Opened
from api.http.paging import page_of, read_cursor
from api.http.routes.jobs import download_file
from api.views.connections import connection_view
from api.views.jobs import JobDetailView, job_detail_view, job_note_view, job_view
from api.web.forms import Form, Posted
from api.web.job_results import told_of
from api.web.render import page
from jobs.start import OPEN_STATES, start_job
from jobs.start import cancel_job as stop_run
from revrec.operations.actor import Actor
from revrec.operations.cancel_job import cancel_job
from revrec.problems import Invalid, NotFound
from revrec.store.queries.connections import all_connections
from revrec.store.queries.jobs import jobs_before, notes_after
from revrec.store.tables import Job

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]

TABS = {"jobs": "Sync Jobs", "conversion": "Conversion Data"}
CONVERSION_STATES = ("awaiting_load", "superseded")
_ROWS, _NOTES = 30, 200


@router.get("/sync")
def sync(
    request: Request,
    deployment: Opened,
    actor: Reader,
    tab: Annotated[str, Query(max_length=20)] = "jobs",
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    tab = tab if tab in TABS else "jobs"
    with deployment.store.read() as session:
        connections = [connection_view(row, now=deployment.now()) for row in all_connections(session)]
        found = (
            jobs_before(session, read_cursor(cursor), _ROWS + 1)
            if tab == "jobs"
            else [
                one for state in CONVERSION_STATES for one in jobs_before(session, None, _ROWS, state=state)
            ]
        )
        rows, following = page_of(found, _ROWS, lambda row: row.id)
        jobs = [job_view(row) for row in rows]
    return page(
        request,
        "sync.html",
        connections=connections,
        jobs=jobs,
        tab=tab,
        tabs=TABS,
        following=following,
        cursor=cursor,
    )


@router.post("/sync/run")
def run(form: Annotated[Form, Depends(Posted("run_sync"))]) -> Response:
    kind = form.text("kind")
    if kind not in ("orders", "invoices"):
        raise Invalid("Choose what to pull: sales orders, or invoices.", where="kind")
    parameters: dict[str, object] = {"full": form.on("full")}
    if kind == "invoices":
        parameters |= {"kinds": form.texts("kinds") or ["CustInvc", "CustCred"], "accept_vanished": False}
    job = start_job(form.deployment.config, form.deployment.store, kind, parameters, form.actor)
    return form.done(f"/sync/jobs/{job}")


@router.get("/sync/jobs/{job_id}")
def job(request: Request, deployment: Opened, actor: Reader, job_id: Id) -> Response:
    with deployment.store.read() as session:
        view = job_detail_view(session, _existing(session.get(Job, job_id), job_id))
        notes = [job_note_view(row) for row in notes_after(session, job_id, 0, _NOTES)]
        told = told_of(session, view.kind, view.result)
    raw = json.dumps(view.result, indent=2, ensure_ascii=False, default=str) if view.result else ""
    return page(
        request, "job.html", job=view, notes=notes, told=told, raw=raw, going=view.state in OPEN_STATES
    )


@router.get("/sync/jobs/{job_id}/progress")
def progress(request: Request, deployment: Opened, actor: Reader, job_id: Id) -> Response:
    """The moving part of a job's page. When the job is over, the whole page is loaded again."""
    with deployment.store.read() as session:
        view = job_detail_view(session, _existing(session.get(Job, job_id), job_id))
    response = page(request, "job_progress.html", job=view, rate=rate_of(view, deployment.now()))
    if view.state not in OPEN_STATES:
        response.headers["HX-Refresh"] = "true"
    return response


@router.post("/sync/jobs/{job_id}/cancel")
def cancel(form: Annotated[Form, Depends(Posted("cancel_job"))], job_id: Id) -> Response:
    with form.deployment.store.write() as session:
        cancel_job(session, form.actor, job_id, now=form.deployment.now(), reason=form.text("reason"))
    stop_run(form.deployment.runner, job_id)
    return form.done(f"/sync/jobs/{job_id}", f"Job {job_id} is cancelled. Nothing of it was loaded.")


@router.post("/sync/jobs/{job_id}/load")
def load(form: Annotated[Form, Depends(Posted("load_job"))], job_id: Id) -> Response:
    started = start_job(form.deployment.config, form.deployment.store, "load", {"job": job_id}, form.actor)
    return form.done(f"/sync/jobs/{started}", f"Loading what job {job_id} pulled.")


@router.get("/files/{file_id}")
def file(deployment: Opened, actor: Reader, file_id: Id) -> Response:
    return download_file(deployment, actor, file_id)


def rate_of(job: JobDetailView, now: datetime) -> str:
    """Pieces a second since the job began, as words; empty while that says nothing."""
    if job.started_at is None or not job.stage_done:
        return ""
    seconds = (now - job.started_at).total_seconds()
    return f"{job.stage_done / seconds:.1f} a second" if seconds >= 2 else ""


def _existing(row: Job | None, job_id: int) -> Job:
    if row is None:
        raise NotFound(f"There is no job {job_id}.", where="job")
    return row

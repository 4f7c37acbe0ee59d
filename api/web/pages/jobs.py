"""A job: watching it, what it found, its log, cancelling it, loading it, its file."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.http.access import Id, Needs, Opened
from api.http.paging import Cursor, page_of, read_cursor
from api.http.routes.jobs import download_file
from api.views.control_totals import control_total_views
from api.views.jobs import job_detail_view, job_note_view
from api.web.forms import Form, Posted
from api.web.job_progress import pace_of, seen_of, stages_of
from api.web.job_results import told_of
from api.web.render import page
from jobs.start import cancel_job as stop_run
from jobs.start import start_job
from revrec.operations.actor import Actor
from revrec.operations.cancel_job import cancel_job
from revrec.problems import NotFound
from revrec.store.queries.jobs import notes_after
from revrec.store.tables import Job
from revrec.store.tables.jobs import OPEN_JOB_STATES

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
SEVERITIES = ("info", "notice", "warning", "error")
NOTES = 100
SHOWN_RESULT = 60_000  # characters of a result that a page holds; the API has all of it


@router.get("/sync/jobs/{job_id}")
def job(
    request: Request,
    deployment: Opened,
    actor: Reader,
    job_id: Id,
    severity: Annotated[str, Query(max_length=20)] = "",
    search: Annotated[str, Query(max_length=200)] = "",
    cursor: Cursor = None,
) -> Response:
    with deployment.store.read() as session:
        view = job_detail_view(session, _existing(session.get(Job, job_id), job_id))
        found = notes_after(
            session, job_id, read_cursor(cursor) or 0, NOTES + 1, severity=severity, search=search.strip()
        )
        rows, following = page_of(found, NOTES, lambda row: row.id)
        notes = [job_note_view(row) for row in rows]
        told = told_of(session, view.kind, view.result)
    raw = json.dumps(view.result, indent=2, ensure_ascii=False, default=str) if view.result else ""
    return page(
        request,
        "job.html",
        job=view,
        notes=notes,
        told=told,
        raw=raw[:SHOWN_RESULT],
        cut=len(raw) > SHOWN_RESULT,
        going=view.state in OPEN_JOB_STATES,
        severity=severity,
        severities=SEVERITIES,
        search=search.strip(),
        following=following,
        cursor=cursor,
    )


@router.get("/sync/jobs/{job_id}/progress")
def progress(
    request: Request,
    deployment: Opened,
    actor: Reader,
    job_id: Id,
    stage: Annotated[str, Query(max_length=100)] = "",
    done: Annotated[int, Query(ge=0, le=2**53)] = 0,
    at: Annotated[float, Query(ge=0, le=1e11, allow_inf_nan=False)] = 0,
) -> Response:
    """The moving part of a job's page. When the job is over, the whole page is loaded again. `stage`, `done`, `at`:
    what the page saw when the stage began."""
    with deployment.store.read() as session:
        view = job_detail_view(session, _existing(session.get(Job, job_id), job_id))
    pace = pace_of(view, seen_of(stage, done, at), deployment.now())
    of_job = request.headers.get("hx-current-url", "").partition("?")[0].endswith(f"/sync/jobs/{job_id}")
    response = page(request, "job_progress.html", job=view, pace=pace, stages=stages_of(view), oob=of_job)
    if view.state not in OPEN_JOB_STATES:
        response.headers["HX-Refresh"] = "true"
    return response


@router.get("/sync/jobs/{job_id}/totals")
def control_totals(request: Request, deployment: Opened, actor: Reader, job_id: Id) -> Response:
    """NetSuite's own totals against what is held here, by currency, as the job reconciled them."""
    with deployment.store.read() as session:
        view = job_detail_view(session, _existing(session.get(Job, job_id), job_id))
        totals = control_total_views(session, job_id)
    part = "job_totals_part.html" if request.headers.get("hx-request") else "job_totals.html"
    return page(request, part, job=view, totals=totals)


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


def _existing(row: Job | None, job_id: int) -> Job:
    if row is None:
        raise NotFound(f"There is no job {job_id}.", where="job")
    return row

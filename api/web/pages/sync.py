"""Sync: the flows and their connections, running a job, and the list of jobs."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session, col
from starlette.responses import Response

from api.http.access import Needs, Opened
from api.views.amounts import amount_writer
from api.views.job_rows import job_row_views
from api.views.jobs import JobDetailView, job_count_views
from api.views.sync import KINDS, invoice_parameters
from api.web.download import Field
from api.web.flow_cards import flow_cards
from api.web.forms import Form, Posted
from api.web.job_results import told_by
from api.web.listing import Listing, listing_of, totals_page
from api.web.render import page
from api.web.taking import take_list
from jobs.start import start_job
from jobs.workflows import KINDS as JOB_KINDS
from revrec.operations.actor import Actor
from revrec.problems import Invalid
from revrec.store.queries.jobs import JOB_SORTS, count_awaiting_load, jobs_by_kind, jobs_where
from revrec.store.queries.ordered import all_rows, one_page
from revrec.store.tables import Job
from revrec.store.tables.jobs import JOB_STATES

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]

TABS = {"sync": "Sync Jobs", "conversion": "Conversion Data"}
ROWS = 25
FIELDS = (
    Field("Job", lambda one: str(one.id)),
    Field("What", lambda one: one.kind),
    Field("Period", lambda one: str(one.parameters.get("period", ""))),
    Field("State", lambda one: one.state),
    Field("By", lambda one: one.requested_by),
    Field("Asked for (UTC)", lambda one: one.created_at, "moment"),
    Field("Started (UTC)", lambda one: one.started_at, "moment"),
    Field("Finished (UTC)", lambda one: one.finished_at, "moment"),
    Field("Reconciliation", lambda one: _recon(one)),
    Field("Files", lambda one: ", ".join(file.name for file in one.files)),
    Field("Says", lambda one: one.error),
)


TOTALS = (
    Field("What", lambda one: one.kind.replace("_", " ")),
    Field("State", lambda one: one.state.replace("_", " ")),
    Field("Jobs", lambda one: one.jobs, "count"),
)


@router.get("/sync")
def sync(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        cards = flow_cards(session, deployment.now())
        query = jobs_where(session, **_selection(listing))
        rows, place = one_page(session, query, JOB_SORTS, col(Job.id), listing.order, ROWS)
        jobs = job_row_views(session, [row[0] for row in rows])
        waiting = count_awaiting_load(session)
        write = amount_writer(session)
    told = {job.id: told_by(write, job.kind, job.result) for job in jobs}
    return page(
        request,
        "sync.html",
        cards=cards,
        jobs=jobs,
        told=told,
        list=listing.page(len(jobs), place),
        tab=listing.filters["tab"] or "sync",
        tabs=TABS,
        kinds=list(JOB_KINDS),
        states=JOB_STATES,
        waiting=waiting,
    )


@router.get("/sync/totals")
def totals(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        rows = job_count_views(jobs_by_kind(session, **_selection(listing)))
    return totals_page(request, listing, "jobs", TOTALS, rows)


@router.get("/sync.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    listing = _listing(request)

    def rows(session: Session) -> Iterator[JobDetailView]:
        query = jobs_where(session, **_selection(listing))
        for part in all_rows(session, query, JOB_SORTS, col(Job.id), listing.order):
            yield from job_row_views(session, [row[0] for row in part])

    return take_list(deployment, actor, kind, "jobs", listing.filters, FIELDS, rows)


@router.post("/sync/run")
def run(form: Annotated[Form, Depends(Posted("run_sync"))]) -> Response:
    """Start a pull: of orders, or of the documents that were chosen."""
    kind = form.text("kind")
    if kind not in ("orders", "invoices"):
        raise Invalid("Choose what to pull: sales orders, or invoices.", where="kind")
    parameters: dict[str, object] = {"full": form.on("full")}
    if kind == "invoices":
        documents = form.text("documents") or "both"
        if documents not in KINDS:
            raise Invalid("Choose invoices, credit memos, or both.", where="documents")
        parameters = invoice_parameters(
            full=form.on("full"), documents=documents, sweep=form.on("sweep"), accept_vanished=False
        )
    job = start_job(form.deployment.config, form.deployment.store, kind, parameters, form.actor)
    return form.done(f"/sync/jobs/{job}")


def _listing(request: Request) -> Listing:
    listing = listing_of(request, "-started", "tab", "kind", "state", "by", path="/sync", totals=True)
    if listing.filters["tab"] not in ("", *TABS):
        raise Invalid(f"There is no tab '{listing.filters['tab']}'.", where="tab")
    return listing


def _selection(listing: Listing) -> dict[str, str]:
    chosen = {name: value for name, value in listing.filters.items() if name != "tab"}
    return {**chosen, "data": listing.filters["tab"] or "sync"}


def _recon(job: JobDetailView) -> str:
    found = (job.result or {}).get("reconciliation") or {}
    return str(found.get("status", ""))

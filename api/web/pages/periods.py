"""Periods: set the first, close with the checklist, reopen with a reason."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from api.checking import Checklist, computed_checklist, known_checklist
from api.closing import obstacles_among
from api.deployment import Deployment
from api.http.access import Needs, Opened, Period
from api.views.jobs import job_detail_view
from api.views.journals import journal_views
from api.views.periods import PeriodView, close_views, period_views
from api.web.entry import FRESH, Entry, carry_out
from api.web.forms import Form, Posted
from api.web.job_results import told_of
from api.web.render import page
from jobs.closing.reopen import check_reopening
from jobs.start import start_job
from revrec.operations.actor import Actor
from revrec.operations.set_first_period import first_period, set_first_period
from revrec.problems import Conflict, Invalid, NotFound
from revrec.store.queries.journals import journals_before
from revrec.store.tables import Job

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
_JOURNALS = 100


@router.get("/periods")
def periods(request: Request, deployment: Opened, actor: Reader) -> Response:
    return _list(request, deployment)


@router.post("/periods/first")
def first(form: Annotated[Form, Depends(Posted("set_first_period"))]) -> Response:
    def run(session: Session) -> Response:
        period = form.text("period")
        set_first_period(session, form.actor, period, now=form.deployment.now(), reason=form.text("reason"))
        words = f"The first accounting period is {period}. From now on runs load by themselves."
        return form.done("/periods", words)

    return carry_out(
        form, run, lambda entry: _list(form.request, form.deployment, entry), first_period="period"
    )


@router.get("/periods/{period}")
def one(request: Request, deployment: Opened, actor: Reader, period: Period) -> Response:
    with deployment.store.read() as session:
        views = period_views(session, deployment.today())
        view = _existing(views, period)
        closed = [row for row in views if row.state == "closed"]
        due = views[len(views) - 1 - len(closed)] if len(closed) < len(views) else None
        journals = journal_views(session, journals_before(session, None, _JOURNALS, period=period))
        closes = close_views(session, period)
        job = session.get(Job, view.close_job) if view.close_job else None
        told = told_of(session, "close", job.result) if job else None
        job_view = job_detail_view(session, job) if job else None
    return page(
        request,
        "period.html",
        period=view,
        due=due,
        newest_closed=closed[0] if closed else None,
        journals=journals,
        more=len(journals) == _JOURNALS,
        closes=closes,
        told=told,
        job=job_view,
    )


@router.get("/periods/{period}/checklist")
def checklist(
    request: Request,
    deployment: Opened,
    actor: Reader,
    period: Period,
    part: Annotated[str, Query(pattern="^(computed|anew)?$")] = "",
) -> Response:
    """What speaks against the close, and the form that closes. What is known at once comes first; `computed` has the
    rest, which takes a computation of the close unless nothing moved since the last one; `anew` computes it again."""
    template = "checklist.html" if request.headers.get("hx-request") else "checklist_page.html"
    found = (
        computed_checklist(deployment, period, anew=part == "anew")
        if part
        else known_checklist(deployment, period)
    )
    return _checklist(request, template, period, found)


@router.post("/periods/{period}/close")
def close(form: Annotated[Form, Depends(Posted("close_period"))], period: Period) -> Response:
    acknowledged, reason = form.texts("acknowledge"), form.text("reason")
    found = computed_checklist(form.deployment, period)
    try:
        obstacles_among(found.findings, period, acknowledged, reason).refuse()
    except Conflict as error:
        # The checklist as it is now, with what was ticked and typed.
        return _checklist(form.request, "checklist_refused.html", period, found, error, acknowledged, reason)
    parameters = {"period": period, "acknowledge": acknowledged, "reason": reason}
    job = start_job(form.deployment.config, form.deployment.store, "close", parameters, form.actor)
    return form.done(f"/sync/jobs/{job}")


@router.post("/periods/{period}/reopen")
def reopen(form: Annotated[Form, Depends(Posted("reopen_period"))], period: Period) -> Response:
    if not form.text("reason"):
        raise Invalid(f"Say why {period} is reopened; the reason is kept in the audit trail.", where="reason")
    with form.deployment.store.read() as session:
        check_reopening(session, period, form.actor.email)  # the job asks again; this answers at once
    parameters = {"period": period, "reason": form.text("reason")}
    job = start_job(form.deployment.config, form.deployment.store, "reopen", parameters, form.actor)
    return form.done(f"/sync/jobs/{job}")


def _checklist(
    request: Request,
    template: str,
    period: str,
    found: Checklist,
    refused: Conflict | None = None,
    acknowledged: Sequence[str] = (),
    reason: str = "",
) -> Response:
    return page(
        request,
        template,
        refused.status if refused else 200,
        period=period,
        blocking=[one for one in found.findings if one.severity == "blocking"],
        warnings=(warnings := [one for one in found.findings if one.severity == "warning"]),
        codes=sorted({one.code for one in warnings}),
        computed_at=found.computed_at,
        refused=refused.message if refused else "",
        acknowledged=acknowledged,
        reason=reason,
    )


def _list(request: Request, deployment: Deployment, entry: Entry = FRESH) -> Response:
    with deployment.store.read() as session:
        views = period_views(session, deployment.today())
        begun = first_period(session)
    return page(request, "periods.html", entry.status, periods=views, first=begun, entry=entry)


def _existing(views: list[PeriodView], period: str) -> PeriodView:
    for view in views:
        if view.period == period:
            return view
    raise NotFound(f"{period} is none of the periods kept here.", where="period")

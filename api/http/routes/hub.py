"""The transaction hub: journals on their way to NetSuite."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, StringConstraints
from sqlmodel import Session, col

from api.deployment import Deployment
from api.http.access import INT64_MAX, Id, Needs, Opened
from api.http.paging import Page, PageAsked, Paged, write_place
from api.http.requests import Body, ReasonBody
from api.http.routes.jobs import STARTED, started
from api.posting import Sending, all_failed, require_posting, retry_now, send_now
from api.views.hub import (
    CrossCheckView,
    HubActionView,
    HubDetailView,
    HubFiguresView,
    HubJournalView,
    HubTotalView,
    StateCode,
    cross_check_view,
    hub_detail_view,
    hub_figures_view,
    hub_journal_views,
    hub_total_views,
    selection,
    told_views,
)
from api.views.jobs import JobView, job_view
from jobs.start import read_job
from revrec.operations.actor import Actor
from revrec.operations.hold_journals import hold_journals
from revrec.operations.hub_choice import Told
from revrec.operations.release_journals import release_journals
from revrec.problems import Invalid, NotFound
from revrec.store.queries.hub import HUB_SORTS, Selection, hub_where
from revrec.store.queries.ordered import one_page
from revrec.store.tables import Journal

router = APIRouter(tags=["hub"])

PeriodName = Annotated[str, StringConstraints(pattern=r"^(|\d{4}-\d{2}|FY\d{4}-P\d{2})$")]
Ids = Annotated[list[Annotated[int, Field(ge=1, le=INT64_MAX)]], Field(min_length=1, max_length=1000)]


@dataclass
class _Selection:
    state: Annotated[StateCode | None, Query(description="In this state.")] = None
    period: Annotated[str, Query(max_length=20)] = ""
    subsidiary: Annotated[str, Query(max_length=200, description="Its name or NetSuite's id.")] = ""
    search: Annotated[
        str,
        Query(max_length=200, description="Part of the number or of what NetSuite said, or NetSuite's id."),
    ] = ""
    since: Annotated[date | None, Query(description="The journal's date, this day included.")] = None
    until: Annotated[date | None, Query(description="The journal's date, this day included.")] = None

    def chosen(self, session: Session) -> Selection:
        return selection(session, **{**asdict(self), "state": self.state or ""})


Selected = Annotated[_Selection, Depends()]


class HubPage(Page[HubJournalView]):
    """A page of the hub, with the figures of the whole selection."""

    figures: HubFiguresView


class JournalsBody(ReasonBody):
    """`journals`: ids."""

    journals: Ids


class HoldBody(Body):
    """`journals`: ids. `reason`: why they are held back."""

    journals: Ids
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class RetryBody(ReasonBody):
    """`journals`: ids; or `all_failed`, of one `period` where it is given. `again`: also journals that were posted;
    they are looked for, and sent anew only where NetSuite no longer has them."""

    journals: Ids | None = None
    all_failed: bool = False
    period: Annotated[str, StringConstraints(max_length=20)] = ""
    again: bool = False


class CrossCheckBody(Body):
    """`period`: compare its journals only."""

    period: PeriodName = ""


@router.get("/hub", operation_id="list_hub", summary="List the hub with its figures and the next batch")
def list_hub(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    asked: Annotated[PageAsked, Depends(Paged("-number"))],
    selected: Selected,
) -> HubPage:
    with deployment.store.read() as session:
        chosen = selected.chosen(session)
        rows, place = one_page(
            session, hub_where(chosen), HUB_SORTS, col(Journal.id), asked.order, asked.limit
        )
        return HubPage(
            items=hub_journal_views(session, [row[0] for row in rows]),
            next_cursor=write_place(asked.order, place),
            figures=hub_figures_view(session, chosen),
        )


@router.get("/hub/totals", operation_id="total_hub", summary="The sums over a selection of the hub")
def total_hub(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    selected: Selected,
) -> list[HubTotalView]:
    with deployment.store.read() as session:
        chosen = selected.chosen(session)
        return hub_total_views(session, chosen)


@router.get("/hub/cross-check", operation_id="show_cross_check", summary="What the newest cross-check found")
def show_cross_check(deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]) -> CrossCheckView:
    with deployment.store.read() as session:
        view = cross_check_view(session)
    if view is None:
        raise NotFound("No cross-check has been made yet.", where="cross_check")
    return view


@router.get(
    "/hub/{journal_id}",
    operation_id="show_hub_journal",
    summary="A journal with every exchange about it with NetSuite",
)
def show_hub_journal(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], journal_id: Id
) -> HubDetailView:
    with deployment.store.read() as session:
        row = session.get(Journal, journal_id)
        if row is None:
            raise NotFound(f"There is no journal {journal_id}.", where="journal_id")
        return hub_detail_view(session, row)


@router.post("/hub/now", operation_id="send_now", summary="Send what waits without waiting for the batch")
def send(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("post_journal"))], response: Response
) -> HubActionView:
    return _acted(deployment, [], send_now(deployment, actor, None), response)


@router.post(
    "/hub/retry",
    operation_id="retry_journals",
    summary="Retry journals that failed, or conflicts that were settled in NetSuite",
)
def retry(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("retry_journal"))],
    body: RetryBody,
    response: Response,
) -> HubActionView:
    if (body.journals is None) is not body.all_failed:
        raise Invalid("Name the journals, or set all_failed.", where="journals")
    ids = body.journals if body.journals is not None else all_failed(deployment, body.period)
    told, sending = retry_now(deployment, actor, ids, body.reason, again=body.again)
    return _acted(deployment, told, sending, response)


@router.post(
    "/hub/hold", operation_id="hold_journals", summary="Hold journals back from every batch, with a reason"
)
def hold(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("hold_journal"))], body: HoldBody
) -> HubActionView:
    with deployment.store.write() as session:
        told = hold_journals(session, actor, body.journals, body.reason, now=deployment.now())
    return HubActionView(journals=told_views(told))


@router.post(
    "/hub/release", operation_id="release_journals", summary="Release held journals to the next batch"
)
def release(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("release_journal"))], body: JournalsBody
) -> HubActionView:
    with deployment.store.write() as session:
        told = release_journals(session, actor, body.journals, now=deployment.now(), reason=body.reason)
    return HubActionView(journals=told_views(told))


@router.post(
    "/hub/cross-check",
    operation_id="cross_check",
    summary="Compare posted journals with what NetSuite holds; the job's result lists what differs",
    status_code=202,
    responses=STARTED,
)
def check(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("cross_check"))],
    body: CrossCheckBody,
    response: Response,
) -> JobView:
    require_posting(deployment)
    return started(deployment, actor, "cross_check", {"period": body.period}, response)


def _acted(deployment: Deployment, told: list[Told], sending: Sending, response: Response) -> HubActionView:
    """What became of the journals; 202 and where the batch is watched, if one was started."""
    job = None
    if sending.job_id is not None:
        response.status_code = 202
        response.headers["Location"] = f"/api/v1/jobs/{sending.job_id}"
        job = job_view(read_job(deployment.store, sending.job_id))
    return HubActionView(journals=told_views(told), job=job, note=sending.note)

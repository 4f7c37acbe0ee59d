"""Accounting periods: the close hook, reopening, the first period."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.closing import ClosedView, blockers_of, closed_already, findings_of
from api.deployment import Deployment
from api.http.access import Needs, Opened, Period
from api.http.problem_details import ProblemPlace
from api.http.requests import Body, Text
from api.http.routes.jobs import STARTED, started
from api.views.jobs import JobView
from api.views.periods import CloseView, PeriodView, close_views, period_views
from api.views.shape import View
from revrec.operations.actor import Actor
from revrec.operations.periods import periods_of
from revrec.operations.set_first_period import set_first_period

router = APIRouter(tags=["periods"])


class FirstPeriodBody(Body):
    period: Text
    reason: Text = ""


class CloseBody(Body):
    """`acknowledge`: codes of warnings that are accepted; they need a reason."""

    acknowledge: list[Text] = Field(default_factory=list)
    reason: Text = ""


class ReopenBody(Body):
    reason: Text


class ChecklistView(View):
    """What stands in the way of a close."""

    period: str
    blocking: list[ProblemPlace]
    warnings: list[ProblemPlace]


@router.get("/periods", operation_id="list_periods", summary="Periods and how they stand, newest first")
def list_periods(deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]) -> list[PeriodView]:
    with deployment.store.read() as session:
        return period_views(session, deployment.today())


@router.put("/periods/first", operation_id="set_first_period", summary="Set the first accounting period")
def put_first_period(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("set_first_period"))], body: FirstPeriodBody
) -> list[PeriodView]:
    with deployment.store.write() as session:
        set_first_period(session, actor, body.period, now=deployment.now(), reason=body.reason)
        return period_views(session, deployment.today())


@router.get(
    "/periods/{period}/closes",
    operation_id="list_closes",
    summary="Every close of a period, newest first, with who took it back and why",
)
def list_closes(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], period: Period
) -> list[CloseView]:
    _check(deployment, period)
    with deployment.store.read() as session:
        return close_views(session, period)


@router.get(
    "/periods/{period}/checklist",
    operation_id="show_checklist",
    summary="What blocks a close, and what it warns of",
)
def show_checklist(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], period: Period
) -> ChecklistView:
    _check(deployment, period)
    found = findings_of(deployment, period)
    places = {
        severity: [
            ProblemPlace(where=one.where, message=one.message, code=one.code, severity=one.severity)
            for one in found
            if one.severity == severity
        ]
        for severity in ("blocking", "warning")
    }
    return ChecklistView(period=period, blocking=places["blocking"], warnings=places["warning"])


@router.post(
    "/periods/{period}/close",
    operation_id="close_period",
    summary="Close a period: the hook that an ERP's period close calls",
    status_code=202,
    response_model=JobView,
    responses={**STARTED, 200: {"model": ClosedView, "description": "It is closed already."}},
)
def close_period(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("close_period"))],
    period: Period,
    response: Response,
    body: CloseBody | None = None,
) -> JobView | JSONResponse:
    """202 with the job's URL in Location; 200 with the result where the period is closed already; 409 listing
    blockers and unacknowledged warnings."""
    asked = body or CloseBody()
    _check(deployment, period)
    with deployment.store.read() as session:
        done = closed_already(session, period)
    if done is not None:
        return JSONResponse(done.model_dump(mode="json"))
    blockers_of(deployment, period, asked.acknowledge, asked.reason).refuse()
    parameters = {"period": period, "acknowledge": asked.acknowledge, "reason": asked.reason}
    return started(deployment, actor, "close", parameters, response)


@router.post(
    "/periods/{period}/reopen",
    operation_id="reopen_period",
    summary="Reopen the newest closed period",
    status_code=202,
    responses=STARTED,
)
def reopen_period(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("reopen_period"))],
    period: Period,
    body: ReopenBody,
    response: Response,
) -> JobView:
    _check(deployment, period)
    return started(deployment, actor, "reopen", {"period": period, "reason": body.reason}, response)


def _check(deployment: Deployment, period: str) -> None:
    """Raise `Invalid` for what is no period of the company's calendar."""
    with deployment.store.read() as session:
        periods_of(session).index(period)

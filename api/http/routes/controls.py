"""Control checks, and NetSuite's balances."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from api.http.access import INT64_MAX, Needs, Opened
from api.http.requests import Body, Text
from api.http.routes.jobs import STARTED, started
from api.views.controls import ControlsView, controls_view
from api.views.general_ledger import GlBalanceView, gl_balance_views
from api.views.jobs import JobView
from jobs.closing.controls import check_books, closed_periods
from revrec.operations.actor import Actor
from revrec.operations.sign_off_balance import sign_off_balance

router = APIRouter(tags=["periods"])

Period = Annotated[str, Field(max_length=20)]


class ReadBalancesBody(Body):
    """`period`: a closed one, or the one before the first; empty: the newest closed."""

    period: Period = ""


class SignOffBody(Body):
    """`account` and `subsidiary` (0 in an account without subsidiaries) are NetSuite's ids."""

    period: Period
    account: Annotated[int, Field(ge=1, le=INT64_MAX)]
    subsidiary: Annotated[int, Field(ge=0, le=INT64_MAX)] = 0
    reason: Text


@router.get(
    "/controls",
    operation_id="run_controls",
    summary="Check what must always hold of closed periods; changes nothing",
)
def run_controls(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    period: Annotated[str, Query(max_length=20, description="Only this closed period; else all.")] = "",
) -> ControlsView:
    """`passed` is false when a check fails; one whose balances were not read yet says so and counts as no pass."""
    with deployment.store.read() as session:
        results = check_books(session, period)
        return controls_view(session, [period] if period else closed_periods(session), results)


@router.get(
    "/controls/gl",
    operation_id="list_gl_balances",
    summary="NetSuite's balances at a period's end beside the ledger, as they were read last",
)
def list_gl_balances(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    period: Annotated[str, Query(max_length=20, description="Default: the newest that was read.")] = "",
) -> list[GlBalanceView]:
    with deployment.store.read() as session:
        return gl_balance_views(session, period)


@router.post(
    "/controls/gl",
    operation_id="read_gl_balances",
    summary="Read NetSuite's balances at a period's end and compare them with the ledger",
    status_code=202,
    responses=STARTED,
)
def read_gl_balances(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read_balances"))],
    body: ReadBalancesBody,
    response: Response,
) -> JobView:
    return started(deployment, actor, "gl_balances", {"period": body.period}, response)


@router.post(
    "/controls/gl/sign-off",
    operation_id="sign_off_balance",
    summary="Answer for what is left of an account's difference, from a period on",
)
def sign_off(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("sign_off_balance"))],
    body: SignOffBody,
) -> GlBalanceView:
    with deployment.store.write() as session:
        sign_off_balance(
            session,
            actor,
            body.period,
            body.account,
            subsidiary_id=body.subsidiary,
            now=deployment.now(),
            reason=body.reason,
        )
        (view,) = [
            one
            for one in gl_balance_views(session, body.period)
            if (one.account, one.subsidiary) == (body.account, body.subsidiary)
        ]
        return view

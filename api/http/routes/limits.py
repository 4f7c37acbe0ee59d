"""What a NetSuite account may be asked, and what it was asked."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.http.access import Needs, Opened
from api.http.requests import Body, Text
from api.limiting import change_limits, usage_of
from api.views.connections import ConnectionView
from api.views.usage import UsageView
from revrec.operations.actor import Actor

router = APIRouter(tags=["connections"])


class LimitsBody(Body):
    """What is left out stays as it is; `calls_per_minute` 0 takes that limit away."""

    concurrency: int | None = None
    calls_per_minute: int | None = None
    reason: Text = ""


@router.put(
    "/connections/{target}/limits",
    operation_id="set_account_limits",
    summary="Change the limits of a NetSuite account, named by a flow or its id, without its credentials",
)
def put_limits(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("connect_system"))],
    target: str,
    body: LimitsBody,
) -> list[ConnectionView]:
    return change_limits(
        deployment,
        actor,
        target,
        concurrency=body.concurrency,
        calls_per_minute=body.calls_per_minute,
        reason=body.reason,
    )


@router.get(
    "/connections/usage",
    operation_id="connections_usage",
    summary="What was asked of NetSuite, by hour",
)
def get_usage(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    days: Annotated[int, Query(ge=1, le=3650)] = 7,
) -> UsageView:
    return usage_of(deployment, actor, days)

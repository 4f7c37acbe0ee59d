"""Accounting policies."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from api.http.access import Needs, Opened
from api.http.requests import Body, Text
from api.views.policies import (
    PolicyChangeView,
    PolicyDetailView,
    PolicyView,
    policy_change_view,
    policy_detail_view,
    policy_view,
    policy_views,
)
from revrec.operations.actor import Actor
from revrec.operations.policies import definition_of
from revrec.operations.set_policy import policy_change, set_policy

router = APIRouter(tags=["policies"])
Key = Annotated[str, Path(max_length=60)]


class PolicyBody(Body):
    """`valid_from` left out: from the first open day on, or always where nothing is closed."""

    value: Any
    valid_from: date | None = None
    retrospective: bool = False
    reason: Text = ""


@router.get(
    "/policies", operation_id="list_policies", summary="Every policy with its value in force on a day"
)
def list_policies(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    day: Annotated[date | None, Query(description="Default: today.")] = None,
) -> list[PolicyView]:
    with deployment.store.read() as session:
        return policy_views(session, day or deployment.today())


@router.get("/policies/{key}", operation_id="show_policy", summary="A policy with every value it ever had")
def show_policy(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    key: Key,
    day: Annotated[date | None, Query(description="Default: today.")] = None,
) -> PolicyDetailView:
    with deployment.store.read() as session:
        return policy_detail_view(session, key, day or deployment.today())


@router.post(
    "/policies/{key}/check",
    operation_id="check_policy",
    summary="What setting a policy would do; nothing is written",
)
def check_policy(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("set_policy"))], key: Key, body: PolicyBody
) -> PolicyChangeView:
    with deployment.store.read() as session:
        change = policy_change(
            session,
            actor,
            key,
            body.value,
            valid_from=body.valid_from,
            retrospective=body.retrospective,
            reason=body.reason,
        )
        return policy_change_view(session, change)


@router.put("/policies/{key}", operation_id="set_policy", summary="Set a policy, from a day on")
def put_policy(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("set_policy"))],
    key: Key,
    body: PolicyBody,
) -> PolicyView:
    with deployment.store.write() as session:
        row = set_policy(
            session,
            actor,
            key,
            body.value,
            now=deployment.now(),
            valid_from=body.valid_from,
            retrospective=body.retrospective,
            reason=body.reason,
        )
        return policy_view(definition_of(key), row)

"""What a route may ask for: the deployment, and an actor who is allowed an action."""

from typing import Annotated

from fastapi import Depends, Path, Request

from api.deployment import Deployment
from revrec.operations.actor import Actor
from revrec.operations.permissions import PERMISSIONS, require

INT64_MAX = 2**63 - 1

Id = Annotated[int, Path(ge=1, le=INT64_MAX)]
Period = Annotated[
    str, Path(pattern=r"^(\d{4}-(0[1-9]|1[0-2])|FY\d{4}-P(0[1-9]|1[0-2]))$", examples=["2026-03"])
]


class Needs:
    """A dependency that gives the actor, or refuses one whose role does not allow the action.

    A coroutine, as all here that waits for nothing: the framework hands plain functions to a thread of their own.
    """

    def __init__(self, action: str) -> None:
        if action not in PERMISSIONS:
            raise KeyError(f"'{action}' is no action of the permission table.")
        self.action = action

    async def __call__(self, request: Request) -> Actor:
        actor: Actor = request.scope["actor"]
        require(actor, self.action)
        return actor


async def _deployment(request: Request) -> Deployment:
    deployment: Deployment = request.app.state.deployment
    return deployment


Opened = Annotated[Deployment, Depends(_deployment)]

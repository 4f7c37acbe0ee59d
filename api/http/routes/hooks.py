"""Secrets that outside systems sign their calls of our hooks with."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends

from api.http.access import Id, Needs, Opened
from api.http.paging import Cursor, Page, PageSize, page_of, read_cursor
from api.http.requests import Body, Text
from api.views.hooks import HookSecretView, NewHookSecretView, hook_secret_view, new_hook_secret_view
from revrec.operations.actor import Actor
from revrec.operations.create_hook_secret import create_hook_secret
from revrec.operations.revoke_hook_secret import revoke_hook_secret
from revrec.store.queries.hooks import hook_secrets_after

router = APIRouter(tags=["hooks"])


class NewHookSecretBody(Body):
    """`name`: the system that signs. `email`: whom its calls act as; empty: oneself."""

    name: Text
    email: Text = ""


@router.get("/hooks", operation_id="list_hook_secrets", summary="List the secrets that hooks sign with")
def list_hook_secrets(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Page[HookSecretView]:
    with deployment.store.read() as session:
        found = hook_secrets_after(session, read_cursor(cursor) or 0, limit + 1)
        rows, following = page_of(found, limit, lambda row: row[0].id)
        return Page(items=[hook_secret_view(row, user) for row, user in rows], next_cursor=following)


@router.post(
    "/hooks",
    operation_id="create_hook_secret",
    summary="Make a secret that a system signs its calls with; it is shown once",
    status_code=201,
)
def make_hook_secret(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("manage_hooks"))], body: NewHookSecretBody
) -> NewHookSecretView:
    with deployment.store.write() as session:
        made = create_hook_secret(
            session,
            actor,
            deployment.vault,
            body.name,
            random_text=secrets.token_urlsafe(32),
            now=deployment.now(),
            email=body.email,
        )
        return new_hook_secret_view(made)


@router.delete(
    "/hooks/{hook_id}", operation_id="revoke_hook_secret", summary="Revoke a hook's secret", status_code=204
)
def drop_hook_secret(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("manage_hooks"))], hook_id: Id
) -> None:
    with deployment.store.write() as session:
        revoke_hook_secret(session, actor, hook_id, now=deployment.now())

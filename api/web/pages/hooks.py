"""Settings, hooks: the secrets that outside systems sign their calls with."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Id, Needs, Opened
from api.http.hook_signature import HOOKS
from api.http.paging import page_of, read_cursor
from api.views.hooks import NewHookSecretView, hook_secret_view, new_hook_secret_view
from api.web.entry import FRESH, Entry, entry_again
from api.web.forms import Form, Posted
from api.web.render import page
from revrec.operations.actor import Actor
from revrec.operations.create_hook_secret import create_hook_secret
from revrec.operations.revoke_hook_secret import revoke_hook_secret
from revrec.problems import RevRecError
from revrec.store.queries.hooks import hook_secrets_after

router = APIRouter()
_ROWS = 100


@router.get("/settings/hooks")
def hooks(
    request: Request,
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    return _page(request, deployment, cursor=cursor)


@router.post("/settings/hooks")
def create(form: Annotated[Form, Depends(Posted("manage_hooks"))]) -> Response:
    """The answer shows the secret: this page is the only place where it ever stands."""
    try:
        with form.deployment.store.write() as session:
            made = create_hook_secret(
                session,
                form.actor,
                form.deployment.vault,
                form.text("name"),
                random_text=secrets.token_urlsafe(32),
                now=form.deployment.now(),
                email=form.text("email"),
            )
    except RevRecError as refused:
        return _page(form.request, form.deployment, entry=entry_again(form, refused))
    return _page(form.request, form.deployment, made=new_hook_secret_view(made))


@router.post("/settings/hooks/{hook_id}/revoke")
def revoke(form: Annotated[Form, Depends(Posted("manage_hooks"))], hook_id: Id) -> Response:
    with form.deployment.store.write() as session:
        name = revoke_hook_secret(session, form.actor, hook_id, now=form.deployment.now()).name
    return form.done("/settings/hooks", f"The secret of {name} is revoked. Calls signed with it are refused.")


def _page(
    request: Request,
    deployment: Deployment,
    *,
    cursor: str | None = None,
    made: NewHookSecretView | None = None,
    entry: Entry = FRESH,
) -> Response:
    with deployment.store.read() as session:
        found = hook_secrets_after(session, read_cursor(cursor) or 0, _ROWS + 1)
        rows, following = page_of(found, _ROWS, lambda row: row[0].id)
        views = [hook_secret_view(row, user) for row, user in rows]
    return page(
        request,
        "hooks.html",
        201 if made else entry.status,
        hooks=views,
        following=following,
        cursor=cursor,
        made=made,
        entry=entry,
        paths=HOOKS,
    )

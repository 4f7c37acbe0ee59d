"""API tokens: one's own, for an admin everybody's; made, shown once, revoked."""

import secrets
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session, col
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Id, Needs, Opened
from api.views.people import TokenView, token_view
from api.web.download import Field
from api.web.entry import FRESH, Entry, carry_out
from api.web.forms import Form, Posted
from api.web.listing import ROWS, Listing, listing_of
from api.web.render import page
from api.web.taking import take_list
from revrec.operations.actor import Actor
from revrec.operations.create_token import create_token
from revrec.operations.permissions import may
from revrec.operations.revoke_token import revoke_token
from revrec.store.queries.ordered import all_rows, one_page
from revrec.store.queries.people import TOKEN_SORTS, tokens_where
from revrec.store.tables import ApiToken

router = APIRouter()
Owner = Annotated[Actor, Depends(Needs("create_token"))]
FIELDS = (
    Field("Token", lambda one: one.name),
    Field("User", lambda one: one.email),
    Field("Made", lambda one: one.created_at, "moment"),
    Field("Last used", lambda one: one.last_used_at, "moment"),
    Field("Revoked", lambda one: one.revoked_at, "moment"),
)


@router.get("/settings/tokens")
def tokens(request: Request, deployment: Opened, actor: Owner) -> Response:
    return _list(request, deployment, actor)


@router.get("/settings/tokens.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    listing = _listing(request)

    def rows(session: Session) -> Iterator[TokenView]:
        query = tokens_where(email=_whose(actor), **listing.filters)
        for part in all_rows(session, query, TOKEN_SORTS, col(ApiToken.id), listing.order):
            yield from (token_view(row.ApiToken, row.UserAccount) for row in part)

    return take_list(deployment, actor, kind, "tokens", listing.filters, FIELDS, rows)


@router.post("/settings/tokens")
def make(form: Annotated[Form, Depends(Posted("create_token"))]) -> Response:
    """The token stands on this one page; it is kept as a hash."""

    def run(session: Session) -> Response:
        made = create_token(
            session,
            form.actor,
            form.text("name"),
            random_text=secrets.token_urlsafe(32),
            now=form.deployment.now(),
            email=form.text("email"),
        )
        shown = page(form.request, "shown_once.html", token=made.text, email=made.email, name=made.name)
        shown.headers["Cache-Control"] = "no-store"
        return shown

    return carry_out(form, run, lambda entry: _list(form.request, form.deployment, form.actor, entry))


@router.post("/settings/tokens/{token_id}/revoke")
def revoke(form: Annotated[Form, Depends(Posted("revoke_token"))], token_id: Id) -> Response:
    with form.deployment.store.write() as session:
        name = revoke_token(session, form.actor, token_id, now=form.deployment.now()).name
    return form.done("/settings/tokens", f"The token {name} is revoked and works no more.")


def _listing(request: Request) -> Listing:
    return listing_of(request, "-made", "search", "state", path="/settings/tokens")


def _whose(actor: Actor) -> str | None:
    return None if may(actor, "manage_tokens") else actor.email


def _list(request: Request, deployment: Deployment, actor: Actor, entry: Entry = FRESH) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        query = tokens_where(email=_whose(actor), **listing.filters)
        rows, place = one_page(session, query, TOKEN_SORTS, col(ApiToken.id), listing.order, ROWS)
        views = [token_view(row.ApiToken, row.UserAccount) for row in rows]
    return page(
        request,
        "tokens.html",
        entry.status,
        tokens=views,
        list=listing.page(len(views), place),
        entry=entry,
        today=deployment.today(),
    )

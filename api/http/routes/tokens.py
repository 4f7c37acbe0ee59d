"""API tokens."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlmodel import col

from api.http.access import Id, Needs, Opened
from api.http.paging import Page, PageAsked, Paged, write_place
from api.http.requests import Body, Text
from api.views.people import NewTokenView, TokenView, new_token_view, token_view
from revrec.operations.actor import Actor
from revrec.operations.create_token import create_token
from revrec.operations.permissions import may
from revrec.operations.revoke_token import revoke_token
from revrec.store.queries.ordered import one_page
from revrec.store.queries.people import TOKEN_SORTS, tokens_where
from revrec.store.tables import ApiToken

router = APIRouter(tags=["tokens"])


class NewTokenBody(Body):
    """`email` empty: for oneself."""

    name: Text
    email: Text = ""


@router.get("/tokens", operation_id="list_tokens", summary="List one's own tokens; as admin, everybody's")
def list_tokens(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("create_token"))],
    asked: Annotated[PageAsked, Depends(Paged("made"))],
    search: Annotated[str, Query(max_length=200, description="Part of the name, or of the email.")] = "",
    state: Annotated[str, Query(pattern="^(working|revoked)?$")] = "",
) -> Page[TokenView]:
    email = None if may(actor, "manage_tokens") else actor.email
    with deployment.store.read() as session:
        query = tokens_where(email=email, search=search, state=state)
        rows, place = one_page(session, query, TOKEN_SORTS, col(ApiToken.id), asked.order, asked.limit)
        return Page(
            items=[token_view(row.ApiToken, row.UserAccount) for row in rows],
            next_cursor=write_place(asked.order, place),
        )


@router.post(
    "/tokens", operation_id="create_token", summary="Make a token; it is shown once", status_code=201
)
def make_token(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("create_token"))], body: NewTokenBody
) -> NewTokenView:
    with deployment.store.write() as session:
        made = create_token(
            session,
            actor,
            body.name,
            random_text=secrets.token_urlsafe(32),
            now=deployment.now(),
            email=body.email,
        )
        return new_token_view(made)


@router.delete("/tokens/{token_id}", operation_id="revoke_token", summary="Revoke a token", status_code=204)
def drop_token(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("revoke_token"))], token_id: Id
) -> None:
    with deployment.store.write() as session:
        revoke_token(session, actor, token_id, now=deployment.now())

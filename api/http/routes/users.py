"""Users: who has access, links that sign them in, and where they are signed in."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session, col

from api.http.access import Id, Needs, Opened
from api.http.paging import Page, PageAsked, Paged, write_place
from api.http.requests import Body, Text
from api.views.people import (
    AccessView,
    SessionView,
    SignInLinkView,
    UserView,
    access_views,
    session_view,
    user_view,
)
from revrec.operations.actor import Actor
from revrec.operations.add_user import add_user
from revrec.operations.change_user import change_user
from revrec.operations.end_user_sessions import end_user_sessions
from revrec.operations.sign_in_link import create_sign_in_link
from revrec.operations.sign_in_oidc import forget_sign_on
from revrec.problems import NotFound
from revrec.store.queries.ordered import one_page
from revrec.store.queries.people import USER_SORTS, sessions_of, users_where
from revrec.store.tables import UserAccount

router = APIRouter(tags=["users"])


class NewUser(Body):
    email: Text
    name: Text
    role: Text


class UserChange(Body):
    """What is left out stays."""

    role: Text | None = None
    active: bool | None = None
    reason: Text = ""


@router.get("/users", operation_id="list_users", summary="List users")
def list_users(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read_users"))],
    asked: Annotated[PageAsked, Depends(Paged("added"))],
    search: Annotated[str, Query(max_length=200, description="Part of the email or name.")] = "",
    role: Annotated[str, Query(max_length=40)] = "",
    access: Annotated[str, Query(pattern="^(yes|no)?$", description="Only those with it, or without.")] = "",
) -> Page[AccessView]:
    with deployment.store.read() as session:
        query = users_where(search=search, role=role, access=access)
        rows, place = one_page(session, query, USER_SORTS, col(UserAccount.id), asked.order, asked.limit)
        views = access_views(session, [row[0] for row in rows], deployment.now())
        return Page(items=views, next_cursor=write_place(asked.order, place))


@router.post("/users", operation_id="add_user", summary="Add a user", status_code=201)
def create_user(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("add_user"))], body: NewUser
) -> UserView:
    with deployment.store.write() as session:
        row = add_user(session, actor, body.email, body.name, body.role, now=deployment.now())
        return user_view(row)


@router.get("/users/{user_id}", operation_id="show_user", summary="A user, and what stands of theirs")
def show_user(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read_users"))], user_id: Id
) -> AccessView:
    with deployment.store.read() as session:
        return access_views(session, [existing_user(session, user_id)], deployment.now())[0]


@router.patch("/users/{user_id}", operation_id="change_user", summary="Change a role, give or take access")
def update_user(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("change_user"))], user_id: Id, body: UserChange
) -> UserView:
    with deployment.store.write() as session:
        changed = change_user(
            session,
            actor,
            existing_user(session, user_id).email,
            now=deployment.now(),
            role=body.role,
            active=body.active,
            reason=body.reason,
        )
        return user_view(changed)


@router.post(
    "/users/{user_id}/sign-in-link",
    operation_id="create_sign_in_link",
    summary="Make a link that signs a user in once, within 15 minutes; it is shown once",
    status_code=201,
)
def make_sign_in_link(
    request: Request,
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("create_sign_in_link"))],
    user_id: Id,
) -> SignInLinkView:
    secret = secrets.token_urlsafe(32)
    with deployment.store.write() as session:
        email = existing_user(session, user_id).email
        row = create_sign_in_link(session, actor, email, secret=secret, now=deployment.now())
        link = f"{str(request.base_url).rstrip('/')}/sign-in/{secret}"
        return SignInLinkView(email=email, link=link, ends_at=row.ends_at)


@router.delete(
    "/users/{user_id}/sign-on",
    operation_id="forget_sign_on",
    summary="Forget who a user is at the sign-in provider; their next sign-in there is the first",
    status_code=204,
)
def drop_sign_on(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("change_user"))], user_id: Id
) -> None:
    with deployment.store.write() as session:
        forget_sign_on(session, actor, existing_user(session, user_id).email, now=deployment.now())


@router.get(
    "/users/{user_id}/sessions", operation_id="list_sessions", summary="Browsers a user is signed in with"
)
def list_sessions(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("end_sessions"))], user_id: Id
) -> list[SessionView]:
    with deployment.store.read() as session:
        email = existing_user(session, user_id).email
        return [session_view(row) for row in sessions_of(session, email, deployment.now())]


@router.delete(
    "/users/{user_id}/sessions",
    operation_id="end_sessions",
    summary="Sign a user out of every browser",
    status_code=204,
)
def drop_sessions(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("end_sessions"))], user_id: Id
) -> None:
    with deployment.store.write() as session:
        end_user_sessions(session, actor, user_id, now=deployment.now())


@router.delete(
    "/users/{user_id}/sessions/{session_id}",
    operation_id="end_session",
    summary="Sign a user out of one browser",
    status_code=204,
)
def drop_session(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("end_sessions"))], user_id: Id, session_id: Id
) -> None:
    with deployment.store.write() as session:
        end_user_sessions(session, actor, user_id, now=deployment.now(), session_id=session_id)


def existing_user(session: Session, user_id: int) -> UserAccount:
    """The user of an id. Raises `NotFound`."""
    row = session.get(UserAccount, user_id)
    if row is None:
        raise NotFound(f"There is no user {user_id}.", where="user_id")
    return row

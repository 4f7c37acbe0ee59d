"""Users, and who one is oneself."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.http.access import Id, Needs, Opened
from api.http.paging import Cursor, Page, PageSize, page_of, read_cursor
from api.http.requests import Body, Text
from api.views.people import UserView, user_view
from api.views.shape import View
from revrec.operations.actor import Actor
from revrec.operations.add_user import add_user
from revrec.operations.change_user import change_user
from revrec.operations.permissions import PERMISSIONS, may
from revrec.problems import NotFound
from revrec.store.queries.people import users_after
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


class MeView(View):
    """Who the token's user is, and which actions the role allows."""

    email: str
    name: str
    role: str
    may: list[str]


@router.get("/me", operation_id="show_me", summary="Who one is")
def show_me(actor: Annotated[Actor, Depends(Needs("read"))]) -> MeView:
    allowed = sorted(action for action in PERMISSIONS if may(actor, action))
    return MeView(email=actor.email, name=actor.name, role=actor.role, may=allowed)


@router.get("/users", operation_id="list_users", summary="List users")
def list_users(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read_users"))],
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Page[UserView]:
    with deployment.store.read() as session:
        rows, following = page_of(
            users_after(session, read_cursor(cursor) or 0, limit + 1), limit, lambda row: row.id
        )
        return Page(items=[user_view(row) for row in rows], next_cursor=following)


@router.post("/users", operation_id="add_user", summary="Add a user", status_code=201)
def create_user(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("add_user"))], body: NewUser
) -> UserView:
    with deployment.store.write() as session:
        row = add_user(session, actor, body.email, body.name, body.role, now=deployment.now())
        return user_view(row)


@router.patch("/users/{user_id}", operation_id="change_user", summary="Change a role, give or take access")
def update_user(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("change_user"))], user_id: Id, body: UserChange
) -> UserView:
    with deployment.store.write() as session:
        row = session.get(UserAccount, user_id)
        if row is None:
            raise NotFound(f"There is no user {user_id}.", where="user_id")
        changed = change_user(
            session,
            actor,
            row.email,
            now=deployment.now(),
            role=body.role,
            active=body.active,
            reason=body.reason,
        )
        return user_view(changed)

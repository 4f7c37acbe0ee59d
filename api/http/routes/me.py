"""Oneself: who one is, how things are shown, one's password and the browsers one is signed in with."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.http.access import Id, Needs, Opened
from api.http.requests import Body, Secret, Text
from api.views.me import MeView, me_view
from api.views.people import SessionView, session_view
from revrec.operations.actor import Actor
from revrec.operations.browser_session import end_session
from revrec.operations.set_password import set_password
from revrec.operations.set_preferences import set_preferences
from revrec.problems import NotFound
from revrec.store.queries.people import sessions_of

router = APIRouter(tags=["users"])


class PreferencesBody(Body):
    """What is left out stays; empty text goes back to the default. `locale`: `en-GB`; `time_zone`: `Europe/London`."""

    locale: Text | None = None
    time_zone: Text | None = None


class PasswordBody(Body):
    current: Secret
    password: Secret


@router.get("/me", operation_id="show_me", summary="Who one is")
def show_me(deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]) -> MeView:
    with deployment.store.read() as session:
        return me_view(session, actor)


@router.patch("/me", operation_id="set_preferences", summary="Say how numbers, dates and times are shown")
def change_me(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("set_preferences"))], body: PreferencesBody
) -> MeView:
    with deployment.store.write() as session:
        set_preferences(session, actor, now=deployment.now(), locale=body.locale, time_zone=body.time_zone)
        return me_view(session, actor)


@router.post(
    "/me/password",
    operation_id="set_password",
    summary="Change one's password; one is signed out of every browser",
    status_code=204,
)
def change_password(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("set_password"))], body: PasswordBody
) -> None:
    set_password(deployment.store, actor, None, body.password, current=body.current, now=deployment.now())


@router.get("/me/sessions", operation_id="list_own_sessions", summary="Browsers one is signed in with")
def own_sessions(deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]) -> list[SessionView]:
    with deployment.store.read() as session:
        return [session_view(row) for row in sessions_of(session, actor.email, deployment.now())]


@router.delete(
    "/me/sessions/{session_id}",
    operation_id="end_own_session",
    summary="Sign out of a browser",
    status_code=204,
)
def end_own_session(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], session_id: Id
) -> None:
    with deployment.store.write() as session:
        own = sessions_of(session, actor.email, deployment.now())
        if session_id not in {row.id for row in own}:
            raise NotFound(f"You have no session {session_id}.", where="session_id")
        end_session(session, actor, session_id, now=deployment.now())

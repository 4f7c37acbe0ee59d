"""One's own account: password, how things are shown, and sessions."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Needs, Opened
from api.web.entry import FRESH, Entry, carry_out, entry_again
from api.web.forms import Form, Posted
from api.web.locale_form import COMMON, locale_form, locale_name
from api.web.policy_fields import time_zones
from api.web.render import company_zone, page
from revrec.operations.actor import Actor
from revrec.operations.browser_session import SignedIn, end_session
from revrec.operations.passwords import MIN_LENGTH
from revrec.operations.set_password import set_password
from revrec.operations.set_preferences import set_preferences
from revrec.problems import Invalid, NotFound
from revrec.store.queries.people import sessions_of, user_by_email
from revrec.store.tables import UserSession

router = APIRouter()


@router.get("/account")
def account(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]
) -> Response:
    return _page(request, deployment, actor)


@router.post("/account/password")
def change_password(form: Annotated[Form, Depends(Posted("set_password"))]) -> Response:
    new = str(form.data.get("password", ""))
    try:
        if new != form.data.get("again", ""):
            raise Invalid("The two entries of the new password differ.", where="again")
        set_password(
            form.deployment.store,
            form.actor,
            form.signed_in.session_id,
            new,
            current=str(form.data.get("current", "")),
            now=form.deployment.now(),
        )
    except Invalid as wrong:
        return _page(form.request, form.deployment, form.actor, entry_again(form, wrong))
    return form.done("/account", "Your password is set. Your other sessions were signed out.")


@router.post("/account/preferences")
def prefer(form: Annotated[Form, Depends(Posted("set_preferences"))]) -> Response:
    def run(session: Session) -> Response:
        set_preferences(
            session,
            form.actor,
            now=form.deployment.now(),
            locale=form.text("locale"),
            time_zone=form.text("time_zone"),
        )
        return form.done("/account", "Numbers, dates and times are shown so from now on.")

    return carry_out(form, run, lambda entry: _page(form.request, form.deployment, form.actor, entry))


@router.post("/account/sessions/{session_id}/end")
def end(form: Annotated[Form, Depends(Posted("read"))], session_id: int) -> Response:
    with form.deployment.store.write() as session:
        row = session.get(UserSession, session_id)
        user = user_by_email(session, form.actor.email)
        if row is None or user is None or row.user_id != user.id:
            raise NotFound(f"You have no session {session_id}.", where="session")
        end_session(session, form.actor, session_id, now=form.deployment.now())
    return form.done("/account", "That session was signed out.")


def _page(
    request: Request,
    deployment: Deployment,
    actor: Actor,
    entry: Entry = FRESH,
) -> Response:
    signed_in: SignedIn = request.scope["signed_in"]
    own = signed_in.session_id
    with deployment.store.read() as session:
        sessions = [_session(one, own) for one in sessions_of(session, actor.email, deployment.now())]
        asks_current = _asks_current(session, actor, own)
    return page(
        request,
        "account.html",
        entry.status,
        sessions=sessions,
        asks_current=asks_current,
        min_length=MIN_LENGTH,
        entry=entry,
        locale=signed_in.locale,
        locales=_locales(signed_in.locale),
        time_zone=signed_in.time_zone,
        time_zones=time_zones(),
        company_zone=company_zone(deployment).key,
    )


def _locales(own: str) -> list[tuple[str, str]]:
    """Locales to choose from, each with a number and a day as it writes them."""
    return [
        ("", f"Plain: {_example('')}"),
        *(
            (code, f"{locale_name(code)}: {_example(code)}")
            for code in sorted({*COMMON, *filter(None, [own])})
        ),
    ]


def _example(code: str) -> str:
    form = locale_form(code)
    return f"{form.number('1234567', '.89')} · {form.day(date(2026, 3, 31))}"


def _asks_current(session: Session, actor: Actor, session_id: int) -> bool:
    user = user_by_email(session, actor.email)
    return bool(user and user.password_hash) and session.get_one(UserSession, session_id).basis != "link"


def _session(row: UserSession, own: int) -> dict[str, object]:
    return {
        "id": row.id,
        "own": row.id == own,
        "agent": row.agent,
        "address": row.address,
        "began": row.created_at,
        "seen": row.last_seen_at,
    }

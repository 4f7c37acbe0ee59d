"""Who has access: users, their roles, links that sign them in, where they are signed in, and what roles may do."""

import secrets
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session, col
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Id, Needs, Opened
from api.http.routes.users import existing_user
from api.views.people import AccessView, access_views, session_view, token_view
from api.web.download import Field
from api.web.entry import FRESH, Entry, carry_out
from api.web.forms import Form, Posted
from api.web.listing import ROWS, Listing, listing_of, totals_page
from api.web.render import page
from api.web.taking import take_list
from revrec.operations.actor import Actor
from revrec.operations.add_user import add_user
from revrec.operations.change_user import change_user
from revrec.operations.end_user_sessions import end_user_sessions
from revrec.operations.permissions import PERMISSIONS, ROLES, may
from revrec.operations.sign_in_link import create_sign_in_link
from revrec.operations.sign_in_oidc import forget_sign_on
from revrec.store.queries.ordered import all_rows, one_page
from revrec.store.queries.people import (
    USER_SORTS,
    sessions_of,
    tokens_where,
    users_by_role,
    users_where,
)
from revrec.store.tables import UserAccount

router = APIRouter()
People = Annotated[Actor, Depends(Needs("read_users"))]
Changed = Annotated[Form, Depends(Posted("change_user"))]

ROLE_WORDS = {
    "admin": "connects systems, gives access, and may do everything else",
    "controller": "answers for the books: policies, prices, approving journals, reopening periods",
    "accountant": "the daily work: pulling, pairing, closing, sending",
    "viewer": "reads everything and takes lists away",
}
_CHOICES = [(one, one) for one in ROLES[::-1]]
"""The least first, so that nobody is made an admin by leaving a field as it is."""
FIELDS = (
    Field("Email", lambda one: one.email),
    Field("Name", lambda one: one.name),
    Field("Role", lambda one: one.role),
    Field("Access", lambda one: "yes" if one.active else "no"),
    Field("Since", lambda one: one.created_at, "moment"),
    Field("Last seen", lambda one: one.last_seen_at, "moment"),
    Field("Sessions", lambda one: one.sessions, "count"),
    Field("Tokens", lambda one: one.tokens, "count"),
)
TOTALS = (
    Field("Role", lambda one: one[0]),
    Field("Access", lambda one: "yes" if one[1] else "no"),
    Field("Users", lambda one: one[2], "count"),
)


@router.get("/settings/users")
def users(request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]) -> Response:
    """Everybody sees what the roles may; the users, who may read them."""
    return _list(request, deployment, actor)


@router.get("/settings/users/totals")
def totals(request: Request, deployment: Opened, actor: People) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        rows = users_by_role(session, **listing.filters)
    return totals_page(request, listing, "users", TOTALS, rows)


@router.get("/settings/users.{kind}")
def export(request: Request, deployment: Opened, actor: People, kind: str) -> Response:
    listing = _listing(request)

    def rows(session: Session) -> Iterator[AccessView]:
        query = users_where(**listing.filters)
        for part in all_rows(session, query, USER_SORTS, col(UserAccount.id), listing.order):
            yield from access_views(session, [row[0] for row in part], deployment.now())

    return take_list(deployment, actor, kind, "users", listing.filters, FIELDS, rows)


@router.post("/settings/users")
def add(form: Annotated[Form, Depends(Posted("add_user"))]) -> Response:
    def run(session: Session) -> Response:
        made = add_user(
            session,
            form.actor,
            form.text("email"),
            form.text("name"),
            form.text("role"),
            now=form.deployment.now(),
        )
        words = f"{made.email} has access. Make a sign-in link and hand it over, so that they can come in."
        return form.done(f"/settings/users/{made.id}", words)

    return carry_out(form, run, lambda entry: _list(form.request, form.deployment, form.actor, entry))


@router.get("/settings/users/{user_id}")
def user(request: Request, deployment: Opened, actor: People, user_id: Id) -> Response:
    return _page(request, deployment, actor, user_id)


@router.post("/settings/users/{user_id}")
def change(form: Changed, user_id: Id) -> Response:
    """A new role, access taken or given back: what the form says."""

    def run(session: Session) -> Response:
        row = change_user(
            session,
            form.actor,
            existing_user(session, user_id).email,
            now=form.deployment.now(),
            role=form.text("role") or None,
            active={"yes": True, "no": False}.get(form.text("access")),
            reason=form.text("reason"),
        )
        words = f"{row.email} is {row.role}{'' if row.active else ' and has no access any more'}."
        return form.done(f"/settings/users/{user_id}", words)

    return carry_out(
        form, run, lambda entry: _page(form.request, form.deployment, form.actor, user_id, entry), ("role",)
    )


@router.post("/settings/users/{user_id}/link")
def link(form: Annotated[Form, Depends(Posted("create_sign_in_link"))], user_id: Id) -> Response:
    """The link stands on this one page; it is kept as a hash, and loading the page again makes another."""
    secret = secrets.token_urlsafe(32)
    with form.deployment.store.write() as session:
        email = existing_user(session, user_id).email
        row = create_sign_in_link(session, form.actor, email, secret=secret, now=form.deployment.now())
        ends = row.ends_at
    text = f"{str(form.request.base_url).rstrip('/')}/sign-in/{secret}"
    response = page(form.request, "shown_once.html", link=text, email=email, ends=ends, user_id=user_id)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post("/settings/users/{user_id}/forget-sign-on")
def forget(form: Changed, user_id: Id) -> Response:
    with form.deployment.store.write() as session:
        email = existing_user(session, user_id).email
        forget_sign_on(session, form.actor, email, now=form.deployment.now())
    words = f"The next single sign-on of {email} is the first: the provider’s email decides who it is."
    return form.done(f"/settings/users/{user_id}", words)


@router.post("/settings/users/{user_id}/sessions/end")
def end(form: Annotated[Form, Depends(Posted("end_sessions"))], user_id: Id) -> Response:
    with form.deployment.store.write() as session:
        ended = end_user_sessions(
            session,
            form.actor,
            user_id,
            now=form.deployment.now(),
            session_id=form.number("session", "Say which session ends.") if form.text("session") else None,
            reason=form.text("reason"),
        )
    words = f"Signed out of {ended} {'browser' if ended == 1 else 'browsers'}."
    return form.done(f"/settings/users/{user_id}", words)


def _listing(request: Request) -> Listing:
    return listing_of(request, "added", "search", "role", "access", path="/settings/users", totals=True)


def _list(request: Request, deployment: Deployment, actor: Actor, entry: Entry = FRESH) -> Response:
    listing, views, place = _listing(request), [], None
    if may(actor, "read_users"):
        with deployment.store.read() as session:
            query = users_where(**listing.filters)
            rows, place = one_page(session, query, USER_SORTS, col(UserAccount.id), listing.order, ROWS)
            views = access_views(session, [row[0] for row in rows], deployment.now())
    return page(
        request,
        "users.html",
        entry.status,
        users=views,
        list=listing.page(len(views), place),
        entry=entry,
        roles=ROLES,
        role_words=ROLE_WORDS,
        role_choices=_CHOICES,
        permissions=sorted(PERMISSIONS.items(), key=lambda one: (-len(one[1]), one[0])),
    )


def _page(
    request: Request, deployment: Deployment, actor: Actor, user_id: int, entry: Entry = FRESH
) -> Response:
    with deployment.store.read() as session:
        row = existing_user(session, user_id)
        view = access_views(session, [row], deployment.now())[0]
        sessions = [session_view(one) for one in sessions_of(session, row.email, deployment.now())]
        tokens = [
            token_view(*one)
            for one in session.exec(tokens_where(email=row.email, state="working").limit(ROWS))
        ]
    return page(
        request,
        "user.html",
        entry.status,
        user=view,
        sessions=sessions if may(actor, "end_sessions") else None,
        tokens=tokens if may(actor, "manage_tokens") else None,
        entry=entry,
        role_words=ROLE_WORDS,
        role_choices=_CHOICES,
    )

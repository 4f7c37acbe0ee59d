"""Signing in: by password or by a link that works once; the first admin of a new installation; signing out."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Form as Field
from starlette.responses import RedirectResponse, Response

from api.http.access import Opened
from api.web.cookies import drop_session, keep_session, say
from api.web.forms import Form, Posted
from api.web.render import page
from revrec.operations.browser_session import Browser, end_session
from revrec.operations.sign_in import Refusal, sign_in
from revrec.operations.sign_in_link import is_set_up_link, set_up_first_admin, use_sign_in_link
from revrec.problems import Invalid, Refused

router = APIRouter()

Short = Annotated[str, Field(max_length=300)]


@router.get("/sign-in")
def sign_in_page(request: Request, next: str = "/") -> Response:
    if request.scope["signed_in"]:
        return RedirectResponse(own_page(next), status_code=303)
    return sign_in_form(request, next=next)


@router.post("/sign-in")
def sign_in_now(
    request: Request, deployment: Opened, email: Short = "", password: Short = "", next: Short = "/"
) -> Response:
    secret = secrets.token_urlsafe(32)
    now = deployment.now()
    told = sign_in(deployment.store, email, password, secret=secret, browser=browser_of(request), now=now)
    if isinstance(told, Refusal):
        return sign_in_form(request, 401, email=email, next=next, wrong=told.message)
    return signed_in_answer(request, secret, own_page(next))


@router.get("/sign-in/{link}")
def link_page(request: Request, deployment: Opened, link: str) -> Response:
    """Opening the link signs nobody in yet: programs that look at links in mails would use it up."""
    with deployment.store.write() as session:
        try:
            set_up = is_set_up_link(session, link, now=deployment.now())
        except Refused as refused:
            return page(request, "link.html", 403, link="", wrong=refused.message)
    if set_up:
        return RedirectResponse(f"/set-up/{link}", status_code=303)
    return page(request, "link.html", link=link, wrong="")


@router.post("/sign-in/{link}")
def use_link(request: Request, deployment: Opened, link: str) -> Response:
    secret = secrets.token_urlsafe(32)
    try:
        with deployment.store.write() as session:
            use_sign_in_link(
                session, link, session_secret=secret, browser=browser_of(request), now=deployment.now()
            )
    except Refused as refused:
        return page(request, "link.html", 403, link="", wrong=refused.message)
    return signed_in_answer(request, secret, "/")


@router.get("/set-up/{link}")
def set_up_page(request: Request, deployment: Opened, link: str) -> Response:
    with deployment.store.write() as session:
        try:
            is_set_up_link(session, link, now=deployment.now())
        except Refused as refused:
            return page(request, "link.html", 403, link="", wrong=refused.message)
    return page(request, "set_up.html", link=link, email="", name="", wrong="", where="")


@router.post("/set-up/{link}")
def set_up(request: Request, deployment: Opened, link: str, email: Short = "", name: Short = "") -> Response:
    secret = secrets.token_urlsafe(32)
    try:
        with deployment.store.write() as session:
            set_up_first_admin(
                session,
                link,
                email,
                name,
                session_secret=secret,
                browser=browser_of(request),
                now=deployment.now(),
            )
    except Invalid as wrong:
        return page(
            request,
            "set_up.html",
            422,
            link=link,
            email=email,
            name=name,
            wrong=wrong.message,
            where=wrong.where,
        )
    return signed_in_answer(
        request, secret, "/account", "Welcome. Choose a password, so that you can come back."
    )


@router.post("/sign-out")
def sign_out(form: Annotated[Form, Depends(Posted("read"))]) -> Response:
    with form.deployment.store.write() as session:
        end_session(session, form.actor, form.signed_in.session_id, now=form.deployment.now())
    response = RedirectResponse("/sign-in", status_code=303)
    drop_session(response, form.request.scope)
    return response


def sign_in_form(
    request: Request, status: int = 200, *, email: str = "", next: str = "/", wrong: str = ""
) -> Response:
    """The sign-in page; with a button for the provider where single sign-on is set up."""
    config = request.app.state.deployment.config
    return page(
        request,
        "sign_in.html",
        status,
        email=email,
        next=own_page(next),
        wrong=wrong,
        provider=config.oidc_name if config.oidc_issuer else "",
    )


def browser_of(request: Request) -> Browser:
    return Browser(request.client.host if request.client else "", request.headers.get("user-agent", ""))


def own_page(path: str) -> str:
    """A path of ours, or Home: never another host's address."""
    fine = path.startswith("/") and not path.startswith(("//", "/\\", "/api/")) and path.isprintable()
    return path if fine else "/"


def signed_in_answer(request: Request, secret: str, to: str, words: str = "") -> Response:
    """Into the service, with the session's cookie."""
    response = RedirectResponse(to, status_code=303)
    keep_session(response, request.scope, secret)
    if words:
        say(response, request.scope, words)
    return response

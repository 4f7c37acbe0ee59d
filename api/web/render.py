"""Templates, and what all of them know."""

from functools import cache
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jinja2
from fastapi import Request
from starlette.responses import HTMLResponse

from api.deployment import Deployment
from api.web import figures
from api.web.cookies import forget_said, said
from api.web.locale_form import locale_form
from api.web.navigation import SECTIONS, pages_beside, within
from api.web.static_files import static_url
from revrec.operations.browser_session import SignedIn
from revrec.operations.permissions import may
from revrec.operations.policies import policy_value

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@cache
def templates() -> jinja2.Environment:
    """The templates, every value escaped, and a name that is not there an error."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("api.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        amount=figures.amount,
        with_amounts=figures.with_amounts,
        on_page=figures.on_page,
        place=figures.place,
        count=figures.count,
        day=figures.day,
        words=figures.words,
        coded=figures.coded,
        sentence=figures.sentence,
        size=figures.size,
    )
    made.globals.update(static=static_url, duration=figures.duration, moment=figures.moment)
    return made


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page for whoever is signed in."""
    signed_in: SignedIn | None = request.scope.get("signed_in")
    deployment: Deployment = request.app.state.deployment
    zone = zone_of(signed_in, deployment)
    shown = figures.Shown(locale_form(signed_in.locale if signed_in else ""), zone)
    # A part of a page shows no message, so it must not use it up.
    told = "" if request.headers.get("hx-request") else said(request.scope)
    with figures.shown_as(shown):
        text = (
            templates()
            .get_template(template)
            .render(
                actor=signed_in.actor if signed_in else None,
                key=signed_in.key if signed_in else "",
                can=lambda action: signed_in is not None and may(signed_in.actor, action),
                path=request.url.path,
                sections=SECTIONS,
                beside=pages_beside(request.url.path),
                within=within,
                said=told,
                zone=zone,
                version=_version(),
                now=deployment.now(),
                **context,
            )
        )
    # Our own pages may know where somebody came from, to lead back there; other hosts never do.
    headers = {"Content-Security-Policy": CSP, "Referrer-Policy": "same-origin"}
    response = HTMLResponse(text, status_code=status, headers=headers)
    if told:
        forget_said(response)
    return response


def zone_of(signed_in: SignedIn | None, deployment: Deployment) -> ZoneInfo:
    """The zone in which times are shown to somebody: their own, else the company's."""
    if signed_in is None:
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(signed_in.time_zone) if signed_in.time_zone else company_zone(deployment)
    except (ValueError, ZoneInfoNotFoundError):  # one that the time zone data of this machine lacks
        return company_zone(deployment)


def company_zone(deployment: Deployment) -> ZoneInfo:
    """The company's own zone."""
    with deployment.store.read() as session:
        return ZoneInfo(str(policy_value(session, "company_time_zone")))


@cache
def _version() -> str:
    return version("revrec")

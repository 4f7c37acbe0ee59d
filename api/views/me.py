"""Oneself, as programs and commands see it."""

from sqlmodel import Session

from api.views.shape import View
from revrec.operations.actor import Actor
from revrec.operations.permissions import PERMISSIONS, may
from revrec.store.queries.people import user_by_email


class MeView(View):
    """Who the token's user is, which actions the role allows, and how pages show numbers, dates and times: empty is
    plain numbers and ISO dates, and the company's time zone."""

    email: str
    name: str
    role: str
    may: list[str]
    locale: str
    time_zone: str


def me_view(session: Session, actor: Actor) -> MeView:
    user = user_by_email(session, actor.email)
    return MeView(
        email=actor.email,
        name=actor.name,
        role=actor.role,
        may=sorted(action for action in PERMISSIONS if may(actor, action)),
        locale=user.locale if user else "",
        time_zone=user.time_zone if user else "",
    )

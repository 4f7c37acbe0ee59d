"""Say how numbers, dates and times are shown to oneself."""

from datetime import datetime
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import Invalid, Refused
from revrec.store.queries.people import user_by_email
from revrec.store.tables import UserAccount


def set_preferences(
    session: Session,
    actor: Actor,
    *,
    now: datetime,
    locale: str | None = None,
    time_zone: str | None = None,
) -> UserAccount:
    """Change what is given; None leaves it, empty text goes back to plain numbers, ISO dates and the company's zone.
    Raises `Invalid` for what is no locale (`en-GB`) or no time zone."""
    require(actor, "set_preferences")
    user = user_by_email(session, actor.email)
    if user is None:
        raise Refused("Only users have preferences.", where="locale")
    before = {"locale": user.locale, "time_zone": user.time_zone}
    if locale is not None:
        user.locale = known_locale(locale)
    if time_zone is not None:
        user.time_zone = _known_zone(time_zone)
    after = {"locale": user.locale, "time_zone": user.time_zone}
    record_event(session, actor, "set_preferences", f"user {user.email}", now=now, before=before, after=after)
    return user


def known_locale(text: str) -> str:
    """A locale as it is kept: `de-DE`. Raises `Invalid`."""
    text = text.strip().replace("_", "-")
    if not text:
        return ""
    try:
        return str(Locale.parse(text[:40], sep="-")).replace("_", "-")
    except (ValueError, UnknownLocaleError):
        raise Invalid(
            f"'{text[:40]}' is no locale; write it as en-GB, de-DE or ja-JP.", where="locale"
        ) from None


def _known_zone(text: str) -> str:
    text = text.strip()
    if text and text not in available_timezones():
        raise Invalid(f"'{text[:60]}' is no time zone; write it as Europe/London.", where="time_zone")
    return text

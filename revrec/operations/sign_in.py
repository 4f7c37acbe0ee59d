"""Sign in with email and password."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.browser_session import Browser, begin_session
from revrec.operations.passwords import password_fits
from revrec.store.engine import Store
from revrec.store.queries.people import user_by_email
from revrec.store.tables import UserAccount

REFUSALS_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nobody was signed in, in words that do not tell whether the email is known."""

    message: str


def sign_in(
    store: Store, email: str, password: str, *, secret: str, browser: Browser, now: datetime
) -> Actor | Refusal:
    """Begin a session under `secret` if the password is right. Five refusals lock the user for 15 minutes, in which
    the right password is refused too. A refusal is noted in the audit trail where the user is known."""
    email = email.strip().lower()[:254]
    with store.read() as session:
        known = user_by_email(session, email)
        kept = known.password_hash if known is not None and known.active else ""
    # Outside of any transaction: it takes its time on purpose.
    fits = password_fits(password, kept)
    with store.write() as session:
        user = user_by_email(session, email)
        if user is None or not user.active:
            return _REFUSED
        if user.locked_until is not None and now < user.locked_until:
            _refused(session, user, browser, "locked", now)
            return Refusal(
                f"Too many sign-ins were refused. Try again after {user.locked_until:%H:%M} UTC, or ask an admin for "
                "a sign-in link."
            )
        if not fits or user.password_hash != kept:
            user.refused_sign_ins += 1
            if user.refused_sign_ins % REFUSALS_BEFORE_LOCK == 0:
                user.locked_until = now + LOCKED_FOR
            _refused(session, user, browser, "wrong password", now)
            return _REFUSED
        begin_session(session, user, basis="password", secret=secret, browser=browser, now=now)
        return Actor(user.email, user.role, user.name)


_REFUSED = Refusal("This email and password do not belong together.")


def _refused(session: Session, user: UserAccount, browser: Browser, why: str, now: datetime) -> None:
    actor = Actor(user.email, user.role, user.name)
    record_event(
        session,
        actor,
        "sign_in_refused",
        f"user {user.email}",
        now=now,
        after={"why": why, "from": browser.address},
    )

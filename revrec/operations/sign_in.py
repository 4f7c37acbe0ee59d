"""Sign in with email and password."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.browser_session import Browser, begin_session
from revrec.operations.note_refusal import note_unknown_sign_in, noted_lately
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
    the right password is refused too. Every refusal is noted in the audit trail; those that no password could have
    turned, and those of unknown emails, once in an hour."""
    email = email.strip().lower()[:254]
    with store.read() as session:
        known = user_by_email(session, email)
        kept = known.password_hash if known is not None and known.active else ""
    # Outside of any transaction: it takes its time on purpose.
    fits = password_fits(password, kept)
    with store.write() as session:
        user = user_by_email(session, email)
        if user is None:
            note_unknown_sign_in(session, browser.address, now=now)
            return _REFUSED
        if not user.active:
            _refused(session, user, browser, "no access", now, once=True)
            return _REFUSED
        if user.locked_until is not None and now < user.locked_until:
            _refused(session, user, browser, "locked", now, once=True)
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


def _refused(
    session: Session, user: UserAccount, browser: Browser, why: str, now: datetime, *, once: bool = False
) -> None:
    """`once`: who tries on and on against a locked door does not fill the trail."""
    actor, subject = Actor(user.email, user.role, user.name), f"user {user.email}"
    if once and noted_lately(session, actor, "sign_in_refused", subject, "why", why, now=now):
        return
    after = {"why": why, "from": browser.address}
    record_event(session, actor, "sign_in_refused", subject, now=now, after=after)

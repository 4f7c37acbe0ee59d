"""Sign in as whom an OpenID Connect provider says: the rule of who that is here.

A user is found by issuer and subject, which never change. Who signs in that way for the first time is found by email,
if the provider says that it verified it and the user is not connected to anybody there yet; from then on the subject
counts, whatever becomes of the email. Nobody is made on the fly, unless the deployment names a role for it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import SERVICE, Actor
from revrec.operations.add_user import add_user
from revrec.operations.audit import record_event
from revrec.operations.browser_session import Browser, begin_session
from revrec.operations.note_refusal import note_unknown_sign_in
from revrec.operations.permissions import require
from revrec.operations.sign_in import Refusal
from revrec.problems import Conflict, NotFound
from revrec.store.answered_requests import Answer, Begun, begin_request, keep_answer
from revrec.store.queries.people import user_by_email, user_by_oidc_subject
from revrec.store.tables import UserAccount


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in at the provider, as its verified token says. `attempt` is the sign-in's state: good once."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str
    attempt: str

    @property
    def key(self) -> str:
        return f"{self.issuer} {self.subject}"


@dataclass(frozen=True, slots=True)
class Rules:
    """`domains` of emails that may sign in (none: any); `new_users`: the role of those made here (empty: none)."""

    domains: tuple[str, ...] = ()
    new_users: str = ""


def sign_in_oidc(
    session: Session, who: Identity, rules: Rules, *, secret: str, browser: Browser, now: datetime
) -> Actor | Refusal:
    """Begin a session under `secret` for the user that `who` is. Refusals are noted in the audit trail."""
    email = who.email.strip().lower()
    user = user_by_oidc_subject(session, who.key)
    first = user is None
    why = _kept_out(who, email, rules, known=not first)
    if user is None and not why:
        user = user_by_email(session, email) or _made(session, email, who.name, rules, now)
        why = "" if user else f"There is no user {email}. Ask an admin to add you, then sign in again."
    if user is None:
        note_unknown_sign_in(session, browser.address, now=now)
        return Refusal(why)
    if why:
        return _refused(session, user, browser, "email of another domain", why, now)
    if not user.active:
        return _refused(session, user, browser, "no access", "This user has no access any more.", now)
    if first and user.oidc_subject:
        words = (
            f"The user {email} is connected to another account of the provider. An admin can undo that: "
            f"`revrec users forget-sign-on {email}`."
        )
        return _refused(session, user, browser, "another account of the provider", words, now)
    begun = begin_request(session, user.id, f"sign-on {who.attempt}", "", now=now)
    if not isinstance(begun, Begun):
        return _refused(
            session, user, browser, "replayed", "This sign-in was used already. Begin again.", now
        )
    keep_answer(session, begun, Answer(303, "", "", ""), now=now)
    if first:
        user.oidc_subject = who.key
        actor = Actor(user.email, user.role, user.name)
        record_event(
            session, actor, "connect_sign_on", f"user {user.email}", now=now, after={"issuer": who.issuer}
        )
    begin_session(session, user, basis="oidc", secret=secret, browser=browser, now=now)
    return Actor(user.email, user.role, user.name)


def forget_sign_on(session: Session, actor: Actor, email: str, *, now: datetime) -> UserAccount:
    """Let a user's next sign-in by the provider be the first: for somebody who has a new account there."""
    require(actor, "change_user")
    user = user_by_email(session, email)
    if user is None:
        raise NotFound(f"There is no user {email}.", where="email")
    if not user.oidc_subject:
        raise Conflict(f"{user.email} has not signed in by a provider.", where="email")
    issuer, user.oidc_subject = user.oidc_subject.partition(" ")[0], ""
    record_event(session, actor, "forget_sign_on", f"user {user.email}", now=now, before={"issuer": issuer})
    return user


def _kept_out(who: Identity, email: str, rules: Rules, *, known: bool) -> str:
    """Why what the provider says lets nobody in, whoever it is; empty if it may."""
    if rules.domains and email.rpartition("@")[2] not in rules.domains:
        return f"Emails of {', '.join(rules.domains)} may sign in here; the provider says {email or 'none'}."
    if not known and not who.email_verified:
        return (
            f"The provider does not say that it verified the email {email or '(none)'}, so nobody can be known by it. "
            "Verify it there."
        )
    return ""


def _made(session: Session, email: str, name: str, rules: Rules, now: datetime) -> UserAccount | None:
    if not rules.new_users or not rules.domains:
        return None
    return add_user(
        session, SERVICE, email, name.strip() or email.partition("@")[0], rules.new_users, now=now
    )


def _refused(
    session: Session, user: UserAccount, browser: Browser, why: str, words: str, now: datetime
) -> Refusal:
    actor = Actor(user.email, user.role, user.name)
    record_event(
        session,
        actor,
        "sign_in_refused",
        f"user {user.email}",
        now=now,
        after={"why": f"single sign-on: {why}", "from": browser.address},
    )
    return Refusal(words)

"""Sign-in links as people get them: shown on a terminal, or written to a file that only its owner can read."""

import os
import secrets
import sys
from pathlib import Path

from api.deployment import Deployment
from revrec.operations.actor import Actor
from revrec.operations.sign_in_link import create_set_up_link, create_sign_in_link
from revrec.problems import Conflict
from revrec.store.queries.people import anyone_can_sign_in, first_admin

FIRST_LINK_FILE = "sign-in-link"


def make_link(deployment: Deployment, actor: Actor, email: str, address: str) -> str:
    """A link for a user, good once and for 15 minutes."""
    secret = secrets.token_urlsafe(32)
    with deployment.store.write() as session:
        create_sign_in_link(session, actor, email, secret=secret, now=deployment.now())
    return f"{address.rstrip('/')}/sign-in/{secret}"


def first_link(deployment: Deployment, address: str) -> str | None:
    """The link for whoever comes first: to set up the first admin, or to sign in as the admin that `db upgrade` made.
    None where somebody can sign in already."""
    secret = secrets.token_urlsafe(32)
    with deployment.store.write() as session:
        if anyone_can_sign_in(session):
            return None
        if create_set_up_link(session, secret=secret, now=deployment.now()) is not None:
            return f"{address.rstrip('/')}/set-up/{secret}"
        admin = first_admin(session)
        if admin is None:
            return None
        actor = Actor(admin.email, admin.role, admin.name)
        create_sign_in_link(session, actor, admin.email, secret=secret, now=deployment.now())
        return f"{address.rstrip('/')}/sign-in/{secret}"


def write_link(link: str, file: Path) -> None:
    """Write a link where only its owner reads it (0600). Raises `Conflict` where the file is there already."""
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(f"{file} exists already.", where="out") from None
    with os.fdopen(opened, "w") as stream:
        stream.write(link + "\n")


def hand_over(link: str, file: Path) -> str:
    """Show the first link if a person looks, else write it to a file, in place of an older one: a log never holds a
    link. Gives the sentence to print."""
    if sys.stdout.isatty():
        return f"Nobody can sign in yet. Sign in (once, within 15 minutes): {link}"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    write_link(link, file)
    return f"Nobody can sign in yet. A sign-in link (once, within 15 minutes) is in {file}."

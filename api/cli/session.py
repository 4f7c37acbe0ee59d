"""What a command starts from: the deployment, and whom it acts as."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url

from api.deployment import Deployment, open_deployment
from api.logs import configure_logs
from revrec.config import Config, load_config
from revrec.operations.actor import Actor
from revrec.problems import Conflict, NotFound
from revrec.store.migrate import check_schema
from revrec.store.queries.people import first_admin, user_by_email

As = Annotated[str, typer.Option("--as", metavar="EMAIL", help="Act as this user; default: the first admin.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many to list.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the audit trail.")]


@contextmanager
def deployment() -> Iterator[Deployment]:
    """The deployment of this environment, its database at this release's schema."""
    config = load_config()
    configure_logs(config, level=config.log_level if config.log_level == "DEBUG" else "WARNING")
    # How a job failed is what the command itself says.
    logging.getLogger("jobs.runner.steps").setLevel(logging.CRITICAL)
    _refuse_missing(config)
    opened = open_deployment(config)
    try:
        check_schema(opened.store)
        yield opened
    finally:
        opened.store.close()


def _refuse_missing(config: Config) -> None:
    """Opening a SQLite file that is not there would make it: say so instead."""
    file = make_url(config.database_url).database if config.embedded else None
    if file is not None and not Path(file).exists():
        raise Conflict(f"There is no database at {file}. `revrec db upgrade` makes it.")


def acting(opened: Deployment, email: str) -> Actor:
    """The user that a command acts as. Raises `NotFound`, or `Conflict` before there is any."""
    with opened.store.read() as session:
        user = user_by_email(session, email) if email else first_admin(session)
        if user is None:
            if email:
                raise NotFound(f"There is no user {email}. `revrec users list` shows them.", where="--as")
            raise Conflict("There is no admin yet. `revrec db upgrade` makes the first one.")
        if not user.active:
            raise Conflict(f"The user {user.email} is not active.", where="--as")
        return Actor(user.email, user.role, user.name)

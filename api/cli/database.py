"""`revrec db`: the database's schema."""

import getpass
from typing import Annotated

import typer

from api.cli.output import print_json
from api.cli.session import Json
from api.deployment import Deployment, open_deployment
from api.logs import configure_logs
from revrec.config import load_config
from revrec.operations.add_user import add_first_admin
from revrec.store.migrate import upgrade

app = typer.Typer(help="The database.", no_args_is_help=True)

DEFAULT_ADMIN = "admin@localhost"
AdminEmail = Annotated[
    str, typer.Option("--admin", metavar="EMAIL", help="Email of the first admin, if there is none yet.")
]


@app.callback()
def group() -> None:
    """The database."""


@app.command("upgrade")
def upgrade_database(
    admin: AdminEmail = DEFAULT_ADMIN,
    no_admin: Annotated[
        bool, typer.Option("--no-admin", help="Make none: `serve` gives a link that sets the first admin up.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Bring the database to this release's schema, and make the first admin of a new installation."""
    config = load_config()
    configure_logs(config, level="WARNING")
    deployment = open_deployment(config)
    try:
        before, after, made = prepare(deployment, None if no_admin else admin)
    finally:
        deployment.store.close()
    if as_json:
        print_json({"before": before, "after": after, "first_admin": made})
        return
    print(
        f"The database is at schema {after}"
        + (" already." if before == after else f" (was {before or 'empty'}).")
    )
    if made:
        print(f"The first admin is {made}; commands act as this user unless told --as another.")


def prepare(deployment: Deployment, admin: str | None) -> tuple[str | None, str, str]:
    """Upgrade, make the key file of the embedded default, make the first admin if one is named. Gives both revisions
    and the admin made, if one was."""
    before, after = upgrade(deployment.store)
    deployment.vault  # noqa: B018 - makes the key file now, while somebody looks
    if admin is None:
        return before, after, ""
    with deployment.store.write() as session:
        user = add_first_admin(session, admin, _own_name(), now=deployment.now())
        return before, after, user.email if user else ""


def _own_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "Admin"

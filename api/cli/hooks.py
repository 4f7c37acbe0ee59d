"""`revrec hooks`: secrets that outside systems sign their calls with."""

import secrets
from typing import Annotated

import typer

from api.cli.output import print_json, print_views
from api.cli.session import As, Json, Limit, acting, deployment
from api.views.hooks import hook_secret_view, new_hook_secret_view
from revrec.operations.create_hook_secret import create_hook_secret
from revrec.operations.permissions import require
from revrec.operations.revoke_hook_secret import revoke_hook_secret
from revrec.store.queries.hooks import hook_secrets_after

app = typer.Typer(help="Secrets that hooks sign with.", no_args_is_help=True)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="The system that signs with it.")],
    user: Annotated[str, typer.Option(help="Whom its calls act as; default: the acting user.")] = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Make a secret for signed calls of the close hook. It is shown once and kept encrypted."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            made = create_hook_secret(
                session,
                actor,
                opened.vault,
                name,
                random_text=secrets.token_urlsafe(32),
                now=opened.now(),
                email=user,
            )
    if as_json:
        print_json(new_hook_secret_view(made))
    else:
        print(made.text)


@app.command("revoke")
def revoke(
    hook: Annotated[int, typer.Argument(help="Its number; `revrec hooks list` shows it.")],
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Revoke a secret: what is signed with it is refused from here on."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            revoked_at = revoke_hook_secret(session, actor, hook, now=opened.now()).revoked_at
    if as_json:
        print_json({"id": hook, "revoked_at": revoked_at})
    else:
        print(f"Hook secret {hook} is revoked.")


@app.command("list")
def list_hooks(limit: Limit = 200, as_: As = "", as_json: Json = False) -> None:
    """List the secrets, without what they are: for which system, whom its calls act as, when last used."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            views = [hook_secret_view(row, user) for row, user in hook_secrets_after(session, 0, limit)]
    print_views(
        views,
        [
            ("hook>", lambda v: v.id),
            ("name", lambda v: v.name),
            ("acts as", lambda v: v.email),
            ("created", lambda v: v.created_at),
            ("last used", lambda v: v.last_used_at),
            ("revoked", lambda v: v.revoked_at),
        ],
        as_json=as_json,
        empty="There are no hook secrets.",
    )

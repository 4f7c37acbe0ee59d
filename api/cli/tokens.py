"""`revrec tokens`: access for programs."""

import secrets
from typing import Annotated

import typer

from api.cli.output import print_json, print_views
from api.cli.session import As, Json, Limit, acting, deployment
from api.views.people import new_token_view, token_view
from revrec.operations.create_token import create_token
from revrec.operations.permissions import may
from revrec.operations.revoke_token import revoke_token
from revrec.store.queries.people import tokens_after

app = typer.Typer(help="API tokens.", no_args_is_help=True)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What uses it.")],
    user: Annotated[str, typer.Option(help="Whose; default: the acting user's.")] = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Make an API token. It is shown once and kept only as a hash."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            made = create_token(
                session, actor, name, random_text=secrets.token_urlsafe(32), now=opened.now(), email=user
            )
    if as_json:
        print_json(new_token_view(made))
    else:
        print(made.text)


@app.command("revoke")
def revoke(
    token: Annotated[int, typer.Argument(help="Its number; `revrec tokens list` shows it.")],
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Revoke a token."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            row = revoke_token(session, actor, token, now=opened.now())
            revoked_at = row.revoked_at
    if as_json:
        print_json({"id": token, "revoked_at": revoked_at})
    else:
        print(f"Token {token} is revoked.")


@app.command("list")
def list_tokens(limit: Limit = 200, as_: As = "", as_json: Json = False) -> None:
    """List tokens: one's own, as admin everybody's."""
    with deployment() as opened:
        actor = acting(opened, as_)
        email = None if may(actor, "manage_tokens") else actor.email
        with opened.store.read() as session:
            views = [token_view(token, user) for token, user in tokens_after(session, 0, limit, email)]
    print_views(
        views,
        [
            ("token>", lambda v: v.id),
            ("name", lambda v: v.name),
            ("user", lambda v: v.email),
            ("created", lambda v: v.created_at),
            ("last used", lambda v: v.last_used_at),
            ("revoked", lambda v: v.revoked_at),
        ],
        as_json=as_json,
        empty="There are no tokens.",
    )

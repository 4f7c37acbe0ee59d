"""`revrec users`: who has access."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import print_json, print_views
from api.cli.session import As, Json, Limit, Reason, acting, deployment
from api.sign_in_links import make_link, write_link
from api.views.people import user_view
from revrec.operations.add_user import add_user
from revrec.operations.change_user import change_user
from revrec.operations.end_user_sessions import end_user_sessions
from revrec.operations.permissions import ROLES, require
from revrec.operations.sign_in_oidc import forget_sign_on
from revrec.problems import Invalid, NotFound
from revrec.store.queries.people import user_by_email, users_after

app = typer.Typer(help="Users.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="Email address.")]


@app.command("add")
def add(
    email: Email,
    role: Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")],
    name: Annotated[str, typer.Option(help="Name; default: the first part of the email.")] = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Add a user."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            row = add_user(session, actor, email, name or email.partition("@")[0], role, now=opened.now())
            view = user_view(row)
    if as_json:
        print_json(view)
    else:
        print(f"Added {view.email} as {view.role}.")


@app.command("change")
def change(
    email: Email,
    role: Annotated[str | None, typer.Option(help=f"One of {', '.join(ROLES)}.")] = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Give or take access.")] = None,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Change a user's role, or take access away."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            row = change_user(
                session, actor, email, now=opened.now(), role=role, active=active, reason=reason
            )
            view = user_view(row)
    if as_json:
        print_json(view)
    else:
        print(f"{view.email} is {view.role}{'' if view.active else ', not active'}.")


@app.command("link")
def link(
    email: Email,
    address: Annotated[
        str, typer.Option(metavar="URL", help="Where people reach the service; default: its host and port.")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(help="File for the link, readable by its owner alone; needed off a terminal."),
    ] = None,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Make a link that signs a user in once, within 15 minutes: a first time, or after a forgotten password."""
    if out is None and not sys.stdout.isatty():
        raise Invalid("A sign-in link is shown on a terminal only; give --out FILE.", where="out")
    with deployment() as opened:
        actor = acting(opened, as_)
        where = address or f"http://{opened.config.host}:{opened.config.port}"
        text = make_link(opened, actor, email, where)
    if out is not None:
        write_link(text, out)
        if as_json:
            print_json({"email": email, "out": str(out.resolve())})
        else:
            print(f"The link is in {out}.")
        return
    print(f"Sign in (once, within 15 minutes): {text}")


@app.command("forget-sign-on")
def forget(email: Email, as_: As = "", as_json: Json = False) -> None:
    """Forget who a user is at the sign-in provider: their next single sign-on is the first."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            view = user_view(forget_sign_on(session, actor, email, now=opened.now()))
    if as_json:
        print_json(view)
    else:
        print(f"The next single sign-on of {view.email} is the first.")


@app.command("sign-out")
def sign_out(email: Email, reason: Reason = "", as_: As = "", as_json: Json = False) -> None:
    """Sign a user out of every browser. They can sign in again; `users change --inactive` keeps them out."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            user = user_by_email(session, email)
            if user is None:
                raise NotFound(f"There is no user {email}.", where="email")
            ended = end_user_sessions(session, actor, user.id, now=opened.now(), reason=reason)
            email = user.email
    if as_json:
        print_json({"email": email, "sessions": ended})
    else:
        print(f"{email} is signed out of {ended} {'browser' if ended == 1 else 'browsers'}.")


@app.command("list")
def list_users(limit: Limit = 200, as_: As = "", as_json: Json = False) -> None:
    """List users."""
    with deployment() as opened:
        require(acting(opened, as_), "read_users")
        with opened.store.read() as session:
            views = [user_view(row) for row in users_after(session, 0, limit)]
    print_views(
        views,
        [
            ("email", lambda v: v.email),
            ("name", lambda v: v.name),
            ("role", lambda v: v.role),
            ("active", lambda v: v.active),
            ("since", lambda v: v.created_at),
        ],
        as_json=as_json,
    )

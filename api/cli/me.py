"""`revrec me`: oneself."""

import sys
from typing import Annotated

import typer

from api.cli.output import print_json
from api.cli.session import As, Json, acting, deployment
from api.views.me import MeView, me_view
from revrec.operations.permissions import require
from revrec.operations.set_password import set_password
from revrec.operations.set_preferences import set_preferences
from revrec.problems import Invalid

app = typer.Typer(help="Oneself: how things are shown, and one's password.", no_args_is_help=True)


@app.command("show")
def show(as_: As = "", as_json: Json = False) -> None:
    """Show who one is, and how pages show numbers, dates and times."""
    with deployment() as opened:
        actor = acting(opened, as_)
        require(actor, "read")
        with opened.store.read() as session:
            view = me_view(session, actor)
    _print(view, as_json)


@app.command("preferences")
def preferences(
    locale: Annotated[
        str | None, typer.Option(help="How numbers and dates are written, such as en-GB; '': plain.")
    ] = None,
    time_zone: Annotated[str | None, typer.Option(help="Such as Europe/London; '': the company's.")] = None,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Say how pages show numbers, dates and times to one. What is left out stays."""
    if locale is None and time_zone is None:
        raise Invalid("Say what changes: --locale, --time-zone or both.", where="preferences")
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            set_preferences(session, actor, now=opened.now(), locale=locale, time_zone=time_zone)
            view = me_view(session, actor)
    _print(view, as_json)


@app.command("password")
def password(as_: As = "", as_json: Json = False) -> None:
    """Change one's password: the present one and the new one are asked for, or read from two lines of standard input.
    One is signed out of every browser. A first password is set in the browser, by a sign-in link."""
    if sys.stdin.isatty():
        current = typer.prompt("Present password", hide_input=True)
        new = typer.prompt("New password", hide_input=True, confirmation_prompt="The same again")
    else:
        lines = sys.stdin.read().splitlines()
        if len(lines) != 2:
            raise Invalid(
                "Standard input has two lines: the present password and the new one.", where="password"
            )
        current, new = lines
    with deployment() as opened:
        actor = acting(opened, as_)
        set_password(opened.store, actor, None, new, current=current, now=opened.now())
    if as_json:
        print_json({"email": actor.email})
    else:
        print(f"The password of {actor.email} is set. They were signed out of every browser.")


def _print(view: MeView, as_json: bool) -> None:
    if as_json:
        print_json(view)
        return
    print(f"{view.email} ({view.name}), {view.role}.")
    print(
        f"Numbers and dates: {view.locale or 'plain'}. Times: {view.time_zone or 'in the zone of the company'}."
    )

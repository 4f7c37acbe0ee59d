"""`revrec connections`: what is connected, and whether it works."""

from collections.abc import Sequence
from typing import Annotated

import typer

from api.cli.exits import OK, REFUSED
from api.cli.output import print_json, print_table, print_views
from api.cli.session import As, Json, acting, deployment
from api.connecting import try_connections
from api.views.connections import CheckView, connection_view
from revrec.operations.permissions import require
from revrec.store.queries.connections import all_connections

app = typer.Typer(help="Connections to outside systems.", no_args_is_help=True)


@app.command("list")
def list_connections(as_: As = "", as_json: Json = False) -> None:
    """List what is connected."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            views = [connection_view(row) for row in all_connections(session)]
    print_views(
        views,
        [
            ("flow", lambda v: v.flow),
            ("system", lambda v: v.system),
            ("account", lambda v: v.account),
            ("address", lambda v: v.base_url or "the account's own"),
            ("auth", lambda v: v.auth),
            ("verified", lambda v: v.verified_at),
            ("paused", lambda v: v.paused),
        ],
        as_json=as_json,
        empty="Nothing is connected. `revrec connect netsuite` and `revrec connect salesforce` do it.",
    )


@app.command("test")
def test(
    flow: Annotated[str, typer.Argument(help="invoices, journals or orders; default: all.")] = "",
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Sign in, try every right the flows need, and say in words what is wrong. Exit status 1 if something is."""
    with deployment() as opened:
        tests = try_connections(opened, acting(opened, as_), flow)
    if as_json:
        print_json(tests)
    else:
        for one in tests:
            print(f"{one.flow}: {one.system} {one.account}: {'works' if one.ok else 'does not work'}")
            print_checks(one.checks)
    return OK if all(one.ok for one in tests) else REFUSED


def print_checks(checks: Sequence[CheckView]) -> None:
    if checks:
        print_table(["checked", "state", "in words"], [[one.name, one.state, one.message] for one in checks])

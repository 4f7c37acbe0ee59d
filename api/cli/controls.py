"""`revrec controls`: what must always hold of the books, checked now."""

from typing import Annotated

import typer

from api.cli.exits import OK, REFUSED
from api.cli.output import print_json, print_table
from api.cli.session import As, Json, acting, deployment
from api.views.controls import ControlsView, controls_view
from jobs.closing.controls import check_books, closed_periods
from revrec.operations.permissions import require


def controls(
    period: Annotated[str, typer.Option(help="Only this closed period; else all of them.")] = "",
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Check what must always hold of closed periods: prices, schedules, balances, ledger, journals and documents.
    Exit status 1 when a check fails. The checks also run before every close."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            results = check_books(session, period)
            view = controls_view(session, [period] if period else closed_periods(session), results)
    if as_json:
        print_json(view)
    else:
        print_controls(view)
    return OK if view.passed else REFUSED


def print_controls(view: ControlsView) -> None:
    """The checks as a table, and the rows that violate one by name."""
    print(f"Closed periods checked: {', '.join(view.periods) or 'none'}.")
    print_table(
        ["status", "check", "checked>", "violations>", "what it compares"],
        [
            [
                one.status,
                one.name,
                str(one.checked),
                str(one.violations) if one.violations else "",
                one.compares,
            ]
            for one in view.controls
        ],
    )
    for one in view.controls:
        for total in one.sums:
            print(f"{one.name}: {total.what}: {total.left}, {total.right} {total.currency}")
    for one in view.controls:
        if one.violations:
            print(f"\n{one.name}: {one.violations} violations")
            for row in one.first:
                print(f"  {row.where}: {row.message}")
            if one.violations > len(one.first):
                print(f"  and {one.violations - len(one.first)} more")

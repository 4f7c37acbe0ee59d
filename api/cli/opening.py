"""`revrec opening`: balances at cut-over."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import print_json, print_views
from api.cli.session import As, Json, Reason, acting, deployment
from api.importing import check_new_sheet, read_opening
from api.opening import current_opening
from api.opening_sheet import write_opening
from api.views.openings import ImportedOpeningView, OpeningView, opening_view
from revrec.operations.accept_opening import accept_opening
from revrec.operations.import_opening import import_opening
from revrec.operations.permissions import require

app = typer.Typer(help="Opening balances at cut-over.", no_args_is_help=True)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A .xlsx or .csv file with the sheet Opening.")],
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Load opening balances: all rows are checked first, and nothing is loaded where anything is wrong."""
    with deployment() as opened:
        actor = acting(opened, as_)
        require(actor, "import_opening")
        with opened.store.read() as session:
            rows, found = read_opening(file, session)
        with opened.store.write() as session:
            done = import_opening(
                session, actor, rows, source=file.name, now=opened.now(), reason=reason, found=found
            )
        view = ImportedOpeningView(
            obligations=done.obligations, contracts=done.contracts, replaced=done.replaced
        )
    if as_json:
        print_json(view)
        return
    instead = " in place of those loaded before" if view.replaced else ""
    print(f"{view.obligations} lines and {view.contracts} contracts have opening balances now{instead}.")


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Where to write: a name that ends in .xlsx or .csv.")],
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Write the opening as it stands, in the form that `import` reads: to be compared, changed and loaded."""
    check_new_sheet(file)
    with deployment() as opened:
        require(acting(opened, as_), "read")
        rows = write_opening(file, opened.store, opened.now())
    if as_json:
        print_json({"path": str(file.resolve()), "rows": rows})
    else:
        print(f"{rows} rows written to {file}.")


@app.command("show")
def show(as_: As = "", as_json: Json = False) -> None:
    """Show the opening balances, and where what was loaded is not what is computed."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        view = opening_view(opened.store, current_opening(opened.store))
    if as_json:
        print_json(view)
        return
    said = "loaded" if view.loaded else "computed"
    print(
        f"The opening of {view.period} is {said}{' and accepted' if view.accepted else ', not accepted yet'}."
    )
    print_views(
        view.totals,
        [
            ("subsidiary>", lambda v: v.subsidiary),
            ("currency", lambda v: v.currency),
            ("billed$", lambda v: v.billed),
            ("recognised$", lambda v: v.recognised),
            ("contract liability$", lambda v: v.contract_liability),
            ("contract asset$", lambda v: v.contract_asset),
        ],
        as_json=False,
        empty="Nothing was earned or billed before.",
    )
    print_ledger(view)
    if view.loaded:
        print_views(
            view.differences,
            [
                ("contract", lambda v: v.contract),
                ("order", lambda v: v.order),
                ("line", lambda v: v.line or "billed"),
                ("computed$", lambda v: v.computed),
                ("loaded$", lambda v: v.loaded),
                ("difference$", lambda v: v.difference),
                ("currency", lambda v: v.currency),
            ],
            as_json=False,
            empty="What was loaded is what is computed.",
        )


def print_ledger(view: OpeningView) -> None:
    """The opening beside NetSuite's balances, where they were read."""
    if not view.general_ledger:
        print(f"NetSuite's balances were not read: `revrec controls gl {view.period}` compares them.")
        return
    print("Contract liability less assets:")
    print_views(
        view.general_ledger,
        [
            ("subsidiary>", lambda v: v.subsidiary),
            ("currency", lambda v: v.currency),
            ("here$", lambda v: v.here),
            ("NetSuite$", lambda v: v.netsuite),
            ("difference$", lambda v: v.difference),
        ],
        as_json=False,
    )


@app.command("accept")
def accept(reason: Reason = "", as_: As = "", as_json: Json = False) -> None:
    """Sign the opening balances off as compared with the general ledger; what was loaded otherwise than it is computed
    is booked at the first close, cause conversion."""
    with deployment() as opened:
        actor = acting(opened, as_)
        require(actor, "accept_opening")
        opening = current_opening(opened.store)
        with opened.store.write() as session:
            accept_opening(session, actor, opening.compared.totals, now=opened.now(), reason=reason)
        view = opening_view(opened.store, opening)
    if as_json:
        print_json({"period": opening.period, "accepted": True})
    else:
        print_ledger(view)
        print(f"The opening balances of {opening.period} are accepted.")

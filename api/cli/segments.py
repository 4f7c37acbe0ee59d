"""`revrec segments`: by what journal lines can be analysed in the NetSuite account."""

from typing import Annotated

import typer

from api.cli.output import print_views
from api.cli.session import As, Json, Limit, acting, deployment
from api.views.discovered import discovered_segment_views, discovered_value_view
from revrec.operations.permissions import require
from revrec.problems import NotFound
from revrec.store.queries.segments import segments, values_after

app = typer.Typer(help="Segments that the NetSuite account has.", no_args_is_help=True)


@app.command("list")
def list_segments(as_: As = "", as_json: Json = False) -> None:
    """List the fields of journal lines by which the account can be analysed: Location, Department, Class, custom
    segments and custom columns, as the last invoices run found them."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            views = discovered_segment_views(session)
    print_views(
        views,
        [
            ("field", lambda v: v.field),
            ("name", lambda v: v.name),
            ("kind", lambda v: v.kind),
            ("on journals", lambda v: v.on_journals),
            ("required", lambda v: v.required),
            ("active", lambda v: v.active),
            ("values>", lambda v: v.values),
            ("kept apart", lambda v: v.kept_apart),
        ],
        as_json=as_json,
        empty="No segments are known yet. An invoices run reads them.",
    )


@app.command("values")
def list_values(
    field: Annotated[str, typer.Argument(help="A segment's field, such as department or cseg_region.")],
    limit: Limit = 200,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List the values of a segment. They are read of Department, Class, Location and what `custom_segments` names."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            if field not in {one.field for one in segments(session)}:
                raise NotFound(
                    f"The account has no segment {field}. `revrec segments list` shows them.", where="field"
                )
            views = [discovered_value_view(row) for row in values_after(session, field, 0, limit)]
    print_views(
        views,
        [
            ("id>", lambda v: v.id),
            ("name", lambda v: v.name),
            ("active", lambda v: v.active),
            (
                "subsidiaries",
                lambda v: "all" if v.subsidiaries is None else ", ".join(map(str, v.subsidiaries)),
            ),
        ],
        as_json=as_json,
        empty=f"No values of {field} were read.",
    )

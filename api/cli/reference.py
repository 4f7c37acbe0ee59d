"""`revrec reference`: what NetSuite's records name by id, as it was last read."""

from typing import Annotated

import typer

from api.cli.output import print_json, print_table, print_views, shown
from api.cli.session import As, Json, Limit, acting, deployment
from api.cli.working import run_job
from api.views.reference import freshness_view, freshness_views, reference_views
from revrec.operations.permissions import require
from revrec.store.queries.reference import KINDS, reference_after, reference_kind

app = typer.Typer(help="NetSuite's reference data.", no_args_is_help=True)


@app.command("list")
def list_kinds(as_: As = "", as_json: Json = False) -> None:
    """List the kinds of reference data, and when each was last read."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            views = freshness_views(session)
    print_views(
        views,
        [
            ("kind", lambda v: v.kind),
            ("read", lambda v: v.read_at or "never"),
            ("by job>", lambda v: v.job),
            ("rows>", lambda v: v.rows),
        ],
        as_json=as_json,
    )


@app.command("show")
def show(
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(KINDS)}.")],
    search: Annotated[str, typer.Option(help="Part of a name, or an id; of rates a currency.")] = "",
    inactive: Annotated[bool, typer.Option("--inactive", help="Also what is out of use.")] = False,
    after: Annotated[
        int | None, typer.Option(help="Go on after this row: `next` of the page before.", min=0)
    ] = None,
    limit: Limit = 200,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Show one kind, a page at a time."""
    of = reference_kind(kind)
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            rows = reference_after(session, of, after, limit + 1, search=search, inactive=inactive)
            views = reference_views(session, of, rows[:limit])
            fresh = freshness_view(session, of)
            following = rows[limit - 1].id if len(rows) > limit else None
    if as_json:
        print_json({"freshness": fresh.model_dump(mode="json"), "items": views, "next": following})
        return
    if views:
        names = list(views[0].details)
        print_table(
            ["id>", "name", *(name.replace("_", " ") for name in names), *(["active"] if inactive else [])],
            [
                [
                    str(view.id),
                    view.name,
                    *(_shown(view.details[name]) for name in names),
                    *([shown(view.active)] if inactive else []),
                ]
                for view in views
            ],
        )
    else:
        print("Nothing.")
    if fresh.read_at is None:
        print("Never read yet: `revrec reference refresh` reads it, and so does every invoices run.")
    else:
        print(f"Read on {shown(fresh.read_at)} by job {fresh.job}.")
    if following is not None:
        print(f"There is more: --after {following}.")


@app.command("refresh")
def refresh(
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until the job ends.")] = True,
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Read all reference data anew, and hold the account mapping against it."""
    with deployment() as opened:
        return run_job(opened, acting(opened, as_), "reference", {}, as_json=as_json, wait=wait)


def _shown(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else shown(value)

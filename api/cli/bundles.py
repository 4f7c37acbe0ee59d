"""`revrec bundles`: products that are sold together for less."""

from datetime import datetime
from typing import Annotated

import typer

from api.cli.accounts import Retrospective
from api.cli.output import print_done, print_views
from api.cli.products import From, find_product
from api.cli.session import As, Json, Reason, acting, deployment
from api.views.prices import bundle_view, bundle_views
from revrec.operations.decimals import read_amount
from revrec.operations.permissions import require
from revrec.operations.set_bundle import set_bundle
from revrec.operations.withdraw_bundle import withdraw_bundle
from revrec.store.queries.prices import bundles_on

app = typer.Typer(help="Bundles with an observed price.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What it is called.")]
Currency = Annotated[str, typer.Argument(metavar="CURRENCY", help="ISO code, such as USD.")]


@app.command("list")
def list_bundles(
    day: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="In force on this day; default: today."),
    ] = None,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List the bundles in force on a day."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            views = bundle_views(session, bundles_on(session, day.date() if day else opened.today()))
    print_views(
        views,
        [
            ("bundle", lambda v: v.name),
            ("products", lambda v: ", ".join(v.products)),
            ("price$", lambda v: v.price),
            ("currency", lambda v: v.currency),
            ("from", lambda v: v.valid_from),
            ("set by", lambda v: v.set_by),
        ],
        as_json=as_json,
        empty="There is no bundle.",
    )


@app.command("set")
def set_one(
    name: Name,
    currency: Currency,
    price: Annotated[str, typer.Argument(help="Of one of each of its products.")],
    products: Annotated[list[str], typer.Argument(metavar="PRODUCT...", help="Codes or names, two or more.")],
    valid_from: From = None,
    retrospective: Retrospective = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Say that products are sold together for less."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            row = set_bundle(
                session,
                actor,
                name,
                currency,
                read_amount(session, price, currency, where="price"),
                [find_product(session, one).id for one in products],
                now=opened.now(),
                valid_from=valid_from.date() if valid_from else None,
                retrospective=retrospective,
                reason=reason,
            )
            view = bundle_view(session, row)
    since = f" from {view.valid_from} on" if view.valid_from else ""
    print_done(
        view,
        f"{view.name} is {', '.join(view.products)} for {view.price} {view.currency}{since}.",
        as_json=as_json,
    )


@app.command("withdraw")
def withdraw(
    name: Name,
    currency: Currency,
    valid_from: From = None,
    retrospective: Retrospective = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Take a bundle back, from a day on."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            row = withdraw_bundle(
                session,
                actor,
                name,
                currency,
                now=opened.now(),
                valid_from=valid_from.date() if valid_from else None,
                retrospective=retrospective,
                reason=reason,
            )
            view = bundle_view(session, row)
    since = f" from {view.valid_from} on" if view.valid_from else ""
    print_done(view, f"The bundle {view.name} in {view.currency} is withdrawn{since}.", as_json=as_json)

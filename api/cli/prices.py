"""`revrec prices`: what products sell for on their own."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from api.cli.accounts import Retrospective
from api.cli.output import print_done, print_json, print_views
from api.cli.products import From, find_product
from api.cli.session import As, Json, Limit, Reason, acting, deployment
from api.importing import check_new_sheet, read_prices, write_prices
from api.views.prices import ImportedView, PriceView, price_view, price_views
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.decimals import read_amount, read_quantity
from revrec.operations.import_prices import import_prices
from revrec.operations.permissions import require
from revrec.operations.price_terms import PER, PriceTerms
from revrec.operations.set_price import PricedAs, set_price
from revrec.operations.withdraw_price import withdraw_price
from revrec.problems import Invalid
from revrec.store.queries.prices import prices_on

app = typer.Typer(help="Stand-alone selling prices.", no_args_is_help=True)

Product = Annotated[str, typer.Argument(metavar="PRODUCT", help="Its code or name.")]
Currency = Annotated[str, typer.Argument(metavar="CURRENCY", help="ISO code, such as USD.")]
Region = Annotated[str, typer.Option(help="For lines of this region only; empty: everywhere.")]
MinQuantity = Annotated[str, typer.Option(help="For lines of at least this quantity.")]
Day = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="In force on this day; default: today.")
]


@app.command("list")
def list_prices(
    product: Annotated[str, typer.Option(help="Of this product only: its code or name.")] = "",
    currency: Annotated[str, typer.Option(help="In this currency only.")] = "",
    day: Day = None,
    limit: Limit = 200,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List the prices in force on a day."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            only = [find_product(session, product).id] if product else None
            rows = prices_on(session, day.date() if day else opened.today(), products=only, currency=currency)
            views = price_views(session, rows[:limit])
    print_views(
        views,
        [
            ("product", lambda v: v.product),
            ("name", lambda v: v.name),
            ("currency", lambda v: v.currency),
            ("region", lambda v: v.region),
            ("from quantity>", lambda v: "" if v.min_quantity == "0" else v.min_quantity),
            ("price", _shown),
            ("per", lambda v: v.per),
            ("from", lambda v: v.valid_from),
            ("set by", lambda v: v.set_by),
        ],
        as_json=as_json,
        empty="No price is set.",
    )


@app.command("set")
def set_one(
    product: Product,
    currency: Currency,
    amount: Annotated[
        str, typer.Argument(help="The price of one unit; empty with --low or --residual.")
    ] = "",
    low: Annotated[str, typer.Option(help="Low end of a range.")] = "",
    high: Annotated[str, typer.Option(help="High end of a range.")] = "",
    residual: Annotated[
        bool,
        typer.Option(
            "--residual", help="What the other lines leave; --low and --high: the range it may lie in."
        ),
    ] = False,
    per: Annotated[str, typer.Option(help=f"One of {', '.join(PER)}.")] = "each",
    region: Region = "",
    min_quantity: MinQuantity = "0",
    valid_from: From = None,
    retrospective: Retrospective = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Set the price of a product: a point, a range, or residual."""
    if bool(amount) == bool(low or high or residual):
        raise Invalid("Give an amount, or a range by --low and --high, or --residual.", where="amount")
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            low_minor = _minor(session, amount or low, currency, "low")
            terms = PriceTerms(
                "residual" if residual else "observed",
                low_minor,
                _minor(session, high, currency, "high"),
                per,
            )
            row = set_price(
                session,
                actor,
                _what(session, product, currency, region, min_quantity),
                terms,
                now=opened.now(),
                valid_from=valid_from.date() if valid_from else None,
                retrospective=retrospective,
                reason=reason,
            )
            view = price_view(session, row)
    since = f" from {view.valid_from} on" if view.valid_from else ""
    print_done(
        view, f"{view.product} sells for {_shown(view)} {view.currency} {_per(view)}{since}.", as_json=as_json
    )


@app.command("withdraw")
def withdraw(
    product: Product,
    currency: Currency,
    region: Region = "",
    min_quantity: MinQuantity = "0",
    valid_from: From = None,
    retrospective: Retrospective = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Take a price back, from a day on."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            row = withdraw_price(
                session,
                actor,
                _what(session, product, currency, region, min_quantity),
                now=opened.now(),
                valid_from=valid_from.date() if valid_from else None,
                retrospective=retrospective,
                reason=reason,
            )
            view = price_view(session, row)
    since = f" from {view.valid_from} on" if view.valid_from else ""
    print_done(view, f"The price of {view.product} in {view.currency} is withdrawn{since}.", as_json=as_json)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A .xlsx or .csv file with the columns that `export` writes.")],
    retrospective: Retrospective = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Load a sheet of prices: all rows are checked first, and nothing is loaded where anything is wrong."""
    with deployment() as opened:
        actor = acting(opened, as_)
        require(actor, "set_price")
        with opened.store.read() as session:
            rows, found = read_prices(file, session)
        with opened.store.write() as session:
            done = import_prices(
                session,
                actor,
                rows,
                source=file.name,
                now=opened.now(),
                reason=reason,
                retrospective=retrospective,
                found=found,
            )
            note = adjustment_note(session, done.earliest) if done.loaded else ""
            view = ImportedView(loaded=done.loaded, unchanged=done.unchanged, note=note)
    print_done(view, f"{view.loaded} prices loaded, {view.unchanged} were in force already.", as_json=as_json)


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Where to write: a name that ends in .xlsx or .csv.")],
    day: Day = None,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Write the prices in force on a day, in the form that `import` reads."""
    check_new_sheet(file)
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            rows = prices_on(session, day.date() if day else opened.today())
            write_prices(file, session, rows, opened.now())
    if as_json:
        print_json({"path": str(file.resolve()), "prices": len(rows)})
    else:
        print(f"{len(rows)} prices written to {file}.")


def _what(session: Session, product: str, currency: str, region: str, min_quantity: str) -> PricedAs:
    tier = read_quantity(min_quantity or "0", where="min_quantity")
    return PricedAs(find_product(session, product).id, currency, region.strip(), tier)


def _minor(session: Session, text: str, currency: str, where: str) -> int | None:
    return read_amount(session, text, currency, where=where) if text else None


def _shown(view: PriceView) -> str:
    price = view.low if view.low == view.high else f"{view.low} to {view.high}"
    return f"residual {f'({price})' if price else ''}".strip() if view.kind == "residual" else price


def _per(view: PriceView) -> str:
    return "each" if view.per == "each" else f"a {view.per}"

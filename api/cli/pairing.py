"""`revrec products pairing`, `pair`, `unpair`, `reset-pairing`, `categorize`: NetSuite's items and the products."""

from typing import Annotated

import typer
from sqlmodel import Session

from api.cli.account_checks import Yes
from api.cli.output import print_done, print_json, print_views
from api.cli.products import Code, app, find_product
from api.cli.session import As, Json, Limit, Reason, acting, deployment
from api.views.pairing import PairedProductView, pairing_view, pairing_views
from api.views.products import product_views
from revrec.operations.categorize_product import categorize_product
from revrec.operations.pair_item import pair_item
from revrec.operations.permissions import require
from revrec.operations.reset_pairing import reset_pairing
from revrec.operations.unpair_item import unpair_item
from revrec.problems import Conflict, Invalid, NotFound
from revrec.store.queries.pairing import items_after, items_by_id_or_name

__all__ = ["app", "find_item"]

ItemName = Annotated[
    str, typer.Argument(metavar="ITEM", help="NetSuite's item: its code, name or internal id.")
]
HOW = ("code", "name", "own", "manual")


@app.command("pairing")
def pairing(
    search: Annotated[str, typer.Option(help="Part of the item's code or name.")] = "",
    how: Annotated[str, typer.Option(help=f"Only items paired so: {', '.join(HOW)}.")] = "",
    after: Annotated[int | None, typer.Option(help="Go on after this item.")] = None,
    limit: Limit = 200,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Preview: each item with its product, how it was found, and what else fits."""
    if how and how not in HOW:
        raise Invalid(f"Items are paired by {', '.join(HOW)}.", where="--how")
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            rows = items_after(session, after, limit, text=search, paired=(how,) if how else ())
            views = pairing_views(session, rows)
    print_views(
        views,
        [
            ("item>", lambda v: v.item),
            ("code", lambda v: v.code),
            ("name", lambda v: v.name),
            ("product", lambda v: _named(v.product)),
            ("category", lambda v: v.product.category if v.product else ""),
            ("paired", lambda v: f"{v.paired} ({v.paired_by})" if v.paired_by else v.paired or "not yet"),
            ("anew", lambda v: f"{_named(v.proposed)} ({v.proposed_by})" if v.would_change else ""),
            ("also fits", lambda v: ", ".join(_named(one) for one in v.alternatives)),
            ("", lambda v: "ambiguous" if v.ambiguous else ""),
        ],
        as_json=as_json,
        empty="No item is known yet. `revrec reference refresh` reads them.",
    )


@app.command("pair")
def pair(
    item: ItemName,
    product: Annotated[str, typer.Argument(help="Our product: its code or name.")] = "",
    own: Annotated[bool, typer.Option("--own", help="The item is a product of its own.")] = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Say which product an item is. No run changes it any more."""
    if bool(product) == own:
        raise Invalid("Give a product, or --own.", where="product")
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            row = pair_item(
                session,
                actor,
                find_item(session, item),
                None if own else find_product(session, product).id,
                now=opened.now(),
                reason=reason,
            )
            view = pairing_view(session, row)
    print_done(view, f"The item {view.code} is the product {_named(view.product)}.", as_json=as_json)


@app.command("unpair")
def unpair(item: ItemName, reason: Reason = "", as_: As = "", as_json: Json = False) -> None:
    """Take a pairing made by hand back: the item is paired by code and name again."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            row = unpair_item(session, actor, find_item(session, item), now=opened.now(), reason=reason)
            view = pairing_view(session, row)
    print_done(
        view, f"The item {view.code} is paired with {_named(view.product)} ({view.paired}).", as_json=as_json
    )


@app.command("reset-pairing")
def reset(yes: Yes = False, reason: Reason = "", as_: As = "", as_json: Json = False) -> None:
    """Forget every pairing, those made by hand too, and pair all items anew."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            done = reset_pairing(session, actor, now=opened.now(), confirmed=yes, reason=reason)
    if as_json:
        print_json({"items": done.items, "by_hand": done.by_hand, "moved": done.moved})
    else:
        print(
            f"{done.items} items are paired anew, {done.by_hand} of them were paired by hand; {done.moved} have "
            "another product now. The audit trail keeps the pairings made by hand."
        )


@app.command("categorize")
def categorize(
    product: Code,
    category: Annotated[str, typer.Argument(help="Its category; empty: the CRM's word counts again.")],
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Say which category a product belongs to. It stays, whatever the CRM says."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            found = find_product(session, product)
            row = categorize_product(session, actor, found.id, category, now=opened.now(), reason=reason)
            view = product_views(session, [row], opened.today())[0]
    if as_json:
        print_json(view)
    elif view.category_by:
        print(f"{view.code or view.name} belongs to {view.category}.")
    else:
        print(
            f"The CRM says again what {view.code or view.name} belongs to; until then {view.category or 'nothing'}."
        )


def find_item(session: Session, text: str) -> int:
    """The id of the item that a person names. Raises `NotFound`, or `Conflict` if several have the name."""
    found = items_by_id_or_name(session, text)
    if not found:
        raise NotFound(f"There is no item {text}. `revrec products pairing` shows them.", where="item")
    if len(found) > 1:
        ids = ", ".join(str(row.id) for row in found)
        raise Conflict(f"Several items are named {text}; give the internal id: {ids}.", where="item")
    return found[0].id


def _named(product: PairedProductView | None) -> str:
    return "" if product is None else product.code or product.name

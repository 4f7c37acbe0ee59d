"""`revrec contracts`: contracts, the versions of their orders, and what people decide about them."""

from typing import Annotated

import typer
from sqlmodel import col

from api.cli import order_decisions
from api.cli.contract_tables import DETAILS, print_contract
from api.cli.output import print_facts, print_json, print_table, print_views, shown
from api.cli.session import As, Json, Limit, acting, deployment
from api.views.contracts import contract_detail_view, contract_views
from api.views.order_versions import (
    OrderVersionsView,
    changed_order_views,
    order_versions_view,
)
from revrec.operations.permissions import require
from revrec.operations.treat_version import unseen_changes
from revrec.store.queries.contract_list import contracts_where
from revrec.store.queries.contracts import find_contract
from revrec.store.queries.order_versions import find_order
from revrec.store.tables import Contract

app = typer.Typer(help="Contracts, and the versions of their orders.", no_args_is_help=True)


@app.command("list")
def list_contracts(
    search: Annotated[str, typer.Option(help="Part of the number, or of the customer's name.")] = "",
    limit: Limit = 100,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List contracts."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            query = contracts_where(search=search).order_by(col(Contract.id)).limit(limit)
            views = contract_views(session, session.exec(query).all())
    print_views(
        views,
        [
            ("contract>", lambda v: v.id),
            ("number", lambda v: v.number),
            ("customer", lambda v: v.customer),
            ("orders", lambda v: ", ".join(v.orders)),
            ("stated", lambda v: ", ".join(f"{a.amount} {a.currency}" for a in v.stated_prices)),
        ],
        as_json=as_json,
        empty="There is no contract yet. Orders runs read them.",
    )


@app.command("show")
def show(
    contract: Annotated[str, typer.Argument(help="Its number, or our id.")],
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Show a contract: its lines, how they share the price, what each period booked, its balances and what waits."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            view = contract_detail_view(session, find_contract(session, contract))
    if as_json:
        print_json(view)
        return
    print_facts(view, as_json=False, leave_out=DETAILS)
    print_table(
        ["order", "line", "product", "quantity>", "amount$", "currency", "start", "end", "method"],
        [
            [
                v.order,
                v.line,
                v.product,
                v.quantity,
                v.amount,
                v.currency,
                shown(v.starts),
                shown(v.ends),
                v.method,
            ]
            for v in view.lines
        ],
    )
    print_contract(view)


@app.command("versions")
def versions(order: order_decisions.Order, as_: As = "", as_json: Json = False) -> None:
    """Show all versions of an order: what changed, how it is treated and by whose word, what closes made of it."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            view = order_versions_view(session, find_order(session, order))
    if as_json:
        print_json(view)
    else:
        _print_versions(view)


@app.command("changes")
def changes(limit: Limit = 100, as_: As = "", as_json: Json = False) -> None:
    """List changed orders that no close has seen yet, with the treatment they will get."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            views = changed_order_views(session, unseen_changes(session, None, limit))
    print_views(
        views,
        [
            ("order", lambda v: v.order),
            ("version>", lambda v: v.version.number),
            ("customer", lambda v: v.customer),
            ("effective", lambda v: v.version.effective_on),
            ("before>", lambda v: v.total_before),
            ("after>", lambda v: v.version.total),
            ("currency", lambda v: v.version.currency),
            ("cancelled", lambda v: v.version.cancelled_on),
            ("treatment", lambda v: v.version.treatment or v.version.place),
            ("by", lambda v: v.version.said_by),
        ],
        as_json=as_json,
        empty="No order changed since the last close.",
    )


app.command("treat")(order_decisions.treat)
app.command("price-change", context_settings={"ignore_unknown_options": True})(order_decisions.price_change)
app.command("undo-price-change")(order_decisions.undo)
app.command("combine")(order_decisions.combine)
app.command("line")(order_decisions.line)


def _print_versions(view: OrderVersionsView) -> None:
    place = f"contract {view.contract}" + (", combined" if view.combined else "")
    print(f"Order {view.order} of {view.customer or 'an unknown customer'} ({place})")
    for one in view.versions:
        facts = [one.place if one.superseded_by is None else f"superseded by version {one.superseded_by}"]
        facts += [f"cancelled on {one.cancelled_on}"] if one.cancelled_on else []
        print(
            f"\nVersion {one.number}, effective {one.effective_on}: {one.total} {one.currency}; {', '.join(facts)}"
        )
        if one.problem:
            print(f"  waits: {one.problem}")
        for change in one.changes:
            what = f"line {change.line} ({change.product}) {change.what}" if change.line else change.what
            print(f"  {what}: {change.before or 'nothing'} -> {change.after or 'nothing'}")
        if one.treatment:
            why = f", because: {one.reason}" if one.reason else ""
            print(f"  treatment: {one.treatment}, said by {one.said_by}{why}")
        for taken in one.taken:
            print(f"  {taken.period}: {taken.reason}")
    for price in view.price_changes:
        undone = f" (undone by {price.undone_by})" if price.undone_at else ""
        print(
            f"\nPrice change {price.id}, {price.day}: {price.amount} {price.currency}: {price.reason}{undone}"
        )
    for rule in view.line_rules:
        said = [rule.method, rule.trigger, shown(rule.starts), shown(rule.ends), "waits" if rule.held else ""]
        print(f"\nLine {rule.line} ({rule.product}): {', '.join(filter(None, said))}: {rule.reason}")

"""`revrec contracts`: contracts, the versions of their orders, and what people decide about them."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

from api.cli.accounts import Retrospective
from api.cli.contract_tables import DETAILS, print_contract
from api.cli.output import print_facts, print_json, print_table, print_views, shown
from api.cli.products import AssetKind, Method, Plan, Trigger, said_over
from api.cli.session import As, Json, Limit, Reason, acting, deployment
from api.views.contracts import contract_detail_view, contract_views
from api.views.order_versions import (
    OrderVersionsView,
    changed_order_views,
    line_rule_view,
    order_versions_view,
    order_view,
    price_change_view,
    treated_view,
)
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.change_price import change_price
from revrec.operations.combine_order import combine_order
from revrec.operations.decimals import read_amount
from revrec.operations.permissions import require
from revrec.operations.set_line_rule import set_line_rule, terms_of_line
from revrec.operations.treat_version import TREATMENTS, taken_in, treat_version, unseen_changes
from revrec.operations.undo_price_change import undo_price_change
from revrec.problems import Conflict, Invalid, NotFound
from revrec.store.queries.bookings import line_is_booked
from revrec.store.queries.contracts import contracts_after, contracts_by_number
from revrec.store.queries.line_rules import known_lines, line_rules_of, pick_line
from revrec.store.queries.order_versions import find_order, versions_of
from revrec.store.tables import Contract

app = typer.Typer(help="Contracts, and the versions of their orders.", no_args_is_help=True)

Order = Annotated[str, typer.Argument(metavar="ORDER", help="The order's number, else the CRM's id.")]


@app.command("list")
def list_contracts(
    search: Annotated[str, typer.Option(help="Part of the number.")] = "",
    limit: Limit = 100,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List contracts."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            views = contract_views(session, contracts_after(session, 0, limit, text=search))
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
        ["order", "line", "product", "quantity>", "amount>", "currency", "start", "end", "method"],
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
def versions(order: Order, as_: As = "", as_json: Json = False) -> None:
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


@app.command("treat")
def treat(
    order: Order,
    version: Annotated[int, typer.Argument(help="The version's number.")],
    treatment: Annotated[str, typer.Argument(help=f"One of {', '.join(TREATMENTS)}.")],
    retrospective: Retrospective = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Say how a changed order is accounted for, over the policy. Needs --reason."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            found = find_order(session, order)
            row = treat_version(
                session,
                actor,
                found.id,
                version,
                treatment,
                now=opened.now(),
                reason=reason,
                retrospective=retrospective,
            )
            one = next(one for one in versions_of(session, [found.id])[found.id] if one.number == version)
            taken = bool(taken_in(session, one))
            view = treated_view(session, found, version, row, effective_on=one.effective_on, taken=taken)
    if as_json:
        print_json(view)
        return
    print(f"Version {version} of order {view.order} is treated as {view.treatment}.")
    if view.note:
        print(view.note)


@app.command("price-change", context_settings={"ignore_unknown_options": True})
def price_change(
    order: Order,
    amount: Annotated[str, typer.Argument(help="Of the change, in the order's currency: 500 or -500.")],
    day: Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day of the estimate.")],
    retrospective: Retrospective = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """State a change of the price that is no modification: an estimate of variable consideration. Needs --reason."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            found = find_order(session, order)
            known = versions_of(session, [found.id]).get(found.id, [])
            currency = known[-1].currency if known else "USD"
            row = change_price(
                session,
                actor,
                found.id,
                read_amount(session, amount, currency, where="amount"),
                day.date(),
                now=opened.now(),
                reason=reason,
                retrospective=retrospective,
            )
            view = price_change_view(session, row)
    if as_json:
        print_json(view)
        return
    print(f"Price change {view.id}: {view.amount} {view.currency} on {view.day} for order {view.order}.")
    if view.note:
        print(view.note)


@app.command("undo-price-change")
def undo(
    order: Order,
    number: Annotated[
        int, typer.Argument(metavar="CHANGE", help="Its number; `contracts versions` shows it.")
    ],
    retrospective: Retrospective = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Take a change of the price back. Needs --reason."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            row = undo_price_change(
                session,
                actor,
                find_order(session, order).id,
                number,
                now=opened.now(),
                reason=reason,
                retrospective=retrospective,
            )
            view = price_change_view(session, row)
    if as_json:
        print_json(view)
        return
    print(f"Price change {view.id} of order {view.order} ({view.amount} {view.currency}) is undone.")
    if view.note:
        print(view.note)


@app.command("combine")
def combine(
    order: Order,
    contract: Annotated[str, typer.Argument(metavar="CONTRACT", help="Its number, or our id.")],
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Account for an order together with a contract. Needs --reason; its own contract takes it back the same way."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            found = find_order(session, order)
            into = find_contract(session, contract)
            combine_order(session, actor, found.id, into.id, now=opened.now(), reason=reason)
            view = order_view(session, found)
    if as_json:
        print_json(view)
    else:
        print(f"Order {view.order} is in contract {view.contract}.")


@app.command("line")
def line(
    order: Order,
    number: Annotated[
        str, typer.Argument(metavar="LINE", help="By the CRM's id, else its place in the order.")
    ],
    method: Method = None,
    trigger: Trigger = None,
    asset_kind: AssetKind = None,
    plan: Plan = None,
    start: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day of service, over the CRM's.")
    ] = None,
    end: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of service, over the CRM's.")
    ] = None,
    held: Annotated[
        bool | None, typer.Option("--hold/--release", help="Let its revenue wait, or no more.")
    ] = None,
    retrospective: Retrospective = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Say how one line is earned, when, and whether it waits. What is left out stays as it was said. Needs --reason."""
    if (method, trigger, asset_kind, plan, start, end, held) == (None,) * 7:
        raise Invalid("Say something of the line: --method, --start, --end, --hold, ...", where="line")
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            found = find_order(session, order)
            one = pick_line(found, known_lines(session, [found.id]).get(found.id, []), number)
            said = terms_of_line(line_rules_of(session, [one.obligation_id]).get(one.obligation_id))
            terms = replace(
                said,
                earning=said_over(said.earning, method, trigger, asset_kind, plan),
                starts=start.date() if start else said.starts,
                ends=end.date() if end else said.ends,
                held=said.held if held is None else held,
            )
            row = set_line_rule(
                session,
                actor,
                one.obligation_id,
                terms,
                now=opened.now(),
                reason=reason,
                retrospective=retrospective,
            )
            note = adjustment_note(session, None) if line_is_booked(session, one.obligation_id) else ""
            view = line_rule_view(session, found, row, note)
    if as_json:
        print_json(view)
        return
    words = [view.method, view.trigger, view.asset_kind, shown(view.plan)]
    words += [f"{name} {day}" for name, day in (("from", view.starts), ("to", view.ends)) if day]
    words += ["waits" if view.held else "does not wait"]
    print(f"Line {view.sequence} ({view.product}) of order {view.order}: {', '.join(filter(None, words))}.")
    if view.note:
        print(view.note)


def find_contract(session: Session, text: str) -> Contract:
    """The contract of this number, else of our id. Raises `NotFound`, or `Conflict` if several have the number."""
    found = contracts_by_number(session, text)
    if not found and text.isdigit() and len(text) < 19:
        by_id = session.get(Contract, int(text))
        found = [by_id] if by_id else []
    if not found:
        raise NotFound(f"There is no contract {text}.", where="contract")
    if len(found) > 1:
        ids = ", ".join(f"{one.id} ({one.key})" for one in found)
        raise Conflict(f"Several contracts have the number {text}; give our id: {ids}.", where="contract")
    return found[0]


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

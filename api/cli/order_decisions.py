"""`revrec contracts treat`, `price-change`, `combine`, `line`: what people decide about single orders."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from api.cli.accounts import Retrospective
from api.cli.output import print_done, print_json, shown
from api.cli.products import AssetKind, Method, Plan, Trigger, said_over
from api.cli.session import As, Json, Reason, acting, deployment
from api.views.order_decisions import line_rule_view, price_change_view, treated_view
from api.views.order_versions import order_view
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.change_price import change_price
from revrec.operations.combine_order import combine_order
from revrec.operations.decimals import read_amount
from revrec.operations.set_line_rule import set_line_rule, terms_of_line
from revrec.operations.treat_version import TREATMENTS, taken_in, treat_version
from revrec.operations.undo_price_change import undo_price_change
from revrec.problems import Invalid
from revrec.store.queries.bookings import line_is_booked
from revrec.store.queries.contracts import find_contract
from revrec.store.queries.line_rules import known_lines, line_rules_of, pick_line
from revrec.store.queries.order_versions import find_order, versions_of

Order = Annotated[str, typer.Argument(metavar="ORDER", help="The order's number, else the CRM's id.")]


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
    print_done(
        view, f"Version {version} of order {view.order} is treated as {view.treatment}.", as_json=as_json
    )


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
    print_done(
        view,
        f"Price change {view.id}: {view.amount} {view.currency} on {view.day} for order {view.order}.",
        as_json=as_json,
    )


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
    print_done(
        view,
        f"Price change {view.id} of order {view.order} ({view.amount} {view.currency}) is undone.",
        as_json=as_json,
    )


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

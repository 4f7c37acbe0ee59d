"""What people decide of a contract: how a changed order is treated, changes of price, where an order belongs, and how
one line is earned."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Id, Needs, Opened
from api.http.routes.contracts import existing_contract
from api.views.order_versions import order_versions_view
from api.web.entry import FRESH, Entry, carry_out
from api.web.forms import Form, Posted
from api.web.plan_lines import plan_text, read_plan_lines
from api.web.render import page
from revrec.operations.actor import Actor
from revrec.operations.change_price import change_price
from revrec.operations.combine_order import combine_order
from revrec.operations.decimals import read_amount
from revrec.operations.earning_terms import ASSET_KINDS, METHODS, TRIGGERS, EarningTerms
from revrec.operations.set_line_rule import LineTerms, set_line_rule, terms_of_line
from revrec.operations.treat_version import TREATMENTS, treat_version
from revrec.operations.undo_price_change import undo_price_change
from revrec.problems import Invalid, NotFound
from revrec.store.queries.bookings import line_is_booked
from revrec.store.queries.contracts import contracts_of_customer
from revrec.store.queries.line_rules import known_lines, line_rules_of
from revrec.store.queries.order_versions import versions_of
from revrec.store.tables import Obligation, SalesOrder

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]


@router.get("/contracts/{contract_id}/orders/{order_id}")
def order(request: Request, deployment: Opened, actor: Reader, contract_id: Id, order_id: Id) -> Response:
    return _order(request, deployment, contract_id, order_id)


@router.post("/contracts/{contract_id}/orders/{order_id}/treatment")
def treat(form: Annotated[Form, Depends(Posted("treat_version"))], contract_id: Id, order_id: Id) -> Response:
    def run(session: Session) -> Response:
        row = _order_of(session, contract_id, order_id)
        number = form.number("version", "Choose the version.")
        treat_version(
            session,
            form.actor,
            order_id,
            number,
            form.text("treatment"),
            now=form.deployment.now(),
            reason=form.text("reason"),
            retrospective=form.on("retrospective"),
        )
        chosen = form.text("treatment").replace("_", " ")
        words = f"Version {number} of order {row.number} is treated as {chosen}."
        return form.done(f"/contracts/{contract_id}/orders/{order_id}", words)

    return carry_out(form, run, _order_again(form, contract_id, order_id, "treatment"))


@router.post("/contracts/{contract_id}/orders/{order_id}/price")
def price(form: Annotated[Form, Depends(Posted("change_price"))], contract_id: Id, order_id: Id) -> Response:
    def run(session: Session) -> Response:
        row = _order_of(session, contract_id, order_id)
        versions = versions_of(session, [order_id]).get(order_id, [])
        currency = versions[-1].currency if versions else "USD"
        day = form.day("on")
        if day is None:
            raise Invalid("Say from which day on the price changes.", where="on")
        change_price(
            session,
            form.actor,
            order_id,
            read_amount(session, form.text("amount"), currency, where="amount"),
            day,
            now=form.deployment.now(),
            reason=form.text("reason"),
            retrospective=form.on("retrospective"),
        )
        words = f"The price of order {row.number} changes by {form.text('amount')} {currency} as of {day}."
        return form.done(f"/contracts/{contract_id}/orders/{order_id}", words)

    return carry_out(form, run, _order_again(form, contract_id, order_id, "price"), valid_from="on")


@router.post("/contracts/{contract_id}/orders/{order_id}/price/{price_change_id}/undo")
def undo(
    form: Annotated[Form, Depends(Posted("change_price"))],
    contract_id: Id,
    order_id: Id,
    price_change_id: Id,
) -> Response:
    def run(session: Session) -> Response:
        _order_of(session, contract_id, order_id)
        undo_price_change(
            session,
            form.actor,
            order_id,
            price_change_id,
            now=form.deployment.now(),
            reason=form.text("reason"),
            retrospective=form.on("retrospective"),
        )
        return form.done(f"/contracts/{contract_id}/orders/{order_id}", "The change of price is taken back.")

    return carry_out(form, run, _order_again(form, contract_id, order_id, f"undo-{price_change_id}"))


@router.post("/contracts/{contract_id}/orders/{order_id}/combine")
def combine(
    form: Annotated[Form, Depends(Posted("combine_order"))], contract_id: Id, order_id: Id
) -> Response:
    def run(session: Session) -> Response:
        row = _order_of(session, contract_id, order_id)
        into = form.number("contract", "Choose the contract.")
        combine_order(
            session, form.actor, order_id, into, now=form.deployment.now(), reason=form.text("reason")
        )
        home = existing_contract(session, into).number
        return form.done(f"/contracts/{into}", f"Order {row.number} is accounted for within contract {home}.")

    return carry_out(form, run, _order_again(form, contract_id, order_id, "combine"))


@router.get("/contracts/{contract_id}/lines/{obligation_id}")
def line(request: Request, deployment: Opened, actor: Reader, contract_id: Id, obligation_id: Id) -> Response:
    return _line(request, deployment, contract_id, obligation_id)


@router.post("/contracts/{contract_id}/lines/{obligation_id}")
def rule(
    form: Annotated[Form, Depends(Posted("set_line_rule"))], contract_id: Id, obligation_id: Id
) -> Response:
    def run(session: Session) -> Response:
        _line_of(session, contract_id, obligation_id)
        method = form.text("method")
        earning = EarningTerms(
            method,
            form.text("trigger"),
            form.text("asset_kind"),
            read_plan_lines(method, form.text("plan")),
        )
        set_line_rule(
            session,
            form.actor,
            obligation_id,
            LineTerms(earning, form.day("start"), form.day("end"), form.on("held")),
            now=form.deployment.now(),
            reason=form.text("reason"),
            retrospective=form.on("retrospective"),
        )
        return form.done(f"/contracts/{contract_id}/lines/{obligation_id}", "The rule of this line is kept.")

    return carry_out(
        form, run, lambda entry: _line(form.request, form.deployment, contract_id, obligation_id, entry)
    )


def _order(
    request: Request,
    deployment: Deployment,
    contract_id: int,
    order_id: int,
    which: str = "",
    entry: Entry = FRESH,
) -> Response:
    """`which`: the form that `entry` is of, with an id after `-` where a page has several; all others are fresh."""
    with deployment.store.read() as session:
        row = _order_of(session, contract_id, order_id)
        home = existing_contract(session, contract_id)
        others = contracts_of_customer(session, home.crm_customer_id, but=contract_id)
        view = order_versions_view(session, row)
        return page(
            request,
            "contract_order.html",
            entry.status,
            contract=home,
            order=view,
            is_invoice=row.document_id is not None,
            others=[(str(one.id), one.number) for one in others],
            treatments=[(one, one.replace("_", " ")) for one in TREATMENTS],
            changes=[
                one
                for one in view.versions
                if one.place == "change" or (one.cancelled_on is not None and one is view.versions[-1])
            ],
            entry_of=lambda form: entry if form in (which, which.partition("-")[0]) else FRESH,
        )


def _order_again(form: Form, contract_id: int, order_id: int, which: str) -> Callable[[Entry], Response]:
    return lambda entry: _order(form.request, form.deployment, contract_id, order_id, which, entry)


def _line(
    request: Request,
    deployment: Deployment,
    contract_id: int,
    obligation_id: int,
    entry: Entry = FRESH,
) -> Response:
    with deployment.store.read() as session:
        order, obligation = _line_of(session, contract_id, obligation_id)
        lines = {one.obligation_id: one for one in known_lines(session, [order.id]).get(order.id, [])}
        rule = line_rules_of(session, [obligation_id]).get(obligation_id)
        terms = terms_of_line(rule)
        return page(
            request,
            "contract_line.html",
            entry.status,
            contract=existing_contract(session, contract_id),
            order=order,
            line=lines.get(obligation_id),
            obligation=obligation,
            rule=rule,
            terms=terms,
            plan=plan_text(terms.earning.plan),
            booked=line_is_booked(session, obligation_id),
            entry=entry,
            methods=[(one, one.replace("_", " ")) for one in METHODS],
            triggers=[(one, one.replace("_", " ")) for one in TRIGGERS],
            asset_kinds=[(one, one.replace("_", " ")) for one in ASSET_KINDS],
        )


def _order_of(session: Session, contract_id: int, order_id: int) -> SalesOrder:
    row = session.get(SalesOrder, order_id)
    if row is None or row.contract_id != contract_id:
        raise NotFound(f"Contract {contract_id} holds no order {order_id}.", where="order")
    return row


def _line_of(session: Session, contract_id: int, obligation_id: int) -> tuple[SalesOrder, Obligation]:
    row = session.get(Obligation, obligation_id)
    order = session.get(SalesOrder, row.order_id) if row else None
    if row is None or order is None or order.contract_id != contract_id:
        raise NotFound(f"Contract {contract_id} has no line {obligation_id}.", where="obligation")
    return order, row

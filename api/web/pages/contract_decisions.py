"""What people decide of a contract: how a changed order is treated, changes of price, where an order belongs, and how
one line is earned."""

import json
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Id, Needs, Opened
from api.http.routes.contracts import existing_contract
from api.views.order_versions import order_versions_view
from api.web.forms import Form, Posted
from api.web.render import page
from api.web.typed import Typed
from revrec.operations.actor import Actor
from revrec.operations.change_price import change_price
from revrec.operations.combine_order import combine_order
from revrec.operations.decimals import read_amount
from revrec.operations.earning_terms import ASSET_KINDS, METHODS, TRIGGERS, EarningTerms, read_plan
from revrec.operations.set_line_rule import LineTerms, set_line_rule, terms_of_line
from revrec.operations.treat_version import TREATMENTS, treat_version
from revrec.operations.undo_price_change import undo_price_change
from revrec.problems import Invalid, NotFound, RevRecError
from revrec.store.queries.bookings import line_is_booked
from revrec.store.queries.contracts import contracts_of_customer
from revrec.store.queries.line_rules import known_lines, line_rules_of
from revrec.store.queries.order_versions import versions_of
from revrec.store.tables import Obligation, SalesOrder

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]


@router.get("/contracts/{contract_id}/orders/{order_id}")
def order(request: Request, deployment: Opened, actor: Reader, contract_id: Id, order_id: Id) -> Response:
    return _order(request, deployment, contract_id, order_id, "", Typed())


@router.post("/contracts/{contract_id}/orders/{order_id}/treatment")
def treat(form: Annotated[Form, Depends(Posted("treat_version"))], contract_id: Id, order_id: Id) -> Response:
    try:
        with form.deployment.store.write() as session:
            row = _order_of(session, contract_id, order_id)
            number = _whole(form.text("version"), "version", "Choose the version.")
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
            name = row.number
    except RevRecError as wrong:
        return _refused(form, contract_id, order_id, "treatment", wrong)
    chosen = form.text("treatment").replace("_", " ")
    return form.done(
        f"/contracts/{contract_id}/orders/{order_id}",
        f"Version {number} of order {name} is treated as {chosen}.",
    )


@router.post("/contracts/{contract_id}/orders/{order_id}/price")
def price(form: Annotated[Form, Depends(Posted("change_price"))], contract_id: Id, order_id: Id) -> Response:
    try:
        with form.deployment.store.write() as session:
            row = _order_of(session, contract_id, order_id)
            versions = versions_of(session, [order_id]).get(order_id, [])
            currency = versions[-1].currency if versions else "USD"
            change_price(
                session,
                form.actor,
                order_id,
                read_amount(session, form.text("amount"), currency, where="amount"),
                _day(form.text("on"), "on"),
                now=form.deployment.now(),
                reason=form.text("price_reason"),
                retrospective=form.on("retrospective"),
            )
            name = row.number
    except RevRecError as wrong:
        return _refused(form, contract_id, order_id, "price", wrong)
    return form.done(
        f"/contracts/{contract_id}/orders/{order_id}",
        f"The price of order {name} changes by {form.text('amount')} {currency} as of {form.text('on')}.",
    )


@router.post("/contracts/{contract_id}/orders/{order_id}/price/{price_change_id}/undo")
def undo(
    form: Annotated[Form, Depends(Posted("change_price"))],
    contract_id: Id,
    order_id: Id,
    price_change_id: Id,
) -> Response:
    try:
        with form.deployment.store.write() as session:
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
    except RevRecError as wrong:
        return _refused(form, contract_id, order_id, "undo", wrong)
    return form.done(f"/contracts/{contract_id}/orders/{order_id}", "The change of price is taken back.")


@router.post("/contracts/{contract_id}/orders/{order_id}/combine")
def combine(
    form: Annotated[Form, Depends(Posted("combine_order"))], contract_id: Id, order_id: Id
) -> Response:
    try:
        with form.deployment.store.write() as session:
            row = _order_of(session, contract_id, order_id)
            into = _whole(form.text("contract"), "contract", "Choose the contract.")
            combine_order(
                session,
                form.actor,
                order_id,
                into,
                now=form.deployment.now(),
                reason=form.text("combine_reason"),
            )
            name, home = row.number, existing_contract(session, into).number
    except RevRecError as wrong:
        return _refused(form, contract_id, order_id, "combine", wrong)
    return form.done(f"/contracts/{into}", f"Order {name} is accounted for within contract {home}.")


@router.get("/contracts/{contract_id}/lines/{obligation_id}")
def line(request: Request, deployment: Opened, actor: Reader, contract_id: Id, obligation_id: Id) -> Response:
    return _line(request, deployment, contract_id, obligation_id, Typed())


@router.post("/contracts/{contract_id}/lines/{obligation_id}")
def rule(
    form: Annotated[Form, Depends(Posted("set_line_rule"))], contract_id: Id, obligation_id: Id
) -> Response:
    plan = form.text("plan")
    try:
        with form.deployment.store.write() as session:
            _line_of(session, contract_id, obligation_id)
            earning = EarningTerms(
                form.text("method"),
                form.text("trigger"),
                form.text("asset_kind"),
                read_plan(plan) if plan else None,
            )
            terms = LineTerms(
                earning,
                _day(form.text("start"), "start") if form.text("start") else None,
                _day(form.text("end"), "end") if form.text("end") else None,
                form.on("held"),
            )
            set_line_rule(
                session,
                form.actor,
                obligation_id,
                terms,
                now=form.deployment.now(),
                reason=form.text("reason"),
                retrospective=form.on("retrospective"),
            )
    except RevRecError as wrong:
        typed = Typed.refused(form, wrong)
        return _line(form.request, form.deployment, contract_id, obligation_id, typed, wrong.status)
    return form.done(f"/contracts/{contract_id}/lines/{obligation_id}", "The rule of this line is kept.")


def _order(
    request: Request,
    deployment: Deployment,
    contract_id: int,
    order_id: int,
    which: str,
    typed: Typed,
    status: int = 200,
) -> Response:
    """`which`: the form that `typed` is of; all others are fresh."""
    with deployment.store.read() as session:
        row = _order_of(session, contract_id, order_id)
        home = existing_contract(session, contract_id)
        others = contracts_of_customer(session, home.crm_customer_id, but=contract_id)
        view = order_versions_view(session, row)
        return page(
            request,
            "contract_order.html",
            status,
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
            typed=lambda form: typed if form == which else Typed(),
        )


def _refused(form: Form, contract_id: int, order_id: int, which: str, wrong: RevRecError) -> Response:
    if isinstance(wrong, NotFound) and wrong.where in ("contract_id", "order"):
        raise wrong
    own = "reason" if which in ("treatment", "undo") else f"{which}_reason"
    typed = Typed.refused(form, wrong, valid_from="on", reason=own)
    return _order(form.request, form.deployment, contract_id, order_id, which, typed, wrong.status)


def _line(
    request: Request,
    deployment: Deployment,
    contract_id: int,
    obligation_id: int,
    typed: Typed,
    status: int = 200,
) -> Response:
    with deployment.store.read() as session:
        order, obligation = _line_of(session, contract_id, obligation_id)
        lines = {one.obligation_id: one for one in known_lines(session, [order.id]).get(order.id, [])}
        rule = line_rules_of(session, [obligation_id]).get(obligation_id)
        terms = terms_of_line(rule)
        return page(
            request,
            "contract_line.html",
            status,
            contract=existing_contract(session, contract_id),
            order=order,
            line=lines.get(obligation_id),
            obligation=obligation,
            rule=rule,
            terms=terms,
            plan=json.dumps(terms.earning.plan) if terms.earning.plan else "",
            booked=line_is_booked(session, obligation_id),
            typed=typed,
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


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("Write the day as 2026-03-31.", where=where) from None


def _whole(text: str, where: str, otherwise: str) -> int:
    if not text.isdigit() or len(text) > 18:
        raise Invalid(otherwise, where=where)
    return int(text)

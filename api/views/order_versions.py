"""Orders with all their versions: what changed, how it is treated, and what closes made of it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlmodel import Session

from api.views.amounts import AmountWriter, amount_writer
from api.views.order_decisions import (
    LineRuleView,
    PriceChangeView,
    line_rule_view_of,
    price_change_view_of,
)
from api.views.shape import View
from revrec.operations.decimals import quantity_text
from revrec.operations.policies import policy_steps, value_on
from revrec.store.queries.contracts import contracts_by_id, customer_names
from revrec.store.queries.line_rules import known_lines, line_rules_of
from revrec.store.queries.order_versions import (
    PublishedVersion,
    VersionLine,
    lines_of_versions,
    price_changes_of_orders,
    superseded_by,
    taken_by_closes,
    treatments_of,
    versions_of,
)
from revrec.store.tables import Contract, SalesOrder


class ChangeView(View):
    """One thing that a version says otherwise than the one before. `line` is empty for the order as a whole."""

    line: str
    product: str
    what: str
    before: str
    after: str


class TakenView(View):
    """What a standing close did with a version, and why."""

    period: str
    reason: str


class VersionView(View):
    """A version. `place`: `inception`, `change`, or `superseded` (by a later one effective on or before its day).

    `treatment`: of a change, as it is in force; `said_by`: who said so, or `policy`. `loaded_at`: from then on closes
    saw it. `total`: its lines' stated prices.
    """

    number: int
    effective_on: date
    place: str
    superseded_by: int | None
    cancelled_on: date | None
    currency: str
    total: str
    lines: int
    loaded_at: datetime | None
    changes: list[ChangeView]
    treatment: str
    said_by: str
    said_at: datetime | None
    reason: str
    taken: list[TakenView]
    problem: str


class OrderView(View):
    """An order and the contract it is in; `combined`: a person put it there."""

    id: int
    order: str
    crm_order: str
    contract_id: int | None
    contract: str
    combined: bool
    customer: str


class ChangedOrderView(OrderView):
    """A version that changes an order and that no close has seen yet. `total_before`: of the version before it."""

    total_before: str
    version: VersionView


class OrderVersionsView(OrderView):
    versions: list[VersionView]
    price_changes: list[PriceChangeView]
    line_rules: list[LineRuleView]


def order_view(session: Session, order: SalesOrder) -> OrderView:
    contract = session.get(Contract, order.contract_id) if order.contract_id is not None else None
    names = customer_names(session, {contract.crm_customer_id} if contract else set())
    return OrderView(
        id=order.id,
        order=order.number,
        crm_order=order.external_id,
        contract_id=order.contract_id,
        contract=contract.number if contract else "",
        combined=order.combined,
        customer=names.get(contract.crm_customer_id, ("", ""))[1] if contract else "",
    )


def order_versions_view(session: Session, order: SalesOrder) -> OrderVersionsView:
    return order_versions_views(session, [order])[0]


def order_versions_views(session: Session, orders: Sequence[SalesOrder]) -> list[OrderVersionsView]:
    """Each order with all its versions, price changes and rules of lines."""
    ids = [order.id for order in orders]
    every, write = versions_of(session, ids), amount_writer(session)
    versions = dict(zip(ids, _views_of_orders(session, [every.get(one, []) for one in ids]), strict=True))
    known, changes = known_lines(session, ids), price_changes_of_orders(session, ids)
    rules = line_rules_of(session, [line.obligation_id for some in known.values() for line in some])
    contracts = contracts_by_id(session, [order.contract_id for order in orders])
    names = customer_names(session, {one.crm_customer_id for one in contracts.values()})
    found = []
    for order in orders:
        contract = contracts.get(order.contract_id or 0)
        mine, lines = every.get(order.id, []), known.get(order.id, [])
        found.append(
            OrderVersionsView(
                id=order.id,
                order=order.number,
                crm_order=order.external_id,
                contract_id=order.contract_id,
                contract=contract.number if contract else "",
                combined=order.combined,
                customer=names.get(contract.crm_customer_id, ("", ""))[1] if contract else "",
                versions=versions[order.id],
                price_changes=[
                    price_change_view_of(order, row, mine[-1].currency if mine else "", write)
                    for row in changes.get(order.id, [])
                ],
                line_rules=[
                    line_rule_view_of(order, line, rules[line.obligation_id])
                    for line in lines
                    if line.obligation_id in rules
                ],
            )
        )
    return found


def changed_order_views(
    session: Session, rows: Sequence[tuple[int, int, SalesOrder]]
) -> list[ChangedOrderView]:
    """Each with its order: (version id, number, order) as `changed_orders` gives them."""
    versions = versions_of(session, [order.id for _, _, order in rows])
    ids = list(versions)
    views = dict(zip(ids, _views_of_orders(session, [versions[one] for one in ids]), strict=True))
    contracts = contracts_by_id(session, [order.contract_id for _, _, order in rows])
    names = customer_names(session, {one.crm_customer_id for one in contracts.values()})
    found = []
    for _, number, order in rows:
        at = next(at for at, one in enumerate(views[order.id]) if one.number == number)
        contract = contracts.get(order.contract_id or 0)
        found.append(
            ChangedOrderView(
                id=order.id,
                order=order.number,
                crm_order=order.external_id,
                contract_id=order.contract_id,
                contract=contract.number if contract else "",
                combined=order.combined,
                customer=names.get(contract.crm_customer_id, ("", ""))[1] if contract else "",
                total_before=views[order.id][at - 1].total,
                version=views[order.id][at],
            )
        )
    return found


def _views_of_orders(session: Session, orders: Sequence[list[PublishedVersion]]) -> list[list[VersionView]]:
    """The versions of several orders, each order's oldest first."""
    write, ids = amount_writer(session), [one.id for versions in orders for one in versions]
    lines, said = lines_of_versions(session, ids), treatments_of(session, ids)
    taken, policy = taken_by_closes(session, ids), policy_steps(session, "modification_treatment")

    def view(at: int, versions: list[PublishedVersion], over: dict[int, int]) -> VersionView:
        one = versions[at]
        begun = any(earlier.id not in over for earlier in versions[:at])
        place = "superseded" if one.id in over else "change" if begun else "inception"
        word = said.get(one.id)
        own = lines.get(one.id, [])
        before = (versions[at - 1], lines.get(versions[at - 1].id, [])) if at else None
        default, by = (str(value_on(policy, one.effective_on)), "policy") if place == "change" else ("", "")
        return VersionView(
            number=one.number,
            effective_on=one.effective_on,
            place=place,
            superseded_by=over.get(one.id),
            cancelled_on=one.cancelled_on,
            currency=one.currency,
            total=write.text(sum(line.amount_minor for line in own), one.currency),
            lines=len(own),
            loaded_at=one.loaded_at,
            changes=_changes(before, (one, own), write) if before else [],
            treatment=word.treatment if word else default,
            said_by=word.set_by if word else by,
            said_at=word.set_at if word else None,
            reason=word.reason if word else "",
            taken=[TakenView(period=period, reason=reason) for period, reason in taken.get(one.id, [])],
            problem=one.problem,
        )

    return [
        [view(at, versions, over) for at in range(len(versions))]
        for versions in orders
        if (over := superseded_by(versions)) is not None
    ]


Stated = tuple[PublishedVersion, Sequence[VersionLine]]


def _changes(before: Stated, after: Stated, write: AmountWriter) -> list[ChangeView]:
    """What the later of two versions says otherwise, the order first, then line by line."""
    (old, old_lines), (new, new_lines) = before, after
    found = [
        ChangeView(line="", product="", what=what, before=_text(was), after=_text(now))
        for what, was, now in (
            ("cancelled on", old.cancelled_on, new.cancelled_on),
            ("currency", old.currency, new.currency),
        )
        if was != now
    ]
    was_by_line = {line.obligation_id: line for line in old_lines}
    now_by_line = {line.obligation_id: line for line in new_lines}
    for line in new_lines:
        was = was_by_line.get(line.obligation_id)
        if was is None:
            found.append(_change(line, "added", "", write.text(line.amount_minor, new.currency)))
            continue
        pairs = zip(_fields(was, old.currency, write), _fields(line, new.currency, write), strict=True)
        found += [_change(line, what, one, other) for (what, one), (_, other) in pairs if one != other]
    found += [
        _change(line, "removed", write.text(line.amount_minor, old.currency), "")
        for line in old_lines
        if line.obligation_id not in now_by_line
    ]
    return found


def _fields(line: VersionLine, currency: str, write: AmountWriter) -> Iterable[tuple[str, str]]:
    yield "amount", write.text(line.amount_minor, currency)
    yield "quantity", quantity_text(line.quantity_e6)
    yield "start", _text(line.starts)
    yield "end", _text(line.ends)
    yield "product", line.product
    yield "method", line.method
    yield "trigger", line.trigger
    yield "region", line.region


def _change(line: VersionLine, what: str, before: str, after: str) -> ChangeView:
    return ChangeView(line=line.line, product=line.product, what=what, before=before, after=after)


def _text(value: date | str | None) -> str:
    return "" if value is None else str(value)

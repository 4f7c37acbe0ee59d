"""Contracts as their orders in force make them, with their balances."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from api.views.amounts import AmountWriter, amount_writer
from api.views.explain_words import FLAG_WORDS
from api.views.shape import Amount, View
from revrec.store.queries.contract_detail import allocations_of, booked_of, waiting_of
from revrec.store.queries.contract_list import (
    ContractTotal,
    newest_balances,
    newest_close,
    waiting_contracts,
)
from revrec.store.queries.contracts import BalanceAfter, balances_of, customer_names, lines_of, totals_of
from revrec.store.tables import Balance, Contract


class BalanceView(View):
    """Cumulative balances after the close of a period."""

    period: str
    currency: str
    billed: str
    recognised: str
    contract_liability: str
    contract_asset: str
    unbilled_receivable: str


class ContractView(View):
    """A contract. `stated_prices`: the sum of its order lines in force, by currency; `balance`: after the newest close;
    `waits`: how many things of it that close could not account for."""

    id: int
    number: str
    customer_id: int
    crm_customer: str
    customer: str
    orders: list[str]
    currency: str
    stated_prices: list[Amount]
    balance: BalanceView | None
    waits: int


class ContractTotalView(View):
    """Of a selection of contracts, by currency. All but `stated_price` after the newest close."""

    currency: str
    contracts: int
    stated_price: str
    billed: str
    recognised: str
    contract_liability: str
    contract_asset: str


class ContractLineView(View):
    order: str
    version: int
    effective_on: date
    line: str
    obligation: int
    product: str
    description: str
    quantity: str
    currency: str
    amount: str
    starts: date | None
    ends: date | None
    method: str
    problem: str


class AllocatedView(View):
    """How a line got its price, as the newest close kept it. `ssp`: of one unit as used; null: the stated price."""

    obligation: int
    order: str
    line: str
    method: str
    starts: date | None
    ends: date | None
    stated: str
    ssp: str | None
    ssp_per: str
    inception: str
    allocated: str
    flags: list[str]


class EarnedView(View):
    """What a line earned in a closed period; `adjustment` of it belongs to periods closed before."""

    period: str
    order: str
    line: str
    obligation: int
    revenue: str
    adjustment: str
    cause: str
    recognised: str


class WaitingView(View):
    """What the newest close could not account for."""

    kind: str
    reason: str
    line: str
    currency: str
    amount: str


class ContractDetailView(ContractView):
    lines: list[ContractLineView]
    allocation: list[AllocatedView]
    booked: list[EarnedView]
    balances: list[BalanceView]
    waiting: list[WaitingView]


def contract_views(session: Session, rows: Sequence[Contract]) -> list[ContractView]:
    ids = [row.id for row in rows]
    write, totals, close = amount_writer(session), totals_of(session, ids), newest_close(session)
    balances = newest_balances(session, ids, close.id) if close else {}
    waiting = waiting_contracts(session, ids, close.id) if close else {}
    customers = customer_names(session, {row.crm_customer_id for row in rows})
    views = []
    for row in rows:
        external_id, name = customers.get(row.crm_customer_id, ("", ""))
        parts = totals.get(row.id, [])
        views.append(
            ContractView(
                id=row.id,
                number=row.number,
                customer_id=row.crm_customer_id,
                crm_customer=external_id,
                customer=name,
                orders=sorted({number for _, _, numbers in parts for number in numbers}),
                currency=row.currency,
                stated_prices=[Amount(currency=c, amount=write.text(total, c)) for c, total, _ in parts],
                balance=_balance(balances[row.id], close.period, write)
                if close and row.id in balances
                else None,
                waits=waiting.get(row.id, 0),
            )
        )
    return views


def contract_detail_view(session: Session, row: Contract) -> ContractDetailView:
    write = amount_writer(session)
    lines = [
        ContractLineView(
            order=line.order,
            version=line.version,
            effective_on=line.effective_on,
            line=line.line,
            obligation=line.obligation,
            product=line.product,
            description=line.description,
            quantity=_quantity(line.quantity_e6),
            currency=line.currency,
            amount=write.text(line.amount_minor, line.currency),
            starts=line.starts,
            ends=line.ends,
            method=line.method,
            problem=line.problem,
        )
        for line in lines_of(session, row.id)
    ]
    balances = [_balance(one, one.period, write) for one in balances_of(session, row.id)]
    currency = next(iter([*(one.currency for one in lines), *(one.currency for one in balances)]), "")
    return ContractDetailView(
        **contract_views(session, [row])[0].model_dump(),
        lines=lines,
        allocation=[_allocated(one, write, currency) for one in allocations_of(session, row.id)],
        booked=[
            EarnedView(
                period=one.period,
                order=one.order,
                line=one.line,
                obligation=one.obligation,
                revenue=write.text(one.revenue_minor, currency),
                adjustment=write.text(one.adjustment_minor, currency),
                cause=one.cause,
                recognised=write.text(one.target_minor, currency),
            )
            for one in booked_of(session, row.id)
        ],
        balances=balances,
        waiting=[
            WaitingView(kind=kind, reason=reason, line=line, currency=held, amount=write.text(amount, held))
            for kind, reason, line, held, amount in waiting_of(session, row.id)
        ],
    )


def contract_total_views(session: Session, rows: Sequence[ContractTotal]) -> list[ContractTotalView]:
    write = amount_writer(session)
    return [
        ContractTotalView(
            currency=one.currency,
            contracts=one.contracts,
            stated_price=write.text(one.stated_minor, one.currency),
            billed=write.text(one.billed_minor, one.currency),
            recognised=write.text(one.recognised_minor, one.currency),
            contract_liability=write.text(one.liability_minor, one.currency),
            contract_asset=write.text(one.asset_minor, one.currency),
        )
        for one in rows
    ]


def _balance(one: Balance | BalanceAfter, period: str, write: AmountWriter) -> BalanceView:
    return BalanceView(
        period=period,
        currency=one.currency,
        billed=write.text(one.billed_minor, one.currency),
        recognised=write.text(one.recognised_minor, one.currency),
        contract_liability=write.text(one.liability_minor, one.currency),
        contract_asset=write.text(one.contract_asset_minor, one.currency),
        unbilled_receivable=write.text(one.unbilled_receivable_minor, one.currency),
    )


def _allocated(one: Any, write: AmountWriter, currency: str) -> AllocatedView:
    return AllocatedView(
        obligation=one.obligation_id,
        order=one.order_number,
        line=one.line,
        method=one.method,
        starts=one.starts,
        ends=one.ends,
        stated=write.text(one.stated_minor, currency),
        ssp=None if one.ssp_minor is None else write.text(one.ssp_minor, currency),
        ssp_per=one.ssp_per,
        inception=write.text(one.inception_minor, currency),
        allocated=write.text(one.allocated_minor, currency),
        flags=[words for bit, words in FLAG_WORDS.items() if one.flags & bit],
    )


def _quantity(scaled: int) -> str:
    sign = "-" if scaled < 0 else ""
    whole, rest = divmod(abs(scaled), 10**6)
    return f"{sign}{whole}" + (f".{rest:06d}".rstrip("0") if rest else "")

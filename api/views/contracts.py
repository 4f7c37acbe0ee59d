"""Contracts as their orders in force make them, with their balances."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from api.views.amounts import amount_writer
from api.views.shape import Amount, View
from revrec.store.queries.contracts import balances_of, customer_names, lines_of, totals_of
from revrec.store.tables import Contract


class ContractView(View):
    """A contract. `stated_prices`: the sum of its order lines in force, by currency."""

    id: int
    number: str
    customer_id: int
    crm_customer: str
    customer: str
    orders: list[str]
    stated_prices: list[Amount]


class ContractLineView(View):
    order: str
    version: int
    effective_on: date
    line: str
    product: str
    description: str
    quantity: str
    currency: str
    amount: str
    starts: date | None
    ends: date | None
    method: str
    problem: str


class BalanceView(View):
    """Cumulative balances after the close of a period."""

    period: str
    currency: str
    billed: str
    recognised: str
    contract_liability: str
    contract_asset: str
    unbilled_receivable: str


class ContractDetailView(ContractView):
    lines: list[ContractLineView]
    balances: list[BalanceView]


def contract_views(session: Session, rows: Sequence[Contract]) -> list[ContractView]:
    write, totals = amount_writer(session), totals_of(session, [row.id for row in rows])
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
                stated_prices=[Amount(currency=c, amount=write.text(total, c)) for c, total, _ in parts],
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
    balances = [
        BalanceView(
            period=one.period,
            currency=one.currency,
            billed=write.text(one.billed_minor, one.currency),
            recognised=write.text(one.recognised_minor, one.currency),
            contract_liability=write.text(one.liability_minor, one.currency),
            contract_asset=write.text(one.contract_asset_minor, one.currency),
            unbilled_receivable=write.text(one.unbilled_receivable_minor, one.currency),
        )
        for one in balances_of(session, row.id)
    ]
    return ContractDetailView(
        **contract_views(session, [row])[0].model_dump(), lines=lines, balances=balances
    )


def _quantity(scaled: int) -> str:
    sign = "-" if scaled < 0 else ""
    whole, rest = divmod(abs(scaled), 10**6)
    return f"{sign}{whole}" + (f".{rest:06d}".rstrip("0") if rest else "")

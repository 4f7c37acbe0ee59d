"""Expected revenue, by period and by contract or product."""

from sqlmodel import Session

from api.views.amounts import amount_writer
from api.views.shape import View
from jobs.closing.forecast import By, ExpectedPeriods
from revrec.store.queries.accounts import product_names
from revrec.store.queries.contract_detail import contract_labels


class ExpectedView(View):
    """`contract` or `product`: what it is for, empty where all are added up; `id`: ours of either."""

    period: str
    currency: str
    id: int | None
    contract: str
    customer: str
    product: str
    amount: str


class ExpectedTotal(View):
    currency: str
    amount: str


class ForecastView(View):
    """What the closes of these periods would recognise if nothing more were learnt; what is held waits and is left
    out."""

    first: str
    last: str
    by: str
    periods: list[str]
    rows: list[ExpectedView]
    totals: list[ExpectedTotal]


def forecast_view(session: Session, expected: ExpectedPeriods, by: By) -> ForecastView:
    write = amount_writer(session)
    keys = {row.key for row in expected.rows if row.key is not None}
    contracts = contract_labels(session, keys) if by == "contract" else {}
    products = product_names(session, keys) if by == "product" else {}
    totals: dict[str, int] = {}
    rows = []
    for row in expected.rows:
        totals[row.currency] = totals.get(row.currency, 0) + row.amount_minor
        number, customer = contracts.get(row.key or 0, ("", ""))
        rows.append(
            ExpectedView(
                period=row.period,
                currency=row.currency,
                id=row.key,
                contract=number,
                customer=customer,
                product=products.get(row.key or 0, ""),
                amount=write.text(row.amount_minor, row.currency),
            )
        )
    return ForecastView(
        first=expected.periods[0],
        last=expected.periods[-1],
        by=by,
        periods=expected.periods,
        rows=sorted(rows, key=lambda one: (one.contract, one.product, one.currency, one.period)),
        totals=[
            ExpectedTotal(currency=c, amount=write.text(total, c)) for c, total in sorted(totals.items())
        ],
    )

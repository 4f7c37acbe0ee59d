"""What closes made of a contract, as tables."""

from api.cli.output import print_table, shown
from api.views.contracts import ContractDetailView

DETAILS = ("lines", "allocation", "booked", "balances", "waiting", "stated_prices")
"""Fields that are shown as tables."""


def print_contract(view: ContractDetailView) -> None:
    """Allocation, booked by period, balances, and what waits; each where there is any."""
    if view.allocation:
        print("Allocation:")
        print_table(
            ["line id>", "order", "line", "method", "start", "end", "stated$", "SSP$", "per", "allocated$"],
            [
                [
                    str(one.obligation),
                    one.order,
                    one.line,
                    one.method,
                    shown(one.starts),
                    shown(one.ends),
                    one.stated,
                    one.ssp or "none",
                    one.ssp_per if one.ssp else "",
                    one.allocated,
                ]
                for one in view.allocation
            ],
        )
    if view.booked:
        print("Booked:")
        print_table(
            ["period", "order", "line", "revenue$", "of it adjustment$", "cause", "recognised$"],
            [
                [row.period, row.order, row.line, row.revenue, row.adjustment, row.cause, row.recognised]
                for row in view.booked
            ],
        )
    if view.balances:
        print("Balances:")
        print_table(
            ["period", "billed$", "recognised$", "liability$", "asset$", "unbilled$"],
            [
                [
                    b.period,
                    b.billed,
                    b.recognised,
                    b.contract_liability,
                    b.contract_asset,
                    b.unbilled_receivable,
                ]
                for b in view.balances
            ],
        )
    if view.waiting:
        print("Waits:")
        print_table(
            ["what", "why", "line", "amount$", "currency"],
            [
                [one.kind, one.reason.replace("_", " "), one.line, one.amount, one.currency]
                for one in view.waiting
            ],
        )

"""`revrec forecast`: what the next closes would recognise."""

from typing import Annotated

import typer

from api.cli.output import print_json, print_table
from api.cli.session import As, Json, acting, deployment
from api.views.forecast import ExpectedView, ForecastView, forecast_view
from jobs.closing.forecast import BY, By, expected_revenue
from revrec.operations.permissions import require
from revrec.problems import Invalid


def forecast(
    through: Annotated[str, typer.Option(help="The last period; else twelve of them.")] = "",
    by: Annotated[str, typer.Option(help="Add up by: period, contract, product.")] = "period",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Show expected revenue from the first open period on: what its closes would recognise if nothing more were
    learnt. Lines that are held wait and are left out. Nothing is written."""
    chosen: By | None = next((one for one in BY if one == by), None)
    if chosen is None:
        raise Invalid(f"'{by}' is none of {', '.join(BY)}.", where="--by")
    with deployment() as opened:
        require(acting(opened, as_), "read")
        expected = expected_revenue(opened.store, through=through, by=chosen)
        with opened.store.read() as session:
            view = forecast_view(session, expected, chosen)
    if as_json:
        print_json(view)
    else:
        print_forecast(view)


def print_forecast(view: ForecastView) -> None:
    """One line a contract or product and currency, a column a period; by period one line each."""
    print(f"Expected revenue from {view.first} to {view.last}; not booked.")
    if view.by == "period":
        print_table(
            ["period", "currency", "amount$"], [[row.period, row.currency, row.amount] for row in view.rows]
        )
    else:
        lines: dict[tuple[str, ...], dict[str, str]] = {}
        for row in view.rows:
            lines.setdefault(_label(view, row), {})[row.period] = row.amount
        heading = ["contract", "customer"] if view.by == "contract" else ["product"]
        print_table(
            [*heading, "currency", *(f"{period}$" for period in view.periods)],
            [
                [*label, *(amounts.get(period, "") for period in view.periods)]
                for label, amounts in lines.items()
            ],
        )
    for total in view.totals:
        print(f"In all: {total.amount} {total.currency}")


def _label(view: ForecastView, row: ExpectedView) -> tuple[str, ...]:
    if view.by == "contract":
        return (row.contract, row.customer, row.currency)
    return (row.product or "(no product)", row.currency)

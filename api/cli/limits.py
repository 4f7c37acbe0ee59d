"""`revrec connections limits` and `usage`: what a NetSuite account may be asked, and what it was asked."""

from typing import Annotated

import typer

from api.cli.connections import app
from api.cli.output import print_json, print_table
from api.cli.session import As, Json, Reason, acting, deployment
from api.limiting import change_limits, usage_of
from api.views.usage import UsageView

__all__ = ["app"]


@app.command("limits")
def limits(
    target: Annotated[
        str, typer.Argument(metavar="FLOW_OR_ACCOUNT", help="invoices, journals, or the account id.")
    ],
    concurrency: Annotated[int | None, typer.Option(help="The account's limit of requests at once.")] = None,
    calls_per_minute: Annotated[
        int | None, typer.Option(help="Its limit of calls in a minute; 0: it has none.")
    ] = None,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Change the limits of a NetSuite account, without its credentials. Running jobs keep to them within seconds.

    All flows that are connected to the account change together. One request at once is kept for people's tests.
    """
    with deployment() as opened:
        views = change_limits(
            opened,
            acting(opened, as_),
            target,
            concurrency=concurrency,
            calls_per_minute=calls_per_minute,
            reason=reason,
        )
    if as_json:
        print_json(views)
        return
    pace = views[0].options.get("calls_per_minute")
    print(
        f"{views[0].account}: {views[0].options['concurrency']} requests at once, "
        f"{f'{pace:,} calls a minute' if pace else 'no limit of calls per minute'}."
    )


@app.command("usage")
def usage(
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far back.")] = 7,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """What was asked of NetSuite, by hour: requests, refusals, waiting, and the share of the allowed that was used."""
    with deployment() as opened:
        view = usage_of(opened, acting(opened, as_), days)
    if as_json:
        print_json(view)
    else:
        _print(view, days)


def _print(view: UsageView, days: int) -> None:
    for one in view.limits:
        pace = (
            f"{one.calls_per_minute:,} calls a minute"
            if one.calls_per_minute
            else "no limit of calls per minute"
        )
        print(f"{one.account}: {one.concurrency} requests at once, {pace}.")
    if not view.hours:
        print(f"Nothing was asked of NetSuite in the last {days} days.")
        return
    header = [
        "hour (UTC)",
        "flow",
        "requests",
        "failed",
        "refused",
        "retried",
        "busy s",
        "waited s",
        "peak",
        "MB",
        "used",
    ]
    rows = [
        [
            f"{one.hour:%Y-%m-%d %H:00}", one.flow, f"{one.requests:,}", str(one.failed), str(one.refused),
            str(one.retried), f"{one.busy_seconds:,.1f}", f"{one.waited_seconds:,.1f}", str(one.peak),
            f"{one.received_bytes / 1e6:,.1f}", f"{one.used_percent:g}%",
        ]
        for one in view.hours
    ]  # fmt: skip
    print_table(header, rows)

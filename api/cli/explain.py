"""`revrec explain`: where one number comes from, in sentences and small tables."""

from typing import Annotated

import typer

from api.cli.output import print_json, print_table
from api.cli.session import As, Json, acting, deployment
from api.views.amount_text import amount_text
from api.views.explain import explain_view
from api.views.explain_text import sentences_of, versions_told
from api.views.explained import ExplainView
from jobs.closing.explain import explained_rows
from revrec.operations.permissions import require
from revrec.store.queries.promised import find_obligation


def explain(
    obligation: Annotated[
        str, typer.Argument(metavar="ORDER/LINE", help="Order number and line, or our id of the obligation.")
    ],
    period: Annotated[str, typer.Argument(help="Such as 2026-03.")],
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Explain what an order line earned in a period: price, share, method, fraction, what was booked, and the
    documents behind it. A closed period is told from what is stored, an open one is computed and marked so."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            one = find_obligation(session, obligation)
        rows = explained_rows(opened.store, one, period)
        with opened.store.read() as session:
            view = explain_view(session, one, rows)
    if as_json:
        print_json(view)
    else:
        print_explanation(view)


def print_explanation(view: ExplainView) -> None:
    """The explanation as people read it."""
    for sentence in sentences_of(view):
        print(sentence)
    if view.allocation:
        notes = [list(flags) for flags in dict.fromkeys(tuple(one.flags) for one in view.allocation) if flags]
        print(f"\nThe price of {amount_text(view.transaction_price)} {view.currency} at inception, shared:")
        print_table(
            [
                "",
                "line",
                "product",
                "quantity>",
                "price$",
                "SSP$",
                "per",
                "share>",
                "at inception$",
                "now$",
                "",
            ],
            [
                [
                    "->" if one.this else "",
                    f"{one.order}/{one.line}",
                    one.product,
                    one.quantity,
                    one.price,
                    one.ssp or "none",
                    one.ssp_per if one.ssp else "",
                    one.share,
                    one.inception,
                    one.allocated,
                    "*" * (1 + notes.index(one.flags)) if one.flags else "",
                ]
                for one in view.allocation
            ],
        )
        for number, flags in enumerate(notes, start=1):
            print(f"{'*' * number} {'; '.join(flags)}.")
    if view.ledger:
        print("\nLedger:")
        print_table(
            ["event", "cause", "debit", "credit", "amount$", "base$", ""],
            [
                [
                    row.event,
                    row.cause,
                    row.debit,
                    row.credit,
                    row.amount,
                    f"{row.base_amount} {row.base_currency}",
                    "in the general ledger already" if row.in_gl else "",
                ]
                for row in view.ledger
            ],
        )
    if view.documents:
        print(f"\nBilled by ({amount_text(view.billed)} {view.currency} in all):")
        print_table(
            ["document", "NetSuite>", "kind", "date", "period", "line>", "amount$", "rate>", "state"],
            [
                [
                    one.number,
                    str(one.netsuite_id),
                    one.kind,
                    one.date.isoformat(),
                    one.period,
                    str(one.line),
                    one.amount,
                    one.rate,
                    one.state,
                ]
                for one in view.documents
            ],
        )
    if view.versions:
        print("\nOrder versions:")
        print_table(["version>", "from", "amount$", "service", "treatment", "why"], versions_told(view))
    if view.policy:
        print("\nPolicy: " + ", ".join(f"{key} {value}" for key, value in view.policy.items()) + ".")

"""`revrec products`: what is sold, and how it is earned."""

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from api.cli.accounts import Retrospective
from api.cli.output import print_facts, print_json, print_table, print_views, shown
from api.cli.session import As, Json, Limit, Reason, acting, deployment
from api.views.products import product_detail_view, product_rule_view, product_views
from api.views.segments import segments_text
from revrec.operations.earning_terms import ASSET_KINDS, METHODS, TRIGGERS, EarningTerms, read_plan
from revrec.operations.permissions import require
from revrec.operations.set_product_rule import ProductTerms, set_product_rule
from revrec.problems import Invalid, NotFound
from revrec.store.queries.accounts import product_by_code_or_name
from revrec.store.queries.products import product_rules_on, products_after, segment_texts
from revrec.store.tables import Product

app = typer.Typer(help="Products and how they are earned.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(metavar="PRODUCT", help="Its code or name.")]
Method = Annotated[str | None, typer.Option(help=f"One of {', '.join(METHODS)}; empty: none of its own.")]
Trigger = Annotated[str | None, typer.Option(help=f"What earns point_in_time: {', '.join(TRIGGERS)}.")]
AssetKind = Annotated[
    str | None, typer.Option(help=f"What revenue ahead of billing is: {', '.join(ASSET_KINDS)}.")
]
Plan = Annotated[
    str | None,
    typer.Option(help='Of custom and milestone: a JSON file, or JSON such as [["0", "50"], ["1", "50"]].'),
]

From = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help="First day; default: the first open day, or always."),
]


@app.command("list")
def list_products(
    search: Annotated[str, typer.Option(help="Part of the code or name.")] = "",
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As of this day.")] = None,
    limit: Limit = 200,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List products and how they are earned."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            rows = products_after(session, 0, limit, search)
            views = product_views(session, rows, day.date() if day else opened.today())
    print_views(
        views,
        [
            ("code", lambda v: v.code),
            ("name", lambda v: v.name),
            ("category", lambda v: v.category),
            ("method", lambda v: v.method),
            ("by", lambda v: v.method_from),
            ("trigger", lambda v: v.trigger),
            ("rule from", lambda v: v.rule_from),
        ],
        as_json=as_json,
        empty="No product is known yet. Orders and invoices runs read them.",
    )


@app.command("show")
def show(product: Code, as_: As = "", as_json: Json = False) -> None:
    """Show a product with every rule that was set for it."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            view = product_detail_view(session, find_product(session, product), opened.today())
    if as_json:
        print_json(view)
        return
    print_facts(view, as_json=False, leave_out=("rules",))
    if view.rules:
        print_table(
            ["from", "method", "trigger", "asset", "plan", "ramp", "segments", "set by", "why"],
            [
                [
                    shown(r.valid_from),
                    r.method,
                    r.trigger,
                    r.asset_kind,
                    shown(r.plan),
                    shown(r.ramp),
                    segments_text(r.segments),
                    r.set_by,
                    r.reason,
                ]
                for r in view.rules
            ],
        )


@app.command("rule")
def rule(
    product: Code,
    method: Method = None,
    trigger: Trigger = None,
    asset_kind: AssetKind = None,
    plan: Plan = None,
    ramp: Annotated[
        bool | None,
        typer.Option("--ramp/--no-ramp", help="Adjoining terms at different prices are one obligation."),
    ] = None,
    segments: Annotated[
        str | None, typer.Option(help="Of lines without their own: department=Sales,class=3; empty: none.")
    ] = None,
    valid_from: From = None,
    retrospective: Retrospective = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Say how a product is earned. What is left out stays as the rule in force has it."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            row = find_product(session, product)
            start = valid_from.date() if valid_from else None
            said = _said_before(session, row, start or opened.today())
            earning = said_over(said.earning, method, trigger, asset_kind, plan)
            made = set_product_rule(
                session,
                actor,
                row.id,
                ProductTerms(
                    earning,
                    said.ramp if ramp is None else ramp,
                    said.segments if segments is None else read_segments(segments),
                ),
                now=opened.now(),
                valid_from=start,
                retrospective=retrospective,
                reason=reason,
            )
            view = product_rule_view(session, made)
    if as_json:
        print_json(view)
        return
    since = f" from {view.valid_from} on" if view.valid_from else ""
    words = [view.method or "as the catalogue or the policy says", view.trigger, view.asset_kind]
    words += [shown(view.plan), "" if view.ramp else "no ramp", segments_text(view.segments)]
    print(f"{view.code} is earned{since}: {', '.join(word for word in words if word)}.")
    if view.note:
        print(view.note)


def find_product(session: Session, text: str) -> Product:
    """The product that a person names. Raises `NotFound`."""
    found = product_by_code_or_name(session, text)
    if found is None:
        raise NotFound(f"There is no product {text}. `revrec products list` shows them.", where="product")
    return found


def said_over(
    terms: EarningTerms, method: str | None, trigger: str | None, asset_kind: str | None, plan: str | None
) -> EarningTerms:
    """The terms with what was given put over them. A new method takes no trigger or plan over from the old one."""
    if method is not None and method != terms.method:
        terms = replace(terms, method=method, trigger="", plan=None)
    if trigger is not None:
        terms = replace(terms, trigger=trigger)
    if asset_kind is not None:
        terms = replace(terms, asset_kind=asset_kind)
    if plan is not None:
        file = Path(plan)
        is_file = len(plan) < 250 and not plan.lstrip().startswith(("{", "[")) and file.is_file()
        terms = replace(terms, plan=read_plan(file.read_text() if is_file else plan) if plan else None)
    return terms


def read_segments(text: str) -> dict[str, str]:
    """`department=Sales,class=3` by segment."""
    found = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, equals, value = part.partition("=")
        if not equals or not value.strip():
            raise Invalid(
                f"Write segments as department=Sales,class=3; '{part}' has no value.", where="segments"
            )
        found[name.strip().lower()] = value.strip()
    return found


def _said_before(session: Session, product: Product, day: date) -> ProductTerms:
    row = product_rules_on(session, day, [product.id]).get(product.id)
    if row is None:
        return ProductTerms()
    canonical = segment_texts(session, [row.segment_set_id]).get(row.segment_set_id or 0, "")
    earning = EarningTerms(row.method, row.trigger, row.asset_kind, row.plan)
    return ProductTerms(earning, row.ramp, json.loads(canonical) if canonical else {})

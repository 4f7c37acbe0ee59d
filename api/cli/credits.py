"""`revrec credits`: what credit memos do to revenue."""

from datetime import datetime
from typing import Annotated

import typer

from api.cli.accounts import Retrospective
from api.cli.output import print_done, print_json, print_table, print_views
from api.cli.products import From, find_product
from api.cli.session import As, Json, Limit, Reason, acting, deployment
from api.views.credits import (
    CreditLineView,
    CreditMemoView,
    credit_memo_page,
    credit_memo_views,
    credit_rule_view,
    credit_rule_views,
    decided_view,
)
from revrec.operations.add_credit_rule import CreditCondition, add_credit_rule
from revrec.operations.decide_credit import TREATMENTS, decide_credit
from revrec.operations.permissions import require
from revrec.operations.withdraw_credit_rule import withdraw_credit_rule
from revrec.store.queries.credit_memos import credit_rules_on, find_credit_memo

app = typer.Typer(help="Credit memos and what they do to revenue.", no_args_is_help=True)
rules = typer.Typer(help="Rules for credit memos.", no_args_is_help=True)
app.add_typer(rules, name="rules")

Number = Annotated[str, typer.Argument(metavar="MEMO", help="Its number, else NetSuite's internal id.")]
Treatment = Annotated[str, typer.Argument(help=f"One of {', '.join(TREATMENTS)}.")]


@app.command("list")
def list_memos(
    undecided: Annotated[
        bool, typer.Option("--undecided", help="Only those that wait for a decision.")
    ] = False,
    limit: Limit = 100,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List loaded credit memos, newest first, with their treatment and where it comes from."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            views = [view for _, view in credit_memo_page(session, None, limit, undecided=undecided)]
    print_views(
        views,
        [
            ("memo", lambda v: v.number),
            ("date", lambda v: v.date),
            ("period", lambda v: v.period),
            ("customer", lambda v: v.customer),
            ("amount$", lambda v: v.amount),
            ("currency", lambda v: v.currency),
            ("reason", lambda v: v.credit_reason),
            ("treatment", lambda v: v.treatment),
            ("by", _basis),
        ],
        as_json=as_json,
        empty="No credit memo waits for a decision." if undecided else "No credit memo is loaded.",
    )


@app.command("show")
def show(memo: Number, as_: As = "", as_json: Json = False) -> None:
    """Show a credit memo line by line."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            view = credit_memo_views(session, [find_credit_memo(session, memo)])[0]
    if as_json:
        print_json(view)
    else:
        _print_memo(view)


@app.command("decide")
def decide(
    memo: Number,
    treatment: Treatment,
    line: Annotated[int | None, typer.Option(help="This line only: NetSuite's line id.")] = None,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Choose what a credit memo does to revenue, over the rules. Needs --reason."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            found = find_credit_memo(session, memo)
            decide_credit(session, actor, found, treatment, now=opened.now(), reason=reason, line_id=line)
            view = decided_view(session, found)
    if as_json:
        print_json(view)
        return
    _print_memo(view)
    if view.note:
        print(view.note)


@rules.command("list")
def list_rules(
    day: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="For memos of this day; default: today."),
    ] = None,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List the rules in the order in which they are tried."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            views = credit_rule_views(
                session, credit_rules_on(session, day.date() if day else opened.today())
            )
    print_views(
        views,
        [
            ("rule>", lambda v: v.position),
            ("reason", lambda v: v.credit_reason),
            ("product", lambda v: v.product),
            ("memo has", lambda v: v.memo_text),
            ("treatment", lambda v: v.treatment),
            ("from", lambda v: v.valid_from),
            ("set by", lambda v: v.set_by),
        ],
        as_json=as_json,
        empty="There is no rule for credit memos.",
    )


@rules.command("add")
def add(
    treatment: Treatment,
    credit_reason: Annotated[str, typer.Option(help="The reason NetSuite gives, whole.")] = "",
    product: Annotated[str, typer.Option(help="Lines of this product: its code or name.")] = "",
    memo_text: Annotated[str, typer.Option(help="Part of the memo, without regard to case.")] = "",
    position: Annotated[
        int | None,
        typer.Option(min=1, help="Its place; default: after all others. An equal one is replaced."),
    ] = None,
    valid_from: From = None,
    retrospective: Retrospective = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Say how credit memos of a kind are treated. The first rule that fits counts."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            number = find_product(session, product).id if product else None
            row = add_credit_rule(
                session,
                actor,
                CreditCondition(credit_reason, number, memo_text),
                treatment,
                now=opened.now(),
                position=position,
                valid_from=valid_from.date() if valid_from else None,
                retrospective=retrospective,
                reason=reason,
            )
            view = credit_rule_view(session, row)
    since = f" from {view.valid_from} on" if view.valid_from else ""
    print_done(view, f"Rule {view.position}{since}: {view.treatment}.", as_json=as_json)


@rules.command("withdraw")
def withdraw(
    position: Annotated[
        int, typer.Argument(metavar="RULE", help="Its place; `credits rules list` shows it.")
    ],
    valid_from: From = None,
    retrospective: Retrospective = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Take a rule back, from a day on."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            row = withdraw_credit_rule(
                session,
                actor,
                position,
                now=opened.now(),
                valid_from=valid_from.date() if valid_from else None,
                retrospective=retrospective,
                reason=reason,
            )
            view = credit_rule_view(session, row)
    print_done(
        view,
        f"Rule {view.position} is withdrawn" + (f" from {view.valid_from} on." if view.valid_from else "."),
        as_json=as_json,
    )


def _print_memo(view: CreditMemoView) -> None:
    print(f"{view.number} of {view.date}, {view.customer}: {view.amount} {view.currency}, {view.treatment}")
    print_table(
        ["line>", "product", "description", "amount$", "treatment", "by", "why"],
        [
            [str(one.line), one.product, one.description, one.amount, one.treatment, _said(one), one.reason]
            for one in view.lines
        ],
    )


def _basis(view: CreditMemoView) -> str:
    return ", ".join(sorted({_said(one) for one in view.lines}))


def _said(line: CreditLineView) -> str:
    if line.basis == "decision":
        return line.said_by
    return f"rule {line.rule}" if line.basis == "rule" else line.basis

"""`revrec controls`: what must always hold of the books, checked now; and NetSuite's balances, read and compared."""

import sys
from typing import Annotated

import typer
from sqlmodel import Session

from api.cli.accounts import find_account
from api.cli.exits import OK, REFUSED
from api.cli.output import print_json, print_table, print_views
from api.cli.session import As, Json, Reason, acting, deployment
from api.cli.working import Progress
from api.deployment import Deployment
from api.views.controls import ControlsView, controls_view
from api.views.general_ledger import GlBalanceView, gl_balance_views
from jobs.closing.controls import check_books, closed_periods
from jobs.start import see_through, start_job
from revrec.operations.actor import Actor
from revrec.operations.permissions import require
from revrec.operations.sign_off_balance import sign_off_balance
from revrec.problems import Conflict, NotFound
from revrec.store.queries.accounts import subsidiary_by_id_or_name
from revrec.store.queries.jobs import notes_after

app = typer.Typer(help="Control checks.", invoke_without_command=True)

Period = Annotated[
    str, typer.Argument(help="A closed period, or the one before the first; default: the newest.")
]


@app.callback()
def controls(
    context: typer.Context,
    period: Annotated[str, typer.Option(help="Only this closed period; else all of them.")] = "",
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Check what must always hold of closed periods: prices, schedules, balances, ledger, journals, documents and the
    general ledger. Exit status 1 when a check fails. The checks also run before every close."""
    if context.invoked_subcommand:
        return OK
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            results = check_books(session, period)
            view = controls_view(session, [period] if period else closed_periods(session), results)
    if as_json:
        print_json(view)
    else:
        print_controls(view)
    return OK if view.passed else REFUSED


@app.command("gl")
def general_ledger(
    period: Period = "",
    show: Annotated[
        bool, typer.Option("--show", help="Show what was read last; ask NetSuite nothing.")
    ] = False,
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Read NetSuite's balances of contract liability, assets and clearing at a period's end, and compare them with the
    ledger. Exit status 1 where a difference is neither explained nor signed off. It also runs when all journals of a
    period are posted."""
    with deployment() as opened:
        actor = acting(opened, as_)
        require(actor, "read")
        if not show:
            period = _read_balances(opened, actor, period)
        with opened.store.read() as session:
            views = gl_balance_views(session, period)
    if as_json:
        print_json(views)
    else:
        print_balances(views)
    return REFUSED if any(one.status == "FAIL" for one in views) else OK


@app.command("sign-off")
def sign_off(
    period: Annotated[str, typer.Argument(help="The period whose balances were read.")],
    account: Annotated[str, typer.Argument(help="Account number or internal id.")],
    subsidiary: Annotated[
        str, typer.Option(help="Its id or name; none in an account without subsidiaries.")
    ] = "",
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Answer for what is left of an account's difference, from this period on."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            account_id = find_account(session, account)
            subsidiary_id = _subsidiary(session, subsidiary) if subsidiary else 0
            sign_off_balance(
                session,
                actor,
                period,
                account_id,
                subsidiary_id=subsidiary_id,
                now=opened.now(),
                reason=reason,
            )
            (view,) = [
                one
                for one in gl_balance_views(session, period)
                if (one.account, one.subsidiary) == (account_id, subsidiary_id)
            ]
    if as_json:
        print_json(view)
    else:
        named = f"{view.account_number} {view.account_name}".strip()
        print(
            f"{view.currency} {view.signed_off} on {named} of {view.subsidiary_name} is signed off from {period} on."
        )


def _read_balances(opened: Deployment, actor: Actor, period: str) -> str:
    """Run the job that reads; gives the period that it read. What it could not see is said on standard error."""
    job_id = start_job(opened.config, opened.store, "gl_balances", {"period": period}, actor)
    with Progress() as progress:
        job = see_through(opened.config, job_id, progress.show)
    if job.state != "done":
        raise Conflict(job.error or f"Job {job_id} was {job.state}.", where=f"job {job_id}")
    with opened.store.read() as session:
        for note in notes_after(session, job_id, 0, 200):
            print(f"{note.severity}: {note.where}: {note.message}", file=sys.stderr)
    return str((job.result or {})["period"])


def _subsidiary(session: Session, text: str) -> int:
    found = subsidiary_by_id_or_name(session, text)
    if found is None:
        raise NotFound(f"NetSuite has no subsidiary {text}.", where="subsidiary")
    return found.id


def print_balances(views: list[GlBalanceView]) -> None:
    """Both sides of each account, and the parts of the differences by name."""
    print_views(
        views,
        [
            ("status", lambda v: v.status),
            ("subsidiary", lambda v: v.subsidiary_name),
            ("account", lambda v: f"{v.account_number} {v.account_name}".strip() or v.account),
            ("currency", lambda v: v.currency),
            ("NetSuite$", lambda v: v.netsuite),
            ("ledger$", lambda v: v.ledger),
            ("explained$", lambda v: v.explained),
            ("signed off$", lambda v: v.signed_off),
            ("left$", lambda v: v.left),
        ],
        as_json=False,
        empty="No balances were read. `revrec controls gl` reads them.",
    )
    for view in views:
        shown = [one for one in view.parts if one.explains or view.status == "FAIL"]
        for part in shown[:20]:
            named = part.name + (
                f" (NetSuite {part.reference})" if part.reference and not part.explains else ""
            )
            memo = f" '{part.memo}'" if part.memo else ""
            print(
                f"  {view.subsidiary_name}, {view.account_number}: {part.kind.replace('_', ' ')}: {named}{memo} "
                f"{part.amount} {view.currency}"
            )
        if len(shown) > 20:
            print(f"  and {len(shown) - 20} more (--json lists them)")


def print_controls(view: ControlsView) -> None:
    """The checks as a table, and the rows that violate one by name."""
    print(f"Closed periods checked: {', '.join(view.periods) or 'none'}.")
    print_table(
        ["status", "check", "checked>", "violations>", "what it compares"],
        [
            [
                one.status,
                one.name,
                str(one.checked),
                str(one.violations) if one.violations else "",
                one.compares,
            ]
            for one in view.controls
        ],
    )
    for one in view.controls:
        for total in one.sums:
            print(f"{one.name}: {total.what}: {total.left}, {total.right} {total.currency}")
    for one in view.controls:
        if one.violations:
            print(f"\n{one.name}: {one.violations} violations")
            for row in one.first:
                print(f"  {row.where}: {row.message}")
            if one.violations > len(one.first):
                print(f"  and {one.violations - len(one.first)} more")

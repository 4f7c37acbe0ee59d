"""`revrec journals`: the hub of journals for NetSuite."""

from typing import Annotated

import typer
from sqlmodel import Session

from api.cli.journal_checks import check, warn_of_unfit
from api.cli.output import print_facts, print_json, print_table, print_views
from api.cli.session import As, Json, Limit, Reason, acting, deployment
from api.cli.working import run_job
from api.views.journals import JournalView, journal_detail_view, journal_views
from revrec.operations.approve_journal import approve_journal
from revrec.operations.permissions import require
from revrec.problems import Invalid, NotFound
from revrec.store.queries.journals import journal_by_number_or_id, journal_ids, journals_before
from revrec.store.tables import Journal

app = typer.Typer(help="Journals for NetSuite.", no_args_is_help=True)

Journals = Annotated[list[str] | None, typer.Argument(metavar="JOURNAL...", help="Numbers or ids.")]


app.command("check")(check)


@app.command("list")
def list_journals(
    period: Annotated[str, typer.Option(help="Of this period.")] = "",
    state: Annotated[str, typer.Option(help="In this state: draft, approved, posted, failed, ...")] = "",
    limit: Limit = 100,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List journals, newest first."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            rows = journals_before(session, None, limit, period=period, state=state)
            views = journal_views(session, rows)
    print_views(
        views,
        [
            ("id>", lambda v: v.id),
            ("number", lambda v: v.number),
            ("period", lambda v: v.period),
            ("subsidiary", lambda v: v.subsidiary),
            ("lines>", lambda v: v.lines),
            ("total$", lambda v: v.total),
            ("currency", lambda v: v.currency),
            ("state", lambda v: v.state),
            ("hub", lambda v: v.hub),
            ("NetSuite>", lambda v: v.netsuite_id),
            ("message", lambda v: v.message),
        ],
        as_json=as_json,
        empty="There are no journals.",
    )


@app.command("show")
def show(
    journal: Annotated[str, typer.Argument(help="Number or id.")], as_: As = "", as_json: Json = False
) -> None:
    """Show a journal with its lines and its conversations with NetSuite."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            view = journal_detail_view(session, _find(session, journal))
    if as_json:
        print_json(view)
        return
    print_facts(view, as_json=False, leave_out=("entries", "conversations"))
    print_table(
        ["line>", "account", "role", "debit$", "credit$", "segments", "memo", "unverified"],
        [
            [
                str(line.line),
                f"{line.account_number} {line.account_name}".strip(),
                line.role,
                line.debit,
                line.credit,
                ", ".join(f"{s.segment} {s.name or s.id}" for s in line.segments),
                line.memo,
                "unverified" if line.unverified else "",
            ]
            for line in view.entries
        ],
    )
    for attempt in view.conversations:
        print(f"{attempt.at:%Y-%m-%d %H:%M:%S} {attempt.action}: {attempt.outcome} {attempt.reply}".rstrip())


@app.command("approve")
def approve(
    journals: Journals = None,
    all_: Annotated[bool, typer.Option("--all", help="Every draft.")] = False,
    period: Annotated[str, typer.Option(help="With --all: of this period.")] = "",
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Approve drafts; each gets its number. Whoever prepared a journal cannot approve it."""
    if bool(journals) == all_:
        raise Invalid("Name the journals, or give --all.", where="journals")
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.read() as session:
            ids = (
                journal_ids(session, "draft", period)
                if all_
                else [_find(session, one).id for one in journals or []]
            )
        views: list[JournalView] = []
        for journal_id in ids:
            with opened.store.write() as session:
                row = approve_journal(session, actor, journal_id, now=opened.now(), reason=reason)
                views += journal_views(session, [row])
        warn_of_unfit(opened, ids)
    if as_json:
        print_json(views)
        return
    for view in views:
        print(f"Approved {view.number}: {view.subsidiary}, {view.lines} lines, {view.total} {view.currency}.")
    if not views:
        print("There is no draft to approve.")


@app.command("post")
def post(journals: Journals = None, as_: As = "", as_json: Json = False) -> int:
    """Send approved journals to NetSuite now (default: all that wait), and retry those that failed."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.read() as session:
            ids = [_find(session, one).id for one in journals] if journals else None
        return run_job(opened, actor, "post", {"journals": ids}, as_json=as_json)


def _find(session: Session, text: str) -> Journal:
    found = journal_by_number_or_id(session, text)
    if found is None:
        raise NotFound(f"There is no journal {text}.", where="journal")
    return found

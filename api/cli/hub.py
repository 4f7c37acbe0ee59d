"""`revrec hub`: the transaction hub, where approved journals wait for NetSuite and what became of them is kept."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from sqlmodel import Session

from api.cli.exits import OK, REFUSED
from api.cli.output import print_facts, print_json, print_table, print_views, shown
from api.cli.session import As, Json, Limit, Reason, acting, deployment
from api.cli.working import see_job, watch_job
from api.deployment import Deployment
from api.posting import NOTHING, Sending, all_failed, require_posting, retry_now, send_now
from api.views.amount_text import amount_text
from api.views.hub import (
    BatchView,
    HubDetailView,
    HubFiguresView,
    StateCode,
    ToldView,
    hub_detail_view,
    hub_figures_view,
    hub_journal_views,
    selection,
    told_views,
)
from api.views.jobs import job_detail_view
from jobs.start import start_job
from revrec.operations.hold_journals import hold_journals
from revrec.operations.periods import periods_of
from revrec.operations.permissions import require
from revrec.operations.release_journals import release_journals
from revrec.problems import Invalid, NotFound
from revrec.store.queries.hub import hub_journals
from revrec.store.queries.journals import journal_by_number_or_id
from revrec.store.tables import Job, Journal

app = typer.Typer(help="The transaction hub: journals on their way to NetSuite.", no_args_is_help=True)

Journals = Annotated[list[str], typer.Argument(metavar="JOURNAL...", help="Numbers or ids.")]
SomeJournals = Annotated[list[str] | None, typer.Argument(metavar="JOURNAL...", help="Numbers or ids.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Start it and leave; `jobs show` tells how it ends.")]


@app.command("list")
def list_hub(
    state: Annotated[StateCode | None, typer.Option(help="In this state.")] = None,
    period: Annotated[str, typer.Option(help="Of this period.")] = "",
    subsidiary: Annotated[str, typer.Option(help="Of this subsidiary: its name or NetSuite's id.")] = "",
    before: Annotated[str, typer.Option(help="Go on below this number, the last one listed.")] = "",
    limit: Limit = 50,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List the hub, newest number first, with the figures of the whole selection and the next batch."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            chosen = selection(session, state or "", period, subsidiary)
            after = _sequence(session, before) if before else None
            rows = hub_journals(session, chosen, after, limit + 1)
            views = hub_journal_views(session, rows[:limit])
            figures = hub_figures_view(session, chosen)
    more = len(rows) > limit
    if as_json:
        print_json({"items": views, "more": more, **figures.model_dump(mode="json")})
        return
    print_views(
        views,
        [
            ("number", lambda v: v.number),
            ("state", lambda v: v.state),
            ("subsidiary", lambda v: v.subsidiary),
            ("total$", lambda v: v.total),
            ("currency", lambda v: v.currency),
            ("approved", lambda v: v.approved_at),
            ("sent", lambda v: v.first_sent_at),
            ("attempts>", lambda v: v.attempts or ""),
            ("transferred", lambda v: v.transferred_at),
            ("next attempt", lambda v: v.next_attempt_at),
            ("NetSuite", lambda v: v.netsuite_number or v.netsuite_id),
            ("message", lambda v: f"Held by {v.held_by}: {v.held}" if v.held else v.message),
        ],
        as_json=False,
        empty="There are no such journals in the hub.",
    )
    if more:
        print(f"More follow: --before {views[-1].number}")
    _print_figures(figures)


@app.command("show")
def show(
    journal: Annotated[str, typer.Argument(help="Number or id.")],
    bodies: Annotated[bool, typer.Option("--bodies", help="With what was sent and what came back.")] = False,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Show a journal's way to NetSuite: each exchange with its outcome, HTTP status and duration."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            view = hub_detail_view(session, session.get_one(Journal, _ids(session, [journal])[0]))
    if as_json:
        print_json(view)
        return
    _print_detail(view, bodies)


@app.command("now")
def now(no_wait: NoWait = False, as_: As = "", as_json: Json = False) -> int:
    """Send what waits now, and retry what failed, without waiting for the next batch."""
    with deployment() as opened:
        sending = send_now(opened, acting(opened, as_), None)
        return _follow(opened, [], sending, no_wait=no_wait, as_json=as_json)


@app.command("retry")
def retry(
    journals: SomeJournals = None,
    failed: Annotated[bool, typer.Option("--all-failed", help="Every journal that failed.")] = False,
    period: Annotated[str, typer.Option(help="With --all-failed: of this period.")] = "",
    again: Annotated[
        bool,
        typer.Option(
            "--again", help="Also what was posted: it is posted anew where NetSuite no longer has it."
        ),
    ] = False,
    reason: Reason = "",
    no_wait: NoWait = False,
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Retry journals that failed, or conflicts that were settled in NetSuite. What was sent is looked for first."""
    if bool(journals) == failed:
        raise Invalid("Name the journals, or give --all-failed.", where="journals")
    with deployment() as opened:
        actor = acting(opened, as_)
        ids = all_failed(opened, period) if failed else _read_ids(opened, journals or [])
        told, sending = retry_now(opened, actor, ids, reason, again=again)
        return _follow(opened, told_views(told), sending, no_wait=no_wait, as_json=as_json)


@app.command("hold")
def hold(journals: Journals, reason: Reason = "", as_: As = "", as_json: Json = False) -> None:
    """Hold journals back, with a reason: no batch sends them until they are released."""
    with deployment() as opened:
        actor, ids = acting(opened, as_), _read_ids(opened, journals)
        with opened.store.write() as session:
            told = hold_journals(session, actor, ids, reason, now=opened.now())
    _print_told(told_views(told), as_json=as_json)


@app.command("release")
def release(journals: Journals, reason: Reason = "", as_: As = "", as_json: Json = False) -> None:
    """Release held journals: they go with the next batch."""
    with deployment() as opened:
        actor, ids = acting(opened, as_), _read_ids(opened, journals)
        with opened.store.write() as session:
            told = release_journals(session, actor, ids, now=opened.now(), reason=reason)
    _print_told(told_views(told), as_json=as_json)


@app.command("cross-check")
def cross_check(
    period: Annotated[str, typer.Option(help="Compare the journals of this period only.")] = "",
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Compare what was posted with what NetSuite holds now: what is unknown, gone, changed or not approved there. Exit
    status 1 where something is to be done."""
    with deployment() as opened:
        actor = acting(opened, as_)
        require_posting(opened)
        if period:
            with opened.store.read() as session:
                periods_of(session).last_day(period)  # raises where it names none
        job_id = start_job(opened.config, opened.store, "cross_check", {"period": period}, actor)
        job = watch_job(opened, job_id)
        with opened.store.read() as session:
            view = job_detail_view(session, session.get_one(Job, job_id))
    result = view.result or {}
    found = result.get("findings", [])
    if as_json:
        print_json(view)
    elif job.state != "done":
        print(f"Job {job_id} is {job.state}. {job.error}".rstrip())
    else:
        _print_cross_check(result)
    return OK if job.state == "done" and all(one["severity"] == "info" for one in found) else REFUSED


def _print_cross_check(result: dict[str, Any]) -> None:
    counts = result.get("compared", {})
    found = result.get("findings", [])
    told = ", ".join(
        f"{name} {count:,}" for name, count in counts.items() if name not in ("journals", "agree")
    )
    print(
        f"NetSuite's journals under our prefix: {counts.get('journals', 0):,}; {counts.get('agree', 0):,} agree."
    )
    if not found:
        return
    print(f"Found: {told}.")
    print_table(
        ["journal", "NetSuite>", "found", "what", "what to do"],
        [[one["number"], str(one["netsuite_id"]), one["code"], one["what"], one["to_do"]] for one in found],
    )
    if len(found) < sum(count for name, count in counts.items() if name not in ("journals", "agree")):
        print("More are in the job's log: `revrec jobs show`.")


def _follow(
    opened: Deployment, told: Sequence[ToldView], sending: Sending, *, no_wait: bool, as_json: bool
) -> int:
    """Say what became of the journals that were named, and see the batch through."""
    if not as_json and told:
        _print_told(told, as_json=False)
    if sending.job_id is None:
        if as_json:
            print_json({"journals": list(told), "job": None, "note": sending.note})
        elif sending.note != NOTHING or not told:
            print(sending.note)
        return OK
    return see_job(opened, sending.job_id, as_json=as_json, wait=not no_wait)


def _print_told(told: Sequence[ToldView], *, as_json: bool) -> None:
    if as_json:
        print_json(list(told))
        return
    for one in told:
        print(f"{one.number}: {one.message}")


def _print_figures(figures: HubFiguresView) -> None:
    counts = ", ".join(f"{state} {count:,}" for state, count in figures.journals.items() if count)
    print(f"In all: {counts or 'nothing'}.")
    if figures.totals:
        sums = ", ".join(f"{amount_text(one.amount)} {one.currency}" for one in figures.totals)
        print(f"Debits: {sums}.")
    print(_batch_words(figures.batch))


def _batch_words(batch: BatchView) -> str:
    if batch.job is not None:
        return f"Batch: job {batch.job} is sending."
    if batch.stopped:
        return batch.stopped
    if batch.at is None:
        return f"Next batch: nothing waits (every {batch.every_minutes} minutes)."
    return (
        f"Next batch: {shown(batch.at)}, {batch.journals:,} journals (every {batch.every_minutes} minutes)."
    )


def _print_detail(view: HubDetailView, bodies: bool) -> None:
    print_facts(view, as_json=False, leave_out=("exchanges",))
    for one in view.exchanges:
        status = f" HTTP {one.status}" if one.status else ""
        took = f" {one.milliseconds:,} ms" if one.milliseconds is not None else ""
        job = f" (job {one.job})" if one.job else ""
        print(f"{shown(one.at)} {one.action}: {one.outcome}{status}{took}{job}")
        if bodies:
            for name, text in (("sent", one.request), ("reply", one.reply)):
                if text:
                    print(f"    {name}: {text}")


def _read_ids(opened: Deployment, texts: Sequence[str]) -> list[int]:
    with opened.store.read() as session:
        return _ids(session, texts)


def _ids(session: Session, texts: Sequence[str]) -> list[int]:
    found = [(text, journal_by_number_or_id(session, text)) for text in texts]
    for text, row in found:
        if row is None:
            raise NotFound(f"There is no journal {text}.", where="journal")
    return [row.id for _, row in found if row is not None]


def _sequence(session: Session, text: str) -> int:
    row = journal_by_number_or_id(session, text)
    if row is None or row.sequence is None:
        raise NotFound(f"There is no journal {text} in the hub.", where="--before")
    return row.sequence

"""What needs a person today, each with the page where it is done."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from api.views.hub import cross_check_view
from api.views.shape import View
from revrec.operations.connection_notices import notices_of
from revrec.store.queries.at_a_glance import held_count, journal_counts, newest_runs
from revrec.store.queries.connections import all_connections
from revrec.store.tables import Job


class NeedView(View):
    """One thing: what it is, in words, and where it is done. `code` is for programs; `severity`: bad keeps work from
    going on, warning wants something soon, todo is the day's work."""

    code: str
    severity: str
    what: str
    to: str


def need_views(session: Session, now: datetime, begun: bool, to_close: str, pending: int) -> list[NeedView]:
    """The worst first. `begun`: a first period is set; `to_close`: the period that ended and is open."""
    found = [
        *_connections(session, now, begun),
        *_runs(newest_runs(session)),
        *_journals(session),
        *_books(session, to_close, pending),
    ]
    return sorted(found, key=lambda one: ("bad", "warning", "todo").index(one.severity))


def _connections(session: Session, now: datetime, begun: bool) -> Iterator[NeedView]:
    rows = [row for row in all_connections(session) if row.disconnected_at is None]
    if not rows:
        yield _need("connect", "todo", "Nothing is connected yet.", "/sync")
    for row in rows:
        if row.paused:
            yield _need("paused", "bad", f"The {row.flow} connection is paused: {row.paused}", "/sync")
        for one in notices_of(row, now):
            if one.severity == "warning":
                yield _need(
                    one.code, "bad" if one.code == "certificate_ended" else "warning", one.message, "/sync"
                )
    if rows and not begun:
        yield _need("first_period", "todo", "Set the first accounting period.", "/periods")


def _runs(runs: list[Job]) -> Iterator[NeedView]:
    """Runs that failed and were not followed by a better one of their kind, and conversions that wait."""
    for row in runs:
        name = row.kind.replace("_", " ")
        if row.state == "failed":
            yield _need("job_failed", "bad", f"Job {row.id} ({name}) failed.", f"/sync/jobs/{row.id}")
        if row.state == "awaiting_load":
            yield _need("awaiting_load", "todo", f"Job {row.id} waits to be loaded.", f"/sync/jobs/{row.id}")


def _journals(session: Session) -> Iterator[NeedView]:
    counts = journal_counts(session)

    def said(code: str, severity: str, count: int, rest: str, to: str) -> Iterator[NeedView]:
        if count:
            yield _need(code, severity, f"{count:,} {'journal' if count == 1 else 'journals'} {rest}", to)

    verb = "waits" if counts.get("draft") == 1 else "wait"
    yield from said(
        "drafts", "todo", counts.get("draft", 0), f"{verb} for approval.", "/journals?state=draft"
    )
    failed = counts.get("failed", 0)
    yield from said("failed", "bad", failed, "could not be transferred to NetSuite.", "/hub?state=failed")
    conflicts = counts.get("conflict", 0)
    yield from said("conflict", "bad", conflicts, "not as NetSuite has them.", "/hub?state=conflict")
    yield from said("held", "warning", counts["held"], "held back in the hub.", "/hub?state=held")
    yield from said(
        "rejected", "bad", counts.get("rejected", 0), "rejected in NetSuite.", "/hub?state=transferred"
    )
    awaiting = counts.get("awaiting", 0)
    yield from said("awaiting", "warning", awaiting, "to be approved in NetSuite.", "/hub?state=transferred")
    checked = cross_check_view(session)
    if checked is not None and checked.findings:
        number = len(checked.findings)
        what = f"The cross-check with NetSuite found {number:,} {'thing' if number == 1 else 'things'} to look at."
        yield _need("cross_check", "bad", what, "/hub/cross-check")


def _books(session: Session, to_close: str, pending: int) -> Iterator[NeedView]:
    if pending:
        verb = "document waits" if pending == 1 else "documents wait"
        yield _need("pending", "todo", f"{pending:,} {verb} in Pending Data.", "/pending")
    if held := held_count(session):
        verb = "document is" if held == 1 else "documents are"
        yield _need(
            "held_documents",
            "warning",
            f"{held:,} {verb} held and {'bills' if held == 1 else 'bill'} nothing.",
            "/sync",
        )
    if to_close:
        yield _need("close", "todo", f"{to_close} has ended and can be closed.", f"/periods/{to_close}")


def _need(code: str, severity: str, what: str, to: str) -> NeedView:
    return NeedView(code=code, severity=severity, what=what, to=to)

"""Pulls that begin by themselves: which are due, and what to tell people about the last and the next.

An admin switches a schedule on (policies `sync_schedule` and `sync_schedule_orders`). It begins to work after a first
run by hand has loaded, never starts a run beside another, makes up for missed ones once, and rests longer after each
failure in a row.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from jobs.pausing import paused_words
from revrec.operations.policies import policy_value
from revrec.operations.sync_schedule import backoff, next_run, parse_schedule
from revrec.store.queries.connections import connection_for
from revrec.store.queries.document_marks import DocumentMark, document_marks
from revrec.store.queries.jobs import jobs_before
from revrec.store.queries.policies import history_of
from revrec.store.staging.publish import read_watermarks
from revrec.store.tables import Connection, Job
from revrec.store.tables.jobs import OPEN_JOB_STATES

FLOWS = {"orders": "sync_schedule_orders", "invoices": "sync_schedule"}
"""The policy that holds each flow's schedule; in the order in which they are pulled."""
LOOK_BACK = 50


@dataclass(frozen=True, slots=True)
class FlowState:
    """How pulling of a flow stands. `next_at`: when its schedule is due, None where nothing begins by itself.

    `waits` says what keeps the schedule from beginning, or that it rests after failures; empty: nothing does.
    `failures`: failed runs in a row. `marks`: how far each kind of document has been read.
    """

    flow: str
    connected: bool
    paused: str
    schedule: str
    zone: str
    last: Job | None
    last_loaded: Job | None
    failures: int
    next_at: datetime | None
    waits: str
    held_up: bool
    read_through: dict[str, datetime] = field(default_factory=dict)
    swept: datetime | None = None
    sweep_due: bool = False


@dataclass(frozen=True, slots=True)
class DueRun:
    flow: str
    parameters: dict[str, Any]


def due_run(session: Session, now: datetime) -> DueRun | None:
    """The run that the schedule has due, if any; of two, the orders."""
    for flow in FLOWS:
        state = flow_state(session, flow, now)
        if state.next_at is not None and state.next_at <= now and not state.held_up:
            return DueRun(flow, _parameters(state))
    return None


def flow_state(session: Session, flow: str, now: datetime) -> FlowState:
    """How pulling of a flow (`orders`, `invoices`) stands."""
    connection = connection_for(session, flow)
    connected = connection is not None and connection.disconnected_at is None
    paused = paused_words(connection) if connection is not None and connected and connection.paused else ""
    policy = str(policy_value(session, FLOWS[flow]))
    schedule, zone = parse_schedule(policy), str(policy_value(session, "company_time_zone"))
    runs = jobs_before(session, None, LOOK_BACK, kind=flow)
    failed = _failed_in_a_row(runs)
    ended = next((run.finished_at for run in runs if run.state == "failed"), None) if failed else None
    read, marks = _read_through(session, flow, connection)
    due = None
    if schedule.on and connected:
        since = max(
            [row.set_at for row in history_of(session, FLOWS[flow])[-1:]]
            + [one.created_at for one in runs[:1]]
        )
        due = next_run(schedule, ZoneInfo(zone), since=since, failures=failed, ended=ended)
    held = _held_up(session, flow, connected, paused, bool(read), runs)
    days = int(policy_value(session, "sweep_days"))
    sweeps = [mark.swept for mark in marks if mark.upper is not None]
    swept = None if None in sweeps else min((one for one in sweeps if one), default=None)
    return FlowState(
        flow=flow,
        connected=connected,
        paused=paused,
        schedule=policy,
        zone=zone,
        last=runs[0] if runs else None,
        last_loaded=next((run for run in runs if run.published_at is not None), None),
        failures=failed,
        next_at=due if schedule.on and bool(read) and connected and not paused else None,
        waits=held or _rests(failed, ended, due) if schedule.on else "",
        held_up=bool(held),
        read_through=read,
        swept=swept,
        sweep_due=bool(days) and bool(sweeps) and (swept is None or now - swept >= timedelta(days=days)),
    )


def _parameters(state: FlowState) -> dict[str, Any]:
    if state.flow == "orders":
        return {"full": False, "scheduled": True}
    # Only what was read by hand before is read by itself.
    return {
        "full": False,
        "kinds": sorted(state.read_through, reverse=True),
        "accept_vanished": False,
        "sweep": state.sweep_due,
        "scheduled": True,
    }


def _failed_in_a_row(runs: list[Job]) -> int:
    """Failed runs since the last that ended well; those that somebody cancelled, or that still go, say nothing."""
    count = 0
    for run in runs:
        if run.state == "failed":
            count += 1
        elif run.state not in (*OPEN_JOB_STATES, "cancelled"):
            break
    return count


def _read_through(
    session: Session, flow: str, connection: Connection | None
) -> tuple[dict[str, datetime], list[DocumentMark]]:
    """How far each kind of record has been read; for orders, when the last run that loaded began."""
    if connection is None:
        return {}, []
    marks = read_watermarks(session, connection.id)
    if flow == "invoices":
        found = document_marks(marks)
        return {kind: mark.upper for kind, mark in found.items() if mark.upper}, list(found.values())
    loaded = [run for run in jobs_before(session, None, 1, kind=flow, state="done")]
    return ({"orders": loaded[0].created_at} if "orders" in marks and loaded else {}), []


def _held_up(session: Session, flow: str, connected: bool, paused: str, begun: bool, runs: list[Job]) -> str:
    if not connected:
        return "It is not connected."
    if paused:
        return paused
    if not begun:
        return "The schedule begins after a first run by hand has loaded."
    going = [run for run in runs if run.state in OPEN_JOB_STATES]
    if flow == "invoices":
        going += [
            run
            for state in OPEN_JOB_STATES
            for run in jobs_before(session, None, 1, kind="orders", state=state)
        ]
    return f"Job {going[0].id} ({going[0].kind}) is going." if going else ""


def _rests(failures: int, ended: datetime | None, due: datetime | None) -> str:
    if not failures or ended is None or due is None:
        return ""
    runs = "run" if failures == 1 else f"{failures} runs"
    return (
        f"The last {runs} failed; the schedule rests for {backoff(failures)} after a failure and goes on at "
        f"{due:%Y-%m-%d %H:%M} UTC. `revrec jobs list` shows why."
    )

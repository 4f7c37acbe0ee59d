"""Pulling: how far it has come, the last run, and the next."""

from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session

from api.views.jobs import JobView, job_view
from api.views.shape import View
from jobs.schedule import FLOWS, FlowState, flow_state

Documents = Literal["both", "invoices", "credit-memos"]
KINDS: dict[str, list[str]] = {
    "both": ["CustInvc", "CustCred"],
    "invoices": ["CustInvc"],
    "credit-memos": ["CustCred"],
}


class SyncView(View):
    """How pulling of a flow stands.

    `paused`: why nothing is read; empty: it runs. `schedule` as the policy has it, its times in `zone`; `next_at` is
    null where nothing begins by itself, and in the past where a run is overdue; `waits` says what holds the schedule
    up, or that it rests after `failures` in a row. `read_through`: how far each kind of record has been read.
    `swept_at`: when all documents were last compared with NetSuite's.
    """

    flow: str
    connected: bool
    paused: str
    schedule: str
    zone: str
    next_at: datetime | None
    waits: str
    failures: int
    last: JobView | None
    last_loaded: JobView | None
    read_through: dict[str, datetime]
    swept_at: datetime | None
    sweep_due: bool


def sync_views(session: Session, now: datetime) -> list[SyncView]:
    """Both flows, in the order in which they are pulled."""
    return [_view(flow_state(session, flow, now)) for flow in FLOWS]


def invoice_parameters(*, full: bool, documents: str, sweep: bool, accept_vanished: bool) -> dict[str, Any]:
    """The parameters of an invoices job, as people choose them."""
    return {"full": full, "kinds": KINDS[documents], "sweep": sweep, "accept_vanished": accept_vanished}


def _view(state: FlowState) -> SyncView:
    return SyncView(
        flow=state.flow,
        connected=state.connected,
        paused=state.paused,
        schedule=state.schedule,
        zone=state.zone,
        next_at=state.next_at,
        waits=state.waits,
        failures=state.failures,
        last=job_view(state.last) if state.last else None,
        last_loaded=job_view(state.last_loaded) if state.last_loaded else None,
        read_through=state.read_through,
        swept_at=state.swept,
        sweep_due=state.sweep_due,
    )

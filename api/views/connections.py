"""Connections, without their credentials."""

from datetime import datetime
from typing import Any

from api.probing import Probe
from api.views.shape import View
from revrec.operations.connection_notices import notices_of
from revrec.store.tables import Connection


class NoticeView(View):
    """What to know of a connection before it stops working. `severity`: warning (do something soon), notice."""

    code: str
    severity: str
    message: str


class ConnectionView(View):
    """A flow's connection. `paused` says why nothing is sent (empty: it runs), `paused_by` who paused it (empty: the
    service, until a test succeeds). `certificate` is the public one (PEM). `disconnected_at`: its credentials are gone
    since then, its data is not."""

    flow: str
    system: str
    account: str
    base_url: str
    auth: str
    options: dict[str, Any]
    connected_by: str
    connected_at: datetime
    verified_at: datetime | None
    paused: str
    paused_by: str
    certificate: str
    certificate_ends: datetime | None
    disconnected_at: datetime | None
    notices: list[NoticeView]


class CheckView(View):
    """One thing that was tried. `state`: granted, missing, feature off, not shown (NetSuite shows it in use only),
    failed. `needed`: the flow does not work without. Of a permission: what it is for, and where NetSuite grants it."""

    name: str
    state: str
    message: str
    needed: bool
    purpose: str
    screen: str


class ConnectionTestView(View):
    """What a test of a flow's connection found, in words."""

    flow: str
    system: str
    account: str
    ok: bool
    paused: str
    paused_by: str
    checks: list[CheckView]
    notices: list[NoticeView]


def connection_view(row: Connection, now: datetime) -> ConnectionView:
    shown = {name: getattr(row, name) for name in ConnectionView.model_fields if name != "notices"}
    return ConnectionView(**shown, notices=notice_views(row, now))


def notice_views(row: Connection, now: datetime) -> list[NoticeView]:
    return [
        NoticeView(code=one.code, severity=one.severity, message=one.message) for one in notices_of(row, now)
    ]


def check_views(probe: Probe) -> list[CheckView]:
    return [
        CheckView(
            name=one.name,
            state=one.state.value,
            message=one.message,
            needed=one.needed,
            purpose=one.purpose,
            screen=one.screen,
        )
        for one in probe.checks
    ]


def connection_test_view(row: Connection, probe: Probe, now: datetime) -> ConnectionTestView:
    return ConnectionTestView(
        flow=row.flow,
        system=row.system,
        account=row.account,
        ok=probe.ok,
        paused=row.paused,
        paused_by=row.paused_by,
        checks=check_views(probe),
        notices=notice_views(row, now),
    )

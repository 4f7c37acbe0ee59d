"""Connections, without their credentials."""

from datetime import datetime
from typing import Any

from api.probing import Probe
from api.views.shape import View
from revrec.store.tables import Connection


class ConnectionView(View):
    """A flow's connection. `paused` says why nothing is sent; empty: it runs."""

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


class CheckView(View):
    """One thing that was tried. `state`: granted, missing, feature off, failed. `needed`: nothing works without."""

    name: str
    state: str
    message: str
    needed: bool


class ConnectionTestView(View):
    """What a test of a flow's connection found, in words."""

    flow: str
    system: str
    account: str
    ok: bool
    checks: list[CheckView]


def connection_view(row: Connection) -> ConnectionView:
    return ConnectionView.model_validate(row, from_attributes=True)


def check_views(probe: Probe) -> list[CheckView]:
    return [
        CheckView(name=one.name, state=one.state.value, message=one.message, needed=one.needed)
        for one in probe.checks
    ]


def connection_test_view(flow: str, system: str, account: str, probe: Probe) -> ConnectionTestView:
    return ConnectionTestView(
        flow=flow, system=system, account=account, ok=probe.ok, checks=check_views(probe)
    )

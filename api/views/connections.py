"""Connections, without their credentials."""

from datetime import datetime
from typing import Any

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


class ConnectionTestView(View):
    """What a test found: whether signing in worked, and in words what is right or wrong."""

    flow: str
    system: str
    account: str
    ok: bool
    message: str
    advice: str


def connection_view(row: Connection) -> ConnectionView:
    return ConnectionView.model_validate(row, from_attributes=True)

"""The audit trail."""

from datetime import datetime
from typing import Any

from api.views.shape import View
from revrec.operations.audit import ChainCheck
from revrec.store.tables import AuditEvent


class AuditEventView(View):
    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    before: Any
    after: Any
    reason: str
    previous_hash: str
    hash: str


class ChainCheckView(View):
    """Whether the trail holds together. `broken_at`: the first event that does not fit, 0 if its end is gone."""

    ok: bool
    events: int
    head: str
    broken_at: int | None
    message: str


def audit_event_view(row: AuditEvent) -> AuditEventView:
    return AuditEventView.model_validate(row, from_attributes=True)


def chain_check_view(check: ChainCheck) -> ChainCheckView:
    return ChainCheckView(
        ok=check.broken_at is None,
        events=check.events,
        head=check.head,
        broken_at=check.broken_at,
        message=check.message,
    )

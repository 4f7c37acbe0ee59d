"""Note that somebody took a list away as a file: which one, what of it."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require


def note_list_export(
    session: Session, actor: Actor, what: str, kind: str, filters: Mapping[str, str], *, now: datetime
) -> None:
    """Write the event. `what`: the list's name; `kind`: csv or xlsx; `filters`: those that narrow it."""
    require(actor, "export_list")
    chosen = {name: value for name, value in filters.items() if value}
    record_event(session, actor, "export_list", what, now=now, after={"kind": kind, "filters": chosen})

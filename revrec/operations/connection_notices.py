"""What an admin should know of a connection before it stops working: its certificate's end, its way to sign in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from revrec.netsuite.certificate import WARN_DAYS, days_left
from revrec.netsuite.set_up import TBA_NOTICE
from revrec.problems import Finding
from revrec.store.queries.connections import connection_for
from revrec.store.tables import Connection


@dataclass(frozen=True, slots=True)
class ConnectionNotice:
    """One thing. A `warning` wants something done soon; a `notice` is to be known."""

    code: str
    severity: Literal["warning", "notice"]
    message: str


def notices_of(row: Connection, now: datetime) -> list[ConnectionNotice]:
    """What to know of a connection on this day; nothing of one that was disconnected."""
    if row.disconnected_at is not None or row.system != "netsuite":
        return []
    if row.auth == "tba":
        return [ConnectionNotice("tba_retires", "notice", TBA_NOTICE)]
    ends = row.certificate_ends
    if ends is None:
        return [
            ConnectionNotice(
                "certificate_end_unknown",
                "notice",
                "When the certificate ends is not known, so nothing can warn of it: give the certificate's file or "
                f"its end (`revrec connections replace {row.flow} --certificate FILE` or --certificate-ends DATE).",
            )
        ]
    left = days_left(ends, now)
    if left >= WARN_DAYS:
        return []
    renew = (
        "Make a new one (`revrec netsuite certificate`), upload it beside the old one in NetSuite, and put it in its "
        f"place with `revrec connections replace {row.flow}`."
    )
    if now >= ends:
        message = (
            f"The certificate of the flow {row.flow} ended on {ends.date()}; NetSuite refuses it. {renew}"
        )
        return [ConnectionNotice("certificate_ended", "warning", message)]
    when = "today" if left == 0 else f"in {left} day{'s' if left > 1 else ''}"
    message = f"The certificate of the flow {row.flow} ends {when}, on {ends.date()}. {renew}"
    return [ConnectionNotice("certificate_ends", "warning", message)]


def findings_for_jobs(session: Session, flow: str, now: datetime) -> Sequence[Finding]:
    """The warnings that every job of a flow repeats."""
    row = connection_for(session, flow)
    if row is None:
        return []
    return [
        Finding(one.code, "warning", f"connection {flow}", one.message)
        for one in notices_of(row, now)
        if one.severity == "warning"
    ]

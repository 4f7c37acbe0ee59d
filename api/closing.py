"""Before a close starts: is the period closed already, and what stands in the way.

The close asks again when it runs; this is what lets the hook answer at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.deployment import Deployment
from api.views.shape import View
from jobs.closing.compute import everything_against
from revrec.problems import Conflict, Finding
from revrec.store.queries.closes import standing_close


class ClosedView(View):
    """A close that stands."""

    period: str
    state: str
    closed_by: str
    closed_at: datetime | None
    job: int
    totals: Any


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What keeps a period from being closed: blockers, and warnings that nobody acknowledged."""

    period: str
    findings: tuple[Finding, ...]
    reason_missing: bool

    def refuse(self) -> None:
        """Raise `Conflict` with every obstacle, if there is one."""
        if self.findings:
            blocking = sum(finding.severity == "blocking" for finding in self.findings)
            warnings = len(self.findings) - blocking
            raise Conflict(
                f"{self.period} cannot be closed: {_count(blocking, 'blocker')}, "
                f"{_count(warnings, 'unacknowledged warning')}.",
                where=f"period {self.period}",
                findings=self.findings,
            )
        if self.reason_missing:
            raise Conflict("Acknowledging a warning needs a reason.", where="reason")


def closed_already(session: Session, period: str) -> ClosedView | None:
    """The close of this period that stands, if there is one."""
    row = standing_close(session, period)
    if row is None:
        return None
    return ClosedView(
        period=row.period,
        state=row.state,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        job=row.job_id,
        totals=row.totals,
    )


def blockers_of(deployment: Deployment, period: str, acknowledged: Sequence[str], reason: str) -> Obstacles:
    """Run the checklist and leave out the warnings that are acknowledged."""
    return obstacles_among(findings_of(deployment, period), period, acknowledged, reason)


def obstacles_among(
    found: Sequence[Finding], period: str, acknowledged: Sequence[str], reason: str
) -> Obstacles:
    """What of a checklist is left without the warnings that are acknowledged."""
    left = tuple(
        finding for finding in found if finding.severity == "blocking" or finding.code not in acknowledged
    )
    return Obstacles(period, left, bool(acknowledged) and not reason.strip())


def findings_of(deployment: Deployment, period: str) -> list[Finding]:
    """The checklist of a close: what blocks it, and what it warns of."""
    return everything_against(deployment.store, period)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")

"""How fast a job goes, from two looks at it: the page sends back what it saw when the present stage began."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from api.views.jobs import JobView
from jobs.stages import STAGES

SHORTEST_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A look at a job: its stage, how much of it was done, and when (seconds since 1970)."""

    stage: str
    done: int
    at: float


@dataclass(frozen=True, slots=True)
class Pace:
    """`rate`: pieces a second in this stage; None while it cannot be told. `left_seconds`: until the stage ends."""

    rate: float | None
    left_seconds: float | None
    seen: Seen

    @property
    def words(self) -> str:
        if self.rate is None:
            return ""
        shown = f"{self.rate:,.0f}" if self.rate >= 10 else f"{self.rate:.1f}"
        return f"{shown} a second"

    @property
    def left(self) -> str:
        if self.left_seconds is None:
            return ""
        minutes, seconds = divmod(round(self.left_seconds), 60)
        return f"about {minutes} min {seconds} s left" if minutes else f"about {seconds} s left"

    @property
    def query(self) -> str:
        """What the page asks with next time."""
        return urlencode({"stage": self.seen.stage, "done": self.seen.done, "at": f"{self.seen.at:.3f}"})


def pace_of(job: JobView, before: Seen | None, now: datetime) -> Pace:
    """The pace since the first look at the stage that the job is in."""
    here = Seen(job.stage, job.stage_done, now.timestamp())
    if before is None or before.stage != here.stage or before.done > here.done or before.at > here.at:
        return Pace(None, None, here)
    seconds, done = here.at - before.at, here.done - before.done
    if seconds < SHORTEST_SECONDS or not done:
        return Pace(None, None, before)
    rate = done / seconds
    left = (job.stage_total - here.done) / rate if job.stage_total else None
    return Pace(rate, left, before)


def seen_of(stage: str, done: int, at: float) -> Seen | None:
    """The earlier look that a request speaks of; None where it speaks of none."""
    return Seen(stage, done, at) if at else None


def stages_of(job: JobView) -> list[tuple[str, str]]:
    """The stages of a job that goes, each `done`, `now` or `to come`. Empty where its kind has only one."""
    names = STAGES.get(job.kind, ())
    if len(names) < 2:
        return []
    if job.stage not in names:
        return [(name, "to come") for name in names]
    at = names.index(job.stage)
    return [
        (name, "done" if number < at else "now" if number == at else "to come")
        for number, name in enumerate(names)
    ]

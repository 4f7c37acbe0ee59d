"""A performance obligation over its life: stages (legs), lumps recognised at once, and its running total."""

import datetime as dt
from dataclasses import dataclass, field, replace
from fractions import Fraction

from .methods import BY_SERVICE_DATES, Facts, Terms, cutoff, earned
from .money import rounded
from .months import DAY, first_day, last_day, month_of


@dataclass(frozen=True)
class Ssp:
    """How a line's stand-alone selling price was given; ``low`` None: not at all (or residual)."""

    low: int | None = None
    high: int | None = None
    residual: bool = False
    per: str = "each"


@dataclass
class Stage:
    """A leg: what was fixed before it, what is left to earn, and the terms it is earned over.

    ``day`` None is inception. ``base`` is the last day whose progress belongs to what was fixed. ``weight`` is what the
    line weighs from here on.
    """

    day: dt.date | None
    base: dt.date | None
    fixed: int
    rest: int
    terms: Terms
    weight: Fraction = Fraction(0)
    over: bool = False  # cancelled: nothing moves any more

    @property
    def month(self) -> int:
        return -1 if self.day is None else month_of(self.day)

    def returned(self, facts: Facts, through: dt.date) -> int:
        """Of what was fixed, what was returned since: it goes in the proportion in which it came, and what is left is
        rounded."""
        before = earned(self.terms, facts, self.base) if self.base else Fraction(0)
        now = earned(self.terms, facts, through)
        if now >= before or self.over:
            return 0
        so_far = max(self.fixed + (self.rest if before == 1 else 0), 0)
        return rounded(so_far * now / before) - so_far

    def progress(self, facts: Facts, through: dt.date) -> Fraction:
        """The fraction of the rest earned by the end of a day."""
        now = earned(self.terms, facts, through)
        if self.base is None:
            return now
        before = earned(self.terms, facts, self.base)
        return max((now - before) / (1 - before), Fraction(0)) if before < 1 else Fraction(1)


@dataclass
class Obligation:
    """One order line (or ramp, or line of an invoice that is its own contract)."""

    order: str
    line: str
    product: str | None
    customer: str
    terms: Terms
    facts: Facts
    stated: int
    ssp: Ssp
    lines: tuple[str, ...] = ()
    parts: dict[str, int] = field(default_factory=dict)  # stated price by line: of a ramp several
    last_period: bool = False
    stages: list[Stage] = field(default_factory=list)
    lumps: list[tuple[dt.date, int]] = field(default_factory=list)
    own_contract: str | None = None
    held: bool = False
    priced: bool = True  # its price is known
    cancelled: bool = False
    flags: list[str] = field(default_factory=list)
    ssp_used: Fraction | None = None
    whole: Fraction = Fraction(0)  # what all of it weighs
    weighed: dt.date | None = None  # when what remains of it was weighed last
    inception: Fraction = Fraction(
        0
    )  # what it weighed at inception, catch-ups before any other change included

    @property
    def key(self) -> tuple[str, str]:
        return self.order, self.line

    @property
    def usage(self) -> bool:
        return self.terms.method == "as_invoiced"

    @property
    def allocated(self) -> int:
        return self.stages[-1].fixed + self.stages[-1].rest + sum(amount for _, amount in self.lumps)

    def through(self, day: dt.date, stages: list[Stage] | None = None, rounding: bool = True) -> int:
        """What the stages have earned through a day, lumps aside; the running total is rounded, once."""
        stages = self.stages if stages is None else stages
        month = month_of(day)
        stage = [s for s in stages if s.month <= month][-1]
        if self.last_period and stage.terms.method in BY_SERVICE_DATES:
            return self._by_period(stage, day)
        return rounded(stage.fixed + stage.rest * stage.progress(self.facts, day)) + self._back(stage, day)

    def _back(self, stage: Stage, day: dt.date) -> int:
        return stage.returned(self.facts, day)

    def _by_period(self, stage: Stage, day: dt.date) -> int:
        """``last_period``: each period of the leg rounded by itself, the last takes the remainder.

        A dated method is one that goes by service dates; ``custom`` has none but its own percentages.
        """
        if stage.progress(self.facts, day) == 1:
            return stage.fixed + stage.rest
        if stage.terms.start is None:
            return stage.fixed
        total, before = stage.fixed, Fraction(0)
        month = month_of(stage.day or stage.terms.start)
        month = min(month, month_of(stage.terms.start)) if stage.day is None else month
        while first_day(month) <= day:
            now = stage.progress(self.facts, min(day, last_day(month)))
            total += rounded(stage.rest * (now - before))
            before, month = now, month + 1
        return total

    def before(self, effective: dt.date) -> int:
        """What was recognised before an effective day: fixed, rounded once."""
        if self.waits(effective):
            return self.stages[-1].fixed
        return self.through_stage(self.stages[-1], cutoff(self.terms.method, effective))

    def waits(self, effective: dt.date) -> bool:
        """The leg had nothing left to wait for when it began, but begins after what an event fixes: its rest is not
        earned by then."""
        last, until = self.stages[-1], cutoff(self.terms.method, effective)
        if last.day is None or last.base is None or last.day <= until:
            return False
        return earned(last.terms, self.facts, last.base) == 1

    def through_stage(self, stage: Stage, day: dt.date) -> int:
        if stage.base is not None and day < stage.base:
            day = stage.base
        if self.last_period and stage.terms.method in BY_SERVICE_DATES:
            return self._by_period(stage, day)
        return rounded(stage.fixed + stage.rest * stage.progress(self.facts, day)) + self._back(stage, day)

    def left(self, effective: dt.date) -> Fraction:
        """1 - F of the current leg before an effective day."""
        return 1 - self.stages[-1].progress(self.facts, cutoff(self.terms.method, effective))

    def start_stage(
        self, effective: dt.date, change: int, weight: Fraction, terms: Terms | None = None
    ) -> None:
        """A new leg from an effective day: what was recognised before is fixed, the rest moves by ``change``."""
        last = self.stages[-1]
        fixed = self.before(effective)
        rest = last.fixed + last.rest - fixed + change
        base = cutoff(self.terms.method, effective)
        self.terms = terms or self.terms
        self.stages.append(Stage(effective, base, fixed, rest, self.terms, weight))

    def target(self, month: int) -> int:
        """The running total at the end of a period."""
        if self.held or not self.stages or self.terms.missing():
            return 0
        day = last_day(month)
        return self.through(day) + sum(amount for when, amount in self.lumps if when <= day)


def restated(terms: Terms, end: dt.date | None, quantity: Fraction | None) -> Terms:
    return replace(
        terms,
        end=end if end is not None else terms.end,
        quantity=quantity if quantity is not None else terms.quantity,
    )


__all__ = ["DAY", "Obligation", "Ssp", "Stage", "restated"]

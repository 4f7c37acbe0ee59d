"""Choices that shape contracts, as they changed over time: which one holds on each of many days."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from revrec.accounting.calendar import to_day
from revrec.accounting.columns import Column
from revrec.accounting.terms import AllocationRule, Method, MissingSsp, Rounding, SspOutside, Treatment


@dataclass(frozen=True, eq=False)
class Timeline:
    """`codes[i]` holds from `days[i]` until `days[i + 1]`; the first also before its day."""

    days: Column
    codes: Column

    @classmethod
    def of(cls, steps: Sequence[tuple[date, int]]) -> "Timeline":
        """Steps in order of their days; at least one."""
        return cls(
            np.array([to_day(day) for day, _ in steps], dtype=np.int64),
            np.array([code for _, code in steps], dtype=np.int64),
        )

    def on(self, days: Column) -> Column:
        """The code that holds on each day."""
        found: Column = self.codes[np.maximum(np.searchsorted(self.days, days, side="right") - 1, 0)]
        return found


def always(code: int) -> Timeline:
    """The same code on every day."""
    return Timeline.of([(date.min, int(code))])


@dataclass(frozen=True)
class Choices:
    """What a close asks of policies that are taken at a contract's inception, or on a modification's effective day.

    Codes of the enumerations in `revrec.accounting.terms`; `ramp` 0 or 1; `treatment`: of modifications. `sources`:
    `contract_source` from each day on, oldest first.
    """

    method: Timeline = field(default_factory=lambda: always(Method.DAILY))
    allocation: Timeline = field(default_factory=lambda: always(AllocationRule.RELATIVE_SSP))
    rounding: Timeline = field(default_factory=lambda: always(Rounding.CUMULATIVE))
    missing_ssp: Timeline = field(default_factory=lambda: always(MissingSsp.STATED_PRICE))
    ssp_outside: Timeline = field(default_factory=lambda: always(SspOutside.NEAREST))
    ramp: Timeline = field(default_factory=lambda: always(1))
    treatment: Timeline = field(default_factory=lambda: always(Treatment.AUTO))
    ssp_tolerance_e10: Timeline = field(default_factory=lambda: always(10**8))
    sources: Sequence[tuple[date, str]] = ((date.min, "orders"),)

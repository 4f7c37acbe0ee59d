"""Which NetSuite documents count: posted, not voided, not pending approval or rejected; of which kinds, since when.

`accountinglinetype` and `approvalstatus` are never filters: they are null on many documents, and a null vanishes.
Composite statuses are compared through BUILTIN.CF, as NetSuite advises.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from revrec.netsuite.documents import CREDIT_MEMO, INVOICE

TYPES = (INVOICE, CREDIT_MEMO)


@dataclass(frozen=True, slots=True)
class Population:
    """The documents that a reading is about: `kinds` among `TYPES`, dated on or after `dated_from` (None: of any date).

    Both sides of a reconciliation are read with the same one.
    """

    kinds: tuple[str, ...] = TYPES
    dated_from: date | None = None

    def __post_init__(self) -> None:
        if not self.kinds or set(self.kinds) - set(TYPES):
            raise ValueError(f"{self.kinds} are no kinds of documents; known are {', '.join(TYPES)}")

    @property
    def kind(self) -> str:
        """Condition for the kinds, on `transaction t`."""
        listed = ", ".join(f"'{kind}'" for kind in self.kinds)
        return f"t.type IN ({listed})"

    @property
    def dated(self) -> str:
        """Condition for the date, on `transaction t`; empty where any date counts."""
        return f"t.trandate >= TO_DATE('{self.dated_from:%Y-%m-%d}', 'YYYY-MM-DD')" if self.dated_from else ""

    @property
    def conditions(self) -> tuple[str, ...]:
        """Everything that a document of the population meets."""
        left_out = ", ".join(f"'{kind}:{letter}'" for kind in TYPES for letter in "DEV")
        statuses = f"BUILTIN.CF(t.status) NOT IN ({left_out})"
        return tuple(
            one for one in (self.kind, "t.posting = 'T'", "t.voided = 'F'", statuses, self.dated) if one
        )

    def leaves_out(self, day: date) -> str:
        """Why a document of this date does not count, or ""."""
        if self.dated_from is None or day >= self.dated_from:
            return ""
        return f"{DATED_BEFORE} {self.dated_from} (import_from)"


DATED_BEFORE = "dated before"
ALL = Population()

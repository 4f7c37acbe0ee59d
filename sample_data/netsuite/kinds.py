"""What a column or an expression of SuiteQL holds.

SQLite has no dates and no decimals, so the kind says how a stored value is to be read:

* ``text``: as it is;
* ``number`` with a scale: an integer that counts units of 10**-scale, so sums of money are exact; with scale
  ``None``: a binary float, which arises only from division and from products of two fractions;
* ``date``: seconds since 1970-01-01 00:00:00 on the wall clock of the account's zone (or of UTC, after
  ``SYS_EXTRACT_UTC``). Oracle's DATE always has a time; a plain date is midnight;
* ``null``: the literal NULL, which goes with everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Kind:
    """How a value is stored and what it may be compared with."""

    name: Literal["text", "number", "date", "null"]
    scale: int | None = 0

    @property
    def is_exact(self) -> bool:
        """True where the number is an integer count of 10**-scale."""
        return self.name == "number" and self.scale is not None


TEXT = Kind("text")
INTEGER = Kind("number", 0)
AMOUNT = Kind("number", 2)
QUANTITY = Kind("number", 6)
RATE = Kind("number", 10)
REAL = Kind("number", None)
DATE = Kind("date")
NULL = Kind("null")

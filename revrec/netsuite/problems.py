"""What is wrong with data, or missing in an account, said as values: collected and shown, not raised."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one document that has to be settled before it can load. `where` names document and line."""

    kind: str
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something this account or role does not have, which we do without. `what` is the column, table or setting."""

    kind: str
    what: str
    message: str

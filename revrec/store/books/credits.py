"""What credit memo lines do to revenue: a person's decision, else the first rule that fits, else the default.

The newest decision about the line, or about its whole document, rules. A rule is known by its position: of its rows
that are valid on the document's date, the one valid from the latest day, and among those the last one set, is in force.
Untreated lines are `prospective` where invoices make the contracts and undecided elsewhere (accounting section 7).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session

from revrec.store.core import credit_decision, credit_rule

BAD_DEBT = "bad_debt"
"""The line bills nothing and lowers no revenue: it is counted as excluded."""

UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class CreditLine:
    """What decisions and rules look at. `document_id` is ours; `memo`: the document's and the line's."""

    document_id: int
    line_id: int
    product_id: int | None
    day: date
    credit_reason: str
    memo: str


@dataclass(frozen=True, slots=True)
class Treatment:
    """`treatment`, and which of `decision`, `rule` and `default` gave it; `rule`: its position."""

    treatment: str
    basis: str
    rule: int | None = None


class CreditTreatments:
    """Decisions and rules as they stand now."""

    def __init__(self, decisions: Iterable[Row[Any]], rules: Sequence[Row[Any]]) -> None:
        # In the order in which they were made, so that the newest of a line or its document stands.
        self._decided: dict[tuple[int, int | None], tuple[int, str]] = {}
        for number, row in enumerate(decisions):
            self._decided[row.document_id, row.line_id] = number, row.treatment
        self._rules = list(rules)
        self._by_day: dict[date, list[Row[Any]]] = {}

    def of(self, line: CreditLine, *, source: str) -> Treatment:
        """How one credit line is treated. `source`: `contract_source` in force on the document's date."""
        decided = max(
            (
                found
                for key in ((line.document_id, line.line_id), (line.document_id, None))
                if (found := self._decided.get(key))
            ),
            default=None,
        )
        if decided is not None:
            return Treatment(decided[1], "decision")
        for rule in self._in_force(line.day):
            if _fits(rule, line):
                return Treatment(rule.treatment, "rule", rule.position)
        return Treatment("prospective" if source == "invoices" else UNDECIDED, "default")

    def _in_force(self, day: date) -> list[Row[Any]]:
        if day not in self._by_day:
            standing: dict[int, Row[Any]] = {}
            for rule in self._rules:  # in the order in which they were set
                if rule.valid_from is not None and rule.valid_from > day:
                    continue
                known = standing.get(rule.position)
                if known is None or (rule.valid_from or date.min) >= (known.valid_from or date.min):
                    standing[rule.position] = rule
            self._by_day[day] = [one for _, one in sorted(standing.items()) if not one.withdrawn]
        return self._by_day[day]


def read_treatments(session: Session) -> CreditTreatments:
    """All decisions and rules, to be asked line by line without the database."""
    d, r = credit_decision.c, credit_rule.c
    return CreditTreatments(
        session.execute(select(d.document_id, d.line_id, d.treatment).order_by(d.id)).all(),
        session.execute(select(credit_rule).order_by(r.id)).all(),
    )


def read_rules(session: Session) -> CreditTreatments:
    """The rules alone, as if nobody had decided anything."""
    return CreditTreatments((), session.execute(select(credit_rule).order_by(credit_rule.c.id)).all())


def treats_everything(session: Session) -> bool:
    """Whether some rule has fitted every line at all times, so that none can wait."""
    standing: dict[int, list[Row[Any]]] = {}
    for row in session.execute(select(credit_rule).order_by(credit_rule.c.id)).all():
        standing.setdefault(row.position, []).append(row)
    return any(
        any(row.valid_from is None for row in rows)
        and not any(row.withdrawn or row.credit_reason or row.product_id or row.memo_text for row in rows)
        for rows in standing.values()
    )


def _fits(rule: Row[Any], line: CreditLine) -> bool:
    """Whether every condition of the rule fits; texts without regard to case."""
    return (
        (
            not rule.credit_reason
            or rule.credit_reason.strip().casefold() == line.credit_reason.strip().casefold()
        )
        and (rule.product_id is None or rule.product_id == line.product_id)
        and (not rule.memo_text or rule.memo_text.casefold() in line.memo.casefold())
    )

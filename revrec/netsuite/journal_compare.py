"""Our journal against the one NetSuite holds: the same, or what differs, in words. Pure.

Lines are compared as a set, since NetSuite may number them anew. A line of ours without a match of its own is paired
with the nearest of theirs (same account and amount, then the same account), so that the difference names what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from revrec.netsuite.currencies import from_minor
from revrec.netsuite.journal_readback import PostedJournal, PostedLine
from revrec.netsuite.journals import Journal, JournalLine


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. `ours` and `theirs` are as people read them; "(none)" where there is nothing."""

    where: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        return f"{self.where}: ours {self.ours}, NetSuite's {self.theirs}"


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    account: str
    debit: Decimal
    credit: Decimal
    segments: tuple[tuple[str, str], ...]
    entity: str

    @property
    def amount(self) -> tuple[Decimal, Decimal]:
        return self.debit, self.credit

    def __str__(self) -> str:
        side = f"debit {self.debit}" if self.debit else f"credit {self.credit}"
        return f"account {self.account}, {side}, segments {_segments(self.segments)}"


def compare(ours: Journal, theirs: PostedJournal) -> list[Difference]:
    """What differs: subsidiary, date, currency, posting period, and each line's account, amount, segments and entity.

    A subsidiary, currency or posting period that ours leaves to NetSuite is not compared.
    """
    differences = [
        Difference(where, mine, other or "(none)")
        for where, mine, other in (
            ("subsidiary", ours.subsidiary, theirs.subsidiary),
            ("currency", ours.currency, theirs.currency),
            ("posting period", ours.posting_period, theirs.posting_period),
            ("date", ours.date.isoformat(), theirs.date.isoformat()),
            ("external id", ours.external_id, theirs.external_id),
        )
        if mine is not None and mine != other
    ]
    return differences + _compare_lines(
        [_of_ours(number, line, ours.precision) for number, line in enumerate(ours.lines, 1)],
        [_of_theirs(number, line) for number, line in enumerate(theirs.lines, 1)],
    )


def _compare_lines(ours: list[_Line], theirs: list[_Line]) -> list[Difference]:
    rules: tuple[Callable[[_Line], object], ...] = (
        lambda line: (line.account, line.amount, line.segments, line.entity),
        lambda line: (line.account, line.amount),
        lambda line: (line.segments, line.amount),
        lambda line: line.account,
    )
    differences: list[tuple[int, Difference]] = []
    for rule in rules:
        left: list[_Line] = []
        waiting: dict[object, list[_Line]] = {}
        for other in theirs:
            waiting.setdefault(rule(other), []).append(other)
        for line in ours:
            if matches := waiting.get(rule(line)):
                differences += [(line.number, found) for found in _explain(line, matches.pop(0))]
            else:
                left.append(line)
        ours, theirs = left, [other for some in waiting.values() for other in some]
    differences += [(line.number, Difference(f"line {line.number}", str(line), "(none)")) for line in ours]
    after = max((number for number, _ in differences), default=0) + 1
    differences += [
        (after + other.number, Difference(f"NetSuite's line {other.number}", "(none)", str(other)))
        for other in sorted(theirs, key=lambda line: line.number)
    ]
    return [difference for _, difference in sorted(differences, key=lambda pair: pair[0])]


def _explain(ours: _Line, theirs: _Line) -> list[Difference]:
    place = f"line {ours.number}"
    pairs = (
        ("account", ours.account, theirs.account),
        ("debit", _shown(ours.debit), _shown(theirs.debit)),
        ("credit", _shown(ours.credit), _shown(theirs.credit)),
        ("segments", _segments(ours.segments), _segments(theirs.segments)),
        ("entity", ours.entity, theirs.entity),
    )
    return [Difference(f"{place}, {what}", mine, other) for what, mine, other in pairs if mine != other]


def _of_ours(number: int, line: JournalLine, precision: int) -> _Line:
    debit, credit = (from_minor(amount, precision) for amount in (line.debit_minor, line.credit_minor))
    return _Line(number, line.account, debit, credit, _sorted(line.segments), line.entity or "(none)")


def _of_theirs(number: int, line: PostedLine) -> _Line:
    account = line.account or "(none)"
    return _Line(number, account, line.debit, line.credit, _sorted(line.segments), line.entity or "(none)")


def _sorted(segments: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((key.lower(), value) for key, value in segments.items()))


def _segments(segments: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{key} {value}" for key, value in segments) or "(none)"


def _shown(amount: Decimal) -> str:
    return format(amount.normalize(), "f") if amount else "(none)"

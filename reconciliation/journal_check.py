"""A posted journal against what NetSuite reads back, heading by heading and line by line.

NetSuite may return lines in another order, so lines are compared as sums by what tells them apart: account,
segments, customer. Two lines of ours that agree in all three are one sum; the number of lines is compared as well,
so that a doubled pair of lines of zero effect does not pass. Amounts are integer minor units of the journal's
currency, two positive columns.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from reconciliation.control_totals import Status
from reconciliation.tab_sheet import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """`segments`: field name (location, department, class, cseg_...) -> NetSuite's id; absent where there is none."""

    account_id: int
    debit_minor: int = 0
    credit_minor: int = 0
    segments: Mapping[str, int] = field(default_factory=dict)
    customer_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """One side of the comparison. `netsuite_id` is None on ours until it is posted."""

    number: str
    external_id: str
    netsuite_id: int | None
    subsidiary_id: int | None
    posted_on: date
    currency: str
    lines: tuple[JournalLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """One comparison. `ours` and `theirs` are texts of a heading; the amounts belong to a line row, else None."""

    journal: str
    netsuite_id: int | None
    compared: str
    ours: str = ""
    theirs: str = ""
    currency: str
    our_debit_minor: int | None = None
    our_credit_minor: int | None = None
    their_debit_minor: int | None = None
    their_credit_minor: int | None = None
    status: Status

    def cells(self) -> tuple[Cell, ...]:
        return (
            self.journal,
            None if self.netsuite_id is None else str(self.netsuite_id),
            self.compared,
            self.ours,
            self.theirs,
            self.currency,
            self.our_debit_minor,
            self.our_credit_minor,
            self.their_debit_minor,
            self.their_credit_minor,
            self.status.value,
        )


@dataclass(frozen=True, slots=True)
class _LineKey:
    account_id: int
    segments: tuple[tuple[str, int], ...]
    customer_id: int | None

    def text(self) -> str:
        parts = [f"account {self.account_id}", *(f"{name} {value}" for name, value in self.segments)]
        if self.customer_id is not None:
            parts.append(f"customer {self.customer_id}")
        return ", ".join(parts)


def check_journal(ours: Journal, read_back: Journal | None) -> list[JournalRow]:
    """Every comparison of one journal, those that pass included; `read_back` None: NetSuite has none by that id."""
    if read_back is None:
        return [
            JournalRow(
                journal=ours.number,
                netsuite_id=ours.netsuite_id,
                compared="journal",
                ours=ours.external_id,
                theirs="not found",
                currency=ours.currency,
                status=Status.FAIL,
            )
        ]
    return [*_headings(ours, read_back), *_lines(ours, read_back)]


def agrees(rows: Iterable[JournalRow]) -> bool:
    """Whether a journal reads back as it was sent. An empty list is no evidence, and does not agree."""
    checked = list(rows)
    return bool(checked) and all(row.status is Status.PASS for row in checked)


def journal_rows(rows: Iterable[JournalRow]) -> Iterator[tuple[Cell, ...]]:
    """The rows of tab ReconDetails_Journal."""
    return (row.cells() for row in rows)


def _headings(ours: Journal, theirs: Journal) -> Iterator[JournalRow]:
    pairs = (
        ("external id", ours.external_id, theirs.external_id),
        ("subsidiary", _text(ours.subsidiary_id), _text(theirs.subsidiary_id)),
        ("date", ours.posted_on.isoformat(), theirs.posted_on.isoformat()),
        ("currency", ours.currency, theirs.currency),
        ("number of lines", str(len(ours.lines)), str(len(theirs.lines))),
    )
    for name, mine, other in pairs:
        yield JournalRow(
            journal=ours.number,
            netsuite_id=theirs.netsuite_id,
            compared=name,
            ours=mine,
            theirs=other,
            currency=ours.currency,
            status=Status.PASS if mine == other else Status.FAIL,
        )


def _lines(ours: Journal, theirs: Journal) -> Iterator[JournalRow]:
    mine, other = _sums(ours.lines), _sums(theirs.lines)
    for key in sorted(mine.keys() | other.keys(), key=_LineKey.text):
        my_debit, my_credit = mine.get(key, (0, 0))
        their_debit, their_credit = other.get(key, (0, 0))
        found = key in mine and key in other
        equal = found and (my_debit, my_credit) == (their_debit, their_credit)
        yield JournalRow(
            journal=ours.number,
            netsuite_id=theirs.netsuite_id,
            compared=key.text(),
            ours="" if key in mine else "none",
            theirs="" if key in other else "none",
            currency=ours.currency,
            our_debit_minor=my_debit,
            our_credit_minor=my_credit,
            their_debit_minor=their_debit,
            their_credit_minor=their_credit,
            status=Status.PASS if equal else Status.FAIL,
        )


def _sums(lines: Iterable[JournalLine]) -> dict[_LineKey, tuple[int, int]]:
    sums: dict[_LineKey, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for line in lines:
        key = _LineKey(line.account_id, tuple(sorted(line.segments.items())), line.customer_id)
        debit, credit = sums[key]
        sums[key] = debit + line.debit_minor, credit + line.credit_minor
    return dict(sums)


def _text(value: int | None) -> str:
    return "none" if value is None else str(value)

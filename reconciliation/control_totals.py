"""NetSuite's own totals against what is held here: the control that lets a run load.

Both sides are grouped by posting period, kind, currency and customer; amounts are integer minor units of the
*transaction* currency, credits negative, net of tax, and are never added across currencies. Every line of ours is
in exactly one of four states, so a group agrees when

    source documents = our documents,  source lines = sum of the four,  main line less tax = sum of the four

A group that differs is opened (`open_group`): documents that explain it are pulled again or held by name; what no
document explains fails the run.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    PASS = "PASS"  # noqa: S105
    FAIL = "FAIL"


class DocumentKind(StrEnum):
    """NetSuite's own transaction types."""

    INVOICE = "CustInvc"
    CREDIT_MEMO = "CustCred"


class LineState(StrEnum):
    LOADED = "loaded"
    PENDING = "pending"
    EXCLUDED = "excluded"
    HELD = "held"


@dataclass(frozen=True, slots=True, order=True)
class GroupKey:
    """`period` as 2026-03 (empty where NetSuite gave none), `currency` its ISO code, `customer_id` NetSuite's."""

    period: str
    kind: DocumentKind
    currency: str
    customer_id: int


@dataclass(frozen=True, slots=True)
class SourceGroup:
    """What NetSuite counts and adds up itself. `tax_minor` has its sign turned: positive on an invoice."""

    key: GroupKey
    documents: int
    lines: int
    main_minor: int
    tax_minor: int

    @property
    def amount_minor(self) -> int:
        return self.main_minor - self.tax_minor


@dataclass(frozen=True, slots=True)
class Share:
    """The lines in one state."""

    lines: int = 0
    amount_minor: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.lines + other.lines, self.amount_minor + other.amount_minor)


@dataclass(frozen=True, slots=True)
class OurGroup:
    """What is held here: documents, and their lines by state."""

    key: GroupKey
    documents: int
    loaded: Share = field(default_factory=Share)
    pending: Share = field(default_factory=Share)
    excluded: Share = field(default_factory=Share)
    held: Share = field(default_factory=Share)

    @property
    def total(self) -> Share:
        return self.loaded + self.pending + self.excluded + self.held


@dataclass(frozen=True, slots=True)
class GroupResult:
    """Both sides of a group. Differences are source less ours."""

    source: SourceGroup
    ours: OurGroup

    @property
    def key(self) -> GroupKey:
        return self.source.key

    @property
    def difference_documents(self) -> int:
        return self.source.documents - self.ours.documents

    @property
    def difference_lines(self) -> int:
        return self.source.lines - self.ours.total.lines

    @property
    def difference_minor(self) -> int:
        return self.source.amount_minor - self.ours.total.amount_minor

    @property
    def status(self) -> Status:
        agrees = not (self.difference_documents or self.difference_lines or self.difference_minor)
        return Status.PASS if agrees else Status.FAIL


def compare(source_groups: Iterable[SourceGroup], our_groups: Iterable[OurGroup]) -> list[GroupResult]:
    """Every group of either side, in order of its key; a side that lacks a group counts as zero.

    ValueError where one side gives a group twice: pages that overlap would otherwise hide a difference.
    """
    source: dict[GroupKey, SourceGroup] = {}
    for theirs in source_groups:
        if theirs.key in source:
            raise ValueError(f"NetSuite's totals give {_name(theirs.key)} twice.")
        source[theirs.key] = theirs
    ours: dict[GroupKey, OurGroup] = {}
    for held in our_groups:
        if held.key in ours:
            raise ValueError(f"Our totals give {_name(held.key)} twice.")
        ours[held.key] = held
    return [
        GroupResult(source.get(key) or SourceGroup(key, 0, 0, 0, 0), ours.get(key) or OurGroup(key, 0))
        for key in sorted(source.keys() | ours.keys())
    ]


def overall(results: Iterable[GroupResult]) -> Status:
    """PASS where every group passes."""
    return Status.PASS if all(result.status is Status.PASS for result in results) else Status.FAIL


def _name(key: GroupKey) -> str:
    return f"period {key.period or '(none)'}, {key.kind.value}, {key.currency}, customer {key.customer_id}"

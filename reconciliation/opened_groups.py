"""A group that differs, opened: which of its documents explain the difference, and what to do about each.

NetSuite moves while it is read. A document that changed after we read it is *pulled again* (at most three rounds,
which the caller counts); one that did not change and still differs was misread or is not what it seems, and is
*held* by name while the rest loads. What no document explains is *unexplained* and fails the run.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconciliation.control_totals import GroupResult


class Verdict(StrEnum):
    PULL_AGAIN = "pull_again"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """One document of a group, on either side: net amount (main line less tax, or the sum of our lines).

    `modified_at` is NetSuite's stamp of the version read, None where it gave none.
    """

    id: int
    number: str
    lines: int
    amount_minor: int
    modified_at: datetime | None


@dataclass(frozen=True, slots=True)
class DocumentDifference:
    """A document on which the sides differ; a side that lacks it is None."""

    id: int
    number: str
    source: ListedDocument | None
    ours: ListedDocument | None
    verdict: Verdict
    reason: str

    @property
    def difference_documents(self) -> int:
        return (self.source is not None) - (self.ours is not None)

    @property
    def difference_lines(self) -> int:
        return (self.source.lines if self.source else 0) - (self.ours.lines if self.ours else 0)

    @property
    def difference_minor(self) -> int:
        return (self.source.amount_minor if self.source else 0) - (self.ours.amount_minor if self.ours else 0)


@dataclass(frozen=True, slots=True)
class OpenedGroup:
    """`unexplained_*`: what is left of the group's difference after those of its documents."""

    result: GroupResult
    differences: tuple[DocumentDifference, ...]
    unexplained_documents: int
    unexplained_lines: int
    unexplained_minor: int

    @property
    def is_explained(self) -> bool:
        return not (self.unexplained_documents or self.unexplained_lines or self.unexplained_minor)

    def with_verdict(self, verdict: Verdict) -> tuple[DocumentDifference, ...]:
        return tuple(difference for difference in self.differences if difference.verdict is verdict)


def open_group(
    result: GroupResult, source_documents: Iterable[ListedDocument], our_documents: Iterable[ListedDocument]
) -> OpenedGroup:
    """Compare the documents of a group, by NetSuite's id, and weigh them against the group's own difference.

    ValueError where a side lists a document twice.
    """
    source, ours = _by_id(source_documents, "NetSuite"), _by_id(our_documents, "We")
    differences = []
    for document_id in sorted(source.keys() | ours.keys()):
        theirs, held = source.get(document_id), ours.get(document_id)
        if theirs and held and (theirs.lines, theirs.amount_minor) == (held.lines, held.amount_minor):
            continue
        differences.append(_weigh(document_id, theirs, held))
    return OpenedGroup(
        result,
        tuple(differences),
        result.difference_documents - sum(difference.difference_documents for difference in differences),
        result.difference_lines - sum(difference.difference_lines for difference in differences),
        result.difference_minor - sum(difference.difference_minor for difference in differences),
    )


def _weigh(
    document_id: int, source: ListedDocument | None, ours: ListedDocument | None
) -> DocumentDifference:
    number = source.number if source else ours.number if ours else ""
    verdict, reason = _judge(source, ours)
    return DocumentDifference(document_id, number, source, ours, verdict, reason)


def _judge(source: ListedDocument | None, ours: ListedDocument | None) -> tuple[Verdict, str]:
    if ours is None:
        return Verdict.PULL_AGAIN, "NetSuite lists it and it was not read."
    if source is None:
        # It was deleted, voided, or moved to another period or customer; reading it by id says which.
        return Verdict.PULL_AGAIN, "NetSuite no longer lists it in this group."
    if source.modified_at is None or ours.modified_at is None:
        return Verdict.HOLD, "It differs, and NetSuite gives no time of change that would explain it."
    if source.modified_at > ours.modified_at:
        return Verdict.PULL_AGAIN, "It was changed in NetSuite after it was read."
    return Verdict.HOLD, "It differs, although it did not change in NetSuite since it was read."


def _by_id(documents: Iterable[ListedDocument], side: str) -> dict[int, ListedDocument]:
    found: dict[int, ListedDocument] = {}
    for document in documents:
        if document.id in found:
            raise ValueError(f"{side} listed document {document.number} ({document.id}) twice.")
        found[document.id] = document
    return found

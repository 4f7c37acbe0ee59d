"""Staging documents: a version and its lines are written once, and only if the document differs.

Every function here may run again with the same rows (steps of a job are at-least-once): what a job staged
before for a document is replaced, never doubled.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session

from revrec.store.bulk import insert_rows
from revrec.store.core import document_change, document_line, document_version, source_document
from revrec.store.staging.intern import insert_missing, intern_segments


@dataclass(frozen=True)
class StagedLine:
    """One line. Amounts in minor units with the sign turned; `segments` is canonical text."""

    line_id: int
    sequence: int
    role: str
    item_id: int | None
    item_type: str
    description: str
    quantity_e6: int
    amount_minor: int
    billing_minor: int
    base_minor: int
    account_id: int | None
    account_type: str
    starts: date | None
    ends: date | None
    segments: str
    problem: str = ""
    posted_minor: int | None = None  # what NetSuite posted to the account, base currency


@dataclass(frozen=True)
class StagedDocument:
    """One invoice or credit memo with all its lines, as it stood when it was read."""

    external_id: int
    kind: str
    modified_at: datetime
    tran_id: str
    tran_date: date
    period_id: int | None
    period: str
    customer_id: int
    subsidiary_id: int | None
    currency_id: int
    currency: str
    exchange_rate_e10: int
    status: str
    memo: str
    created_from: int | None
    order_reference: str
    main_minor: int
    tax_minor: int
    lines: tuple[StagedLine, ...]
    problem: str = ""
    credit_reason: str = ""

    def canonical(self) -> bytes:
        """The JSON whose hash tells one version from the next. Its stamp and status are not part of it:
        a payment moves both and changes nothing that is accounted for."""
        left_out = ("modified_at", "status")
        fields = {name: value for name, value in self.__dict__.items() if name not in (*left_out, "lines")}
        if not self.credit_reason:  # a document without one keeps the hash it had before there were any
            del fields["credit_reason"]
        # Nor is what was posted: it follows from amounts and rate, and was not always read.
        fields["lines"] = [
            {name: value for name, value in line.__dict__.items() if name != "posted_minor"}
            for line in self.lines
        ]
        return json.dumps(fields, default=str, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True)
class StagedCounts:
    """How many documents and lines were new, changed, or as they were."""

    new: int = 0
    changed: int = 0
    same: int = 0
    lines: int = 0

    def __add__(self, other: "StagedCounts") -> "StagedCounts":
        return StagedCounts(
            self.new + other.new,
            self.changed + other.changed,
            self.same + other.same,
            self.lines + other.lines,
        )


def stage_documents(session: Session, job_id: int, documents: Sequence[StagedDocument]) -> StagedCounts:
    """Write the versions that differ from the current ones, unseen until the job publishes."""
    insert_missing(
        session,
        source_document,
        [
            {"external_id": d.external_id, "kind": d.kind, "state": "new", "reason": "", "recheck": False}
            for d in documents
        ],
    )
    known = _known(session, [d.external_id for d in documents])
    _unstage(session, job_id, [row.id for row in known.values()])

    differing: list[tuple[StagedDocument, Any, str, bytes]] = []
    changes: list[dict[str, Any]] = []
    same = 0
    for document in documents:
        row = known[document.external_id]
        raw = document.canonical()
        sha = hashlib.sha256(raw).hexdigest()
        if row.sha256 != sha:
            differing.append((document, row, sha, raw))
        elif row.state == "gone":
            changes.append(_change(job_id, row, row.current_version_id, "changed"))
        else:
            same += 1
    versions = _insert_versions(session, job_id, differing)
    _insert_lines(session, list(zip((d for d, *_ in differing), versions, strict=True)))
    changes += [
        _change(job_id, row, version_id, "changed" if row.current_version_id else "new")
        for (_, row, _, _), version_id in zip(differing, versions, strict=True)
    ]
    if changes:
        session.execute(insert(document_change), changes)
    new = sum(1 for change in changes if change["change"] == "new")
    lines = sum(len(document.lines) for document in documents)
    return StagedCounts(new=new, changed=len(changes) - new, same=same, lines=lines)


def stage_gone(session: Session, job_id: int, reasons: Mapping[int, str]) -> int:
    """Stage documents that left NetSuite's population (id -> `deleted`, `voided`, ...).

    Unknown ids and those gone already are passed over; what this job staged for them is taken back.
    Returns how many leave.
    """
    known = _known(session, list(reasons))
    _unstage(session, job_id, [row.id for row in known.values()])
    rows = [
        _change(job_id, row, row.current_version_id, "gone")
        | {"state": "gone", "reason": reasons[external_id]}
        for external_id, row in known.items()
        if row.state not in ("new", "gone")
    ]
    if rows:
        session.execute(insert(document_change), rows)
    return len(rows)


def recheck_ids(session: Session) -> list[int]:
    """NetSuite ids on the re-pull list: held, or seen moving."""
    d = source_document.c
    statement = select(d.external_id).where(d.recheck, d.state != "gone").order_by(d.external_id)
    return list(session.execute(statement).scalars())


def _known(session: Session, external_ids: Sequence[int]) -> dict[int, Any]:
    d, v = source_document.c, document_version.c
    statement = (
        select(d.external_id, d.id, d.current_version_id, d.state, v.sha256)
        .select_from(source_document.outerjoin(document_version, v.id == d.current_version_id))
        .where(d.external_id.in_(external_ids))
    )
    return {row.external_id: row for row in session.execute(statement)}


def _unstage(session: Session, job_id: int, document_ids: Iterable[int]) -> None:
    """Take back what this job staged for these documents, and the versions it wrote for them."""
    change, version = document_change.c, document_version.c
    mine = change.job_id == job_id, change.document_id.in_(list(document_ids))
    versions = list(
        session.execute(
            select(version.id)
            .join(document_change, change.version_id == version.id)
            .where(*mine, version.job_id == job_id)
        ).scalars()
    )
    session.execute(delete(document_change).where(*mine))
    if versions:
        session.execute(delete(document_line).where(document_line.c.version_id.in_(versions)))
        session.execute(delete(document_version).where(version.id.in_(versions)))


def _change(job_id: int, row: Any, version_id: int | None, change: str) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "document_id": row.id,
        "version_id": version_id,
        "change": change,
        "state_before": row.state,
        "state": "",
        "reason": "",
        "recheck": False,
    }


def _insert_versions(
    session: Session, job_id: int, differing: Sequence[tuple[StagedDocument, Any, str, bytes]]
) -> list[int]:
    if not differing:
        return []
    version = document_version.c
    newest = {
        document_id: number
        for document_id, number in session.execute(
            select(version.document_id, func.max(version.number))
            .where(version.document_id.in_([row.id for _, row, _, _ in differing]))
            .group_by(version.document_id)
        )
    }
    left_out = ("external_id", "kind", "lines")
    rows = [
        {
            **{name: value for name, value in document.__dict__.items() if name not in left_out},
            "document_id": row.id,
            "number": newest.get(row.id, 0) + 1,
            "job_id": job_id,
            "sha256": sha,
            "raw": zlib.compress(raw, 1),
        }
        for document, row, sha, raw in differing
    ]
    statement = insert(document_version).returning(version.id, sort_by_parameter_order=True)
    return list(session.execute(statement, rows).scalars())


def _insert_lines(session: Session, documents: Sequence[tuple[StagedDocument, int]]) -> None:
    segments = intern_segments(session, {line.segments for d, _ in documents for line in d.lines})
    rows = [
        {
            **{name: value for name, value in line.__dict__.items() if name != "segments"},
            "segment_set_id": segments[line.segments],
            "version_id": version_id,
        }
        for document, version_id in documents
        for line in document.lines
    ]
    insert_rows(session, document_line, rows)

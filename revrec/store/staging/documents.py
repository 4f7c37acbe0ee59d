"""Staging documents: a version and its lines are written once, and only if the document differs.

Every function here may run again with the same rows (steps of a job are at-least-once): what a job staged
before for a document is replaced, never doubled.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlmodel import Session

from revrec.store.bulk import among, insert_columns, insert_rows
from revrec.store.core import document_change, document_line, document_version, source_document
from revrec.store.staging.intern import insert_missing, intern_segments
from revrec.store.staging.staged import StagedDocument, StagedLine

_VERSION_COLUMNS = tuple(
    one.name for one in fields(StagedDocument) if one.name not in ("external_id", "kind", "lines")
)


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
    known = _known(session, [document.external_id for document in documents])
    _unstage(session, job_id, [row.id for row in known.values()])
    unknown = [document for document in documents if document.external_id not in known]
    if unknown:
        rows: list[dict[str, Any]] = [
            {"external_id": d.external_id, "kind": d.kind, "state": "new", "reason": "", "recheck": False}
            for d in unknown
        ]
        insert_missing(session, source_document, rows)
        known |= _known(session, [document.external_id for document in unknown])

    differing: list[tuple[StagedDocument, Any]] = []
    changes: list[dict[str, Any]] = []
    stamps: list[dict[str, Any]] = []
    same = 0
    for document in documents:
        row = known[document.external_id]
        if row.sha256 != document.sha256:
            differing.append((document, row))
        elif row.state == "gone":
            changes.append(_change(job_id, row, row.current_version_id, "changed"))
        else:
            same += 1
            if document.modified_at != (row.same_at or row.modified_at):
                stamps.append({"document": row.id, "stamp": document.modified_at})
    note_same(session, stamps)
    versions = _insert_versions(session, job_id, differing)
    _insert_lines(session, [(document, versions[row.id]) for document, row in differing])
    changes += [
        _change(job_id, row, versions[row.id], "changed" if row.current_version_id else "new")
        for _, row in differing
    ]
    insert_rows(session, document_change, changes)
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
    insert_rows(session, document_change, rows)
    return len(rows)


def recheck_ids(session: Session, kinds: Sequence[str] | None = None) -> list[int]:
    """NetSuite ids on the re-pull list (of these kinds): held, or seen moving."""
    d = source_document.c
    statement = select(d.external_id).where(d.recheck, d.state != "gone").order_by(d.external_id)
    if kinds is not None:
        statement = statement.where(d.kind.in_(kinds))
    return list(session.execute(statement).scalars())


def note_same(session: Session, stamps: Sequence[dict[str, Any]]) -> None:
    """Note NetSuite's `stamp` of each `document` (our id) that was read and is as it is here."""
    if not stamps:
        return
    noted = (
        update(source_document)
        .where(source_document.c.id == bindparam("document"))
        .values(same_at=bindparam("stamp"))
    )
    session.execute(noted, list(stamps))


def _known(session: Session, external_ids: Sequence[int]) -> dict[int, Any]:
    d, v = source_document.c, document_version.c
    statement = (
        select(d.external_id, d.id, d.current_version_id, d.state, d.same_at, v.modified_at, v.sha256)
        .select_from(source_document.outerjoin(document_version, v.id == d.current_version_id))
        .where(among(session, d.external_id, external_ids))
    )
    return {row.external_id: row for row in session.execute(statement)}


def _unstage(session: Session, job_id: int, document_ids: Iterable[int]) -> None:
    """Take back what this job staged for these documents, and the versions it wrote for them."""
    ids = list(document_ids)
    if not ids:
        return
    change, version = document_change.c, document_version.c
    mine = change.job_id == job_id, among(session, change.document_id, ids)
    versions = list(
        session.execute(
            select(version.id)
            .join(document_change, change.version_id == version.id)
            .where(*mine, version.job_id == job_id)
        ).scalars()
    )
    session.execute(delete(document_change).where(*mine))
    if versions:
        session.execute(delete(document_line).where(among(session, document_line.c.version_id, versions)))
        session.execute(delete(document_version).where(among(session, version.id, versions)))


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
    session: Session, job_id: int, differing: Sequence[tuple[StagedDocument, Any]]
) -> dict[int, int]:
    """Write a version of each document; its id by that of its document."""
    if not differing:
        return {}
    version = document_version.c
    ids = [row.id for _, row in differing]
    newest: dict[int, int] = dict(
        session.execute(
            select(version.document_id, func.max(version.number))
            .where(among(session, version.document_id, ids))
            .group_by(version.document_id)
        ).all()
    )
    columns = _columns_of([document for document, _ in differing], _VERSION_COLUMNS)
    columns |= {
        "document_id": ids,
        "number": [newest.get(one, 0) + 1 for one in ids],
        "job_id": [job_id] * len(ids),
        "sha256": [document.sha256 for document, _ in differing],
        "raw": [document.packed() for document, _ in differing],
    }
    insert_columns(session, document_version, columns)
    # Older versions of these documents are few, and another job's; by the job alone, all of its versions would be read.
    written = select(version.document_id, version.id, version.job_id).where(
        among(session, version.document_id, ids)
    )
    return {one: key for one, key, job in session.execute(written) if job == job_id}


def _insert_lines(session: Session, documents: Sequence[tuple[StagedDocument, int]]) -> None:
    lines = [line for document, _ in documents for line in document.lines]
    if not lines:
        return
    columns: dict[str, Sequence[Any]] = dict(zip(StagedLine._fields, zip(*lines, strict=True), strict=True))
    texts = columns.pop("segments")
    segments = intern_segments(session, set(texts))
    columns |= {
        "segment_set_id": [segments[text] for text in texts],
        "version_id": [version_id for document, version_id in documents for _ in document.lines],
    }
    insert_columns(session, document_line, columns)


def _columns_of(rows: Sequence[object], names: Iterable[str]) -> dict[str, Sequence[Any]]:
    return {name: list(map(attrgetter(name), rows)) for name in names}

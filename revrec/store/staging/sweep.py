"""What a sweep of NetSuite's documents and what is held here disagree on, range by range, and what came of it.

A sweep lists every document without its lines; a page of that list is compared with the same range of ids here, as
the job would publish it. Only disagreements are kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, delete, func, insert, select, update
from sqlmodel import Session

from revrec.store.core import (
    document_change,
    document_line,
    document_version,
    source_document,
    swept_document,
)
from revrec.store.staging.totals import effective

MISSING, DIFFERING, VANISHED, STAMPED = "missing", "differing", "vanished", "stamped"


@dataclass(frozen=True, slots=True)
class Listed:
    """One document as NetSuite adds it up. Minor units, signed as people see them; None: of an unknown currency."""

    external_id: int
    kind: str
    number: str
    period_id: int | None
    currency_id: int
    customer_id: int
    lines: int
    main_minor: int | None
    tax_minor: int | None
    stamp: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """A document that was read again for a sweep, and what that changed: `new`, `changed`, `gone` or nothing."""

    external_id: int
    kind: str
    number: str
    what: str
    reason: str
    stamp: datetime | None
    change: str
    left: str


def keep_disagreements(
    session: Session,
    job_id: int,
    first: int,
    last: int,
    listed: Sequence[Listed],
    *,
    kinds: Sequence[str],
    dated_from: date | None = None,
) -> int:
    """Compare NetSuite's list of a range of ids (all of it) with ours and keep what disagrees, in place of what this
    job kept of the range before. Returns how many."""
    swept = swept_document.c
    session.execute(
        delete(swept_document).where(
            swept.job_id == job_id, swept.external_id.between(first, last), swept.kind.in_(kinds)
        )
    )
    rows = list(_disagreements(listed, _ours(session, job_id, first, last, kinds, dated_from)))
    if rows:
        session.execute(insert(swept_document), [{"job_id": job_id, **row} for row in rows])
    return len(rows)


def swept_ids(session: Session, job_id: int, first: int = 0, most: int | None = None) -> list[int]:
    """NetSuite ids of the documents to read again, in order: at most so many, from the `first` on."""
    swept = swept_document.c
    statement = select(swept.external_id).where(swept.job_id == job_id).order_by(swept.external_id)
    return list(session.execute(statement.offset(first).limit(most)).scalars())


def settle(session: Session, job_id: int) -> list[Settled]:
    """What became of the documents that were read again, in order of id; to be called once they all were."""
    swept, document, change = swept_document.c, source_document.c, document_change.c
    rows = session.execute(
        select(
            swept.external_id,
            swept.kind,
            swept.number,
            swept.what,
            swept.reason,
            swept.stamp,
            func.coalesce(change.change, "").label("change"),
            func.coalesce(change.reason, "").label("left"),
        )
        .select_from(
            swept_document.outerjoin(source_document, document.external_id == swept.external_id).outerjoin(
                document_change,
                and_(change.document_id == document.id, change.job_id == job_id, change.change != "moved"),
            )
        )
        .where(swept.job_id == job_id)
        .order_by(swept.external_id)
    )
    return [Settled(*row) for row in rows]


def note_swept(session: Session, job_id: int) -> None:
    """Note the stamps under which a sweep saw the documents that were read again; in the transaction that publishes
    what was read."""
    swept, document = swept_document.c, source_document.c
    session.execute(
        update(source_document)
        .where(document.external_id == swept.external_id, swept.job_id == job_id, swept.stamp.is_not(None))
        .values(same_at=swept.stamp)
    )


def _ours(
    session: Session, job_id: int, first: int, last: int, kinds: Sequence[str], dated_from: date | None
) -> dict[int, Any]:
    """Our documents of a range as the job would publish them. Held ones are left out: every run reads them again."""
    version, line, document = document_version.c, document_line.c, source_document.c
    shown = effective(job_id).where(document.external_id.between(first, last), document.kind.in_(kinds))
    found = shown.subquery()
    count = select(func.count()).where(line.version_id == version.id).scalar_subquery()
    statement = (
        select(
            found.c.external_id,
            found.c.kind,
            found.c.state,
            version.tran_id,
            version.period_id,
            version.currency_id,
            version.customer_id,
            version.main_minor,
            version.tax_minor,
            version.modified_at,
            document.same_at,
            count.label("lines"),
        )
        .join_from(found, source_document, document.id == found.c.document_id)
        .join(document_version, version.id == found.c.version_id)
    )
    if dated_from is not None:
        statement = statement.where(version.tran_date >= dated_from)
    return {row.external_id: row for row in session.execute(statement)}


def _disagreements(listed: Sequence[Listed], ours: dict[int, Any]) -> Iterator[dict[str, Any]]:
    for theirs in listed:
        held = ours.pop(theirs.external_id, None)
        what, reason = (MISSING, "") if held is None else _weigh(theirs, held)
        if what:
            yield {
                "external_id": theirs.external_id,
                "kind": theirs.kind,
                "number": theirs.number,
                "what": what,
                "reason": reason,
                "stamp": theirs.stamp,
            }
    for held in ours.values():
        if held.state != "held":
            yield {
                "external_id": held.external_id,
                "kind": held.kind,
                "number": held.tran_id,
                "what": VANISHED,
                "reason": "",
                "stamp": None,
            }


def _weigh(theirs: Listed, held: Any) -> tuple[str, str]:
    if held.state == "held":
        return "", ""
    pairs = {
        "posting period": (theirs.period_id, held.period_id),
        "customer": (theirs.customer_id, held.customer_id),
        "currency": (theirs.currency_id, held.currency_id),
        "lines": (theirs.lines, held.lines),
        "total": (theirs.main_minor, held.main_minor),
        "tax": (theirs.tax_minor, held.tax_minor),
    }
    unknown = theirs.main_minor is None
    differing = [
        f"{name} {there}, here {here}"
        for name, (there, here) in pairs.items()
        if there != here and not (unknown and name in ("total", "tax"))
    ]
    if differing:
        return DIFFERING, "; ".join(differing)
    newest = max(held.modified_at, held.same_at or held.modified_at)
    return (STAMPED, "") if theirs.stamp > newest else ("", "")

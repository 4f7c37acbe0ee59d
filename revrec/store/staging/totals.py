"""Control totals: NetSuite's as a job read them, and our side of the same groups as it will be published."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, insert, or_, select
from sqlmodel import Session

from revrec.store.core import (
    control_total,
    document_change,
    document_line,
    document_version,
    item,
    source_document,
)


@dataclass(frozen=True)
class SourceTotal:
    """NetSuite's aggregate of one group. Minor units; credits negative."""

    period_id: int
    kind: str
    currency_id: int
    customer_id: int
    documents: int
    lines: int
    main_minor: int
    tax_minor: int


@dataclass(frozen=True)
class OurTotal:
    """Our lines of one group and outcome (`loaded`, `pending`, `excluded`, `held`). Every line counts, main and
    tax lines too, as NetSuite counts them; `amount_minor` leaves those two out: it is net of tax, credits negative.
    `documents`: those that have lines with this outcome; of `excluded`, those that are excluded whole.
    """

    period_id: int | None
    kind: str
    currency_id: int
    customer_id: int
    outcome: str
    documents: int
    lines: int
    amount_minor: int


def replace_source_totals(
    session: Session, job_id: int, periods: Sequence[int], totals: Sequence[SourceTotal]
) -> None:
    """Keep what NetSuite said of these periods, in place of what this job read of them before."""
    mine = control_total.c.job_id == job_id, control_total.c.period_id.in_(periods)
    session.execute(delete(control_total).where(*mine))
    if totals:
        session.execute(insert(control_total), [{"job_id": job_id, **total.__dict__} for total in totals])


def source_totals(session: Session, job_id: int) -> list[SourceTotal]:
    """What NetSuite said to this job, in order of group."""
    c = control_total.c
    columns = (
        c.period_id,
        c.kind,
        c.currency_id,
        c.customer_id,
        c.documents,
        c.lines,
        c.main_minor,
        c.tax_minor,
    )
    rows = session.execute(select(*columns).where(c.job_id == job_id).order_by(*columns[:4]))
    return [SourceTotal(*row) for row in rows]


def our_totals(
    session: Session,
    job_id: int,
    periods: Sequence[int] | None,
    excluded_names: Sequence[str],
    written_off: Sequence[int] = (),
    kinds: Sequence[str] | None = None,
) -> list[OurTotal]:
    """Our side of the groups of the given NetSuite periods and kinds (None: all), as `job_id` would publish it.

    `written_off`: ids of lines that are treated as bad debt.
    """
    version, line = document_version.c, document_line.c
    shown = effective(job_id).subquery()
    outcome = outcome_of(shown.c.kind, shown.c.state, excluded_names, written_off).label("outcome")
    group = (version.period_id, shown.c.kind, version.currency_id, version.customer_id, outcome)
    whole = case(((outcome != "excluded") | (shown.c.state == "excluded"), version.id))
    statement = (
        select(
            *group,
            func.count(func.distinct(whole)),
            func.count(),
            func.sum(case((line.role.not_in(("main", "tax")), line.amount_minor), else_=0)),
        )
        .select_from(
            shown.join(document_version, version.id == shown.c.version_id)
            .join(document_line, line.version_id == version.id)
            .outerjoin(item, item.c.id == line.item_id)
        )
        .group_by(*group)
        .order_by(*group)
    )
    if periods is not None:
        statement = statement.where(version.period_id.in_(periods))
    if kinds is not None:
        statement = statement.where(shown.c.kind.in_(kinds))
    return [OurTotal(*row) for row in session.execute(statement)]


def effective(job_id: int) -> Select[tuple[int, int, str, str, int]]:
    """Documents as `job_id` would publish them: (document_id, version_id, state, kind, external_id)."""
    document, change = source_document.c, document_change.c
    state = func.coalesce(func.nullif(change.state, ""), document.state)
    return (
        select(
            document.id.label("document_id"),
            func.coalesce(change.version_id, document.current_version_id).label("version_id"),
            state.label("state"),
            document.kind.label("kind"),
            document.external_id.label("external_id"),
        )
        .select_from(
            source_document.outerjoin(
                document_change, and_(change.document_id == document.id, change.job_id == job_id)
            )
        )
        .where(state.not_in(("new", "gone")))
    )


@dataclass(frozen=True)
class OurDocument:
    """One of our documents in an opened group: all its lines counted, its amount without main and tax lines."""

    external_id: int
    modified_at: datetime
    tran_id: str
    lines: int
    amount_minor: int


def our_documents(session: Session, job_id: int, group: tuple[int, str, int, int]) -> Iterator[OurDocument]:
    """The documents of one group (period id, kind, currency id, customer id) as `job_id` would publish them."""
    version, line = document_version.c, document_line.c
    shown = effective(job_id).subquery()
    period_id, kind, currency_id, customer_id = group
    counted = line.role.not_in(("main", "tax"))
    statement = (
        select(
            shown.c.external_id,
            version.modified_at,
            version.tran_id,
            func.count(),
            func.sum(case((counted, line.amount_minor), else_=0)),
        )
        .select_from(
            shown.join(document_version, version.id == shown.c.version_id).join(
                document_line, line.version_id == version.id
            )
        )
        .where(
            version.period_id == period_id,
            shown.c.kind == kind,
            version.currency_id == currency_id,
            version.customer_id == customer_id,
        )
        .group_by(shown.c.external_id, version.modified_at, version.tran_id)
        .order_by(shown.c.external_id)
    )
    for external_id, modified, tran_id, lines, amount in session.execute(statement):
        yield OurDocument(external_id, modified, tran_id, int(lines), int(amount))


def outcome_of(
    kind: ColumnElement[str],
    state: ColumnElement[str],
    excluded_names: Sequence[str],
    written_off: Sequence[int],
) -> ColumnElement[str]:
    """What becomes of a line: excluded by its item or because it writes a receivable off, else its document's state."""
    return case(
        (excludes(excluded_names), "excluded"),
        (writes_off(kind, written_off), "excluded"),
        else_=state,
    )


EXPENSE_TYPES = ("Expense", "OthExpense")


def writes_off(kind: ColumnElement[str], written_off: Sequence[int]) -> ColumnElement[bool]:
    """Whether a line of a credit memo writes a receivable off: it posts to an expense account, and so bills nothing
    anyway; or it is one of `written_off`."""
    line = document_line.c
    on_expense = and_(kind == "CustCred", line.role == "other", line.account_type.in_(EXPENSE_TYPES))
    return or_(on_expense, line.id.in_(written_off)) if written_off else on_expense


def excludes(names: Sequence[str]) -> ColumnElement[bool]:
    """Whether a line's item is excluded by name (the outer-joined `item`)."""
    return or_(item.c.name.in_(names), item.c.display_name.in_(names))


def touched_periods(session: Session, job_id: int) -> set[int]:
    """NetSuite periods of the documents that a job changes, as they were and as they will be."""
    change, document, version = document_change.c, source_document.c, document_version.c
    found = (
        select(version.period_id)
        .join_from(document_change, source_document, document.id == change.document_id)
        .join(
            document_version,
            or_(version.id == change.version_id, version.id == document.current_version_id),
        )
        .where(change.job_id == job_id, version.period_id.is_not(None))
        .distinct()
    )
    return set(session.execute(found).scalars())


def unbalanced_documents(session: Session, job_id: int) -> dict[int, tuple[int, str]]:
    """Documents this job stages whose lines do not sum to zero, main and tax included: NetSuite id to the sum, minor
    units, and its currency."""
    change, document, line = document_change.c, source_document.c, document_line.c
    total = func.sum(line.amount_minor)
    rows = session.execute(
        select(document.external_id, total, document_version.c.currency)
        .join_from(document_change, source_document, document.id == change.document_id)
        .join(document_version, document_version.c.id == change.version_id)
        .join(document_line, line.version_id == change.version_id)
        .where(change.job_id == job_id, change.change != "gone", change.state != "held")
        .group_by(document.external_id, document_version.c.currency)
        .having(total != 0)
    )
    return {external_id: (int(amount), currency) for external_id, amount, currency in rows}

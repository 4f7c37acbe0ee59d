"""Journals, their lines and the attempts to post them."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from revrec.store.queries.ordered import Sorts
from revrec.store.tables import Account, Journal, JournalLine, PostingAttempt, SegmentSet, Subsidiary
from revrec.store.tables.journals import UNSENT_STATES

JOURNAL_SORTS: Sorts = MappingProxyType(
    {
        "drafted": col(Journal.id),
        "period": col(Journal.period),
        "date": col(Journal.journal_date),
        "state": col(Journal.state),
    }
)


@dataclass(frozen=True, slots=True)
class JournalTotal:
    """Of a selection of journals in one currency: how many, their lines, and what they debit in minor units."""

    currency: str
    journals: int
    lines: int
    debit_minor: int


def highest_sequence(session: Session) -> int:
    """The last running number that was given, 0 before the first."""
    return session.exec(select(func.max(Journal.sequence))).one() or 0


def journal_by_number_or_id(session: Session, text: str) -> Journal | None:
    """A journal by its number (`2026-03-0001`), else by our id."""
    found = session.exec(select(Journal).where(Journal.number == text)).first()
    return found or (session.get(Journal, int(text)) if text.isdigit() and len(text) < 19 else None)


def journals_where(*, period: str = "", state: str = "", search: str = "") -> SelectOfScalar[Journal]:
    """The journals of a selection, in no order. `search`: part of the number, of the memo, or NetSuite's id."""
    query = select(Journal)
    if period:
        query = query.where(Journal.period == period)
    if state:
        query = query.where(Journal.state == state)
    if search:
        found = [col(one).icontains(search, autoescape=True) for one in (Journal.number, Journal.memo)]
        if search.isdigit() and len(search) < 19:
            found.append(col(Journal.netsuite_id) == int(search))
        query = query.where(or_(*found))
    return query


def journals_before(
    session: Session, before: int | None, limit: int, *, period: str = "", state: str = ""
) -> list[Journal]:
    """At most `limit` journals, newest first, older than the one of id `before`."""
    query = journals_where(period=period, state=state).order_by(col(Journal.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Journal.id) < before)
    return list(session.exec(query))


def journal_totals(
    session: Session, *, period: str = "", state: str = "", search: str = ""
) -> list[JournalTotal]:
    """The sums over a whole selection, by currency."""
    chosen = journals_where(period=period, state=state, search=search).subquery()
    rows = session.exec(
        select(
            chosen.c.currency,
            func.count(func.distinct(chosen.c.id)),
            func.count(col(JournalLine.id)),
            func.coalesce(func.sum(JournalLine.debit_minor), 0),
        )
        .select_from(chosen.outerjoin(JournalLine, col(JournalLine.journal_id) == chosen.c.id))
        .group_by(chosen.c.currency)
        .order_by(chosen.c.currency)
    )
    return [JournalTotal(currency, journals, lines, int(debit)) for currency, journals, lines, debit in rows]


def journal_ids(session: Session, state: str, period: str = "") -> list[int]:
    """Ids of the journals in a state, in the order they were drafted."""
    query = select(Journal.id).where(Journal.state == state).order_by(col(Journal.id))
    if period:
        query = query.where(Journal.period == period)
    return list(session.exec(query))


def parts_of(session: Session, row: Journal) -> list[tuple[int, int]]:
    """Part and id of the journals that one was cut into, itself among them; none where it is whole."""
    if row.parts == 1:
        return []
    rows = session.exec(
        select(Journal.part, Journal.id)
        .where(
            Journal.period_close_id == row.period_close_id,
            Journal.subsidiary_id == row.subsidiary_id,
            Journal.currency == row.currency,
            Journal.journal_date == row.journal_date,
            Journal.memo == row.memo,
            Journal.parts == row.parts,
        )
        .order_by(col(Journal.part), col(Journal.id))
    )
    return [(part, key) for part, key in rows]


def reversals_of(session: Session, journal_id: int) -> list[int]:
    """Ids of the journals that take one back."""
    query = select(Journal.id).where(Journal.reverses_id == journal_id).order_by(col(Journal.id))
    return list(session.exec(query))


def lines_of(session: Session, journal_id: int) -> list[tuple[JournalLine, Account | None, str]]:
    """The lines of a journal in order, each with its account and its segments as canonical JSON (or empty)."""
    query = (
        select(JournalLine, Account, SegmentSet.canonical)
        .join(Account, col(Account.id) == JournalLine.account_id, isouter=True)
        .join(SegmentSet, col(SegmentSet.id) == JournalLine.segment_set_id, isouter=True)
        .where(JournalLine.journal_id == journal_id)
        .order_by(col(JournalLine.line))
    )
    return [(line, account, canonical or "") for line, account, canonical in session.exec(query)]


def totals_of(session: Session, ids: list[int]) -> dict[int, tuple[int, int]]:
    """Lines and total debit (base currency minor units) of each journal."""
    rows = session.exec(
        select(JournalLine.journal_id, func.count(), func.sum(JournalLine.debit_minor))
        .where(col(JournalLine.journal_id).in_(ids))
        .group_by(col(JournalLine.journal_id))
    )
    return {journal: (int(count), int(total or 0)) for journal, count, total in rows}


def attempts_of(session: Session, journal_id: int) -> list[PostingAttempt]:
    return list(
        session.exec(
            select(PostingAttempt)
            .where(PostingAttempt.journal_id == journal_id)
            .order_by(col(PostingAttempt.id))
        )
    )


def external_ids_known(session: Session, external_ids: list[str]) -> set[str]:
    """Those of the external ids that belong to journals of this database."""
    known: set[str] = set()
    for start in range(0, len(external_ids), 500):
        part = external_ids[start : start + 500]
        known.update(
            found
            for found in session.exec(select(Journal.external_id).where(col(Journal.external_id).in_(part)))
            if found is not None
        )
    return known


def subsidiary_names(session: Session) -> dict[int, str]:
    return {row.id: row.name for row in session.exec(select(Subsidiary))}


def journals_by_id(session: Session, ids: Sequence[int]) -> dict[int, Journal]:
    """Journals by our id; those that there are not are left out."""
    return {row.id: row for row in session.exec(select(Journal).where(col(Journal.id).in_(ids)))}


def unsent_journals(session: Session) -> list[int]:
    """Ids of the journals that NetSuite does not have yet, drafts too, in the order they were drafted."""
    return list(
        session.exec(
            select(Journal.id).where(col(Journal.state).in_(UNSENT_STATES)).order_by(col(Journal.id))
        )
    )


def unverified_lines(session: Session, period: str) -> list[tuple[str, int, int]]:
    """Role, account and number of the lines of a period's standing journals that a default account took."""
    rows = session.exec(
        select(JournalLine.role, JournalLine.account_id, func.count())
        .join(Journal, col(Journal.id) == JournalLine.journal_id)
        .where(Journal.period == period, Journal.state != "cancelled", col(JournalLine.unverified))
        .group_by(JournalLine.role, col(JournalLine.account_id))
        .order_by(JournalLine.role, col(JournalLine.account_id))
    )
    return [(role, account, int(lines)) for role, account, lines in rows]

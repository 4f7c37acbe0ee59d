"""Reversing journals: the same lines, debit and credit changed over, under the mirror of a reopened close."""

from datetime import UTC, datetime

from sqlalchemy import insert, literal, select
from sqlmodel import Session

from jobs.resources import store
from revrec.operations.actor import SERVICE
from revrec.operations.audit import record_event
from revrec.store.core import journal, journal_line, period_close
from revrec.store.tables import Journal, PeriodClose


def draft_reversal(session: Session, journal_id: int, mirror_id: int, by: str) -> int:
    """Draft the journal that takes a posted one back, of its own number and the same date; returns its id."""
    row = session.execute(select(journal).where(journal.c.id == journal_id)).one()
    key = session.execute(
        insert(journal)
        .values(
            period_close_id=mirror_id,
            period=row.period,
            reverses_id=journal_id,
            subsidiary_id=row.subsidiary_id,
            currency=row.currency,
            journal_date=row.journal_date,
            part=row.part,
            parts=row.parts,
            memo=f"Reversal of {row.number}",
            state="draft",
            prepared_by=by,
            approved_by="",
            netsuite_approval="",
            attempts=0,
            message="",
        )
        .returning(journal.c.id)
    ).scalar_one()
    names = [
        c.name for c in journal_line.c if c.name not in ("id", "journal_id", "debit_minor", "credit_minor")
    ]
    line = journal_line.c
    rows = select(literal(key), line.credit_minor, line.debit_minor, *(line[name] for name in names)).where(
        line.journal_id == journal_id
    )
    session.execute(
        insert(journal_line).from_select(["journal_id", "debit_minor", "credit_minor", *names], rows)
    )
    return int(key)


def reverse_if_reopened(journal_id: int) -> bool:
    """Draft the reversal of a journal that NetSuite made only after its close was taken back. Twice does no harm."""
    with store().write() as session:
        row = session.get_one(Journal, journal_id, with_for_update=True)
        close = session.get_one(PeriodClose, row.period_close_id)
        if row.state != "posted" or close.state != "reopened":
            return False
        taken_back = session.execute(select(journal.c.id).where(journal.c.reverses_id == journal_id)).first()
        p = period_close.c
        mirror = session.execute(
            select(p.id)
            .where(p.period == close.period, p.state == "reversal", p.id > close.id)
            .order_by(p.id)
            .limit(1)
        ).scalar()
        if taken_back is not None or mirror is None:
            return False
        key = draft_reversal(session, journal_id, mirror, close.reopened_by)
        record_event(
            session,
            SERVICE,
            "reverse_journal",
            f"journal {row.number}",
            now=datetime.now(UTC),
            after={"reversing_journal": key},
            reason="NetSuite made it while its period was being reopened.",
        )
        return True

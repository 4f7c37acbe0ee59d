"""What closes that stand have booked, and whether one is being made."""

from collections.abc import Iterable

from sqlalchemy import exists, select
from sqlmodel import Session

from revrec.problems import Conflict
from revrec.store.core import billing_split, book_lock, booked, job, opening_balance, period_close
from revrec.store.staging.intern import insert_missing
from revrec.store.tables.jobs import OPEN_JOB_STATES


def hold_books(session: Session) -> None:
    """Keep publishing and closing from beginning until this transaction ends. Raises `Conflict` where one runs."""
    insert_missing(session, book_lock, [{"name": "books"}])
    lock = book_lock.c
    held = session.execute(
        select(lock.held_by_job).where(lock.name == "books").with_for_update()
    ).scalar_one()
    if held is None:
        return
    state = session.execute(select(job.c.state).where(job.c.id == held)).scalar_one_or_none()
    if state in OPEN_JOB_STATES:
        raise Conflict(f"Job {held} is changing the books. Try again when it has ended.", where=f"job {held}")


def contracts_booked(session: Session, contract_ids: Iterable[int]) -> set[int]:
    """Which of these contracts a standing close, or an opening balance, holds anything of."""
    wanted = set(contract_ids)
    found: set[int] = set()
    for table in (booked, billing_split):
        rows = session.execute(
            select(table.c.contract_id)
            .join(period_close, period_close.c.id == table.c.period_close_id)
            .where(period_close.c.state == "closed", table.c.contract_id.in_(wanted))
            .distinct()
        )
        found.update(rows.scalars())
    opening = opening_balance.c
    rows = session.execute(
        select(opening.contract_id).where(opening.contract_id.in_(wanted), ~opening.superseded).distinct()
    )
    return found | set(rows.scalars())


def line_is_booked(session: Session, obligation_id: int) -> bool:
    """Whether a standing close has booked revenue of this order line."""
    mine = (
        select(booked.c.id)
        .join(period_close, period_close.c.id == booked.c.period_close_id)
        .where(period_close.c.state == "closed", booked.c.obligation_id == obligation_id)
    )
    return bool(session.execute(select(exists(mine))).scalar())

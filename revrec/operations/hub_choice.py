"""The journals of the transaction hub that a person names, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from revrec.problems import Conflict, NotFound
from revrec.store.tables import Journal


@dataclass(frozen=True)
class Told:
    """What an operation did to a journal, or why there was nothing to do."""

    journal_id: int
    number: str
    changed: bool
    message: str


def chosen_journals(session: Session, ids: Sequence[int]) -> list[Journal]:
    """The rows, locked, in the order of their numbers. Raises `NotFound`, and `Conflict` for a draft: the hub has what
    was approved."""
    wanted = sorted(set(ids))
    rows = list(
        session.exec(
            select(Journal)
            .where(col(Journal.id).in_(wanted))
            .order_by(col(Journal.id))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    if missing := set(wanted) - {row.id for row in rows}:
        raise NotFound(f"There is no journal {min(missing)}.", where="journals")
    for row in rows:
        if row.number is None:
            raise Conflict(
                f"Journal {row.id} is a {row.state}; the hub has journals from their approval on.",
                where=f"journal {row.id}",
            )
    return sorted(rows, key=lambda row: row.sequence or 0)


def subject_of(changed: Sequence[Told]) -> str:
    """What an audit event is about."""
    return f"journal {changed[0].number}" if len(changed) == 1 else f"{len(changed)} journals"

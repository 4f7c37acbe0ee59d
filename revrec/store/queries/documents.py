"""Documents as readers of the books see them."""

from sqlalchemy import select
from sqlmodel import Session

from revrec.store.core import source_document


def known_ids(session: Session, first: int, last: int) -> list[int]:
    """NetSuite ids from `first` to `last` of documents that are published and not gone."""
    d = source_document.c
    statement = (
        select(d.external_id)
        .where(d.external_id.between(first, last), d.state.not_in(("new", "gone")))
        .order_by(d.external_id)
    )
    return list(session.execute(statement).scalars())

"""Documents as readers of the books see them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session

from revrec.store.core import billing_split, document_version, period_close, source_document


def known_ids(
    session: Session,
    first: int,
    last: int,
    kinds: Sequence[str] | None = None,
    dated_from: date | None = None,
) -> list[int]:
    """NetSuite ids from `first` to `last` of documents that are published and not gone: of these kinds, dated on or
    after `dated_from`."""
    d, v = source_document.c, document_version.c
    statement = (
        select(d.external_id)
        .where(d.external_id.between(first, last), d.state.not_in(("new", "gone")))
        .order_by(d.external_id)
    )
    if kinds is not None:
        statement = statement.where(d.kind.in_(kinds))
    if dated_from is not None:
        statement = statement.join(document_version, v.id == d.current_version_id).where(
            v.tran_date >= dated_from
        )
    return list(session.execute(statement).scalars())


def ids_dated_before(session: Session, day: date, kinds: Sequence[str]) -> list[int]:
    """NetSuite ids of documents of these kinds that are here and dated before a day."""
    d, v = source_document.c, document_version.c
    statement = (
        select(d.external_id)
        .join(document_version, v.id == d.current_version_id)
        .where(d.state.not_in(("new", "gone")), d.kind.in_(kinds), v.tran_date < day)
        .order_by(d.external_id)
    )
    return list(session.execute(statement).scalars())


def billed_before(session: Session, day: date) -> int:
    """How many documents dated before a day standing closes have billed."""
    d, v, split = source_document.c, document_version.c, billing_split.c
    statement = (
        select(func.count(func.distinct(d.id)))
        .join_from(source_document, document_version, v.id == d.current_version_id)
        .join(billing_split, split.document_id == d.id)
        .join(period_close, period_close.c.id == split.period_close_id)
        .where(period_close.c.state == "closed", d.state == "loaded", v.tran_date < day)
    )
    return int(session.execute(statement).scalar_one())

"""Which state each document will have once its job publishes: loaded, pending, held or excluded. Set-based."""

from sqlalchemy import ColumnElement, and_, case, exists, func, insert, literal, select, update
from sqlmodel import Session

from revrec.store.core import (
    customer_link,
    document_change,
    document_version,
    netsuite_customer,
    source_document,
)

NO_MATCH = "no CRM customer of this name"
IGNORED = "ignored customer"


def resolve_states(session: Session, job_id: int) -> int:
    """Give every staged document its state, and stage those whose state moves though they did not change:
    a customer that was renamed or paired changes no invoice. Returns how many of the latter there are."""
    change, version, document = document_change.c, document_version.c, source_document.c
    session.execute(
        update(document_change)
        .where(change.job_id == job_id, change.change != "gone", change.version_id == version.id)
        .values(state=_state(), reason=_reason(), recheck=_state() == "held")
    )
    staged = exists().where(change.job_id == job_id, change.document_id == document.id)
    moved = (
        select(
            literal(job_id),
            document.id,
            document.current_version_id,
            literal("moved"),
            document.state,
            _state(),
            _reason(),
            _state() == "held",
        )
        .join_from(source_document, document_version, version.id == document.current_version_id)
        .where(
            document.state.in_(("pending", "held", "loaded", "excluded")),
            ~staged,
            (document.state != _state()) | (document.reason != _reason()),
        )
    )
    names = (
        "job_id",
        "document_id",
        "version_id",
        "change",
        "state_before",
        "state",
        "reason",
        "recheck",
    )
    session.execute(insert(document_change).from_select(names, moved))
    count = select(func.count()).where(change.job_id == job_id, change.change == "moved")
    return int(session.execute(count).scalar_one())


def hold(session: Session, job_id: int, reasons: dict[int, str]) -> None:
    """Hold documents by NetSuite id with the reason given; they are read again by id in every run.

    What is held already keeps its reason: it was found first and says more.
    """
    change, document = document_change.c, source_document.c
    for external_id, reason in reasons.items():
        row = session.execute(
            select(document.id, document.current_version_id, document.state).where(
                document.external_id == external_id
            )
        ).one()
        held = {"state": "held", "reason": reason, "recheck": True}
        staged = and_(change.job_id == job_id, change.document_id == row.id)
        if session.execute(select(change.id).where(staged)).first():
            session.execute(update(document_change).where(staged, change.state != "held").values(**held))
        else:
            session.execute(
                insert(document_change).values(
                    job_id=job_id,
                    document_id=row.id,
                    version_id=row.current_version_id,
                    change="moved",
                    state_before=row.state,
                    **held,
                )
            )


def _linked() -> ColumnElement[bool]:
    link = customer_link.c
    return exists().where(
        link.netsuite_customer_id == document_version.c.customer_id, link.undone_at.is_(None)
    )


def _ignored() -> ColumnElement[bool]:
    customer = netsuite_customer.c
    return exists().where(customer.id == document_version.c.customer_id, customer.ignored)


def _state() -> ColumnElement[str]:
    """A document of an ignored customer is excluded whatever else is to be said of it."""
    held = document_version.c.problem != ""
    return case((_ignored(), "excluded"), (held, "held"), (_linked(), "loaded"), else_="pending")


def _reason() -> ColumnElement[str]:
    customer = netsuite_customer.c
    ambiguous = exists().where(customer.id == document_version.c.customer_id, customer.match == "ambiguous")
    return case(
        (_ignored(), IGNORED),
        (document_version.c.problem != "", document_version.c.problem),
        (_linked(), ""),
        (ambiguous, "several CRM customers of this name"),
        else_=NO_MATCH,
    )

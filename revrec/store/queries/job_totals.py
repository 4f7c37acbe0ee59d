"""What a job reconciled, added up: NetSuite's own totals against what is held here."""

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlmodel import Session

from revrec.store.core import group_result


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    """The groups of a job in one currency: minor units, net of tax, credits negative."""

    currency: str
    documents: int
    lines: int
    source_minor: int
    loaded_minor: int
    pending_minor: int
    excluded_minor: int
    held_minor: int
    difference_minor: int
    groups: int
    failing: int


def job_totals(session: Session, job_id: int) -> list[CurrencyTotal]:
    """One row a currency, in the order of their codes: amounts of different currencies are never added."""
    g = group_result.c
    added = (
        g.source_documents,
        g.source_lines,
        g.source_minor,
        g.loaded_minor,
        g.pending_minor,
        g.excluded_minor,
        g.held_minor,
        g.difference_minor,
    )
    failing = func.sum(case((g.status == "FAIL", 1), else_=0))
    rows = session.execute(
        select(g.currency, *(func.sum(one) for one in added), func.count(), failing)
        .where(g.job_id == job_id)
        .group_by(g.currency)
        .order_by(g.currency)
    )
    return [CurrencyTotal(row[0], *(int(one) for one in row[1:])) for row in rows]

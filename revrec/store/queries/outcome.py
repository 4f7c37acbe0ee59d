"""Where everything that was pulled stands: loaded, pending, excluded or held, in documents, lines and amounts."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from revrec.store.core import document_line, document_version, item
from revrec.store.queries.written_off import written_off_lines
from revrec.store.staging.totals import effective, outcome_of


def outcome_counts(session: Session, job_id: int, excluded: list[str]) -> dict[str, Any]:
    """As `job_id` leaves (or will leave) it: `counts` of documents by state, `amounts` of billing lines by outcome
    and currency, net of tax, in minor units."""
    shown = effective(job_id).subquery()
    documents = session.execute(
        select(shown.c.state, func.count()).group_by(shown.c.state).order_by(shown.c.state)
    ).all()
    version, line = document_version.c, document_line.c
    outcome = outcome_of(shown.c.kind, shown.c.state, excluded, written_off_lines(session, job_id))
    lines = session.execute(
        select(outcome, version.currency, func.count(), func.sum(line.amount_minor))
        .select_from(
            shown.join(document_version, version.id == shown.c.version_id)
            .join(document_line, line.version_id == version.id)
            .outerjoin(item, item.c.id == line.item_id)
        )
        .where(line.role.not_in(("main", "tax")))
        .group_by(outcome, version.currency)
        .order_by(outcome, version.currency)
    ).all()
    counts = {f"documents_{state}": count for state, count in documents}
    amounts: dict[str, dict[str, int]] = {}
    for state, symbol, count, amount in lines:
        counts[f"lines_{state}"] = counts.get(f"lines_{state}", 0) + count
        amounts.setdefault(state, {})[symbol] = int(amount)
    return {"counts": counts, "amounts": amounts}

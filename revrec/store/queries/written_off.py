"""Credit memo lines that people or rules treat as bad debt: counted as excluded."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import exists, func, select
from sqlmodel import Session

from revrec.store.books.credits import BAD_DEBT, CreditLine, read_treatments
from revrec.store.core import credit_decision, credit_rule, document_line, document_version, item
from revrec.store.staging.totals import effective


def written_off_lines(
    session: Session, job_id: int, *, source_on: Callable[[date], str] = lambda _: "orders"
) -> list[int]:
    """Ids of the billing lines that people or rules treat as bad debt, of documents as `job_id` would publish them."""
    said = select(
        exists().where(credit_decision.c.treatment == BAD_DEBT)
        | exists().where(credit_rule.c.treatment == BAD_DEBT)
    )
    if not session.execute(said).scalar():
        return []
    shown = effective(job_id).subquery()
    version, line = document_version.c, document_line.c
    rows = session.execute(
        select(
            line.id,
            shown.c.document_id,
            line.line_id,
            item.c.product_id,
            version.tran_date,
            version.credit_reason,
            func.trim(version.memo + " " + line.description).label("memo"),
        )
        .select_from(
            shown.join(document_version, version.id == shown.c.version_id)
            .join(document_line, line.version_id == version.id)
            .outerjoin(item, item.c.id == line.item_id)
        )
        .where(shown.c.kind == "CustCred", line.role == "billing")
        .order_by(line.id)
    )
    treatments = read_treatments(session)
    return [
        row.id
        for row in rows
        if treatments.of(CreditLine(*row[1:]), source=source_on(row.tran_date)).treatment == BAD_DEBT
    ]

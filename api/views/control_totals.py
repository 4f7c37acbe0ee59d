"""A job's control totals: NetSuite's own sums against what is held here, by currency."""

from sqlmodel import Session

from api.views.amounts import amount_writer
from api.views.shape import View
from revrec.store.queries.job_totals import job_totals


class ControlTotalView(View):
    """One currency. Amounts are decimal text, net of tax, credits negative; `source` is NetSuite's own total, and
    equals loaded + pending + excluded + held + difference. `groups` of period, type and customer; `failing` of them
    do not agree."""

    currency: str
    documents: int
    lines: int
    source: str
    loaded: str
    pending: str
    excluded: str
    held: str
    difference: str
    groups: int
    failing: int
    status: str


def control_total_views(session: Session, job_id: int) -> list[ControlTotalView]:
    write = amount_writer(session)
    return [
        ControlTotalView(
            currency=one.currency,
            documents=one.documents,
            lines=one.lines,
            source=write.text(one.source_minor, one.currency),
            loaded=write.text(one.loaded_minor, one.currency),
            pending=write.text(one.pending_minor, one.currency),
            excluded=write.text(one.excluded_minor, one.currency),
            held=write.text(one.held_minor, one.currency),
            difference=write.text(one.difference_minor, one.currency),
            groups=one.groups,
            failing=one.failing,
            status="FAIL" if one.failing else "PASS",
        )
        for one in job_totals(session, job_id)
    ]

"""Uploaded files: what they are, what the check found in them, and what may be done with them."""

from datetime import datetime

from sqlmodel import Session

from api.views.amounts import AmountWriter, amount_writer
from api.views.jobs import JobView, job_view
from api.views.shape import View
from jobs.imports.standing import standing_of
from revrec.store.tables import Job, Upload


class UploadView(View):
    """A file that somebody brought. `kept`: whether it is still there (`upload_days`). `verdict`: empty before its
    check ended; `unreadable`, `untouched`, `edited`, `foreign`. `job`: the job here that wrote it. `loadable`: whether
    it can be loaded now; `says` why, or why not."""

    id: int
    name: str
    bytes: int
    sha256: str
    created_by: str
    created_at: datetime
    checked_by_job: int | None
    loaded_by_job: int | None
    kept: bool
    verdict: str
    job: int | None
    loadable: bool
    says: str


class FaultView(View):
    """What is wrong with a file, or was changed in it. `row` 0: the whole sheet."""

    sheet: str
    row: int
    column: str
    message: str


class UploadGroupView(View):
    """What a file holds of a kind, period and currency: decimal text, net of tax, credits negative."""

    document_type: str
    period: str
    currency: str
    documents: int
    lines: int
    amount: str


class UploadDetailView(UploadView):
    """`faults` are the first 200 of `fault_count`. `tab_rows`: rows by tab. `first_rows` of BillingSchedule, as text,
    under `headers`."""

    check: JobView | None
    fault_count: int
    faults: list[FaultView]
    tab_rows: dict[str, int]
    groups: list[UploadGroupView]
    groups_left_out: int
    headers: list[str]
    first_rows: list[list[str]]


def upload_view(session: Session, row: Upload) -> UploadView:
    standing = standing_of(session, row)
    return UploadView(
        id=row.id,
        name=row.name,
        bytes=row.bytes,
        sha256=row.sha256,
        created_by=row.created_by,
        created_at=row.created_at,
        checked_by_job=row.checked_by_job,
        loaded_by_job=row.loaded_by_job,
        kept=bool(row.path),
        verdict=standing.verdict,
        job=standing.job,
        loadable=standing.loadable,
        says=standing.says,
    )


def upload_detail_view(session: Session, row: Upload) -> UploadDetailView:
    check = session.get(Job, row.checked_by_job) if row.checked_by_job is not None else None
    found = (check.result if check else None) or {}
    return UploadDetailView(
        **upload_view(session, row).model_dump(),
        check=job_view(check) if check else None,
        fault_count=found.get("problem_count", 0),
        faults=[FaultView(**one) for one in found.get("problems", [])],
        tab_rows=found.get("tab_rows", {}),
        groups=_groups(found.get("groups", []), amount_writer(session)),
        groups_left_out=found.get("groups_left_out", 0),
        headers=found.get("headers", []),
        first_rows=found.get("first_rows", []),
    )


def _groups(found: list[dict[str, str | int]], write: AmountWriter) -> list[UploadGroupView]:
    return [
        UploadGroupView(
            document_type=str(one["document_type"]),
            period=str(one["period"]),
            currency=str(one["currency"]),
            documents=int(one["documents"]),
            lines=int(one["lines"]),
            amount=write.text(int(one["amount_minor"]), str(one["currency"])),
        )
        for one in found
    ]

"""Jobs, their files and notes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.views.shape import View
from revrec.store.queries.jobs import files_of
from revrec.store.tables import Job, JobFile, JobNote


class JobFileView(View):
    id: int
    name: str
    bytes: int
    sha256: str
    content_hash: str


class JobView(View):
    """A run. `stage_total` is null while nobody knows it."""

    id: int
    kind: str
    state: str
    parameters: dict[str, Any]
    requested_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    stage: str
    stage_done: int
    stage_total: int | None
    result: dict[str, Any] | None
    error: str


class JobDetailView(JobView):
    files: list[JobFileView]


class JobNoteView(View):
    id: int
    at: datetime
    severity: str
    code: str
    where: str
    message: str


class JobCountView(View):
    """How many jobs of a kind are in a state, within a selection."""

    kind: str
    state: str
    jobs: int


def job_count_views(rows: Sequence[tuple[str, str, int]]) -> list[JobCountView]:
    return [JobCountView(kind=kind, state=state, jobs=count) for kind, state, count in rows]


def job_view(row: Job) -> JobView:
    return JobView.model_validate(row, from_attributes=True)


def job_detail_view(session: Session, row: Job) -> JobDetailView:
    files = [job_file_view(file) for file in files_of(session, row.id)]
    return JobDetailView(**job_view(row).model_dump(), files=files)


def job_file_view(row: JobFile) -> JobFileView:
    return JobFileView.model_validate(row, from_attributes=True)


def job_note_view(row: JobNote) -> JobNoteView:
    return JobNoteView.model_validate(row, from_attributes=True)

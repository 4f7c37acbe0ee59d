"""Jobs as rows of a list, each with its files."""

from collections.abc import Sequence

from sqlmodel import Session

from api.views.jobs import JobDetailView, job_file_view, job_view
from revrec.store.queries.jobs import files_of_jobs
from revrec.store.tables import Job


def job_row_views(session: Session, rows: Sequence[Job]) -> list[JobDetailView]:
    """The jobs with their files, read at once."""
    files = files_of_jobs(session, [row.id for row in rows])
    return [
        JobDetailView(
            **job_view(row).model_dump(), files=[job_file_view(one) for one in files.get(row.id, [])]
        )
        for row in rows
    ]

"""Files that people bring: what was uploaded, by whom, and the job that checked or loaded it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from revrec.store.columns import UtcDateTime, big_key, refers


class Upload(SQLModel, table=True):
    __tablename__ = "upload"

    id: int = Field(default=None, sa_column=big_key())
    kind: str  # job_file
    name: str  # as the browser called it; never used as a path
    path: str  # below the files folder
    sha256: str
    bytes: int
    created_by: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    checked_by_job: int | None = Field(default=None, sa_column=refers("job.id", nullable=True))
    loaded_by_job: int | None = Field(default=None, sa_column=refers("job.id", nullable=True))

"""Runs: what was asked, how it stands, the files it wrote and what it said."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from revrec.store.columns import Json, UtcDateTime, big_key, refers

JOB_STATES = ("queued", "running", "awaiting_load", "done", "failed", "cancelled", "superseded")
OPEN_JOB_STATES = ("queued", "running")
"""Of a job that has not ended: it waits for a worker, or one has it."""


class Job(SQLModel, table=True):
    __tablename__ = "job"

    id: int = Field(default=None, sa_column=big_key())
    kind: str = Field(index=True)  # invoices, orders, close, post, reopen
    state: str = Field(default="queued", index=True)  # one of JOB_STATES
    parameters: Any = Field(sa_type=Json)
    requested_by: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stage: str = ""
    stage_done: int = 0
    stage_total: int | None = None
    published_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime
    )  # from here on it cannot be cancelled
    result: Any | None = Field(default=None, sa_type=Json)
    error: str = ""


class JobFile(SQLModel, table=True):
    __tablename__ = "job_file"

    id: int = Field(default=None, sa_column=big_key())
    job_id: int = Field(sa_column=refers("job.id", index=True))
    name: str
    path: str  # below the files folder
    sha256: str
    content_hash: str  # over the cells of every tab but Summary
    bytes: int


class JobNote(SQLModel, table=True):
    """A line of a job's log, or a finding it made."""

    __tablename__ = "job_note"

    id: int = Field(default=None, sa_column=big_key())
    job_id: int = Field(sa_column=refers("job.id", index=True))
    part: str = ""  # which part of the job said it; said anew when that part runs again
    at: datetime = Field(sa_type=UtcDateTime)
    severity: str  # info, warning, error
    code: str = ""
    where: str = ""
    message: str

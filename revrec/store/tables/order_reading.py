"""Which orders a running job has still to read: too many ids for a step's record."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from revrec.store.columns import big_key, refers


class OrderToRead(SQLModel, table=True):
    __tablename__ = "order_to_read"
    __table_args__ = (Index("order_to_read_chunk", "job_id", "chunk"),)

    id: int = Field(default=None, sa_column=big_key())
    job_id: int = Field(sa_column=refers("job.id"))
    chunk: int
    external_id: str

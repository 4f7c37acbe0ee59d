"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, ForeignKey, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

BigId = BigInteger().with_variant(Integer, "sqlite")
"""64-bit key; SQLite numbers rows by itself only when the column is called INTEGER (which is 64-bit there)."""

Json = JSON().with_variant(JSONB, "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, always UTC and always aware. A naive value is a defect and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A time without a zone reached the database: {value}.")
        return (
            value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value.astimezone(UTC)
        )

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def big_key() -> Column[Any]:
    """A primary key the database numbers."""
    return Column(BigId, primary_key=True, autoincrement=True)


def words(*, index: bool = False) -> Column[str]:
    """Text that is empty where nobody said anything; rows written before it was asked for are so too."""
    return Column(String, nullable=False, server_default="", index=index)


def refers(target: str, *, nullable: bool = False, index: bool = False) -> Column[Any]:
    """A foreign key to `table.column`."""
    return Column(BigId, ForeignKey(target), nullable=nullable, index=index)

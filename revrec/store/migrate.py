"""Bringing a database to this release's schema."""

from functools import cache
from importlib.resources import files

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

from revrec.problems import Conflict
from revrec.store import tables
from revrec.store.engine import Store

assert tables.__all__  # importing the package registers every table in SQLModel.metadata


def upgrade(store: Store) -> tuple[str | None, str]:
    """Run the migrations that are missing, in one transaction each. Returns (revision before, after)."""
    with store.engine.begin() as connection:
        before = _revision(connection)
        if before == _head():
            return before, before
        command.upgrade(_alembic(connection), "head")
        after = _revision(connection)
    assert after is not None
    return before, after


def check_schema(store: Store) -> None:
    """Raise `Conflict` if the database was not brought to this release's schema."""
    with store.engine.connect() as connection:
        present = _revision(connection)
    if present != _head():
        raise Conflict(
            f"The database is at schema {present or 'none'}, this release needs {_head()}. Run `revrec db upgrade`."
        )


def differences(connection: Connection) -> list[object]:
    """What the migrations left different from the tables in code; empty when they agree."""
    context = MigrationContext.configure(connection, opts={"include_name": include_name})
    return list(compare_metadata(context, SQLModel.metadata))


def include_name(name: str | None, kind: str, parents: dict[str, str | None]) -> bool:
    """Leave the workflow engine's own schema out of ours."""
    return not (kind == "schema" and name == "dbos")


@cache
def _head() -> str:
    """The newest revision of this release."""
    head = ScriptDirectory.from_config(_alembic(None)).get_current_head()
    assert head is not None
    return head


def _revision(connection: Connection) -> str | None:
    if "alembic_version" not in inspect(connection).get_table_names():
        return None
    return MigrationContext.configure(connection).get_current_revision()


def _alembic(connection: Connection | None) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(files("revrec.store") / "migrations"))
    config.attributes["connection"] = connection
    return config

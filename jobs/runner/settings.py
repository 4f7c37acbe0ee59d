"""Where the durable engine keeps its rows.

SQLite: a file of its own, `jobs.sqlite3`, beside the business database, so that polling queues never waits for
a bulk load. PostgreSQL: the schema `dbos` in the same database, so that one backup holds both.
"""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url


@dataclass(frozen=True)
class RunnerSettings:
    """What a worker, a submitter or the command line needs to know of the deployment.

    `database_url` is the business database (`sqlite:///...` or `postgresql+psycopg://...`; for PostgreSQL a
    direct connection, not a transaction pooler: slot locks live as long as their session). `data_dir` is the
    folder that holds the embedded engine's file and slot locks; on PostgreSQL nothing is written there.
    """

    database_url: str = field(repr=False)  # may hold a password
    data_dir: Path

    @property
    def embedded(self) -> bool:
        """Whether the engine runs on SQLite files of this machine."""
        return make_url(self.database_url).get_backend_name() == "sqlite"

    @property
    def engine_file(self) -> Path:
        """The engine's own SQLite file. Used only when `embedded`."""
        return self.data_dir / "jobs.sqlite3"

    @property
    def engine_url(self) -> str:
        """The database URL that the engine is given."""
        if self.embedded:
            return f"sqlite:///{self.engine_file}"
        url = make_url(self.database_url).set(drivername="postgresql+psycopg")
        return url.render_as_string(hide_password=False)

    @property
    def lock_dir(self) -> Path:
        """The folder of the slot files. Used only when `embedded`."""
        return self.data_dir / "slots"

    @property
    def conninfo(self) -> str:
        """The PostgreSQL address as libpq reads it. Used only when not `embedded`."""
        url = make_url(self.database_url).set(drivername="postgresql")
        return url.render_as_string(hide_password=False)

"""Deployments to kill workers in: a database, a data folder, worker processes, and copies of all that."""

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from kill_point import KillPoint
from psycopg import sql
from sqlalchemy import make_url, update

from jobs import submit
from jobs.resources import runner_settings
from jobs.slots import Slot, take_first
from jobs.start import read_job, run_id, start_job
from revrec.config import Config, load_config
from revrec.operations.actor import Actor
from revrec.store.core import connection
from revrec.store.engine import Store
from revrec.store.tables import Job

PROGRAM = Path(__file__).parent / "recovery_worker.py"
PATIENCE_SECONDS = 60.0
SECRET_KEY = "cmVjb3ZlcnktdGVzdHMta2V5LTMyLWJ5dGVzLWxvbmc="
_numbers = itertools.count(1)


@dataclass
class WorkerProcess:
    """A worker in a process of its own. It has its imports behind it and waits to be told where to work."""

    process: "subprocess.Popen[str]"
    log: Path

    @classmethod
    def warm(cls, log: Path) -> "WorkerProcess":
        with log.open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, str(PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        return cls(process, log)

    def go(self, environ: Mapping[str, str], point: KillPoint | None) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(
            json.dumps({"environ": environ, "point": asdict(point) if point else None}) + "\n"
        )
        self.process.stdin.flush()

    def wait_started(self) -> None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("started "), f"The worker did not start:\n{self.log.read_text()[-3000:]}"

    def wait_killed(self, what: object) -> None:
        """Wait until it has killed itself."""
        try:
            status: int | None = self.process.wait(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            status = None
        assert status == -9, f"The worker did not die at {what} ({status}):\n{self.log.read_text()[-3000:]}"

    def end(self) -> None:
        """End it at once. Its job is over: there is nothing left to give back."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


class Stable:
    """Keeps worker processes warm, so that a test does not wait for their imports."""

    READY = 2

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: deque[WorkerProcess] = deque()
        self._fill(self.READY)

    def take(self) -> WorkerProcess:
        self._fill(self.READY + 1)
        return self._waiting.popleft()

    def close(self) -> None:
        for worker in self._waiting:
            worker.end()

    def _fill(self, count: int) -> None:
        while len(self._waiting) < count:
            self._waiting.append(WorkerProcess.warm(self._folder / f"worker-{next(_numbers)}.log"))


@dataclass
class Deployment:
    """One deployment. `folder` holds everything of it but a PostgreSQL database."""

    folder: Path
    database_url: str
    stable: Stable
    workers: list[WorkerProcess] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.environ = {
            "REVREC_DATA_DIR": str(self.folder),
            "REVREC_DATABASE_URL": self.database_url,
            "REVREC_SECRET_KEY": SECRET_KEY,
            "REVREC_LOOK_UP_AGAIN_SECONDS": "0.2",
        }
        self.config: Config = load_config(self.environ)
        self.store = Store(self.database_url)

    @property
    def embedded(self) -> bool:
        return self.config.embedded

    def close(self) -> None:
        for worker in self.workers:
            worker.end()
        self.workers.clear()
        self.store.close()

    def begin_worker(self, point: KillPoint | None = None) -> WorkerProcess:
        """Let a worker begin, without waiting for it."""
        worker = self.stable.take()
        worker.go(self.environ, point)
        self.workers.append(worker)
        return worker

    def start(self, kind: str, parameters: Mapping[str, Any], actor: Actor) -> int:
        return start_job(self.config, self.store, kind, parameters, actor)

    def wait(self, job_id: int) -> Job:
        """Wait until the job's run is over; gives its row."""
        run = submit.wait(runner_settings(self.config), run_id(job_id), timeout_seconds=PATIENCE_SECONDS)
        logs = "\n".join(worker.log.read_text()[-2000:] for worker in self.workers)
        assert run.over, f"Job {job_id} did not end:\n{logs}"
        return read_job(self.store, job_id)

    def wait_state(self, job_id: int, *states: str) -> Job:
        """Wait until the job's row is in one of the states."""
        return self.eventually(lambda: _in(read_job(self.store, job_id), states), f"job {job_id} is {states}")

    def eventually(self, look: Callable[[], Any], what: str) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := look()):
            assert time.monotonic() < deadline, f"It did not come to this: {what}"
            time.sleep(0.02)
        return found

    def run(self, kind: str, parameters: Mapping[str, Any], actor: Actor) -> Job:
        """Run a job to its end, with a worker that nobody disturbs."""
        worker = self.begin_worker()
        job_id = self.start(kind, parameters, actor)
        found = self.wait(job_id)
        worker.end()
        return found

    def occupy_slot(self) -> Slot:
        """Hold the first free slot, so that the next worker takes another."""
        return take_first(runner_settings(self.config))

    def move_netsuite(self, url: str) -> None:
        """Let the connections to NetSuite lead to another stand-in of the same credentials."""
        with self.store.write() as session:
            session.execute(update(connection).where(connection.c.system == "netsuite").values(base_url=url))


def _in(job: Job, states: tuple[str, ...]) -> Job | None:
    return job if job.state in states else None


class Copies:
    """Makes deployments, empty or as copies; everything goes at the end."""

    def __init__(self, kind: str, server_url: str, template: str, root: Path, stable: Stable) -> None:
        """`template`: a SQLite file or the name of a PostgreSQL database at this release's schema."""
        self.kind, self._server, self._template, self._root = kind, server_url, template, root
        self._stable = stable
        self._databases: list[str] = []

    def empty(self) -> Deployment:
        folder = self._folder()
        if self.kind == "sqlite":
            shutil.copy(self._template, folder / "revrec.sqlite3")
            return Deployment(folder, f"sqlite:///{folder / 'revrec.sqlite3'}", self._stable)
        return Deployment(folder, self._database(self._template), self._stable)

    def copy(self, source: Deployment) -> Deployment:
        """A deployment that stands where `source` stands. Nobody may be at work in `source`."""
        source.close()
        folder = self._folder()
        shutil.copytree(
            source.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.log", "slots")
        )
        if self.kind == "sqlite":
            return Deployment(folder, f"sqlite:///{folder / 'revrec.sqlite3'}", self._stable)
        return Deployment(folder, self._database(str(make_url(source.database_url).database)), self._stable)

    @contextmanager
    def working_copy(self, source: Deployment) -> Iterator[Deployment]:
        """A copy for one test."""
        made = self.copy(source)
        try:
            yield made
        finally:
            made.close()
            self._forget(made)

    def drop_all(self) -> None:
        for name in list(self._databases):
            self._drop(name)

    def _folder(self) -> Path:
        folder = self._root / f"{self.kind}-{next(_numbers)}"
        folder.mkdir()
        return folder

    def _database(self, template: str) -> str:
        name = f"revrec_recovery_{os.getpid()}_{next(_numbers)}"
        self._administer(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        self._databases.append(name)
        return make_url(self._server).set(database=name).render_as_string(hide_password=False)

    def _forget(self, made: Deployment) -> None:
        if self.kind == "postgresql":
            self._drop(str(make_url(made.database_url).database))
        shutil.rmtree(made.folder, ignore_errors=True)

    def _drop(self, name: str) -> None:
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self._databases.remove(name)

    def _administer(self, statement: sql.Composed) -> None:
        url = make_url(self._server).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as session:
            session.execute(statement)

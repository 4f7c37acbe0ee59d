"""An engine on both databases, workers in this process and in others, and the ledger in which steps are counted."""

import importlib
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from jobs.runner import RunnerSettings
from jobs.runner.desk import prepare
from jobs.worker import Worker

PROGRAMS = Path(__file__).parent / "programs"
PATIENCE_SECONDS = 20.0


@pytest.fixture(scope="session")
def engine_template(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL database that has the engine's schema and nothing else."""
    name = f"revrec_engine_{os.getpid()}"
    server = make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    prepare(RunnerSettings(url, tmp_path_factory.mktemp("engine")))
    yield name
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> RunnerSettings:
    if request.param == "sqlite":
        return RunnerSettings(f"sqlite:///{tmp_path / 'revrec.sqlite3'}", tmp_path / "data")
    make: Callable[[str], str] = request.getfixturevalue("new_database")
    return RunnerSettings(make(request.getfixturevalue("engine_template")), tmp_path / "data")


@pytest.fixture
def sqlite_settings(tmp_path: Path) -> RunnerSettings:
    return RunnerSettings(f"sqlite:///{tmp_path / 'revrec.sqlite3'}", tmp_path / "data")


@pytest.fixture
def postgres_settings(
    new_database: Callable[[str], str], engine_template: str, tmp_path: Path
) -> RunnerSettings:
    return RunnerSettings(new_database(engine_template), tmp_path / "data")


@pytest.fixture(scope="session", autouse=True)
def flows() -> None:
    """The test workflows, registered in this process."""
    sys.path.insert(0, str(PROGRAMS))
    importlib.import_module("flows")
    sys.path.remove(str(PROGRAMS))


Eventually = Callable[[Callable[[], object], str], None]


@pytest.fixture
def eventually() -> Eventually:
    """`eventually(condition, what)` looks until the condition holds; fails naming what did not come."""

    def wait(condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"Within {PATIENCE_SECONDS:.0f} s it did not come to this: {what}.")
            time.sleep(0.01)

    return wait


@dataclass
class LedgerReader:
    """What steps did, read from their ledger; and the points at which they are held."""

    folder: Path
    eventually: Eventually

    @property
    def lines(self) -> list[str]:
        file = self.folder / "ledger"
        return [line.rpartition(" ")[0] for line in file.read_text().splitlines()] if file.exists() else []

    @property
    def counts(self) -> Counter[str]:
        return Counter(self.lines)

    @property
    def processes(self) -> set[str]:
        return {line.rpartition(" ")[2] for line in (self.folder / "ledger").read_text().splitlines()}

    def hold(self, point: str) -> None:
        (self.folder / f"hold-{point}").touch()

    def release(self, point: str) -> None:
        (self.folder / f"hold-{point}").unlink()

    def wait_for(self, line: str, times: int = 1) -> None:
        self.eventually(lambda: self.counts[line] >= times, f"the ledger has {line} {times} times")


@pytest.fixture
def ledger(tmp_path: Path, eventually: Eventually) -> LedgerReader:
    folder = tmp_path / "ledger"
    folder.mkdir()
    return LedgerReader(folder, eventually)


@dataclass
class WorkerProcess:
    """A worker in a process of its own."""

    process: "subprocess.Popen[str]"
    output: list[str] = field(default_factory=list)

    def wait_started(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line.strip())
            if line.startswith("started "):
                return line.split()[1]
        raise AssertionError(f"The worker ended with {self.process.wait()} before it started.")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=15)


StartWorker = Callable[..., WorkerProcess]


@pytest.fixture
def start_worker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StartWorker]:
    """`start_worker(module="flows", queues="")` starts a worker process and waits until it takes work.

    It works on the test's `settings` unless it is given others.
    """
    started: list[WorkerProcess] = []

    def start(
        module: str = "flows", queues: str = "", settings: RunnerSettings | None = None
    ) -> WorkerProcess:
        settings = settings or request.getfixturevalue("settings")
        log = (tmp_path / f"worker-{len(started)}.log").open("w")
        process = subprocess.Popen(
            [
                sys.executable,
                str(PROGRAMS / "worker.py"),
                settings.database_url,
                str(settings.data_dir),
                module,
                queues,
            ],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        log.close()
        worker = WorkerProcess(process)
        started.append(worker)
        worker.wait_started()
        return worker

    yield start
    for worker in started:
        if worker.process.poll() is None:
            worker.kill()
        assert worker.process.stdout is not None
        worker.process.stdout.close()


@pytest.fixture
def worker_here(settings: RunnerSettings) -> Iterator[Worker]:
    """A worker in this process."""
    worker = Worker(settings, takeover_seconds=0.3)
    worker.start()
    yield worker
    worker.stop(wait_seconds=5)

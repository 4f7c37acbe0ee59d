"""Workers that die and jobs that are finished by others: deployments, stand-ins, and what an undisturbed run leaves."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent / "programs"))

from business_state import State, differences, read_state, visible
from deployment import Copies, Deployment, Stable
from kill_point import HELD, KillPoint
from netsuite_source import LINES, NetSuite
from sqlalchemy import select
from story import Result, Stage, Story, read_result

from jobs.resources import runner_settings
from jobs.start import cancel_job as tell_engine
from revrec.operations.cancel_job import cancel_job
from revrec.store.core import job as job_table
from sample_data.starting import StandIn, start


@pytest.fixture(scope="session")
def recovery_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("recovery")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def stable(recovery_folder: Path) -> Iterator[Stable]:
    made = Stable(recovery_folder)
    yield made
    made.close()


@pytest.fixture(scope="session")
def shared_netsuite(recovery_folder: Path) -> Iterator[NetSuite]:
    """The stand-in as seeded; jobs that only read share it."""
    made = NetSuite.over(recovery_folder / "seeded.db")
    yield made
    made.running.stop()


@pytest.fixture(scope="session")
def shared_salesforce() -> Iterator[StandIn]:
    with start("salesforce", "--lines", LINES) as running:
        yield running


@pytest.fixture(scope="session")
def stories(
    request: pytest.FixtureRequest,
    recovery_folder: Path,
    stable: Stable,
    shared_netsuite: NetSuite,
    shared_salesforce: StandIn,
) -> Iterator[Callable[[str], Story]]:
    """`stories(kind)`: the stages on that kind of database, made when first asked for."""
    made: dict[str, Story] = {}
    with ExitStack() as closing:

        def story(kind: str) -> Story:
            if kind not in made:
                postgres = kind == "postgresql"
                server = request.getfixturevalue("postgres_url") if postgres else ""
                template = request.getfixturevalue("postgres_template" if postgres else "sqlite_template")
                copies = Copies(kind, server, str(template), recovery_folder, stable)
                closing.callback(copies.drop_all)
                made[kind] = Story(copies, shared_netsuite, shared_salesforce, recovery_folder)
                closing.callback(made[kind].close)
            return made[kind]

        yield story


class Disturbed:
    """A stage whose job is disturbed: a copy of its deployment, and the NetSuite that it talks to."""

    def __init__(self, story: Story, stage: Stage, deployment: Deployment, netsuite: NetSuite) -> None:
        self.story, self.stage = story, stage
        self.deployment, self.netsuite = deployment, netsuite

    def start(self) -> int:
        return self.deployment.start(self.stage.kind, self.stage.parameters, self.stage.actor)

    def killed_at(self, point: KillPoint) -> int:
        """Start the job and a worker that dies at the point; gives the job once it has died."""
        worker = self.deployment.begin_worker(point)
        job_id = self.start()
        worker.wait_killed(point)
        return job_id

    def killed_and_finished(self, point: KillPoint, how: str) -> Result:
        """Kill a worker at the point; `restart`, `takeover` or `live` says who goes on with the job."""
        if how == "live":
            dying = self.deployment.begin_worker(point)
            dying.wait_started()
            job_id = self.start()
            self.deployment.wait_state(job_id, "running")
            other = self.deployment.begin_worker()
            dying.wait_killed(point)
            job = self.deployment.wait(job_id)
            other.end()
            return read_result(self.deployment, job, self.netsuite)
        first = self.deployment.occupy_slot() if how == "takeover" else None
        job_id = self.killed_at(point)
        if first is not None:
            first.release()
        return self.finish(job_id)

    def finish(self, job_id: int) -> Result:
        """Let a plain worker go on to the end."""
        worker = self.deployment.begin_worker()
        job = self.deployment.wait(job_id)
        worker.end()
        return read_result(self.deployment, job, self.netsuite)

    def held_at(self, point: KillPoint) -> int:
        """Start the job and a worker that stops at the point; gives the job once it stands there."""
        self.deployment.begin_worker(replace(point, action="hold"))
        job_id = self.start()
        self.deployment.eventually(self._held.exists, f"the job is held {point}")
        return job_id

    def let_go(self) -> None:
        self._held.unlink()

    def cancel(self, job_id: int) -> None:
        """As the API and the command line do it: the row first, then the engine."""
        with self.deployment.store.write() as session:
            cancel_job(session, self.stage.actor, job_id, now=datetime.now(UTC), reason="a test")
        tell_engine(runner_settings(self.deployment.config), job_id)

    def open_jobs(self) -> list[int]:
        with self.deployment.store.read() as session:
            return list(
                session.execute(select(job_table.c.id).where(job_table.c.state == "queued")).scalars()
            )

    def books(self) -> State:
        return read_state(self.deployment.store, self.deployment.folder)

    def assert_nothing_visible(self, books: State) -> None:
        """Fail if a reader of the books sees anything that was not there before the job, or the books are locked."""
        before = read_state(self.stage.before.store, self.stage.before.folder)
        self.stage.before.close()
        seen = {name: lines for name, lines in visible(before).items() if lines != visible(books)[name]}
        assert not seen, f"{sorted(seen)} changed"
        assert all("held_by_job=None" in line for line in books["book_lock"]), books["book_lock"]

    @property
    def _held(self) -> Path:
        return self.deployment.folder / HELD

    def assert_undisturbed(self, found: Result) -> None:
        """Fail, naming what differs, unless everything is as an undisturbed run leaves it."""
        expected = self.stage.undisturbed
        assert (found.state, found.error) == (expected.state, expected.error)
        assert found.file_hashes == expected.file_hashes
        assert found.journals == expected.journals
        told = differences(expected.books, found.books)
        assert not told, told


Disturb = Callable[..., Disturbed]


@pytest.fixture
def disturb(
    stories: Callable[[str], Story], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Disturb]:
    """`disturb(kind, stage_name)`: a copy of the stage to be disturbed. One that posts gets a NetSuite of its own."""
    with ExitStack() as closing:

        def make(kind: str, name: str, *, own_netsuite: bool = False) -> Disturbed:
            story = stories(kind)
            stage = story.stage(name)
            deployment: Any = closing.enter_context(story.copies.working_copy(stage.before))
            netsuite = stage.netsuite
            if own_netsuite or stage.kind == "post":
                netsuite = netsuite.copy(tmp_path / "netsuite.db")
                closing.callback(netsuite.running.stop)
            deployment.move_netsuite(netsuite.running.url)
            return Disturbed(story, stage, deployment, netsuite)

        yield make

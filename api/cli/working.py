"""Long work from the command line: start a job, show how far it is, say how it ended."""

import sys
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.status import Status

from api.cli.exits import OK, REFUSED
from api.cli.output import print_json, shown
from api.deployment import Deployment
from api.views.jobs import JobDetailView, job_detail_view, job_note_view
from jobs.start import read_job, see_through, start_job
from revrec.operations.actor import Actor
from revrec.store.queries.jobs import notes_after
from revrec.store.tables import Job

GOOD_ENDS = ("done", "awaiting_load")


class Progress:
    """How far a job is: a line that changes on a terminal, a line a stage elsewhere. On standard error."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stderr, markup=False, highlight=False)
        self._status: Status | None = None
        self._stage = ""

    def __enter__(self) -> "Progress":
        if self._console.is_terminal:
            self._status = self._console.status("Starting ...")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, job: Job) -> None:
        stage = job.stage or job.state
        of = f" of {job.stage_total:,}" if job.stage_total is not None else ""
        count = f": {job.stage_done:,}{of}" if job.stage_done or of else ""
        if self._status is not None:
            self._status.update(f"job {job.id} {job.kind}: {stage}{count}")
        elif stage != self._stage:
            self._stage = stage
            print(f"job {job.id} {job.kind}: {stage}", file=sys.stderr, flush=True)


def run_job(
    opened: Deployment,
    actor: Actor,
    kind: str,
    parameters: dict[str, Any],
    *,
    as_json: bool,
    wait: bool = True,
) -> int:
    """Start a job, see it through, print its result. The exit status says whether it ended well."""
    job_id = start_job(opened.config, opened.store, kind, parameters, actor)
    if not wait:
        job = read_job(opened.store, job_id)
    else:
        with Progress() as progress:
            job = see_through(opened.config, job_id, progress.show)
    with opened.store.read() as session:
        row = session.get_one(Job, job.id)
        view = job_detail_view(session, row)
        notes = [job_note_view(note) for note in notes_after(session, job.id, 0, 200)]
    if as_json:
        print_json(view)
    else:
        print_result(view)
        for note in notes:
            if note.severity != "info":
                print(f"  {note.severity}: {note.where}: {note.message}")
    if not wait:
        return OK
    return OK if view.state in GOOD_ENDS else REFUSED


def print_result(view: JobDetailView) -> None:
    """How a job ended, its figures, its files."""
    print(f"Job {view.id} ({view.kind}) is {view.state.replace('_', ' ')}.")
    if view.error:
        print(f"  {view.error}")
    for name, value in (view.result or {}).items():
        print(f"  {name.replace('_', ' ')}: {shown(value)}")
    for file in view.files:
        print(f"  file {file.id}: {file.name} ({file.bytes:,} bytes)")

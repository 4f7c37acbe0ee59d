"""Long work from the command line: start a job, show how far it is, say how it ended."""

import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.status import Status

from api.cli.exits import OK, REFUSED
from api.cli.output import print_json, shown
from api.deployment import Deployment
from api.views.amounts import AmountWriter, amount_writer
from api.views.jobs import JobDetailView, JobNoteView, job_detail_view, job_note_view
from jobs.start import read_job, see_through, start_job
from revrec.operations.actor import Actor
from revrec.store.queries.jobs import notes_after
from revrec.store.tables import Job

AMOUNTS = (
    "billed",
    "recognised",
    "contract_liability",
    "contract_asset",
    "unbilled_receivable",
    "total",
)
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
    return see_job(opened, job_id, as_json=as_json, wait=wait)


def see_job(opened: Deployment, job_id: int, *, as_json: bool, wait: bool = True) -> int:
    """See a job through that was started, print its result. The exit status says whether it ended well."""
    job = watch_job(opened, job_id) if wait else read_job(opened.store, job_id)
    with opened.store.read() as session:
        row = session.get_one(Job, job.id)
        view = job_detail_view(session, row)
        write = amount_writer(session)
        notes = [job_note_view(note) for note in notes_after(session, job.id, 0, 200)]
    if as_json:
        print_json(view)
    else:
        print_result(view, write)
        for note in notes:
            if note.severity != "info":
                print_note(note)
    if not wait:
        return OK
    return OK if view.state in GOOD_ENDS else REFUSED


def watch_job(opened: Deployment, job_id: int) -> Job:
    """See a job through, and show how far it is. Gives its row at the end."""
    with Progress() as progress:
        return see_through(opened.config, job_id, progress.show)


def print_result(view: JobDetailView, write: AmountWriter) -> None:
    """How a job ended, its figures, its files."""
    print(f"Job {view.id} ({view.kind}) is {view.state.replace('_', ' ')}.")
    if view.error:
        print(f"  {view.error}")
    for line in figures(view.result or {}, write):
        print(f"  {line}")
    for file in view.files:
        print(f"  file {file.id}: {file.name} ({file.bytes:,} bytes)")


def print_note(note: JobNoteView) -> None:
    """A line of a job's log; the code is what `--acknowledge` takes."""
    print(f"  {note.severity}: {note.where}: {note.message}" + (f" [{note.code}]" if note.code else ""))


def figures(result: dict[str, Any], write: AmountWriter, prefix: str = "") -> Iterator[str]:
    """A job's figures, one a line: names spelled out, groups of plain values on one line, amounts with decimals.

    Within a group named by a currency, what is an amount by its name is written in that currency.
    """
    for name, value in result.items():
        words = f"{prefix}{name.replace('_', ' ')}"
        if value in ({}, [], None, ""):
            continue
        if isinstance(value, dict) and _is_money(value):
            yield f"{words}: " + ", ".join(
                f"{write.text(minor, code)} {code}" for code, minor in value.items()
            )
        elif isinstance(value, dict) and any(isinstance(one, dict) for one in value.values()):
            yield from figures(value, write, f"{words}, ")
        elif isinstance(value, dict):
            within = name if _is_currency(name) else ""
            parts = (
                f"{one.replace('_', ' ')} {write.text(of, within) if within and one in AMOUNTS else shown(of)}"
                for one, of in value.items()
            )
            yield f"{words}: {', '.join(parts)}"
        else:
            yield f"{words}: {shown(value)}"


def _is_money(value: dict[str, Any]) -> bool:
    """Minor units by currency, which is how jobs keep amounts."""
    return all(
        _is_currency(key) and isinstance(of, int) and not isinstance(of, bool) for key, of in value.items()
    )


def _is_currency(name: str) -> bool:
    return len(name) == 3 and name.isalpha() and name.isupper()

"""`revrec jobs`: runs, their files, and stopping them."""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import print_json, print_views
from api.cli.session import As, Json, Limit, Reason, acting, deployment
from api.cli.working import print_note, print_result
from api.job_files import path_of
from api.views.amounts import amount_writer
from api.views.jobs import job_detail_view, job_note_view, job_view
from jobs.start import cancel_job as stop_run
from revrec.operations.cancel_job import cancel_job
from revrec.operations.permissions import require
from revrec.problems import Conflict, Invalid, NotFound
from revrec.store.queries.jobs import files_of, jobs_before, notes_after
from revrec.store.tables import Job, JobFile

app = typer.Typer(help="Jobs.", no_args_is_help=True)

JobId = Annotated[int, typer.Argument(metavar="JOB", help="Its number.")]


@app.command("list")
def list_jobs(
    kind: Annotated[
        str, typer.Option(help="Of this kind: invoices, orders, load, close, post, reopen.")
    ] = "",
    state: Annotated[str, typer.Option(help="In this state.")] = "",
    limit: Limit = 50,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List jobs, newest first."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            views = [job_view(row) for row in jobs_before(session, None, limit, kind=kind, state=state)]
    print_views(
        views,
        [
            ("job>", lambda v: v.id),
            ("kind", lambda v: v.kind),
            ("state", lambda v: v.state),
            ("stage", lambda v: v.stage),
            ("by", lambda v: v.requested_by),
            ("started", lambda v: v.started_at or v.created_at),
            ("finished", lambda v: v.finished_at),
            ("error", lambda v: v.error),
        ],
        as_json=as_json,
        empty="There are no jobs.",
    )


@app.command("show")
def show(job: JobId, as_: As = "", as_json: Json = False) -> None:
    """Show a job: its figures, its files, what it said."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            row = session.get(Job, job)
            if row is None:
                raise NotFound(f"There is no job {job}.", where="job")
            view = job_detail_view(session, row)
            notes = [job_note_view(note) for note in notes_after(session, job, 0, 1000)]
            write = amount_writer(session)
    if as_json:
        print_json({**view.model_dump(mode="json"), "notes": notes})
        return
    print_result(view, write)
    for note in notes:
        print_note(note)


@app.command("cancel")
def cancel(job: JobId, reason: Reason = "", as_: As = "", as_json: Json = False) -> None:
    """Cancel a job that has not loaded yet. It stops between two steps and nothing of it is seen."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            view = job_view(cancel_job(session, actor, job, now=opened.now(), reason=reason))
        stop_run(opened.runner, job)
    if as_json:
        print_json(view)
    else:
        print(f"Job {job} is cancelled.")


@app.command("file")
def file(
    job: JobId,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File or folder; `-` is standard output.")
    ] = None,
    file_id: Annotated[int | None, typer.Option("--file", help="Which, if the job wrote several.")] = None,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Copy a job's workbook here."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            found = files_of(session, job)
            row = _chosen(job, found, file_id)
            source = path_of(opened.config, row)
            name, size, digest = row.name, row.bytes, row.sha256
    if output is not None and str(output) == "-":
        if as_json:
            raise Invalid("--json and `-o -` both want standard output.", where="--output")
        with source.open("rb") as stream:
            shutil.copyfileobj(stream, sys.stdout.buffer)
        return
    target = Path(name) if output is None else output / name if output.is_dir() else output
    if target.exists() and target.resolve() == source.resolve():
        raise Conflict(f"{target} is the job's own file.", where="--output")
    shutil.copyfile(source, target)
    if as_json:
        print_json({"path": str(target.resolve()), "bytes": size, "sha256": digest})
    else:
        print(target)


def _chosen(job: int, found: list[JobFile], file_id: int | None) -> JobFile:
    rows = [row for row in found if file_id is None or row.id == file_id]
    if not rows:
        raise NotFound(f"Job {job} has no file" + (f" {file_id}." if file_id else "."), where="file")
    if len(rows) > 1:
        names = ", ".join(f"{row.id} {row.name}" for row in rows)
        raise Invalid(f"Job {job} wrote several files; choose by --file: {names}.", where="--file")
    return rows[0]

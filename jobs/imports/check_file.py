"""The job that checks an uploaded file: it reads all of it and changes nothing.

Its result says `verdict`: `unreadable` (no workbook, or cells that are wrong, each named), `untouched` (a job here
wrote it and it is as it was), `edited` (a job here wrote it and cells differ, each named) or `foreign` (no job here
wrote it).
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jobs.imports.preview import Preview
from jobs.imports.standing import note_check
from jobs.lifecycle import progress, run_job_sync
from jobs.resources import resources, store
from jobs.runner import Cancelled, is_cancelled_sync, step_sync, workflow
from reconciliation.differences import differing_cells
from reconciliation.package_check import UnreadableWorkbook
from reconciliation.reader import ImportCheck, import_check
from reconciliation.tab_reader import CellProblem
from revrec.problems import NotFound
from revrec.store.queries.currencies import precisions
from revrec.store.queries.uploads import job_file_of_content
from revrec.store.tables import Job, Upload

READING, COMPARING = "reading the file", "comparing with what the job wrote"
_JOB = re.compile(r"job (\d{1,18})\Z")


@workflow("check_file")
def check_file(job_id: int) -> dict[str, Any]:
    """Check the upload that the parameters name."""
    return run_job_sync(job_id, lambda: dict(step_sync(read_upload, job_id, name="read_upload")))


def read_upload(job_id: int) -> dict[str, Any]:
    """Read the file and say what it is. Reading it again says the same."""
    with store().read() as session:
        upload = session.get(Upload, int(session.get_one(Job, job_id).parameters["upload"]))
        if upload is None:
            raise NotFound("The upload is not there any more.", where="upload")
        upload_id, name = upload.id, upload.name
        path = resources().config.files_dir / upload.path
        decimals = {"": 0, **precisions(session)}
    if not path.is_file():
        raise NotFound(f"The file of upload {upload_id} is no longer kept. Upload it again.", where=name)
    note_check(store(), upload_id, job_id)

    def looked(tab: str, done: int, total: int | None) -> None:
        progress(job_id, READING, done, total)
        if is_cancelled_sync():
            raise Cancelled("The check was cancelled.")

    preview = Preview(decimals, looked)
    try:
        check = import_check(path, decimals, called=name, watch=preview)
    except UnreadableWorkbook as error:
        return {
            "upload": upload_id,
            "verdict": "unreadable",
            **_listed([CellProblem(name, 0, "", str(error))], 1),
        }
    return {"upload": upload_id, **_verdict(job_id, check, path, decimals), **preview.found()}


def _verdict(job_id: int, check: ImportCheck, path: Path, decimals: dict[str, int]) -> dict[str, Any]:
    stated = _JOB.match(check.job)
    stated_job = int(stated[1]) if stated else None
    with store().read() as session:
        same = job_file_of_content(session, check.content_hash, stated_job) if check.is_readable else None
        meant = same or job_file_of_content(session, check.stated_hash, stated_job)
        job, written = (meant.job_id, resources().config.files_dir / meant.path) if meant else (None, None)
    found: dict[str, Any] = {
        "job": job,
        "stated_job": check.job,
        "content_hash": check.content_hash,
        "tab_rows": dict(check.tab_rows),
    }
    if not check.is_readable:
        return {**found, "verdict": "unreadable", **_listed(check.problems, check.problem_count)}
    if same is not None:
        return {**found, "verdict": "untouched", **_listed([], 0)}
    if written is None:
        return {**found, "verdict": "foreign", **_listed([], 0)}
    progress(job_id, COMPARING, now=True)
    if not written.is_file():
        kept = CellProblem("the whole file", 0, "", f"The file that job {job} wrote is no longer kept here.")
        return {**found, "verdict": "edited", **_listed([kept], 1)}
    differences = differing_cells(written, path, decimals)
    return {**found, "verdict": "edited", **_listed(differences, len(differences))}


def _listed(problems: Sequence[CellProblem], count: int) -> dict[str, Any]:
    return {
        "problem_count": count,
        "problems": [
            {"sheet": one.sheet, "row": one.row, "column": one.column, "message": one.message}
            for one in problems
        ],
    }

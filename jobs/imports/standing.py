"""What may be done with an uploaded file now: its check, and the state of the job that wrote it."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from revrec.store.engine import Store
from revrec.store.tables import Job, Upload
from revrec.store.tables.jobs import OPEN_JOB_STATES

WHY_FOREIGN = (
    "No job here wrote this file, so it was checked and is not loaded. A job file holds billing lines without the main "
    "and tax lines that a document must balance with, and without NetSuite's stamps; what was loaded from it could "
    "neither be reconciled nor kept apart from the next run's. Run the job here, or load the file where it was written."
)


MOST_PLACES = 200  # more are not counted


@dataclass(frozen=True, slots=True)
class Standing:
    """`verdict`: empty before the check ended, else that of the check. `job`: the job that wrote the file, if one here
    did. `loadable`: whether it can be loaded now; `says` why, or why not."""

    verdict: str
    job: int | None
    loadable: bool
    says: str


def standing_of(session: Session, upload: Upload) -> Standing:
    """What may be done with an upload, as things are now."""
    check = session.get(Job, upload.checked_by_job) if upload.checked_by_job is not None else None
    if check is None or check.state in OPEN_JOB_STATES:
        return Standing("", None, False, "It is being checked.")
    if check.state != "done":
        words = f": {check.error}" if check.error else ""
        return Standing(
            "", None, False, f"Its check was not finished{words or f' ({check.state})'}. Check it again."
        )
    found: dict[str, Any] = check.result or {}
    verdict, job_id = str(found["verdict"]), found.get("job")
    wrote = session.get(Job, job_id) if job_id is not None else None
    if verdict == "unreadable":
        wrong = _count(int(found["problem_count"]), "fault")
        return Standing(verdict, job_id, False, f"It has {wrong}, so nothing of it can be loaded.")
    if wrote is None:
        return Standing("foreign", None, False, WHY_FOREIGN)
    if verdict == "edited":
        number = int(found["problem_count"])
        places = _count(number, "place") if number < MOST_PLACES else "many places"
        return Standing(
            verdict,
            wrote.id,
            False,
            f"It is the file of job {wrote.id}, changed in {places}. Edits are not "
            "loaded: change the data in NetSuite or the CRM, and run the job again.",
        )
    return Standing(verdict, wrote.id, wrote.state == "awaiting_load", _of_own(wrote))


def note_check(store: Store, upload_id: int, job_id: int) -> None:
    """Remember which job checks an upload; the newest counts."""
    with store.write() as session:
        session.get_one(Upload, upload_id).checked_by_job = job_id


def _of_own(wrote: Job) -> str:
    untouched = f"It is the file of job {wrote.id}, as the job wrote it."
    match wrote.state:
        case "awaiting_load":
            return f"{untouched} Loading it loads what the job pulled."
        case "done":
            return f"{untouched} The job is loaded already; there is nothing left to do."
        case "superseded":
            return f"{untouched} A newer run superseded the job."
        case _:
            return f"{untouched} The job is {wrote.state}, so nothing of it can be loaded."


def _count(number: int, word: str) -> str:
    return f"one {word}" if number == 1 else f"{number:,} {word}s"

"""What a run will do, decided once at its beginning and recorded: what it reads since when, conversion or not.

The kinds of documents (invoices, credit memos) are read together where they have been read equally far, else each on
its own: each has its own watermark, the settings it was read with, and the date from which on it was read.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from jobs.invoices.reading_settings import reading_settings
from jobs.pausing import require_open
from jobs.resources import store
from jobs.runner import account_queue
from revrec.netsuite.population import TYPES
from revrec.operations.policies import policy_value
from revrec.operations.set_first_period import first_period
from revrec.problems import Invalid
from revrec.store.queries.document_marks import document_marks
from revrec.store.queries.ignored import ignore_list
from revrec.store.staging.documents import recheck_ids
from revrec.store.staging.publish import read_watermarks
from revrec.store.tables import Job

OVERLAP = timedelta(days=1)


def plan_run(job_id: int) -> dict[str, Any]:
    """The plan of an invoices run. Raises `Conflict` if NetSuite is not connected or its connection is paused.

    `reads`: what is read side by side, each `kinds`, whether `full`, and `start`. Before an accounting period is set
    the run is a conversion: a full pull that moves no watermark.
    """
    with store().read() as session:
        connection = require_open(session, "invoices")
        parameters = session.get_one(Job, job_id).parameters or {}
        begun = first_period(session)
        kinds = kinds_of(parameters)
        dated_from = import_from(session)
        settings = reading_settings(session)
        marks = document_marks(read_watermarks(session, connection.id))
        wanted = bool(parameters.get("full")) or begun is None
        reads: dict[str | None, list[str]] = {}
        for kind in kinds:
            mark = marks[kind]
            # What was read under other settings would be read otherwise now, and what was dated before the day from
            # which on documents count was never read: all of it is read again.
            otherwise = mark.settings != settings or _reaches_back(dated_from, mark.dated_from)
            full = wanted or mark.upper is None or otherwise
            start = None if full or mark.upper is None else (mark.upper - OVERLAP).isoformat()
            reads.setdefault(start, []).append(kind)
        exclusion = policy_value(session, "exclude_products")
        listed = ignore_list(policy_value(session, "ignore_customers"))
        return {
            "connection_id": connection.id,
            "account": connection.account,
            "queue": account_queue(connection.account),
            "conversion": begun is None,
            "kinds": kinds,
            "reads": [
                {"kinds": some, "full": start is None, "start": start} for start, some in reads.items()
            ],
            "full": None in reads,
            "start": None if None in reads else min(start for start in reads if start),
            # A full run reads everything: there is nothing left to sweep for.
            "sweep": bool(parameters.get("sweep")) and any(reads),
            "sweep_asked": bool(parameters.get("sweep")),
            "dated_from": dated_from.isoformat() if dated_from else "",
            "settings": settings,
            "excluded": list(exclusion["product"]["values"]),
            "ignored": listed.shown(),
            "recheck": len(recheck_ids(session, kinds)),
        }


def kinds_of(parameters: Mapping[str, Any]) -> list[str]:
    """The kinds of documents that a job's parameters ask for, in NetSuite's own order; all unless told."""
    asked = parameters.get("kinds") or TYPES
    if set(asked) - set(TYPES):
        raise Invalid(f"kinds are among {', '.join(TYPES)}; these are {', '.join(asked)}.", where="kinds")
    return [kind for kind in TYPES if kind in asked]


def import_from(session: Session) -> date | None:
    """The date from which on documents count; None: all do."""
    text = str(policy_value(session, "import_from"))
    return date.fromisoformat(text) if text else None


def _reaches_back(wanted: date | None, read: date | None) -> bool:
    """Whether documents count now that were dated too early when they were last read."""
    return read is not None and (wanted is None or wanted < read)

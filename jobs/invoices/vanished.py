"""Documents that a run no longer finds: a few are deletions, many are a role that sees less than it did."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from jobs.resources import store
from revrec.operations.policies import policy_value
from revrec.problems import Conflict
from revrec.store.core import document_change, source_document
from revrec.store.tables import Job

VANISHED = "no longer in NetSuite"
"""Why a document is gone that no record of a deletion explains."""
FEW = 20
"""As many may vanish without a question, whatever share they are."""


def refuse_vanished(job_id: int, plan: dict[str, Any]) -> int:
    """How many documents a run no longer found, be it a full one, a sweep, or that the reconciliation missed them.
    Raises `Conflict` where they are an unusual share of all that are here, unless the job was told to accept that;
    nothing of the run is loaded then."""
    with store().read() as session:
        gone, known = _counts(session, job_id)
        limit = int(policy_value(session, "vanish_limit_percent"))
        accepted = bool((session.get_one(Job, job_id).parameters or {}).get("accept_vanished"))
    if gone > FEW and gone * 100 > known * limit and not accepted:
        run = "full run" if plan["full"] else "sweep" if plan["sweep"] else "run"
        raise Conflict(
            f"This {run} no longer found {gone} of {known} documents in NetSuite, and no record of their deletion; "
            f"more than {limit}% (policy vanish_limit_percent) is not taken for granted. Nothing was loaded. Check "
            "what NetSuite's role may see (subsidiaries, transactions); if they are gone indeed, run it again with "
            "--accept-vanished.",
            where="invoices",
        )
    return gone


def _counts(session: Session, job_id: int) -> tuple[int, int]:
    """(vanished in this job, documents here before it)."""
    change, document = document_change.c, source_document.c
    gone = session.execute(
        select(func.count()).where(
            change.job_id == job_id, change.change == "gone", change.reason == VANISHED
        )
    ).scalar_one()
    known = session.execute(
        select(func.count()).where(document.state.in_(("loaded", "pending", "held")))
    ).scalar_one()
    return int(gone), int(known)

"""Documents that count no longer because they are dated before the day from which on documents count."""

from collections import Counter
from datetime import date
from typing import Any

from jobs.lifecycle import tell
from jobs.resources import store
from revrec.netsuite.population import Population
from revrec.problems import Finding
from revrec.store.queries.documents import ids_dated_before
from revrec.store.staging.documents import stage_gone

CHUNK = 1000


def leave_out_older(job_id: int, plan: dict[str, Any]) -> int:
    """Stage the leaving of documents that are here and dated before `import_from`, with a finding that counts them.
    What closed periods booked of them stays there; the next close takes it back as an adjustment."""
    population = Population(tuple(plan["kinds"]), date.fromisoformat(plan["dated_from"]))
    assert population.dated_from is not None
    left: Counter[str] = Counter()
    with store().write() as session:
        for kind in population.kinds:
            ids = ids_dated_before(session, population.dated_from, [kind])
            reason = population.leaves_out(date.min)
            for start in range(0, len(ids), CHUNK):
                some = dict.fromkeys(ids[start : start + CHUNK], reason)
                left[kind] += stage_gone(session, job_id, some)
    names = {"CustInvc": "invoices", "CustCred": "credit memos"}
    findings = [
        Finding(
            "dated_before_import_from",
            "warning",
            "import_from",
            f"{count} {names[kind]} that were loaded are dated before {population.dated_from} (policy import_from) "
            "and count no longer.",
        )
        for kind, count in left.items()
        if count
    ]
    tell(job_id, findings, of="import_from")
    return left.total()

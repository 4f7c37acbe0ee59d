"""A period is reopened after posting was cut short: what was sent gets a reversal, what was not is never sent."""

from collections.abc import Callable
from typing import Any

import pytest
from kill_point import KillPoint
from story import CONTROLLER, FIRST_PERIOD, approve_all

from revrec.store.core import journal

Disturb = Callable[..., Any]

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_reopened_period_sends_nothing_of_what_was_cut_short(
    disturb: Disturb, kind: str, where: str
) -> None:
    disturbed = disturb(kind, "post")
    deployment = disturbed.deployment
    job_id = disturbed.killed_at(KillPoint("call:jobs.posting.send:post_journal", where))
    disturbed.cancel(job_id)
    deployment.begin_worker()

    reopened = deployment.wait(
        deployment.start("reopen", {"period": FIRST_PERIOD, "reason": "test"}, CONTROLLER)
    )
    assert (reopened.state, reopened.error) == ("done", "")
    first = journals(deployment)
    originals = [one for one in first if one.reverses_id is None]
    assert {one.state for one in originals} <= {"cancelled", "posted"}
    sent = {one.external_id for one in originals if one.state == "posted"}
    assert sent == set(disturbed.netsuite.journal_ids())
    assert bool(sent) or where == "before"

    approve_all(deployment, by=disturbed.stage.actor)
    posted = deployment.wait(deployment.start("post", {"journals": None}, disturbed.stage.actor))
    assert posted.state == "done"
    reversals = {one.external_id for one in journals(deployment) if one.reverses_id is not None}
    assert len(reversals) == len(sent)
    assert set(disturbed.netsuite.journal_ids()) == sent | reversals


def journals(deployment: Any) -> list[Any]:
    with deployment.store.read() as session:
        return list(session.execute(journal.select()).all())

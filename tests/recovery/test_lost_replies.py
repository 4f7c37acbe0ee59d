"""NetSuite has the journal and we do not know it: the reply was lost, the worker died, or both. It is there once."""

from collections.abc import Callable
from typing import Any

import pytest
from kill_point import KillPoint

Disturb = Callable[..., Any]

pytestmark = pytest.mark.timeout(300)  # the first of a session runs the undisturbed jobs too
KINDS = ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.slow])]
JOURNALS = 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_that_dies_before_it_looks_a_lost_journal_up(disturb: Disturb, kind: str) -> None:
    disturbed = disturb(kind, "post")
    disturbed.netsuite.tell("faults", action="drop_reply_after_commit", path="journalEntry", method="POST")

    found = disturbed.finish(disturbed.killed_at(KillPoint("step:look_up", "before")))

    disturbed.assert_undisturbed(found)
    assert disturbed.netsuite.posts() == JOURNALS, "a journal was sent again before it was looked up"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("where", ["inside", "after"])
@pytest.mark.parametrize("step", ["look_up", "post", "read_back"])
def test_a_worker_that_dies_after_a_lost_reply(disturb: Disturb, kind: str, step: str, where: str) -> None:
    disturbed = disturb(kind, "post")
    disturbed.netsuite.tell(
        "faults", action="drop_reply_after_commit", path="journalEntry", method="POST", times=JOURNALS
    )

    found = disturbed.finish(disturbed.killed_at(KillPoint(f"step:{step}", where)))

    disturbed.assert_undisturbed(found)
    assert disturbed.netsuite.posts() == JOURNALS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "point",
    [
        KillPoint("call:jobs.posting.send:post_journal", "after"),
        pytest.param(KillPoint("step:post", "inside"), marks=pytest.mark.slow),
        pytest.param(KillPoint("step:post", "inside", 3), marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_a_journal_whose_worker_died_is_looked_up_before_it_is_sent_again(
    disturb: Disturb, kind: str, point: KillPoint
) -> None:
    disturbed = disturb(kind, "post")

    found = disturbed.finish(disturbed.killed_at(point))

    disturbed.assert_undisturbed(found)
    assert disturbed.netsuite.posts() == JOURNALS


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_that_dies_before_it_sends(disturb: Disturb, kind: str) -> None:
    """Nothing was sent, but nobody knows: asked twice, then sent."""
    disturbed = disturb(kind, "post")

    found = disturbed.finish(disturbed.killed_at(KillPoint("call:jobs.posting.send:post_journal", "before")))

    disturbed.assert_undisturbed(found)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_workers_that_die_one_after_another(disturb: Disturb, kind: str) -> None:
    """Each time a journal has just been taken by NetSuite. In the end all are there, once."""
    disturbed = disturb(kind, "post")
    point = KillPoint("step:read_back", "inside")
    job_id = disturbed.killed_at(point)
    for _ in range(JOURNALS - 1):
        disturbed.deployment.begin_worker(point).wait_killed(point)

    found = disturbed.finish(job_id)

    disturbed.assert_undisturbed(found)

"""A file's check that is killed half way is done again from its beginning, and says what an undisturbed one says."""

from collections.abc import Callable
from typing import Any

import pytest
from kill_point import HELD, KillPoint
from sqlalchemy import select

from api.deployment import open_deployment
from api.uploading import take_in
from jobs.imports.loading import check_upload
from revrec.operations.actor import Actor
from revrec.store.core import job_file

Disturb = Callable[..., Any]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
CLERK = Actor("clerk@books.test", "accountant")
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "point",
    [
        KillPoint("step:read_upload", "before"),
        KillPoint("call:jobs.imports.check_file:_verdict", "before"),
        KillPoint("step:read_upload", "inside"),
        KillPoint("step:read_upload", "after"),
    ],
    ids=str,
)
def test_a_killed_check_is_finished_by_the_next_worker(disturb: Disturb, kind: str, point: KillPoint) -> None:
    deployment = disturb(kind, "close").deployment
    opened = open_deployment(deployment.config)
    with opened.store.read() as session:
        written = session.execute(select(job_file).order_by(job_file.c.id)).first()
    worker = deployment.begin_worker(point)
    with (opened.config.files_dir / written.path).open("rb") as stream:
        upload_id, job_id = take_in(opened, CLERK, "invoices.xlsx", stream)
    worker.wait_killed(point)

    following = deployment.begin_worker()
    check = deployment.wait(job_id)
    following.end()
    opened.store.close()

    assert (check.state, check.error) == ("done", "")
    found = {
        name: check.result[name] for name in ("upload", "verdict", "job", "content_hash", "problem_count")
    }
    assert found == {
        "upload": upload_id,
        "verdict": "untouched",
        "job": written.job_id,
        "content_hash": written.content_hash,
        "problem_count": 0,
    }
    assert check.result["groups"] and check.result["first_rows"]


def test_a_check_that_is_cancelled_finds_nothing_and_can_be_done_again(disturb: Disturb) -> None:
    disturbed = disturb("sqlite", "close")
    deployment = disturbed.deployment
    opened = open_deployment(deployment.config)
    with opened.store.read() as session:
        written = session.execute(select(job_file).order_by(job_file.c.id)).first()
    deployment.begin_worker(KillPoint("call:jobs.imports.check_file:progress", "before", action="hold"))
    with (opened.config.files_dir / written.path).open("rb") as stream:
        upload_id, job_id = take_in(opened, CLERK, "invoices.xlsx", stream)
    deployment.eventually((deployment.folder / HELD).exists, "the check is held at its first rows")
    disturbed.cancel(job_id)
    disturbed.let_go()

    cancelled = deployment.wait(job_id)
    assert (cancelled.state, cancelled.result) == ("cancelled", None)
    again = deployment.wait(check_upload(opened.config, opened.store, upload_id, CLERK))
    opened.store.close()
    assert (again.state, again.result["verdict"]) == ("done", "untouched")

"""Files that people brought go after `upload_days`; what is known of them stays, and none that a job needs goes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from jobs.imports.pruning import prune_uploads
from revrec.config import SettingInvalid, load_config
from revrec.operations.actor import SERVICE
from revrec.operations.store_upload import store_upload
from revrec.store.tables import AuditEvent, Job, Upload

from .conftest import NOW, key_of


@pytest.fixture
def uploads(deployment):
    """Four files: of 91 days ago; the same, being checked; the same, checked once; of 90 days ago."""
    folder = deployment.config.files_dir / "uploads"
    folder.mkdir(parents=True)
    with deployment.store.write() as session:
        for number, days in enumerate((91, 91, 91, 90), start=1):
            row = store_upload(
                session, SERVICE, name=f"m{number}.xlsx", sha256="x", size=3, now=NOW - timedelta(days=days)
            )
            (folder / f"{row.id}.xlsx").write_bytes(b"PK!")
        for state, number in (("running", 2), ("done", 3)):
            session.add(
                Job(
                    kind="check_file",
                    state=state,
                    parameters={"upload": number},
                    requested_by="x",
                    created_at=NOW,
                )
            )
    return folder


def names(folder):
    return sorted(one.name for one in folder.iterdir())


def test_old_files_go_and_none_that_a_job_is_to_read(uploads, deployment, visit):
    config = deployment.config
    assert config.upload_days == 90
    assert prune_uploads(config, deployment.store, NOW) == [1, 3]
    assert names(uploads) == ["2.xlsx", "4.xlsx"]
    assert prune_uploads(config, deployment.store, NOW) == []
    with deployment.store.read() as session:
        (event,) = session.exec(select(AuditEvent).where(AuditEvent.action == "prune_uploads")).all()
        assert (event.actor, event.after) == (
            "service",
            {"uploads": [1, 3], "names": ["m1.xlsx", "m3.xlsx"], "upload_days": 90},
        )
        assert session.get_one(Upload, 1).name == "m1.xlsx"
    with deployment.store.write() as session:
        session.exec(select(Job).where(Job.state == "running")).one().state = "done"
    assert prune_uploads(config, deployment.store, NOW) == [2]
    browser = visit("accountant")
    page = browser.get("/sync/import/1").text
    assert "no longer kept" in page and "Check again" not in page
    refused = browser.post("/sync/import/1/check", data={"key": key_of(browser)})
    assert refused.status_code == 409 and "Upload it again." in refused.text
    assert "Check again" in browser.get("/sync/import/4").text


def test_nothing_goes_where_they_are_kept_for_ever(uploads, deployment):
    forever = replace(deployment.config, upload_days=0)
    assert prune_uploads(forever, deployment.store, NOW + timedelta(days=9000)) == []
    assert len(names(uploads)) == 4


def test_a_file_that_somebody_removed_is_no_obstacle(uploads, deployment):
    (uploads / "1.xlsx").unlink()
    assert prune_uploads(deployment.config, deployment.store, NOW) == [1, 3]


@pytest.mark.parametrize("days", ["soon", "-1", "36501"])
def test_a_number_of_days_that_is_none_is_refused(days):
    with pytest.raises(SettingInvalid, match="takes days, 0 to 36500"):
        load_config({"REVREC_UPLOAD_DAYS": days})

"""Segments: what was discovered, which policies name it, its values; reading all of it anew."""

import csv
import io

import pytest
from sqlmodel import select

from revrec.operations.actor import SERVICE
from revrec.operations.set_policy import set_policy
from revrec.store.tables import Job, Segment, SegmentValue

from .conftest import NOW, key_of


@pytest.fixture
def region(deployment):
    """A custom segment that NetSuite wants on every line, of three values, and Department."""
    with deployment.store.write() as session:
        session.add(Segment(field="department", name="Department", kind="standard"))
        session.add(Segment(field="cseg_region", name="Region", kind="segment", required=True))
        for key, name, active in ((1, "EMEA", True), (2, "APAC", True), (3, "Old", False)):
            session.add(SegmentValue(segment="cseg_region", value_id=key, name=name, active=active))
        set_policy(session, SERVICE, "journal_segments", ["department"], now=NOW)


def test_segments_say_which_policies_name_them_and_what_is_missing(visit, region):
    text = visit("viewer").get("/segments").text
    assert "They were not read yet" in text
    department, other = text.split('<td><a href="/segments/department">')[1].split("</tr>", 1)
    assert "journal segments" in department
    assert "NetSuite wants it on every journal line, but journal segments do not name it." in other
    assert "Read anew" not in text


def test_values_are_found_sorted_and_downloaded(visit, region):
    browser = visit("viewer")
    assert browser.get("/segments/cseg_region?sort=-number").text.index("Old") < browser.get(
        "/segments/cseg_region?sort=-number"
    ).text.index("EMEA")
    active = browser.get("/segments/cseg_region?state=active").text
    assert "2 values on this page" in active and "Old" not in active
    rows = csv.DictReader(io.StringIO(browser.get("/segments/cseg_region.csv").content.decode("utf-8-sig")))
    assert [row["Name"] for row in rows] == ["APAC", "EMEA", "Old"]
    assert browser.get("/segments/cseg_none").status_code == 404


def test_reading_anew_starts_the_reference_job(visit, region, deployment):
    browser = visit("accountant")
    answer = browser.post("/segments/refresh", data={"key": key_of(browser)})
    with deployment.store.read() as session:
        job = session.exec(select(Job)).one()
        assert (job.kind, job.requested_by) == ("reference", "accountant@books.test")
        assert answer.headers["location"] == f"/sync/jobs/{job.id}"

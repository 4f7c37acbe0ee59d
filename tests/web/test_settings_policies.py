"""Policies: what is in force and when, and a value set from a day on after it was said what that changes."""

import csv
import io

import pytest
from sqlmodel import select

from revrec.operations.actor import SERVICE
from revrec.operations.set_first_period import set_first_period
from revrec.store.tables import AuditEvent, Job, PeriodClose, PolicySetting

from .conftest import NOW, key_of


@pytest.fixture
def march_closed(deployment):
    """The books begin with January 2026 and March is closed."""
    with deployment.store.write() as session:
        set_first_period(session, SERVICE, "2026-01", now=NOW)
        job = Job(kind="close", state="done", parameters={}, requested_by="a@books.test", created_at=NOW)
        session.add(job)
        session.flush()
        session.add(
            PeriodClose(period="2026-03", state="closed", job_id=job.id, policy={}, closed_by="a@books.test")
        )


def post(browser, path, **fields):
    return browser.post(path, data={"key": key_of(browser), **fields})


def settings(deployment, key):
    with deployment.store.read() as session:
        rows = session.exec(select(PolicySetting).where(PolicySetting.key == key)).all()
        return [(row.value, row.valid_from and str(row.valid_from), row.reason) for row in rows]


def test_every_policy_is_listed_with_its_value_and_found_by_a_word(visit):
    browser = visit("viewer")
    text = browser.get("/settings/policies").text
    assert "Journal max lines" in text and ">1000<" in text
    assert text.count('<a href="/settings/policies/') > 40
    found = browser.get("/settings/policies?search=53rd+week").text
    assert found.count('<a href="/settings/policies/') == 1
    assert "No policy has “nothing”" in browser.get("/settings/policies?search=nothing").text


def test_a_viewer_reads_a_policy_and_is_told_who_sets_it(visit):
    browser = visit("viewer")
    text = browser.get("/settings/policies/netting").text
    assert "Setting it takes a controller or an admin." in text and "<textarea" not in text
    assert "Nobody set it yet" in text
    answer = post(browser, "/settings/policies/netting", value="customer")
    assert answer.status_code == 403 and "may not set policy" in answer.text


def test_the_confirmation_says_which_period_shows_the_change_first(visit, deployment, march_closed):
    browser = visit("controller")
    page = browser.get("/settings/policies/netting").text
    assert "Empty: 2026-04-01, the first open day." in page
    told = post(browser, "/settings/policies/netting/check", value="customer", valid_from="2026-05-01").text
    assert "Journals of periods that end on 2026-05-01 or later are made by it." in told
    assert "2026-05 is the first open period whose close shows it." in told
    assert settings(deployment, "netting") == []
    done = post(browser, "/settings/policies/netting", value="customer", valid_from="2026-05-01", reason="x")
    assert done.status_code == 303
    after = browser.get("/settings/policies/netting").text
    assert "Netting is customer from 2026-05-01 on." in after
    assert settings(deployment, "netting") == [("customer", "2026-05-01", "x")]
    # In force is the default still; the list says what comes.
    assert "<strong>contract</strong>" in after
    listed = browser.get("/settings/policies?search=netting").text
    assert "customer from" in listed
    assert "customer from" not in browser.get("/settings/policies?search=netting&day=2026-05-02").text


def test_a_closed_period_is_reached_only_when_that_is_confirmed_with_a_reason(
    visit, deployment, march_closed
):
    browser = visit("controller")
    answer = post(browser, "/settings/policies/method/check", value="even", valid_from="2026-02-01")
    assert answer.status_code == 403
    assert 'id="valid_from-wrong"' in answer.text and "reaches into closed periods" in answer.text
    assert 'value="2026-02-01"' in answer.text and '<option value="even" selected>' in answer.text
    fields = {"value": "even", "valid_from": "2026-02-01", "retrospective": "yes"}
    assert 'id="reason-wrong"' in post(browser, "/settings/policies/method/check", **fields, reason="").text
    told = post(browser, "/settings/policies/method/check", **fields, reason="An error").text
    assert "2026-04 is the first open period whose close shows it." in told
    assert "the difference is booked in 2026-04, as an adjustment" in told
    assert post(browser, "/settings/policies/method", **fields, reason="An error").status_code == 303
    assert settings(deployment, "method") == [("even", "2026-02-01", "An error")]
    with deployment.store.read() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "set_policy")).one()
        assert (event.actor, event.before, event.after["retrospective"]) == (
            "controller@books.test",
            "daily",
            True,
        )


@pytest.mark.parametrize(
    ("key", "typed", "kept"),
    [
        ("two_people", "false", False),
        ("journal_max_lines", "200", 200),
        ("hold_limit", "", None),
        ("ssp_tolerance", "2.50", "2.5"),
        ("journal_segments", "department\r\nlocation\r\n", ["department", "location"]),
        ("ignore_customers", "Partner, Inc\n\nOther", ["Partner, Inc", "Other"]),
        (
            "exclude_products",
            "Set-up\nHardware",
            {"product": {"name": "Name", "values": ["Set-up", "Hardware"]}},
        ),
        ("company_time_zone", "Europe/Berlin", "Europe/Berlin"),
        ("sync_schedule", "Daily 5:30, 17:00".replace("5:30", "05:30"), "daily 05:30, 17:00"),
        ("order_fields", '{"line": {"method": "Method__c"}}', {"line": {"method": "Method__c"}}),
    ],
)
def test_each_kind_of_value_is_typed_and_kept(visit, deployment, key, typed, kept):
    browser = visit("admin")
    assert browser.get(f"/settings/policies/{key}").status_code == 200
    assert post(browser, f"/settings/policies/{key}/check", value=typed).status_code == 200
    assert post(browser, f"/settings/policies/{key}", value=typed).status_code == 303
    assert [one[0] for one in settings(deployment, key)] == [kept]
    assert browser.get(f"/settings/policies/{key}").status_code == 200


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        ("journal_max_lines", "1", "a whole number from 2 to 10000"),
        ("company_time_zone", "Mars/Base", "an IANA time zone"),
        ("order_fields", "{", "this is not JSON"),
        ("home_currency", "dollars", "cannot be"),
    ],
)
def test_a_value_that_cannot_be_is_told_beside_its_field_and_stays_typed(visit, key, typed, words):
    answer = post(visit("admin"), f"/settings/policies/{key}/check", value=typed, reason="because")
    assert answer.status_code == 422
    assert 'id="value-wrong"' in answer.text and words in answer.text
    assert 'value="because"' in answer.text and typed in answer.text


def test_what_is_set_elsewhere_says_where_and_a_schedule_takes_an_admin(visit):
    browser = visit("controller")
    assert "It is not set here: set the first period" in browser.get("/settings/policies/first_period").text
    assert "Setting it takes an admin." in browser.get("/settings/policies/sync_schedule").text
    assert browser.get("/settings/policies/colour").status_code == 404


def test_the_list_is_taken_away_as_a_file(visit):
    rows = list(
        csv.DictReader(io.StringIO(visit("viewer").get("/settings/policies.csv").content.decode("utf-8-sig")))
    )
    told = {row["Policy"]: row["Value"] for row in rows}
    assert told["two_people"] == "on" and told["journal_segments"] == "location, department, class"

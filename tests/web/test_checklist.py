"""The checklist of a close: at once what is known, then what computing the close shows, kept until anything moves."""

import pytest

import api.checking
from api.closing import findings_of
from revrec.operations.actor import Actor
from revrec.operations.set_first_period import set_first_period
from revrec.operations.set_policy import set_policy
from revrec.store.tables import Job

from .conftest import NOW, key_of

ADMIN = Actor("admin@books.test", "admin")
AT = "/periods/2026-01/checklist"
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def computed(deployment, monkeypatch):
    """The periods whose close was computed, one after the other; the books begin with January."""
    asked = []

    def counted(opened, period):
        asked.append(period)
        return findings_of(opened, period)

    monkeypatch.setattr(api.checking, "findings_of", counted)
    with deployment.store.write() as session:
        set_first_period(session, ADMIN, "2026-01", now=NOW)
    return asked


def test_what_is_known_comes_at_once_and_the_rest_by_a_request_of_its_own(visit, computed):
    browser = visit("accountant")
    text = browser.get(AT, headers=FRAGMENT).text
    assert f'hx-get="{AT}?part=computed" hx-trigger="load"' in text
    assert f'<a class="button" href="{AT}?part=computed">' in text, "without script it is a link"
    assert "The rest follows once the close of 2026-01 is computed" in text
    assert "NetSuite is not connected for invoices." in text
    assert "Known so far" in text and "<form" not in text
    assert computed == []
    whole = browser.get(f"{AT}?part=computed", headers=FRAGMENT).text
    assert "stands in the way" in whole and f'action="{AT.replace("checklist", "close")}"' in whole
    assert computed == ["2026-01"]
    assert browser.get(f"{AT}?part=other").status_code == 422


def test_what_was_computed_is_shown_at_once_until_anything_moves(visit, computed, deployment):
    browser = visit("accountant")
    browser.get(f"{AT}?part=computed")
    visit("viewer")  # who signs in moves no figure
    kept = browser.get(AT).text
    assert "Known so far" not in kept and "Compute it anew" in kept
    assert browser.post("/periods/2026-01/close", data={"key": key_of(browser)}).status_code == 409
    assert computed == ["2026-01"], "who looked at it and closes does not wait again"
    browser.get(f"{AT}?part=anew")
    assert computed == ["2026-01"] * 2
    with deployment.store.write() as session:
        set_policy(session, ADMIN, "journal_segments", ["department"], now=NOW, reason="Less to read")
    assert "Known so far" in browser.get(AT).text
    browser.get(f"{AT}?part=computed")
    assert computed == ["2026-01"] * 3


def test_while_a_run_goes_on_nothing_is_kept(visit, computed, deployment):
    browser = visit("accountant")
    browser.get(f"{AT}?part=computed")
    with deployment.store.write() as session:
        session.add(
            Job(kind="invoices", state="running", parameters={}, requested_by="service", created_at=NOW)
        )
    assert "Known so far" in browser.get(AT).text
    browser.get(f"{AT}?part=computed")
    browser.get(f"{AT}?part=computed")
    assert computed == ["2026-01"] * 3

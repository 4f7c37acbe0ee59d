"""The door of the pages: other sites, other sessions, headers, files. `test_every_route` asks each route."""

import pytest
from fastapi.testclient import TestClient

from .conftest import Visit, key_of


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {},
    ],
    ids=str,
)
def test_a_request_of_another_site_does_nothing(visit: Visit, headers: dict[str, str]) -> None:
    browser = visit("admin")
    key = key_of(browser)
    del browser.headers["Sec-Fetch-Site"]
    refused = browser.post("/sign-out", data={"key": key}, headers=headers)
    assert (refused.status_code, "came from another site" in refused.text) == (403, True)
    assert browser.get("/").status_code == 200
    fine = browser.post("/sign-out", data={"key": key}, headers={"Origin": "http://testserver"})
    assert fine.status_code == 303


def test_a_form_of_another_session_does_nothing(visit: Visit) -> None:
    browser, other = visit("admin"), visit("admin")
    for data in ({"key": key_of(other)}, {"key": ""}, {}):
        refused = browser.post("/periods/first", data={"period": "2026-03", **data})
        assert (refused.status_code, "belongs to another sign-in" in refused.text) == (403, True)
    assert "No accounting period is set yet" in browser.get("/periods").text


def test_pages_forbid_what_they_do_not_need(visit: Visit) -> None:
    headers = visit("viewer").get("/").headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert (headers["x-frame-options"], headers["cache-control"]) == ("DENY", "no-store")


@pytest.mark.parametrize(
    "name", ["..%2f..%2fpyproject.toml", "%2e%2e%2fstyle.css", "app.py", "style.css.map"]
)
def test_only_listed_files_are_served(stranger: TestClient, name: str) -> None:
    assert stranger.get(f"/static/x/{name}").status_code == 404


def test_what_is_not_there_is_a_page_too(visit: Visit) -> None:
    browser = visit("viewer")
    for path in ("/nothing", "/journals/99", "/sync/jobs/99", "/files/99", "/pending/99", "/periods/2026-13"):
        answer = browser.get(path)
        assert answer.status_code in (404, 422), path
        assert answer.headers["content-type"].startswith("text/html")
    assert browser.get("/journals/99").text.count("There is no journal 99.") == 1


def test_a_refusal_leads_back_to_the_page_it_came_from(visit: Visit) -> None:
    browser = visit("viewer")
    assert browser.get("/").headers["referrer-policy"] == "same-origin"
    for came_from, back in (("http://testserver/periods", "/periods"), ("https://evil.test/periods", "/")):
        refused = browser.get("/journals/99", headers={"Referer": came_from}).text
        assert f'<a class="button" href="{back}">Back</a>' in refused


def test_the_api_is_not_reached_by_a_cookie(visit: Visit) -> None:
    answer = visit("admin").get("/api/v1/jobs")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")

"""Signing in with a browser: passwords, links, sessions, and who is kept out."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.deployment import Deployment
from revrec.operations.actor import SERVICE
from revrec.operations.browser_session import IDLE, LASTS
from revrec.operations.sign_in_link import create_set_up_link, create_sign_in_link

from .conftest import Clock, Visit, key_of

PASSWORD = "a horse that counts deferred revenue"
SECRET = "s" * 43
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def set_password(browser: TestClient, new: str = PASSWORD, **fields: str) -> int:
    data = {"key": key_of(browser), "password": new, "again": new, **fields}
    return browser.post("/account/password", data=data).status_code


def sign_in(browser: TestClient, email: str = "accountant@books.test", password: str = PASSWORD, **more: str):
    return browser.post("/sign-in", data={"email": email, "password": password, **more})


def actions(deployment: Deployment) -> list[str]:
    with deployment.store.read() as session:
        return list(session.execute(text("SELECT action FROM audit_event ORDER BY id")).scalars())


def test_a_page_leads_to_the_sign_in_and_back(stranger: TestClient, visit: Visit) -> None:
    set_password(visit("accountant"))
    sent = stranger.get("/pending?search=a%26b")
    assert (sent.status_code, sent.headers["location"]) == (
        303,
        "/sign-in?next=%2Fpending%3Fsearch%3Da%2526b",
    )
    assert "Sign in to RevRec" in stranger.get(sent.headers["location"]).text
    back = sign_in(stranger, next="/pending?search=a%26b")
    assert (back.status_code, back.headers["location"]) == (303, "/pending?search=a%26b")
    assert stranger.get("/pending").status_code == 200


@pytest.mark.parametrize(
    "away", ["https://evil.test/", "//evil.test", "/\\evil.test", "evil", "/api/v1/jobs"]
)
def test_signing_in_never_leads_to_another_host(stranger: TestClient, visit: Visit, away: str) -> None:
    set_password(visit("accountant"))
    assert sign_in(stranger, next=away).headers["location"] == "/"


def test_the_cookie_is_kept_from_scripts_and_other_sites(stranger: TestClient, visit: Visit) -> None:
    set_password(visit("accountant"))
    cookie = sign_in(stranger).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    secure = TestClient(
        stranger.app, base_url="https://testserver", headers={"Sec-Fetch-Site": "same-origin"}
    )
    cookie = secure.post(
        "/sign-in", data={"email": "accountant@books.test", "password": PASSWORD}, follow_redirects=False
    ).headers["set-cookie"]
    assert cookie.startswith("__Host-revrec=")
    assert "Secure" in cookie


def test_a_wrong_password_and_an_unknown_email_are_refused_alike(
    stranger: TestClient, visit: Visit, deployment: Deployment
) -> None:
    set_password(visit("accountant"))
    wrong = sign_in(stranger, password="not the password")
    unknown = sign_in(stranger, email="nobody@books.test")
    without = sign_in(stranger, email="viewer@books.test")
    assert {one.status_code for one in (wrong, unknown, without)} == {401}
    assert all(
        "This email and password do not belong together." in one.text for one in (wrong, unknown, without)
    )
    assert actions(deployment).count("sign_in_refused") == 3


def test_five_refusals_lock_for_a_quarter_of_an_hour(
    stranger: TestClient, visit: Visit, clock: Clock
) -> None:
    set_password(visit("accountant"))
    for _ in range(5):
        sign_in(stranger, password="not the password")
    locked = sign_in(stranger)
    assert (locked.status_code, "Try again after 12:15 UTC" in locked.text) == (401, True)
    clock.pass_by(minutes=15)
    assert sign_in(stranger).status_code == 303


def test_a_link_signs_in_once_and_only_when_it_is_used(stranger: TestClient, deployment: Deployment) -> None:
    with deployment.store.write() as session:
        create_sign_in_link(session, SERVICE, "viewer@books.test", secret=SECRET, now=deployment.now())
    assert stranger.get(f"/sign-in/{SECRET}").status_code == 200  # as a program does that looks at links
    assert stranger.get("/").status_code == 303
    assert stranger.post(f"/sign-in/{SECRET}").status_code == 303
    assert stranger.get("/").status_code == 200
    again = TestClient(stranger.app, headers={"Sec-Fetch-Site": "same-origin"}).post(f"/sign-in/{SECRET}")
    assert (again.status_code, "This link was used" in again.text) == (403, True)


def test_a_link_ends_after_a_quarter_of_an_hour(
    stranger: TestClient, deployment: Deployment, clock: Clock
) -> None:
    with deployment.store.write() as session:
        create_sign_in_link(session, SERVICE, "viewer@books.test", secret=SECRET, now=deployment.now())
    clock.pass_by(minutes=15)
    assert stranger.post(f"/sign-in/{SECRET}").status_code == 403


def test_an_installation_without_users_is_set_up_by_a_link(
    stranger: TestClient, deployment: Deployment
) -> None:
    with deployment.store.write() as session:
        assert create_set_up_link(session, secret=SECRET, now=deployment.now()) is None
        session.execute(text("DELETE FROM user_account"))
        assert create_set_up_link(session, secret=SECRET, now=deployment.now()) is not None
    assert stranger.get(f"/sign-in/{SECRET}").headers["location"] == f"/set-up/{SECRET}"
    wrong = stranger.post(f"/set-up/{SECRET}", data={"email": "ada", "name": "Ada"})
    assert (wrong.status_code, "&#39;ada&#39; is not an email address." in wrong.text) == (422, True)
    assert (
        stranger.post(f"/set-up/{SECRET}", data={"email": "ada@books.test", "name": "Ada"}).status_code == 303
    )
    assert "ada@books.test · admin" in stranger.get("/account").text
    assert (
        stranger.post(f"/set-up/{SECRET}", data={"email": "eve@books.test", "name": "Eve"}).status_code == 403
    )


@pytest.mark.parametrize(
    ("step", "steps", "ended"),
    [
        (IDLE, 1, False),
        (IDLE + timedelta(seconds=1), 1, True),
        (timedelta(hours=11), 15, False),
        (timedelta(hours=11), 16, True),
    ],
)
def test_a_session_ends_unused_or_old(
    visit: Visit, clock: Clock, step: timedelta, steps: int, ended: bool
) -> None:
    assert 15 * (IDLE - HOUR) < LASTS < 16 * (IDLE - HOUR)
    browser = visit("viewer")
    for _ in range(steps):
        clock.now += step
        status = browser.get("/").status_code
    assert status == (303 if ended else 200)


def test_signing_out_ends_the_session_and_not_only_the_cookie(visit: Visit) -> None:
    browser = visit("viewer")
    kept = dict(browser.cookies)
    assert browser.post("/sign-out", data={"key": key_of(browser)}).headers["location"] == "/sign-in"
    again = TestClient(browser.app, cookies=kept, follow_redirects=False)
    assert again.get("/").status_code == 303


def test_a_new_password_signs_the_others_out(visit: Visit) -> None:
    here, there = visit("controller"), visit("controller")
    assert set_password(here) == 303
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 303)


def test_a_session_is_ended_from_another_but_not_somebody_elses(visit: Visit) -> None:
    here, there, other = visit("controller"), visit("controller"), visit("viewer")
    page = here.get("/account").text
    number = page.partition('action="/account/sessions/')[2].partition("/")[0]
    assert other.post(f"/account/sessions/{number}/end", data={"key": key_of(other)}).status_code == 404
    assert here.post(f"/account/sessions/{number}/end", data={"key": key_of(here)}).status_code == 303
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 303)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"new": "short"}, "A password has 12 to 200 characters."),
        ({"new": "controller@books.test"}, "too easy to guess"),
        ({"again": "something else entirely"}, "The two entries of the new password differ."),
    ],
)
def test_what_is_wrong_with_a_password_is_said_beside_it(
    visit: Visit, fields: dict[str, str], words: str
) -> None:
    browser = visit("controller")
    new = fields.pop("new", PASSWORD)
    data = {"key": key_of(browser), "password": new, "again": new, **fields}
    refused = browser.post("/account/password", data=data)
    assert (refused.status_code, words in refused.text, 'aria-invalid="true"' in refused.text) == (
        422,
        True,
        True,
    )


def test_the_current_password_is_asked_for(stranger: TestClient, visit: Visit) -> None:
    set_password(visit("accountant"))
    sign_in(stranger)
    assert set_password(stranger, "another good long password", current="a guess at it") == 422
    assert set_password(stranger, "another good long password", current=PASSWORD) == 303


def test_somebody_without_access_is_out_at_once(visit: Visit, deployment: Deployment) -> None:
    browser = visit("viewer")
    with deployment.store.write() as session:
        session.execute(text("UPDATE user_account SET active = :no WHERE role = 'viewer'"), {"no": False})
    assert browser.get("/").status_code == 303


def test_secrets_are_kept_as_hashes(visit: Visit, deployment: Deployment) -> None:
    browser = visit("viewer")
    (secret,) = browser.cookies.values()
    with deployment.store.read() as session:
        (kept,) = session.execute(text("SELECT hash FROM user_session")).scalars()
    assert secret not in kept
    assert len(kept) == 64

"""Users, sign-in links, sessions and oneself over HTTP."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.deployment import Deployment
from revrec.operations.browser_session import Browser, begin_session
from revrec.operations.passwords import hash_password, password_fits
from revrec.store.queries.people import sessions_of, user_by_email
from tests.one_app import app_over

Clients = dict[str, TestClient]
PASSWORD, OTHER = "correct horse battery", "another long sentence"


@pytest.fixture
def signed_in(deployment: Deployment) -> list[int]:
    """The viewer has a password and is signed in with two browsers."""
    with deployment.store.write() as session:
        user = user_by_email(session, "viewer@books.test")
        assert user is not None
        user.password_hash = hash_password(PASSWORD)
        return [
            begin_session(
                session,
                user,
                basis="password",
                secret=f"{one}" * 43,
                browser=Browser("10.0.0.1", f"Browser {one}"),
                now=deployment.now(),
            ).id
            for one in (1, 2)
        ]


def test_users_are_listed_in_an_order_with_what_stands_of_theirs(
    clients: Clients, signed_in: list[int]
) -> None:
    page = clients["controller"].get("/api/v1/users?sort=-email&limit=2").json()
    assert [one["email"] for one in page["items"]] == ["viewer@books.test", "controller@books.test"]
    viewer = page["items"][0]
    assert (viewer["sessions"], viewer["tokens"], viewer["has_password"]) == (2, 1, True)
    cursor = page["next_cursor"]
    rest = clients["controller"].get(f"/api/v1/users?sort=-email&cursor={cursor}").json()["items"]
    assert [one["email"] for one in rest] == ["admin@books.test", "accountant@books.test"]
    shown = clients["controller"].get(f"/api/v1/users/{viewer['id']}").json()
    assert shown == viewer


def test_a_sign_in_link_is_made_by_an_admin_and_works_once(clients: Clients, deployment: Deployment) -> None:
    answer = clients["admin"].post("/api/v1/users/4/sign-in-link")
    assert (answer.status_code, answer.json()["email"]) == (201, "viewer@books.test")
    ends = datetime.fromisoformat(answer.json()["ends_at"])
    assert (ends - deployment.now()).total_seconds() == 900
    browser = TestClient(
        app_over(deployment), headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=False
    )
    path = answer.json()["link"].removeprefix("http://testserver")
    assert [browser.post(path).status_code for _ in range(2)] == [303, 403]
    assert clients["controller"].post("/api/v1/users/4/sign-in-link").status_code == 403
    assert clients["admin"].post("/api/v1/users/99/sign-in-link").status_code == 404


def test_sessions_are_seen_and_ended_by_an_admin_and_by_oneself(
    clients: Clients, signed_in: list[int]
) -> None:
    listed = clients["admin"].get("/api/v1/users/4/sessions").json()
    assert {one["agent"] for one in listed} == {"Browser 1", "Browser 2"}
    first, second = signed_in
    assert clients["viewer"].delete(f"/api/v1/me/sessions/{first}").status_code == 204
    assert [one["id"] for one in clients["viewer"].get("/api/v1/me/sessions").json()] == [second]
    assert clients["accountant"].delete(f"/api/v1/me/sessions/{second}").status_code == 404
    assert clients["admin"].delete(f"/api/v1/users/4/sessions/{first}").status_code == 404
    assert clients["admin"].delete("/api/v1/users/4/sessions").status_code == 204
    assert clients["viewer"].get("/api/v1/me/sessions").json() == []


def test_a_password_is_changed_by_who_knows_it(clients: Clients, signed_in: list[int]) -> None:
    viewer = clients["viewer"]
    wrong = viewer.post("/api/v1/me/password", json={"current": "not it at all", "password": OTHER})
    assert (wrong.status_code, wrong.json()["errors"][0]["where"]) == (422, "current")
    short = viewer.post("/api/v1/me/password", json={"current": PASSWORD, "password": "short"})
    assert (short.status_code, short.json()["errors"][0]["where"]) == (422, "password")
    done = viewer.post("/api/v1/me/password", json={"current": PASSWORD, "password": OTHER})
    assert done.status_code == 204
    assert viewer.get("/api/v1/me/sessions").json() == []
    # A token alone makes no way to sign in.
    first = clients["accountant"].post("/api/v1/me/password", json={"current": "", "password": OTHER})
    assert first.status_code == 403 and "You have no password yet" in first.json()["detail"]


def test_how_things_are_shown_is_one_s_own_choice(clients: Clients) -> None:
    viewer = clients["viewer"]
    assert (viewer.get("/api/v1/me").json()["locale"], viewer.get("/api/v1/me").json()["time_zone"]) == (
        "",
        "",
    )
    changed = viewer.patch("/api/v1/me", json={"locale": "de_DE", "time_zone": "Europe/Berlin"}).json()
    assert (changed["locale"], changed["time_zone"]) == ("de-DE", "Europe/Berlin")
    back = viewer.patch("/api/v1/me", json={"time_zone": ""}).json()
    assert (back["locale"], back["time_zone"]) == ("de-DE", "")
    for body, where in (({"locale": "xx-YY"}, "locale"), ({"time_zone": "Mars/Base"}, "time_zone")):
        answer = viewer.patch("/api/v1/me", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, where)
    assert clients["admin"].get("/api/v1/me").json()["locale"] == ""


def test_tokens_are_found_and_sorted(clients: Clients) -> None:
    page = clients["admin"].get("/api/v1/tokens?sort=-user&limit=1").json()
    assert page["items"][0]["email"] == "viewer@books.test" and page["next_cursor"]
    found = clients["admin"].get("/api/v1/tokens?search=accountant&state=working").json()["items"]
    assert [one["email"] for one in found] == ["accountant@books.test"]
    assert clients["admin"].get("/api/v1/tokens?state=revoked").json()["items"] == []


def test_a_user_is_signed_out_from_the_command_line(
    revrec: Callable[..., Any], deployment: Deployment, tokens: dict[str, str]
) -> None:
    # Commands go by the clock of the machine.
    with deployment.store.write() as session:
        user = user_by_email(session, "viewer@books.test")
        assert user is not None
        begin_session(session, user, basis="link", secret="s" * 43, browser=Browser(), now=datetime.now(UTC))
    arguments = ("users", "sign-out", "viewer@books.test", "--as", "admin@books.test", "--reason", "Lost")
    assert revrec(*arguments).out == "viewer@books.test is signed out of 1 browser.\n"
    assert revrec(*arguments).out == "viewer@books.test is signed out of 0 browsers.\n"
    nobody = revrec("users", "sign-out", "nobody@books.test", "--as", "admin@books.test")
    assert nobody.status != 0 and "There is no user nobody@books.test." in nobody.err


def test_oneself_on_the_command_line(
    revrec: Any, deployment: Deployment, signed_in: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    as_viewer = ("--as", "viewer@books.test")
    assert "Numbers and dates: plain." in revrec("me", "show", *as_viewer).out
    shown = revrec("me", "preferences", "--locale", "de-DE", "--time-zone", "Europe/Berlin", *as_viewer).out
    assert shown.endswith("Numbers and dates: de-DE. Times: Europe/Berlin.\n")
    assert "Times: Europe/Berlin." in revrec("me", "preferences", "--locale", "", *as_viewer).out
    assert revrec("me", "preferences", *as_viewer).status == 2
    assert "Mars" in revrec("me", "preferences", "--time-zone", "Mars/Base", *as_viewer).err

    def typed(*lines: str) -> Any:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
        return revrec("me", "password", *as_viewer)

    assert "This is not your current password." in typed("wrong wrong wrong", OTHER).err
    assert "two lines" in typed(OTHER).err
    assert "The password of viewer@books.test is set." in typed(PASSWORD, OTHER).out
    with deployment.store.read() as session:
        user = user_by_email(session, "viewer@books.test")
        assert user is not None and password_fits(OTHER, user.password_hash)
        assert sessions_of(session, "viewer@books.test", deployment.now()) == []

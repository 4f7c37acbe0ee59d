"""Every route of the app, API and pages, asked by every role: what a route says it takes is what lets people in.

A route without `Needs` or `Posted` fails here, unless it stands in `OPEN` or `UNGUARDED` with its reason.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import text
from starlette.routing import Route

from api.deployment import Deployment
from api.http.access import Needs
from api.http.app import PREFIX
from api.web.forms import Posted
from revrec.operations.actor import Actor
from revrec.operations.browser_session import IDLE
from revrec.operations.create_token import create_token
from revrec.operations.permissions import PERMISSIONS, ROLES
from tests.one_app import app_over

from .conftest import NOW, Clock, Visit, key_of

OPEN = {
    "GET /healthz": "says whether the service is well, nothing else",
    "GET /static/{stamp}/{name}": "style and script",
    "GET /sign-in": "the way in",
    "POST /sign-in": "the way in",
    "GET /sign-in/{link}": "the way in",
    "POST /sign-in/{link}": "the way in",
    "GET /sign-in/provider/begin": "the way in",
    "GET /sign-in/provider/end": "the way in",
    "GET /set-up/{link}": "the way in, once",
    "POST /set-up/{link}": "the way in, once",
}
UNGUARDED = {"GET /api/v1/openapi.json": "the description; any token opens it"}
ENDS_THE_SESSION = {"POST /sign-out"}  # asked last


@dataclass(frozen=True)
class Asked:
    """A route with one of its methods. `guard`: what it says its caller must be allowed; none if it is listed."""

    method: str
    path: str
    guards: tuple[Needs | Posted, ...]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def changes(self) -> bool:
        return self.method != "GET"

    @property
    def action(self) -> str:
        return self.guards[0].action

    @property
    def address(self) -> str:
        """The path with something in its places that names nothing."""
        path = (
            self.path.replace("{period}", "2026-03").replace("{flow}", "orders").replace("{key}", "netting")
        )
        return re.sub(r"\{\w+(:\w+)?\}", "987654", path)

    def ask(self, client: TestClient, key: str = "") -> Any:
        if self.is_api:
            return client.request(self.method, self.address, json={} if self.changes else None)
        return client.request(self.method, self.address, data={"key": key} if self.changes else None)


def walk(routes: Any, prefix: str = "") -> Iterator[Asked]:
    for route in routes:
        if isinstance(route, APIRoute):
            for method in sorted(route.methods):
                yield Asked(method, prefix + route.path, tuple(guards_of(route.dependant)))
        elif isinstance(route, Route):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield Asked(method, prefix + route.path, ())
        else:  # a router that was included; anything else has no such thing and fails here
            yield from walk(route.original_router.routes, prefix + route.include_context.prefix)


def guards_of(dependant: Dependant) -> Iterator[Needs | Posted]:
    if isinstance(dependant.call, Needs | Posted):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from guards_of(inner)


@pytest.fixture
def routes(deployment: Deployment) -> list[Asked]:
    found = list(walk(app_over(deployment).routes))
    assert sum(one.is_api for one in found) > 100
    assert sum(not one.is_api for one in found) > 30
    return found


@pytest.fixture
def guarded(routes: list[Asked]) -> list[Asked]:
    """What takes a permission, the end of the session last."""
    found = [one for one in routes if one.guards]
    return sorted(found, key=lambda one: one.name in ENDS_THE_SESSION)


def token_of(deployment: Deployment, role: str) -> tuple[int, str]:
    with deployment.store.write() as session:
        actor = Actor(f"{role}@books.test", role)
        made = create_token(session, actor, "tests", random_text=role.rjust(43, "t"), now=NOW)
        return made.id, made.text


def program(deployment: Deployment, token: str) -> TestClient:
    headers = {"Authorization": f"Bearer {token}"}
    return TestClient(app_over(deployment), headers=headers, raise_server_exceptions=False)


def test_every_route_says_what_it_takes_once(routes: list[Asked]) -> None:
    for one in routes:
        if one.name in OPEN or one.name in UNGUARDED:
            assert not one.guards, one.name
        else:
            wanted = Posted if one.changes and not one.is_api else Needs
            assert [type(guard) for guard in one.guards] == [wanted], one.name
    assert {one.name for one in routes} >= set(OPEN) | set(UNGUARDED), "A listed route is gone."
    assert len({one.name for one in routes}) == len(routes), "Two routes are one."


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_let_in_where_the_table_says_and_refused_elsewhere(
    deployment: Deployment, visit: Visit, guarded: list[Asked], role: str
) -> None:
    client, browser = program(deployment, token_of(deployment, role)[1]), visit(role)
    key, wrong = key_of(browser), []
    for one in guarded:
        answer = one.ask(client if one.is_api else browser, key)
        words = f"may not {one.action.replace('_', ' ')}"
        refused = answer.status_code == 403 and words in answer.text
        if role not in PERMISSIONS[one.action]:
            fine = refused
        else:
            # Another rule may refuse it, such as two people; the table does not.
            fine = not refused and answer.status_code not in (401, 405, 500)
            fine = fine and not (one.method == "GET" and answer.status_code == 403)
            fine = fine and not answer.headers.get("location", "").startswith("/sign-in?")
        if not fine:
            wrong.append((one.name, answer.status_code, answer.text[-300:]))
    assert not wrong


def test_nobody_is_let_in_without_saying_who(
    deployment: Deployment, stranger: TestClient, routes: list[Asked]
) -> None:
    for one in routes:
        if one.name in OPEN:
            continue
        for headers in ({}, {"Authorization": "Bearer rr_wrong"}, {"Authorization": "Basic YTpi"}):
            answer = stranger.request(one.method, one.address, headers=headers)
            if one.is_api:
                assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), one.name
            else:
                assert answer.status_code == 303, one.name
                assert answer.headers["location"].partition("?")[0] == "/sign-in", one.name


def test_a_revoked_token_and_an_ended_session_open_nothing(
    deployment: Deployment, visit: Visit, clock: Clock, routes: list[Asked]
) -> None:
    number, token = token_of(deployment, "admin")
    client, browser = program(deployment, token), visit("admin")
    assert (client.get(f"{PREFIX}/me").status_code, browser.get("/").status_code) == (200, 200)
    key = key_of(browser)
    assert client.delete(f"{PREFIX}/tokens/{number}").status_code == 204
    clock.now += IDLE + IDLE
    for one in routes:
        if one.name in OPEN:
            continue
        answer = one.ask(client if one.is_api else browser, key)
        if one.is_api:
            assert (answer.status_code, "was revoked" in answer.json()["detail"]) == (401, True), one.name
        else:
            to = answer.headers["location"].partition("?")[0]
            assert (answer.status_code, to) == (303, "/sign-in"), one.name


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.test"}, {}], ids=str
)
def test_a_request_of_another_site_changes_nothing_anywhere(
    deployment: Deployment, visit: Visit, routes: list[Asked], headers: dict[str, str]
) -> None:
    browser = visit("admin")
    key = key_of(browser)
    del browser.headers["Sec-Fetch-Site"]
    before = events(deployment)
    for one in routes:
        if one.changes and not one.is_api:
            answer = browser.request(one.method, one.address, data={"key": key}, headers=headers)
            assert (answer.status_code, "came from another site" in answer.text) == (403, True), one.name
    assert events(deployment) == before


def test_a_form_without_the_session_s_key_changes_nothing_anywhere(
    deployment: Deployment, visit: Visit, guarded: list[Asked]
) -> None:
    browser = visit("admin")
    for one in guarded:
        if one.changes and not one.is_api:
            answer = one.ask(browser, "another")
            assert (answer.status_code, "belongs to another sign-in" in answer.text) == (403, True), one.name


def test_a_cookie_opens_no_route_of_the_api(visit: Visit, routes: list[Asked]) -> None:
    browser = visit("admin")
    for one in routes:
        if one.is_api:
            assert one.ask(browser).status_code == 401, one.name


def events(deployment: Deployment) -> int:
    with deployment.store.read() as session:
        return int(session.execute(text("SELECT count(*) FROM audit_event")).scalar_one())

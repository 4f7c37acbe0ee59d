"""The pages over a deployment on SQLite: a browser's worth of cookies for a user of each role, without a browser."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.deployment import Deployment, open_deployment
from revrec.config import load_config
from revrec.operations.actor import SERVICE
from revrec.operations.add_user import add_user
from revrec.operations.permissions import ROLES
from revrec.operations.sign_in_link import create_sign_in_link
from tests.one_app import app_over

NOW = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)
HOME = "http://testserver"
Visit = Callable[..., TestClient]


class Clock:
    """The deployment's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deployment(sqlite_url: str, tmp_path: Path, clock: Clock) -> Iterator[Deployment]:
    opened = open_deployment(
        load_config({"REVREC_DATA_DIR": str(tmp_path), "REVREC_DATABASE_URL": sqlite_url})
    )
    opened.clock = clock
    with opened.store.write() as session:
        for role in ROLES:
            add_user(session, SERVICE, f"{role}@books.test", role.title(), role, now=NOW)
    yield opened
    opened.store.close()


@pytest.fixture
def stranger(deployment: Deployment) -> TestClient:
    """A browser that nobody signed in with. Its posts come from a page of the service, as browsers say."""
    return TestClient(
        app_over(deployment),
        headers={"Sec-Fetch-Site": "same-origin"},
        follow_redirects=False,
        raise_server_exceptions=False,
    )


@pytest.fixture
def visit(deployment: Deployment) -> Visit:
    """A browser in which the user of a role is signed in, by a link."""
    app, made = app_over(deployment), 0

    def sign_in(role: str) -> TestClient:
        nonlocal made
        made += 1
        secret = f"{made}{role}".rjust(43, "l")
        with deployment.store.write() as session:
            create_sign_in_link(session, SERVICE, f"{role}@books.test", secret=secret, now=deployment.now())
        browser = TestClient(
            app,
            headers={"Sec-Fetch-Site": "same-origin"},
            follow_redirects=False,
            raise_server_exceptions=False,
        )
        assert browser.post(f"/sign-in/{secret}").status_code == 303
        return browser

    return sign_in


def key_of(browser: TestClient) -> str:
    """The key that the session's forms carry, as a page shows it."""
    page = browser.get("/account").text
    return page.partition('name="key" value="')[2].partition('"')[0]

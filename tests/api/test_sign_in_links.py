"""Links to sign in, as the command line and the service hand them over."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.deployment import Deployment
from api.sign_in_links import first_link, hand_over
from tests.one_app import app_over

Revrec = Callable[..., Any]
ADDRESS = "http://testserver"


def follow(deployment: Deployment, link: str) -> TestClient:
    browser = TestClient(
        app_over(deployment), headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=False
    )
    assert browser.post(link.removeprefix(ADDRESS)).status_code == 303
    return browser


def test_a_link_goes_to_a_file_of_its_owner_alone(
    revrec: Revrec, deployment: Deployment, tmp_path: Path
) -> None:
    refused = revrec("users", "link", "viewer@books.test")
    assert (refused.status, "give --out FILE" in refused.err) == (2, True)
    file = tmp_path / "link"
    made = revrec("users", "link", "viewer@books.test", "--address", ADDRESS, "--out", str(file))
    assert (made.status, made.out) == (0, f"The link is in {file}.\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    browser = follow(deployment, file.read_text().strip())
    assert "viewer@books.test · viewer" in browser.get("/account").text
    again = revrec("users", "link", "viewer@books.test", "--out", str(file))
    assert (again.status, f"{file} exists already" in again.err) == (1, True)


@pytest.mark.usefixtures("tokens")
def test_only_admins_make_links(revrec: Revrec, tmp_path: Path) -> None:
    refused = revrec(
        "users", "link", "admin@books.test", "--out", str(tmp_path / "link"), "--as", "controller@books.test"
    )
    assert (refused.status, "takes admin" in refused.err) == (1, True)


def test_the_first_link_is_for_the_admin_until_somebody_can_sign_in(
    deployment: Deployment, tokens: dict[str, str]
) -> None:
    link = first_link(deployment, ADDRESS)
    assert link is not None
    assert "admin@books.test · admin" in follow(deployment, link).get("/account").text
    assert first_link(deployment, ADDRESS) is None


def test_without_any_user_it_sets_up_the_first(deployment: Deployment) -> None:
    link = first_link(deployment, ADDRESS)
    assert link is not None
    assert link.startswith(f"{ADDRESS}/set-up/")
    with deployment.store.read() as session:
        assert session.execute(text("SELECT count(*) FROM user_account")).scalar() == 0


def test_off_a_terminal_no_link_is_said(tmp_path: Path) -> None:
    file = tmp_path / "not made yet" / "sign-in-link"
    for link in ("http://one", "http://two"):
        assert link not in hand_over(link, file)
        assert file.read_text() == link + "\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

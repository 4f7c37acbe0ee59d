"""Every route, every role: nobody gets further than the permission table says."""

import re

import pytest
from fastapi.testclient import TestClient

from api.http.app import PREFIX
from api.reference import operations
from revrec.operations.permissions import PERMISSIONS, ROLES

ROUTES = [
    pytest.param(method, PREFIX + route.path, action, id=f"{method} {route.path}")
    for route, action in operations()
    for method in sorted(route.methods or ())
]


def filled(path: str) -> str:
    """The path with something in its places that names nothing."""
    path = path.replace("{period}", "2026-03").replace("{flow}", "orders").replace("{key}", "netting")
    return re.sub(r"\{\w+\}", "987654", path)


def test_every_route_of_the_app_says_what_it_needs(clients: dict[str, TestClient]) -> None:
    document = clients["admin"].get(f"{PREFIX}/openapi.json").json()
    served = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
        if path != "/healthz"
    }
    known = {(method, path) for method, path, _ in (param.values for param in ROUTES)}
    assert served == known
    assert len(known) > 40


@pytest.mark.parametrize(("method", "path", "action"), ROUTES)
def test_a_route_is_open_to_its_roles_and_closed_to_all_others(
    clients: dict[str, TestClient], method: str, path: str, action: str
) -> None:
    for role in ROLES:
        body = None if method == "GET" else {}
        answer = clients[role].request(method, filled(path), json=body)
        if role in PERMISSIONS[action]:
            assert answer.status_code not in (401, 405, 500), (role, answer.text)
            assert not (answer.status_code == 403 and "may not" in answer.json()["detail"]), (
                role,
                answer.text,
            )
        else:
            assert answer.status_code == 403, (role, answer.text)
            assert answer.json()["code"] == "refused"
            assert f"may not {action.replace('_', ' ')}" in answer.json()["detail"]


@pytest.mark.parametrize(("method", "path", "action"), ROUTES)
def test_without_a_token_nothing_is_open(
    clients: dict[str, TestClient], method: str, path: str, action: str
) -> None:
    for headers in ({}, {"Authorization": "Bearer rr_wrong"}, {"Authorization": "Basic YTpi"}):
        answer = clients["nobody"].request(method, filled(path), headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["code"] == "unauthenticated"


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/redoc", "/openapi.json", "/api/v1/openapi.json", "/healthz/", "//healthz"]
)
def test_nothing_but_healthz_is_open(clients: dict[str, TestClient], path: str) -> None:
    answer = clients["nobody"].get(path, follow_redirects=False)
    asked = (answer.status_code, answer.headers.get("location", "").partition("?")[0])
    assert asked == ((401, "") if path.startswith("/api/") else (303, "/sign-in"))
    assert clients["nobody"].get("/healthz").json() == {"status": "ok"}

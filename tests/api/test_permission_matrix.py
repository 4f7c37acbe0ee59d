"""What is open without a token, and that the description lists what is served. `tests/web` asks every route."""

import pytest
from fastapi.testclient import TestClient

from api.http.app import PREFIX
from api.reference import operations


def test_every_route_of_the_app_says_what_it_needs(clients: dict[str, TestClient]) -> None:
    document = clients["admin"].get(f"{PREFIX}/openapi.json").json()
    served = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
        if path != "/healthz"
    }
    known = {(method, PREFIX + route.path) for route, _ in operations() for method in route.methods or ()}
    assert served == known
    assert len(known) > 40


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/redoc", "/openapi.json", "/api/v1/openapi.json", "/healthz/", "//healthz"]
)
def test_nothing_but_healthz_is_open(clients: dict[str, TestClient], path: str) -> None:
    answer = clients["nobody"].get(path, follow_redirects=False)
    asked = (answer.status_code, answer.headers.get("location", "").partition("?")[0])
    assert asked == ((401, "") if path.startswith("/api/") else (303, "/sign-in"))
    assert clients["nobody"].get("/healthz").json() == {"status": "ok"}

"""The three faces of the calculator: the engine, the command line, the HTTP API. Each gives an answer or an error."""

import io
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from fastapi.testclient import TestClient

from api.cli import main
from api.deployment import open_deployment
from api.http.app import create_app
from revrec.accounting.scenario import run_scenario
from revrec.accounting.scenario_form import ScenarioError
from revrec.config import load_config
from revrec.operations.actor import SERVICE, Actor
from revrec.operations.add_user import add_user
from revrec.operations.create_token import create_token

NOW = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)
FACES = ("engine", "command line", "HTTP")
Answer = dict[str, Any]
Face = Callable[[Any], Answer | str]
"""A scenario in; its answer out, or the sentence that refuses it, its place first."""


@pytest.fixture(scope="session")
def http_client(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A viewer's client of the HTTP API."""
    folder = tmp_path_factory.mktemp("calculator")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder / 'revrec.sqlite3')}"
    opened = open_deployment(load_config({"REVREC_DATA_DIR": str(folder), "REVREC_DATABASE_URL": url}))
    opened.clock = lambda: NOW
    with opened.store.write() as session:
        add_user(session, SERVICE, "viewer@books.test", "Viewer", "viewer", now=NOW)
        actor = Actor("viewer@books.test", "viewer")
        token = create_token(session, actor, "golden", random_text="t" * 43, now=NOW).text
    yield TestClient(create_app(opened), headers={"Authorization": f"Bearer {token}"})
    opened.store.close()


@pytest.fixture(params=FACES)
def face(request: pytest.FixtureRequest) -> Face:
    """Each face in turn."""
    if request.param == "engine":
        return by_engine
    if request.param == "command line":
        return by_command_line
    client: TestClient = request.getfixturevalue("http_client")
    return lambda scenario: by_http(client, scenario)


def by_engine(scenario: Any) -> Answer | str:
    try:
        return run_scenario(scenario)
    except ScenarioError as error:
        return str(error)


def by_command_line(scenario: Any) -> Answer | str:
    out, err = io.StringIO(), io.StringIO()
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(scenario).encode()))
    with (
        patch("sys.stdin", stdin),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as left,
    ):
        main(["calc", "-"])
    if left.value.code == 0:
        assert err.getvalue() == ""
        found: Answer = json.loads(out.getvalue())
        return found
    assert (left.value.code, out.getvalue()) == (2, "")
    return err.getvalue().removeprefix("revrec: ").removesuffix("\n")


def by_http(client: TestClient, scenario: Any) -> Answer | str:
    response = client.post("/api/v1/calculator", json=scenario)
    body: Answer = response.json()
    if response.status_code == 200:
        return body
    assert (response.status_code, body["code"]) == (422, "invalid")
    assert response.headers["content-type"] == "application/problem+json"
    (place,) = body["errors"]
    assert body["detail"] in (f"{place['where']}: {place['message']}", place["message"])
    return str(body["detail"])

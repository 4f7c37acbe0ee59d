"""Schemathesis over the description of the API, against the real app: no defect shows, and nothing undocumented.

Each operation is asked with requests that fit its description and with such that do not. A short run asks each once, a
slow one more often; both ask the same every time.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.deployment import Deployment
from api.http.app import PREFIX
from revrec.operations.create_token import hash_token
from revrec.store.queries.people import user_by_email
from revrec.store.tables import ApiToken

from .conftest import NOW, Draft

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
LEFT_OUT = {
    # They call the address that they are given.
    "connect_netsuite",
    "connect_salesforce",
    "try_netsuite",
    "try_salesforce",
    # It streams until its job ends; `test_job_events` asks it.
    "watch_job",
}
TOKEN = "rr_" + "f" * 43


@pytest.fixture
def admin(deployment: Deployment, clients: dict[str, TestClient]) -> TestClient:
    """An admin whose token no request finds by its number, so that none takes it away."""
    with deployment.store.write() as session:
        user = user_by_email(session, "admin@books.test")
        assert user is not None
        session.add(
            ApiToken(id=9 * 10**17, user_id=user.id, name="fuzzing", hash=hash_token(TOKEN), created_at=NOW)
        )
    return TestClient(clients["admin"].app, headers={"Authorization": f"Bearer {TOKEN}"})


def failures(admin: TestClient, mode: GenerationMode, examples: int) -> Iterator[str]:
    """What goes wrong when every operation is asked `examples` times, each in the service's words."""
    schema = schemathesis.openapi.from_asgi(f"{PREFIX}/openapi.json", admin.app, headers=dict(admin.headers))
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        name = operation.definition.raw["operationId"]
        if name in LEFT_OUT:
            continue

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Case) -> None:
            answer = case.call(headers=dict(admin.headers))
            case.validate_response(answer, checks=CHECKS)

        try:
            ask()
        except Unsatisfiable:
            pass  # what takes nothing cannot be asked wrongly
        except (Failure, FailureGroup) as failure:
            reasons = failure.exceptions if isinstance(failure, FailureGroup) else [failure]
            yield f"{name}: " + "; ".join(f"{one} {one.message}" for one in reasons)  # type: ignore[attr-defined]
        asked += 1
    assert asked > 100
    assert admin.get(f"{PREFIX}/me").json()["role"] == "admin"


def told(admin: TestClient, mode: GenerationMode, examples: int) -> None:
    found = list(failures(admin, mode, examples))
    assert not found, "\n\n".join(found)


@pytest.mark.usefixtures("pending", "reference")
def test_what_is_asked_once_is_answered_as_documented(admin: TestClient, draft: Draft) -> None:
    draft(3)
    told(admin, GenerationMode.POSITIVE, 1)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("pending", "reference")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=str)
def test_whatever_is_asked_is_answered_as_documented(
    admin: TestClient, draft: Draft, mode: GenerationMode
) -> None:
    draft(3)
    told(admin, mode, 15)


def test_every_operation_left_out_is_one(clients: dict[str, TestClient]) -> None:
    document: dict[str, Any] = clients["admin"].get(f"{PREFIX}/openapi.json").json()
    ids = {one["operationId"] for path in document["paths"].values() for one in path.values()}
    assert ids > LEFT_OUT

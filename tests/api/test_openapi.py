"""The API's description: whole, unambiguous, and honest about refusals."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

METHODS = ("get", "put", "post", "delete", "patch")


@pytest.fixture
def document(clients: dict[str, TestClient]) -> dict[str, Any]:
    found: dict[str, Any] = clients["viewer"].get("/api/v1/openapi.json").json()
    return found


def each_operation(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    ]


def test_operation_ids_are_verbs_and_unique(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, _, operation in each_operation(document)]
    assert len(set(ids)) == len(ids)
    assert all(one.replace("_", "").isalpha() and one.islower() for one in ids), ids


def test_every_operation_is_tagged_summarised_and_says_how_it_refuses(document: dict[str, Any]) -> None:
    for path, method, operation in each_operation(document):
        assert len(operation["tags"]) == 1, path
        assert operation["summary"], path
        if path == "/healthz":
            assert operation["security"] == []
            continue
        wanted = {"401", "403", "422", "500", "503"} | ({"404"} if "{" in path else set())
        assert wanted <= set(operation["responses"]), path
        for status, response in operation["responses"].items():
            if status.startswith(("4", "5")):
                schema = response["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (path, method, status)


def test_every_answer_has_a_shape(document: dict[str, Any]) -> None:
    for path, _, operation in each_operation(document):
        for status, response in operation["responses"].items():
            if path == "/healthz" or status == "204":
                continue
            for media, content in response["content"].items():
                assert content["schema"], (path, status, media)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "$ref" in value:
                assert value["$ref"].removeprefix("#/components/schemas/") in schemas
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)

    walk(document)


def test_no_table_is_a_body_and_bodies_refuse_what_they_do_not_know(document: dict[str, Any]) -> None:
    for path, _, operation in each_operation(document):
        if "requestBody" in operation:
            (content,) = operation["requestBody"]["content"].values()
            reference = content["schema"].get("$ref") or content["schema"]["anyOf"][0]["$ref"]
            body = document["components"]["schemas"][reference.rpartition("/")[2]]
            assert body["additionalProperties"] is False, path


def test_the_close_hook_says_all_it_may_answer(document: dict[str, Any]) -> None:
    responses = document["paths"]["/api/v1/periods/{period}/close"]["post"]["responses"]
    assert {"200", "202", "409"} <= set(responses)
    assert "Location" in responses["202"]["headers"]
    assert responses["202"]["content"]["application/json"]["schema"]["$ref"].endswith("/JobView")
    assert responses["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/ClosedView")

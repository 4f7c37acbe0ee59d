"""The API's description: whole, unambiguous, and honest about refusals."""

from typing import Any

import jsonschema_rs
import pytest
from fastapi.testclient import TestClient

from api.http.examples import BODIES

METHODS = ("get", "put", "post", "delete", "patch")


DESCRIPTION: dict[str, Any] = {}  # it takes its time and is the same for all tests


@pytest.fixture
def document(clients: dict[str, TestClient]) -> dict[str, Any]:
    if not DESCRIPTION:
        DESCRIPTION.update(clients["viewer"].get("/api/v1/openapi.json").json())
    return DESCRIPTION


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
            ((media, content),) = operation["requestBody"]["content"].items()
            if media == "multipart/form-data":
                continue  # its fields are files
            reference = content["schema"].get("$ref") or content["schema"]["anyOf"][0]["$ref"]
            body = document["components"]["schemas"][reference.rpartition("/")[2]]
            assert body["additionalProperties"] is False, path


def test_the_close_hook_says_all_it_may_answer(document: dict[str, Any]) -> None:
    responses = document["paths"]["/api/v1/periods/{period}/close"]["post"]["responses"]
    assert {"200", "202", "409"} <= set(responses)
    assert "Location" in responses["202"]["headers"]
    assert responses["202"]["content"]["application/json"]["schema"]["$ref"].endswith("/JobView")
    assert responses["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/ClosedView")


def test_every_json_body_and_answer_has_an_example_that_fits_its_shape(document: dict[str, Any]) -> None:
    seen = 0
    for _, _, operation in each_operation(document):
        good = [one for status, one in operation["responses"].items() if status.startswith("2")]
        for told in (operation.get("requestBody", {}), *good):
            for media, content in told.get("content", {}).items():
                if media == "application/json" and content.get("schema"):
                    shape = {**content["schema"], "components": document["components"]}
                    jsonschema_rs.validator_for(shape).validate(content["example"])
                    seen += 1
    assert seen > 150


def test_examples_written_by_hand_are_of_operations_and_are_taken(
    document: dict[str, Any], clients: dict[str, TestClient]
) -> None:
    ids = {operation["operationId"] for _, _, operation in each_operation(document)}
    assert set(BODIES) <= ids
    answer = clients["viewer"].post("/api/v1/calculator", json=BODIES["calculate"])
    assert (answer.status_code, "1200" in answer.text) == (200, True)
    made = clients["admin"].post("/api/v1/hooks", json={**BODIES["create_hook_secret"], "email": ""})
    assert made.status_code == 201

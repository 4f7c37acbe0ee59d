"""`POST /api/v1/calculator`: what it answers beside what the golden scenarios pin."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.views.calculator import CalculationView
from api.views.scenario_schema import EXAMPLE, scenario_schema
from revrec.accounting.scenario import run_scenario
from revrec.accounting.scenario_form import EVENT_KEYS, POLICIES, ScenarioError, line_keys

URL = "/api/v1/calculator"
GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*.json"))
Clients = dict[str, TestClient]


def order(**more: Any) -> dict[str, Any]:
    line = {"line": "1", "amount": "1200.00", "start": "2025-01-01", "end": "2025-12-31"}
    return {
        "type": "order",
        "date": "2025-01-01",
        "order": "SO-1",
        "customer": "Acme",
        "lines": [line],
        **more,
    }


@pytest.mark.parametrize("role", ["admin", "controller", "accountant", "viewer"])
def test_everybody_who_may_read_may_calculate(clients: Clients, role: str) -> None:
    assert clients[role].post(URL, json=EXAMPLE).json() == run_scenario(EXAMPLE)
    assert clients["nobody"].post(URL, json=EXAMPLE).status_code == 401


def test_what_is_wrong_is_a_problem_that_names_its_place(clients: Clients) -> None:
    answer = clients["viewer"].post(URL, json={"events": [order(colour="red")]})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    body = answer.json()
    assert body["code"] == "invalid"
    assert [(one["where"], one["message"][:24]) for one in body["errors"]] == [
        ("events[0].colour", "This key is unknown here")
    ]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"", "line 1, column 1"),
        (b'{"events": [], "events": []}', "line 1, column 16"),
        (b'{"events": [1.5, NaN]}', "line 1, column 18"),
        (b"[]", "scenario"),
        (b"null", "scenario"),
        (b"[" * 200_000, "scenario"),
        (b'{"events": "all of them"}', "events"),
        (b'{"events": [7]}', "events[0]"),
    ],
)
def test_a_body_that_is_no_scenario(clients: Clients, content: bytes, where: str) -> None:
    answer = clients["viewer"].post(URL, content=content)
    assert answer.status_code == 422
    assert [one["where"] for one in answer.json()["errors"]] == [where]


def test_a_body_too_large_is_refused_before_it_is_read(clients: Clients) -> None:
    answer = clients["viewer"].post(URL, content=b" " * 1_000_001)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("scenario", "where", "words"),
    [
        ({"events": [order()] * 10_001}, "events", "at most 10,000 events"),
        ({"events": [order(lines=[{"line": "1"}] * 20_001)]}, "events", "at most 20,000 lines"),
        ({"events": [order()], "through": "2199-12"}, "through", "at most 1,200 periods"),
        ({"events": [order(recorded="2199-12-31")]}, "events[0].recorded", "2,100 periods after"),
        (
            {"events": [order(order=str(n), date="2025-01-01") for n in range(800)], "through": "2124-12"},
            "events",
            "more than one scenario replays",
        ),
        (
            {
                "events": [
                    order(),
                    *({"type": "price_change", "date": "2025-01-02", "order": "SO-1", "amount": "1"},)
                    * 9_000,
                ],
            },
            "events",
            "split it by contract",
        ),
        (
            {"events": [order(lines=[{"line": "1", "amount": "9" * 15}])]},
            "events[0].lines[0].amount",
            "larger",
        ),
    ],
)
def test_a_scenario_asks_for_no_more_than_it_may(scenario: Any, where: str, words: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        run_scenario(scenario)
    assert refused.value.where == where
    assert words in refused.value.message


def test_many_at_once_are_all_answered(clients: Clients) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: clients["viewer"].post(URL, json=EXAMPLE).json(), range(16)))
    assert answers == [run_scenario(EXAMPLE)] * 16


@pytest.mark.parametrize("path", GOLDEN, ids=[path.stem for path in GOLDEN])
def test_answers_have_the_shape_and_scenarios_the_keys_that_the_description_names(path: Path) -> None:
    case = json.loads(path.read_text())
    if "error" in case["expected"]:
        return
    follows(case["scenario"], scenario_schema(), "scenario")
    CalculationView.model_validate(run_scenario(case["scenario"]))


def test_the_description_is_whole_and_has_an_example(clients: Clients) -> None:
    document = clients["viewer"].get("/api/v1/openapi.json").json()
    operation = document["paths"][URL]["post"]
    assert operation["operationId"] == "calculate"
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = document["components"]["schemas"][reference.rpartition("/")[2]]
    assert schema["examples"] == [EXAMPLE]
    assert set(schema["properties"]["policy"]["properties"]) == set(POLICIES)
    events = {one["title"]: one for one in schema["properties"]["events"]["items"]["oneOf"]}
    assert set(events) == set(EVENT_KEYS)
    for kind, (required, optional) in EVENT_KEYS.items():
        keys = {"type", "date", "recorded", *required.split(), *optional.split()}
        assert set(events[kind]["properties"]) == keys
        if "lines" in keys:
            line = events[kind]["properties"]["lines"]["items"]["properties"]
            assert set(line) == {"line", *line_keys(kind).split()}
            assert all(one["description"] for one in line.values())
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer["$ref"].endswith("/CalculationView")


def follows(value: Any, schema: Any, where: str) -> None:
    """As much of JSON Schema as the description uses: objects, lists, alternatives, constants."""
    if "oneOf" in schema:
        (schema,) = [one for one in schema["oneOf"] if one["properties"]["type"]["const"] == value["type"]]
    if "anyOf" in schema:
        kinds = {str: "string", int: "integer", dict: "object"}
        assert any(
            one.get("type") == kinds[type(value)] or one.get("const") == value for one in schema["anyOf"]
        )
    elif "enum" in schema or "const" in schema:
        assert value in schema.get("enum", [schema.get("const")]), where
    elif schema["type"] == "object":
        assert set(schema.get("required", [])) <= set(value), where
        for key, one in value.items():
            inner = schema.get("properties", {}).get(key, schema["additionalProperties"])
            assert inner, f"{where}.{key}"
            follows(one, inner, f"{where}.{key}")
    elif schema["type"] == "array":
        for number, one in enumerate(value):
            inner = schema["prefixItems"][number] if "prefixItems" in schema else schema["items"]
            follows(one, inner, f"{where}[{number}]")
    else:
        assert {"string": str, "boolean": bool}[schema["type"]] is type(value), where

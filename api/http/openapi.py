"""The API's own description, made the same for every operation: security, and refusals as problem details."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.http.examples import add_examples
from api.http.hook_signature import HEADER as SIGNATURE
from api.http.hook_signature import HOOKS
from api.http.idempotency import HEADER, REPLAYED, STREAMED
from api.http.problem_details import MEDIA_TYPE, Problem
from api.http.shell import OPEN_PATHS
from api.views.scenario_schema import scenario_schema

_METHODS = ("get", "put", "post", "delete", "patch")
_WORDS = {
    "400": "The request cannot be read: a body that is no JSON, or a broken address.",
    "401": "No token, or one that is not valid.",
    "403": "The role of the token's user does not allow it, or a rule forbids it.",
    "404": "There is no such thing.",
    "405": "Not with this method.",
    "409": "The state of things forbids it now.",
    "413": "The body is too large.",
    "415": "The body is of another kind than this takes.",
    "422": "The request is wrong; `errors` says where.",
    "429": "Too much at once; `Retry-After` says when to come again.",
    "500": "A defect here; the log has more under the request id.",
    "502": "An outside system refused or did not answer; its own words.",
    "503": "The database is busy or cannot be reached.",
}


def describe(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1 of the app, made once."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    schemas["Scenario"] = scenario_schema()  # read as text, so that no model of a route brings it
    document["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "An API token, `rr_...`."},
        "signature": {
            "type": "apiKey",
            "in": "header",
            "name": SIGNATURE,
            "description": "`t=<unix seconds>,v1=<hex>`: HMAC-SHA256 by a hook's secret over "
            "`<t>.<METHOD>.<path>.<body>`, within 5 minutes. A replay gets the stored answer.",
        },
    }
    document["security"] = [{"token": []}]
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                _complete(path, method, operations[method])
    add_examples(document)
    app.openapi_schema = document
    return document


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    if path in OPEN_PATHS:
        operation["security"] = []
        return
    if method == "post" and path in HOOKS:
        operation["security"] = [{"token": []}, {"signature": []}]
    statuses = ["400", "401", "403", "404", "409", "422", "429", "500", "503"]
    if "requestBody" in operation:
        statuses += ["413", "415"]
    if "connections" in path and method != "get":
        statuses.append("502")
    if method == "post":
        _take_key(path, operation)
    for status in sorted(set(statuses)):
        operation["responses"][status] = {
            "description": _WORDS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def _take_key(path: str, operation: dict[str, Any]) -> None:
    """Every POST may carry a key under which it is done once; where it may not, that is said."""
    if path in STREAMED:
        words = f"The answer is streamed and not kept: an `{HEADER}` does nothing here."
        operation["description"] = "\n\n".join(filter(None, [operation.get("description", ""), words]))
        return
    operation.setdefault("parameters", []).append(
        {
            "name": HEADER,
            "in": "header",
            "required": False,
            "description": "A text of your own, such as a UUID. The same request again under it, within 24 hours, is "
            "not done again and gets the same answer.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        }
    )
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            response.setdefault("headers", {})[REPLAYED] = {
                "description": f"`true` where this is the kept answer of an earlier request under the same {HEADER}.",
                "schema": {"type": "string", "enum": ["true"]},
            }

"""The stand-in's HTTP face: the token endpoint, the data API, and `/_sim/` where tests and the demo direct it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from sample_data.salesforce import directing
from sample_data.salesforce.answers import DEFAULT_BATCH, Answers
from sample_data.salesforce.errors import (
    Refusal,
    TokenRefusal,
    malformed,
    not_found,
    session_invalid,
    too_many_requests,
    version_retired,
)
from sample_data.salesforce.faults import Fault, Watch
from sample_data.salesforce.schema import ENTITIES, find_entity, visible_fields
from sample_data.salesforce.sessions import Sessions
from sample_data.salesforce.store import Store
from sample_data.salesforce.story import CannotHappen, Story

NEWEST, OLDEST = 66, 31
LONGEST_URL = 16_384


@dataclass(slots=True)
class Org:
    """Everything the routes work on."""

    store: Store
    sessions: Sessions
    answers: Answers
    watch: Watch
    story: Story
    multi_currency: bool
    daily_limit: int


def make_app(org: Org) -> FastAPI:
    """The application over one org."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(directing.routes(org.watch, org.story, org.sessions, org.answers))

    @app.middleware("http")
    async def watch_request(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        path = request.url.path
        if path.startswith("/_sim/"):
            return await call_next(request)
        started, query = time.monotonic(), request.query_params.get("q", "")
        org.watch.in_flight += 1
        org.watch.peak_in_flight = max(org.watch.peak_in_flight, org.watch.in_flight)
        response: Response | None = None
        try:
            fault = org.watch.take_fault(path, query)
            response = await _suffer(fault) if fault else None
            response = response or await call_next(request)
            if path.startswith("/services/data"):
                response.headers["Sforce-Limit-Info"] = f"api-usage={org.watch.api_calls}/{org.daily_limit}"
            return response
        finally:
            org.watch.in_flight -= 1
            org.watch.write(request.method, path, query, response.status_code if response else 500, started)

    @app.exception_handler(Refusal)
    async def refuse(request: Request, refusal: Refusal) -> Response:
        return JSONResponse(refusal.body(), refusal.status, refusal.headers)

    @app.exception_handler(TokenRefusal)
    async def refuse_token(request: Request, refusal: TokenRefusal) -> Response:
        return JSONResponse(refusal.body(), refusal.status)

    @app.exception_handler(CannotHappen)
    async def cannot_happen(request: Request, problem: CannotHappen) -> Response:
        return JSONResponse({"detail": str(problem)}, 422)

    @app.exception_handler(404)
    async def unknown_path(request: Request, problem: Exception) -> Response:
        return JSONResponse(not_found().body(), 404)

    @app.post("/services/oauth2/token")
    async def token(request: Request) -> Any:
        org.watch.token_calls += 1
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise TokenRefusal("unsupported_grant_type", "grant type not supported")
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        return org.sessions.grant(form, request.headers.get("authorization", ""), _host(request))

    @app.get("/services/data")
    @app.get("/services/data/")
    async def versions() -> Any:
        return [
            {"label": f"v{number}", "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
            for number in range(OLDEST, NEWEST + 1)
        ]

    @app.get("/services/data/{version}/query/{locator}")
    @app.get("/services/data/{version}/queryAll/{locator}")
    async def more(request: Request, version: str, locator: str) -> Response:
        _enter(request, org, version)
        return JSONResponse(org.answers.more(locator, version))

    @app.get("/services/data/{version}/query")
    @app.get("/services/data/{version}/query/")
    async def query(request: Request, version: str) -> Response:
        return _first_page(request, org, version, with_deleted=False)

    @app.get("/services/data/{version}/queryAll")
    @app.get("/services/data/{version}/queryAll/")
    async def query_all(request: Request, version: str) -> Response:
        return _first_page(request, org, version, with_deleted=True)

    @app.get("/services/data/{version}/limits")
    @app.get("/services/data/{version}/limits/")
    async def limits(request: Request, version: str) -> Any:
        _enter(request, org, version)
        left = max(0, org.daily_limit - org.watch.api_calls)
        return {"DailyApiRequests": {"Max": org.daily_limit, "Remaining": left}}

    @app.get("/services/data/{version}/sobjects/{name}/describe")
    @app.get("/services/data/{version}/sobjects/{name}/describe/")
    async def describe(request: Request, version: str, name: str) -> Any:
        _enter(request, org, version)
        entity = find_entity(name)
        if entity is None:
            raise not_found()
        fields = [
            {"name": f.name, "type": f.type, "nillable": f.nillable, "custom": f.custom}
            | {"relationshipName": f.relationship, "referenceTo": [f.target] if f.target else []}
            for f in visible_fields(entity, org.multi_currency)
        ]
        return {"name": entity.name, "fields": fields}

    @app.get("/services/data/{version}/sobjects")
    async def objects(request: Request, version: str) -> Any:
        _enter(request, org, version)
        return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": [{"name": name} for name in ENTITIES]}

    return app


def _host(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _enter(request: Request, org: Org, version: str) -> None:
    """What every data call must pass: the length of its address, its version, its session, the day's allowance."""
    if len(request.scope["raw_path"]) + len(request.scope["query_string"]) > LONGEST_URL:
        raise Refusal(414, "URI_TOO_LONG", "URI Too Long")
    found = re.fullmatch(r"v(\d{2})\.0", version)
    if found is None or int(found.group(1)) > NEWEST:
        raise not_found()
    if int(found.group(1)) < OLDEST:
        raise version_retired(version)
    if not org.sessions.is_valid(request.headers.get("authorization", "")):
        raise session_invalid()
    if org.watch.api_calls >= org.daily_limit:
        raise too_many_requests()
    org.watch.api_calls += 1


def _first_page(request: Request, org: Org, version: str, *, with_deleted: bool) -> Response:
    _enter(request, org, version)
    soql = request.query_params.get("q", "")
    if not soql:
        raise malformed("A query string has to be specified")
    batch = _batch_size(request.headers.get("sforce-query-options", ""))
    return JSONResponse(org.answers.query(soql, version, batch, with_deleted=with_deleted))


def _batch_size(options: str) -> int:
    found = re.search(r"batchSize\s*=\s*(\d+)", options, re.IGNORECASE)
    return int(found.group(1)) if found else DEFAULT_BATCH


async def _suffer(fault: Fault) -> Response | None:
    """Waits out the fault's delay and gives its answer; None means that the real answer follows."""
    if fault.delay_ms:
        await asyncio.sleep(fault.delay_ms / 1000)
    if fault.drop:
        # An answer shorter than it promised: the server closes the connection, the client sees it broken off.
        return Response(b"[", 200, {"Content-Length": "4096", "Content-Type": "application/json"})
    if fault.status is None:
        return None
    if isinstance(fault.body, str):
        return Response(fault.body, fault.status, fault.headers)
    return JSONResponse(fault.body, fault.status, fault.headers)

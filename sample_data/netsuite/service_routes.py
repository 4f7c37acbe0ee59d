"""The routes of NetSuite itself: SuiteQL, records, the token endpoint, governance limits."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from sample_data.netsuite.account import Account
from sample_data.netsuite.oauth2 import TokenRefused
from sample_data.netsuite.paging import read_page
from sample_data.netsuite.problems import NetSuiteError, unsupported_search
from sample_data.netsuite.record_routes import COLLECTION, SINGULAR, own_url, record_routes


def service_routes(account: Account) -> APIRouter:
    """The routes over one account."""
    router = APIRouter()
    _add_suiteql(router, account)
    router.include_router(record_routes(account))
    _add_token(router, account)

    @router.get("/services/rest/system/v1/governanceLimits")
    async def governance_limits() -> Response:
        limit = account.settings.concurrency
        body = {
            "accountConcurrencyLimit": limit,
            "accountUnallocatedConcurrencyLimit": limit,
            "integrationConcurrencyLimit": limit,
            "integrationLimitType": "accountLimit",
        }
        return Response(json.dumps(body), media_type=SINGULAR)

    @router.options("/services/rest/{rest:path}")
    async def options(rest: str) -> Response:
        return Response(status_code=204)

    @router.api_route("/services/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    async def elsewhere(request: Request, rest: str) -> Response:
        parts = rest.split("/")
        if parts[:3] == ["rest", "record", "v1"] and len(parts) > 3:
            known = parts[3].lower() == "journalentry"
            if known:
                raise NetSuiteError(405, "INVALID_METHOD", f"Method {request.method} is not allowed here.")
            raise NetSuiteError(
                404, "NONEXISTENT_ID", f"Record type '{parts[3]}' does not exist", url=str(request.url)
            )
        if rest == "rest/query/v1/suiteql":
            raise NetSuiteError(405, "INVALID_METHOD", f"Method {request.method} is not allowed here.")
        raise NetSuiteError(
            404, "NONEXISTENT_ID", "The requested resource does not exist.", url=str(request.url)
        )

    return router


def _add_suiteql(router: APIRouter, account: Account) -> None:
    @router.post("/services/rest/query/v1/suiteql")
    async def suiteql(request: Request) -> Response:
        """Content type is not looked at: clients exist that send none."""
        prefer = [each.strip().lower() for each in request.headers.get("prefer", "").split(",")]
        if "transient" not in prefer:
            raise NetSuiteError(
                int(account.settings.missing_prefer),
                "INVALID_HEADER",
                "The request needs the header Prefer: transient.",
                header="Prefer",
            )
        denied = {"REST Web Services", "SuiteAnalytics Workbook"} & account.settings.denied
        if denied:
            raise NetSuiteError(
                403,
                "INSUFFICIENT_PERMISSION",
                f"You need the '{min(denied)}' permission to access this page.",
            )
        page = read_page(request.query_params, account.settings)
        try:
            body = json.loads(await request.body())
        except ValueError as problem:
            raise NetSuiteError(400, "INVALID_CONTENT", "Invalid content in the request body") from problem
        text = body.get("q") if isinstance(body, dict) else None
        params = body.get("params") if isinstance(body, dict) else None
        if not isinstance(text, str) or not (params is None or isinstance(params, list)):
            raise NetSuiteError(400, "INVALID_CONTENT", "Invalid content in the request body")
        if params and any(value is None for value in params):
            raise unsupported_search()
        found = await run_in_threadpool(account.engine.page, text, params, page, own_url(request))
        return Response(json.dumps(found), media_type=COLLECTION)


def _add_token(router: APIRouter, account: Account) -> None:
    @router.post("/services/rest/auth/oauth2/v1/token")
    async def token(request: Request) -> Response:
        """The grant for a signed assertion; errors are RFC 6749's, not NetSuite's usual ones."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        form: dict[str, str] = {}
        if kind == "application/x-www-form-urlencoded":
            form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        now = account.clock.for_sign_in()
        try:
            granted: dict[str, Any] = account.gate.tokens.grant(form, own_url(request), now)
        except TokenRefused as refused:
            account.gate.note_token_refusal(refused, now)
            headers = {"WWW-Authenticate": f'Basic realm="{account.settings.account_id}"'}
            return JSONResponse(
                {"error": refused.error}, refused.status, headers=headers if refused.status == 401 else None
            )
        return JSONResponse(granted)

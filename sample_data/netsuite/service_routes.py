"""The routes of NetSuite itself: SuiteQL, the journal entry record, the token endpoint, governance limits."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from sample_data.netsuite.account import Account
from sample_data.netsuite.front import signed_url
from sample_data.netsuite.oauth2 import TokenRefused
from sample_data.netsuite.paging import read_page
from sample_data.netsuite.problems import NetSuiteError, unsupported_search
from sample_data.netsuite.records import Saved

_COLLECTION = "application/vnd.oracle.resource+json; type=collection; charset=UTF-8"
_SINGULAR = "application/vnd.oracle.resource+json; type=singular; charset=UTF-8"
_VALIDATION = "X-NetSuite-PropertyNameValidation"


def service_routes(account: Account) -> APIRouter:
    """The routes over one account."""
    router = APIRouter()
    _add_suiteql(router, account)
    _add_journal_entry(router, account)
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
        return Response(json.dumps(body), media_type=_SINGULAR)

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


def _own_url(request: Request) -> str:
    return signed_url(request.scope, {key.lower(): value for key, value in request.headers.items()})


def _add_suiteql(router: APIRouter, account: Account) -> None:
    @router.post("/services/rest/query/v1/suiteql")
    async def suiteql(request: Request) -> Response:
        """Content type is not looked at: clients exist that send none."""
        prefer = [each.strip().lower() for each in request.headers.get("prefer", "").split(",")]
        if "transient" not in prefer:
            raise NetSuiteError(
                400, "INVALID_HEADER", "The request needs the header Prefer: transient.", header="Prefer"
            )
        denied = {"REST Web Services", "SuiteAnalytics Workbook"} & account.settings.denied_permissions
        if denied:
            raise NetSuiteError(
                403,
                "INSUFFICIENT_PERMISSION",
                f"You need the '{min(denied)}' permission to access this page.",
            )
        page = read_page(request.query_params, account.settings.page_size_max)
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
        found = await run_in_threadpool(account.engine.page, text, params, page, _own_url(request))
        return Response(json.dumps(found), media_type=_COLLECTION)


def _add_journal_entry(router: APIRouter, account: Account) -> None:
    root = "/services/rest/record/v1/{kind}"
    records = account.records

    def base_url(request: Request) -> str:
        return _own_url(request).partition("/record/v1/")[0] + "/record/v1"

    def check_kind(kind: str, request: Request) -> None:
        if kind.lower() != "journalentry":
            raise NetSuiteError(
                404, "NONEXISTENT_ID", f"Record type '{kind}' does not exist", url=str(request.url)
            )

    def saved(request: Request, done: Saved) -> Response:
        headers = {"Location": f"{base_url(request)}/journalentry/{done.id}"}
        if done.dropped:
            headers["Warning"] = f'199 - "Unknown properties were ignored: {", ".join(done.dropped)}"'
        return Response(status_code=204, headers=headers)

    def validation(request: Request) -> str:
        return request.headers.get(_VALIDATION, "warning").lower()

    @router.post(root)
    async def create(kind: str, request: Request) -> Response:
        check_kind(kind, request)
        raw = await request.body()
        return saved(request, await run_in_threadpool(records.create, raw, validation(request)))

    @router.get(root)
    async def search(kind: str, request: Request) -> Response:
        check_kind(kind, request)
        found = await run_in_threadpool(records.search, dict(request.query_params), base_url(request))
        return Response(json.dumps(found), media_type=_COLLECTION)

    @router.get(root + "/{key}")
    async def read(kind: str, key: str, request: Request) -> Response:
        check_kind(kind, request)
        query = dict(request.query_params)
        found = await run_in_threadpool(records.read, key, query, base_url(request), str(request.url))
        return Response(json.dumps(found), media_type=_SINGULAR)

    @router.put(root + "/{key}")
    async def upsert(kind: str, key: str, request: Request) -> Response:
        check_kind(kind, request)
        raw = await request.body()
        return saved(request, await run_in_threadpool(records.upsert, key, raw, validation(request)))

    @router.patch(root + "/{key}")
    async def update(kind: str, key: str, request: Request) -> Response:
        check_kind(kind, request)
        raw = await request.body()
        replaced = "line" in request.query_params.get("replace", "").split(",")

        def run() -> Saved:
            return records.update(key, raw, validation(request), replace_lines=replaced)

        return saved(request, await run_in_threadpool(run))

    @router.delete(root + "/{key}")
    async def delete(kind: str, key: str, request: Request) -> Response:
        check_kind(kind, request)
        await run_in_threadpool(records.delete, key, str(request.url))
        return Response(status_code=204)


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
            granted: dict[str, Any] = account.gate.tokens.grant(form, _own_url(request), now)
        except TokenRefused as refused:
            account.gate.note_token_refusal(refused, now)
            headers = {"WWW-Authenticate": f'Basic realm="{account.settings.account_id}"'}
            return JSONResponse(
                {"error": refused.error}, refused.status, headers=headers if refused.status == 401 else None
            )
        return JSONResponse(granted)

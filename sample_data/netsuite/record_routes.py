"""The routes of the record service: journal entries, their catalogue, and asynchronous jobs."""

from __future__ import annotations

import json
from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from sample_data.netsuite.account import Account
from sample_data.netsuite.async_jobs import IDEMPOTENCY_KEY, job_body, task_body
from sample_data.netsuite.front import ERROR_TYPE, signed_url
from sample_data.netsuite.metadata import catalogue, journal_schema
from sample_data.netsuite.problems import NetSuiteError, nonexistent, shown, user_error
from sample_data.netsuite.records import Saved

COLLECTION = "application/vnd.oracle.resource+json; type=collection; charset=UTF-8"
SINGULAR = "application/vnd.oracle.resource+json; type=singular; charset=UTF-8"
_NAMES = "X-NetSuite-PropertyNameValidation"
_VALUES = "X-NetSuite-PropertyValueValidation"
_NOT_KEPT = {"intercompanyjournalentry", "advintercompanyjournalentry", "invoice", "creditmemo", "customer",
             "salesorder", "account", "statisticaljournalentry"}  # fmt: skip
_ONE_WORLD_ONLY = {"intercompanyjournalentry", "advintercompanyjournalentry"}


def own_url(request: Request) -> str:
    """The URL that the client asked for, without its query."""
    return signed_url(request.scope, {key.lower(): value for key, value in request.headers.items()})


def _base_url(request: Request) -> str:
    return own_url(request).partition("/record/v1/")[0] + "/record/v1"


def record_routes(account: Account) -> APIRouter:
    """The routes over one account."""
    router = APIRouter()
    _add_catalogue(router, account)
    _add_journal_entry(router, account)
    _add_jobs(router, account)
    return router


def _add_catalogue(router: APIRouter, account: Account) -> None:
    root = "/services/rest/record/v1/metadata-catalog"

    @router.get(root)
    async def listed(request: Request) -> Response:
        return Response(json.dumps(catalogue(own_url(request))), media_type=COLLECTION)

    @router.get(root + "/{kind}")
    async def schema(kind: str, request: Request) -> Response:
        if kind.lower() != "journalentry":
            raise _no_such_type(kind, request)
        accept = request.headers.get("accept", "*/*")
        if not {"application/schema+json", "*/*", "application/json"} & {
            each.partition(";")[0].strip() for each in accept.split(",")
        }:
            raise NetSuiteError(406, "INVALID_HEADER", f"{accept} is not offered here.", header="Accept")
        shown_schema = journal_schema(account.settings.features, account.settings.mandatory_segments)
        return Response(json.dumps(shown_schema), media_type="application/schema+json")


def _no_such_type(kind: str, request: Request) -> NetSuiteError:
    return NetSuiteError(404, "NONEXISTENT_ID", f"Record type '{kind}' does not exist", url=str(request.url))


def _add_journal_entry(router: APIRouter, account: Account) -> None:
    root = "/services/rest/record/v1/{kind}"
    records = account.records

    def check_kind(kind: str, request: Request) -> None:
        name = kind.lower()
        if name == "journalentry":
            return
        has = name not in _ONE_WORLD_ONLY or "oneworld" in account.settings.features
        if name in _NOT_KEPT and has:
            raise user_error(f"This stand-in does not keep records of the type {kind}.")
        raise _no_such_type(kind, request)

    def check_headers(request: Request) -> str:
        for header in (_NAMES, _VALUES):
            given = request.headers.get(header, "error").lower()
            if given not in ("ignore", "warning", "error"):
                raise NetSuiteError(
                    400, "INVALID_HEADER", f"Invalid value {given!r} of the header.", header=header
                )
        return request.headers.get(_NAMES, "warning").lower()

    async def save(request: Request, work: Callable[[], Saved]) -> Response:
        """204 with the record's address; or 202 with a job's, where the client prefers not to wait."""
        if "respond-async" in request.headers.get("prefer", "").lower():
            key = request.headers.get(IDEMPOTENCY_KEY)
            location = await run_in_threadpool(account.jobs.submit, key, _base_url(request), work)
            return Response(
                status_code=202, headers={"Location": location, "Preference-Applied": "respond-async"}
            )
        return _saved(_base_url(request), await run_in_threadpool(work))

    @router.post(root)
    async def create(kind: str, request: Request) -> Response:
        check_kind(kind, request)
        raw, names = await request.body(), check_headers(request)
        return await save(request, lambda: records.create(raw, names))

    @router.get(root)
    async def search(kind: str, request: Request) -> Response:
        check_kind(kind, request)
        found = await run_in_threadpool(records.search, dict(request.query_params), _base_url(request))
        return Response(json.dumps(found), media_type=COLLECTION)

    @router.get(root + "/{key}")
    async def read(kind: str, key: str, request: Request) -> Response:
        check_kind(kind, request)
        query = dict(request.query_params)
        found = await run_in_threadpool(records.read, key, query, _base_url(request), str(request.url))
        return Response(json.dumps(found), media_type=SINGULAR)

    @router.put(root + "/{key}")
    async def upsert(kind: str, key: str, request: Request) -> Response:
        check_kind(kind, request)
        raw, names = await request.body(), check_headers(request)
        return await save(request, lambda: records.upsert(key, raw, names))

    @router.patch(root + "/{key}")
    async def update(kind: str, key: str, request: Request) -> Response:
        check_kind(kind, request)
        raw, names = await request.body(), check_headers(request)
        replaced = "line" in request.query_params.get("replace", "").split(",")
        return await save(request, lambda: records.update(key, raw, names, replace_lines=replaced))

    @router.delete(root + "/{key}")
    async def delete(kind: str, key: str, request: Request) -> Response:
        check_kind(kind, request)
        await run_in_threadpool(records.delete, key, str(request.url))
        return Response(status_code=204)


def _saved(base_url: str, done: Saved) -> Response:
    headers = {"Location": f"{base_url}/journalentry/{done.id}"}
    if done.dropped:
        headers["Warning"] = f'199 - "Unknown properties were ignored: {", ".join(done.dropped)}"'
    return Response(status_code=204, headers=headers)


def _add_jobs(router: APIRouter, account: Account) -> None:
    root = "/services/rest/async/v1/job/{number}"

    def outcome(number: str, request: Request, tail: str = "") -> Saved | NetSuiteError:
        found = account.jobs.find(number)
        if found is None or tail not in ("", account.settings.async_result):
            raise nonexistent(str(request.url))
        return found

    def result(number: str, request: Request, tail: str) -> Response:
        found = outcome(number, request, tail)
        if isinstance(found, NetSuiteError):
            return Response(json.dumps(shown(found, account.settings)), found.status, media_type=ERROR_TYPE)
        return _saved(own_url(request).partition("/async/")[0] + "/record/v1", found)

    @router.get(root)
    async def job(number: str, request: Request) -> Response:
        outcome(number, request)
        return Response(json.dumps(job_body(number, own_url(request))), media_type=SINGULAR)

    @router.get(root + "/task")
    async def tasks(number: str, request: Request) -> Response:
        outcome(number, request)
        own = own_url(request)
        items = [{"links": [{"rel": "self", "href": f"{own}/1"}], "id": "1"}]
        body = {"links": [{"rel": "self", "href": own}], "items": items, "count": 1, "hasMore": False,
                "offset": 0, "totalResults": 1}  # fmt: skip
        return Response(json.dumps(body), media_type=COLLECTION)

    @router.get(root + "/task/1")
    async def task(number: str, request: Request) -> Response:
        body = task_body("1", own_url(request), outcome(number, request))
        return Response(json.dumps(body), media_type=SINGULAR)

    @router.get(root + "/task/1/result")
    async def task_result(number: str, request: Request) -> Response:
        return result(number, request, "task")

    @router.get(root + "/result")
    async def job_result(number: str, request: Request) -> Response:
        return result(number, request, "job")

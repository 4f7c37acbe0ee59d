"""Invoices and credit memos as records: their lists only, which a role without the permission is refused."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from sample_data.netsuite.account import Account
from sample_data.netsuite.catalogue import TRANSACTION_PERMISSIONS
from sample_data.netsuite.front import signed_url
from sample_data.netsuite.paging import collection, read_page
from sample_data.netsuite.problems import NetSuiteError, not_permitted

_COLLECTION = "application/vnd.oracle.resource+json; type=collection; charset=UTF-8"


def sales_routes(account: Account) -> APIRouter:
    """The routes over one account."""
    router = APIRouter()

    def listed(code: str, request: Request, url: str) -> str:
        permission = TRANSACTION_PERMISSIONS[code]
        if permission in account.settings.denied:
            raise not_permitted(permission, account.settings)
        if "q" in request.query_params:
            raise NetSuiteError(400, "NONEXISTENT_FIELD", "No condition is offered here.", query_param="q")
        page = read_page(request.query_params, account.settings)
        source = "FROM [transaction] WHERE [type] = ?"
        with account.store.read() as connection:
            total = connection.execute(f"SELECT COUNT(*) {source}", (code,)).fetchone()[0]
            rows = connection.execute(
                f"SELECT [id] {source} ORDER BY [id] LIMIT {page.limit} OFFSET {page.offset}", (code,)
            ).fetchall()
        items = [{"links": [{"rel": "self", "href": f"{url}/{row[0]}"}], "id": str(row[0])} for row in rows]
        return json.dumps(collection(items, page, total, total, url))

    async def answer(code: str, request: Request) -> Response:
        headers = {key.lower(): value for key, value in request.headers.items()}
        body = await run_in_threadpool(listed, code, request, signed_url(request.scope, headers))
        return Response(body, media_type=_COLLECTION)

    @router.get("/services/rest/record/v1/invoice")
    async def invoices(request: Request) -> Response:
        return await answer("CustInvc", request)

    @router.get("/services/rest/record/v1/creditMemo")
    @router.get("/services/rest/record/v1/creditmemo")
    async def credit_memos(request: Request) -> Response:
        return await answer("CustCred", request)

    return router

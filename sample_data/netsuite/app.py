"""The application: NetSuite's services behind the front, and ``/_sim`` beside them."""

from __future__ import annotations

import json

from fastapi import FastAPI, Request, Response

from sample_data.netsuite.account import Account
from sample_data.netsuite.front import ERROR_TYPE, App, Front
from sample_data.netsuite.problems import NetSuiteError, shown
from sample_data.netsuite.sales_routes import sales_routes
from sample_data.netsuite.service_routes import service_routes
from sample_data.netsuite.sign_in_routes import sign_in_routes
from sample_data.netsuite.sim_routes import sim_routes


def make_app(account: Account) -> App:
    """An ASGI application over one account."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.include_router(sim_routes(account))
    app.include_router(sign_in_routes(account))
    app.include_router(sales_routes(account))
    app.include_router(service_routes(account))

    @app.exception_handler(NetSuiteError)
    async def refuse(request: Request, refused: NetSuiteError) -> Response:
        body = json.dumps(shown(refused, account.settings))
        return Response(body, refused.status, refused.headers, ERROR_TYPE)

    @app.exception_handler(Exception)
    async def fail(request: Request, problem: Exception) -> Response:
        """A mistake of the stand-in's own; its traceback goes to stderr."""
        failed = NetSuiteError(
            500, "UNEXPECTED_ERROR", f"An unexpected error occurred. Error ID: {id(problem):x}"
        )
        return Response(json.dumps(shown(failed, account.settings)), 500, media_type=ERROR_TYPE)

    return Front(app, account)

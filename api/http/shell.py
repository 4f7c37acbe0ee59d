"""What stands around every request: its id, its log line, its headers, its last refuge, and who is asking.

In this order, outermost first. The first makes sure that whatever happens inside, an answer leaves with an id and
the security headers, and a line is logged; the second lets nobody into the API without a token. Pages have a door of
their own (`api.web.door`).
"""

import re
import time
import uuid
from typing import Any

import structlog
from anyio import to_thread
from sqlalchemy.exc import OperationalError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deployment import Deployment
from api.http.hook_signature import HEADER as SIGNATURE
from api.http.hook_signature import admit_signed
from api.http.problem_details import database_problem, problem_response
from revrec.operations.authenticate import authenticate

OPEN_PATHS = ("/healthz",)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_log = structlog.stdlib.get_logger("api.http")


class RequestShell:
    """Request id, log line, security headers, and a 500 in words instead of a broken connection."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.match(given) else uuid.uuid4().hex
        scope["request_id"] = request_id
        status, began = 0, time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, answer)
            except OperationalError:
                _log.exception("The database failed.", method=scope["method"], path=_shown(scope["path"]))
                if status:
                    raise
                response = database_problem(request_id)
                await response(scope, receive, answer)
            except Exception:
                _log.exception("A request failed.", method=scope["method"], path=_shown(scope["path"]))
                if status:
                    raise
                detail = f"Something went wrong here. The log has more under the request id {request_id}."
                response = problem_response(500, "internal", detail, request_id=request_id)
                await response(scope, receive, answer)
            finally:
                _log_request(scope, status, time.perf_counter() - began)


class Doorkeeper:
    """No token and no signature, no entry. Puts the actor into the scope."""

    def __init__(self, app: ASGIApp, deployment: Deployment) -> None:
        self._app, self._deployment = app, deployment

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        refusal = ""
        if scheme.lower() == "bearer" and token.strip():
            scope["actor"] = await to_thread.run_sync(self._look_up, token.strip())
        elif SIGNATURE in headers:
            admitted = await admit_signed(self._deployment, scope, receive)
            if isinstance(admitted, str):
                refusal = admitted
            else:
                receive = admitted
        if scope.get("actor") is None:
            detail = refusal or (
                "This token is not valid, was revoked, or its user is not active."
                if token
                else "Send an API token: `Authorization: Bearer rr_...`. `revrec tokens create` makes one."
            )
            response = problem_response(
                401,
                "unauthenticated",
                detail,
                request_id=str(scope.get("request_id", "")),
                headers={"WWW-Authenticate": 'Bearer realm="revrec"'},
            )
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _look_up(self, token: str) -> Any:
        return authenticate(self._deployment.store, token, now=self._deployment.now())


def _log_request(scope: Scope, status: int, seconds: float) -> None:
    actor = scope.get("actor")
    level = _log.debug if scope["path"] in OPEN_PATHS else _log.info
    level(
        "request",
        method=scope["method"],
        path=_shown(scope["path"]),
        status=status,
        milliseconds=round(seconds * 1000, 1),
        actor=actor.email if actor else "",
    )


def _shown(path: str) -> str:
    """A path as a log may keep it: links that sign in are secrets."""
    for secret in ("/sign-in/", "/set-up/"):
        if path.startswith(secret):
            return f"{secret}(link)"
    return path

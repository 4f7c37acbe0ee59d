"""The way in for every request to ``/services``: credentials, concurrency, latency, ordered faults, the log."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sample_data.netsuite.account import Account
from sample_data.netsuite.faults import Fault
from sample_data.netsuite.log import Entry
from sample_data.netsuite.problems import NetSuiteError

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"
ERROR_TYPE = "application/vnd.oracle.resource+json; type=error; charset=UTF-8"
_MAX_BODY = 104 * 1024 * 1024


class Front:
    """ASGI middleware around the services. ``/_sim`` passes through untouched."""

    def __init__(self, app: App, account: Account) -> None:
        self._app = app
        self._account = account

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not scope["path"].startswith("/services"):
            await self._app(scope, receive, send)
            return
        started = time.time()
        clock = time.perf_counter()
        body = await _read(receive)
        content = body.decode("utf-8", "replace")
        query = scope["query_string"].decode("latin-1")
        watch = _Watch(send)
        fault: Fault | None = None
        try:
            fault = await self._serve(scope, body, content, query, watch)
        except NetSuiteError as refused:
            await _answer(watch, refused.status, refused.body(), refused.headers)
        except _Cut:
            await _cut(send)
            watch.status = 0
        finally:
            q = _query_text(content) if scope["path"].endswith("/suiteql") else None
            self._account.log.add(
                Entry(
                    at=started,
                    method=scope["method"],
                    path=scope["path"],
                    query=query,
                    status=watch.status,
                    milliseconds=round((time.perf_counter() - clock) * 1000, 3),
                    q=q,
                    fault=fault.action if fault is not None else None,
                    in_flight=self._account.concurrency.in_flight,
                )
            )

    async def _serve(
        self, scope: MutableMapping[str, Any], body: bytes, content: str, query: str, watch: _Watch
    ) -> Fault | None:
        account = self._account
        if len(body) > _MAX_BODY:
            raise NetSuiteError(413, "INVALID_CONTENT", "The request body is larger than 104 MB.")
        if scope["path"] == TOKEN_PATH:
            await self._app(scope, _replay(body), watch)
            return None
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        account.gate.admit(scope["method"], signed_url(scope, headers), query, headers.get("authorization"))
        account.concurrency.enter()
        try:
            changes = account.hooks.due(scope["method"], scope["path"], content)
            for change in changes:
                await asyncio.to_thread(account.changes.apply, change)
            fault = account.faults.take(scope["method"], scope["path"], content)
            wait = account.settings.latency_ms + (fault.delay_ms if fault and fault.action != "slow" else 0)
            if wait:
                await asyncio.sleep(wait / 1000)
            await self._serve_with(scope, body, fault, watch)
        finally:
            account.concurrency.leave()
        return fault

    async def _serve_with(
        self, scope: MutableMapping[str, Any], body: bytes, fault: Fault | None, watch: _Watch
    ) -> None:
        if fault is None or fault.action == "delay":
            await self._app(scope, _replay(body), watch)
        elif fault.action == "status":
            shown = fault.body
            if shown is None:
                shown = NetSuiteError(
                    fault.status, "UNEXPECTED_ERROR", "An unexpected error occurred. Error ID: la2f8k1xq0r7"
                ).body()
            await _answer(watch, fault.status, shown, fault.headers)
        elif fault.action == "reset_connection":
            raise _Cut
        elif fault.action == "drop_reply_after_commit":
            await self._app(scope, _replay(body), _swallow)
            raise _Cut
        else:
            watch.trickle_seconds = fault.delay_ms / 1000
            await self._app(scope, _replay(body), watch)


class _Cut(Exception):
    """The connection is to be cut without an answer."""


class _Watch:
    """Passes the response on, remembers its status, and can let the body trickle."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.trickle_seconds = 0.0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif self.trickle_seconds and message.get("body"):
            body, parts = message["body"], 10
            size = max(1, len(body) // parts)
            for at in range(0, len(body), size):
                await self._send(
                    {"type": "http.response.body", "body": body[at : at + size], "more_body": True}
                )
                await asyncio.sleep(self.trickle_seconds / parts)
            message = {**message, "body": b""}
        await self._send(message)


def signed_url(scope: MutableMapping[str, Any], headers: dict[str, str]) -> str:
    """The URL that a signature covers: scheme and host as the client saw them, default port left out, no query."""
    scheme = scope["scheme"]
    host = headers.get("host", "").lower()
    default = ":443" if scheme == "https" else ":80"
    raw_path = scope.get("raw_path") or scope["path"].encode()
    return f"{scheme}://{host.removesuffix(default)}{raw_path.decode('latin-1')}"


def _replay(body: bytes) -> Receive:
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _swallow(message: Message) -> None:
    """Takes an answer that nobody will get."""


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _answer(send: Send, status: int, body: Any, headers: dict[str, str]) -> None:
    data = (body if isinstance(body, str) else json.dumps(body)).encode()
    own = {
        "content-type": ERROR_TYPE,
        "content-length": str(len(data)),
        **{name.lower(): value for name, value in headers.items()},
    }
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in own.items()],
        }
    )
    await send({"type": "http.response.body", "body": data})


async def _cut(send: Send) -> None:
    """Close the connection at once. ASGI has no word for it, so uvicorn's own transport is asked."""
    cycle = getattr(send, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if cycle is None or transport is None:
        raise RuntimeError("connections can be cut under uvicorn only")
    cycle.disconnected = True
    transport.abort()


def _query_text(content: str) -> str | None:
    try:
        parsed = json.loads(content)
    except ValueError:
        return None
    return parsed.get("q") if isinstance(parsed, dict) and isinstance(parsed.get("q"), str) else None

"""The way in for every request to ``/services``: credentials, limits, latency, ordered faults, bad luck, the log."""

from __future__ import annotations

import asyncio
import email.utils
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sample_data.netsuite.account import Account
from sample_data.netsuite.dice import FaultKind, spread
from sample_data.netsuite.faults import Fault
from sample_data.netsuite.log import Entry
from sample_data.netsuite.problems import NetSuiteError, concurrency_exceeded, shown

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"
ERROR_TYPE = "application/vnd.oracle.resource+json; type=error; charset=UTF-8"
_MAX_BODY = 104 * 1024 * 1024
_RETRY_AFTER_SECONDS = 1


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
        watch = _Watch(send, self._account.clock.for_sign_in)
        fault: Fault | None = None
        try:
            fault = await self._serve(scope, body, content, query, watch)
        except NetSuiteError as refused:
            await self._refuse(watch, refused)
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
        thrown = self._throw(scope, body)
        if scope["path"] == TOKEN_PATH:
            await self._serve_with(scope, body, self._bad_luck(thrown), watch)
            return None
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        account.gate.admit(scope["method"], signed_url(scope, headers), query, headers.get("authorization"))
        account.concurrency.enter()
        try:
            account.pace.enter(account.settings.calls_per_minute)
            changes = account.hooks.due(scope["method"], scope["path"], content)
            for change in changes:
                await asyncio.to_thread(account.changes.apply, change)
            fault = account.faults.take(scope["method"], scope["path"], content)
            fault = fault or self._bad_luck(thrown)
            wait = spread(account.settings.latency_ms, account.settings.latency_spread, thrown[1])
            wait += fault.delay_ms if fault and fault.action not in ("slow", "truncate") else 0
            if wait:
                await asyncio.sleep(wait / 1000)
            await self._serve_with(scope, body, fault, watch)
        finally:
            account.concurrency.leave()
        return fault

    async def _refuse(self, watch: _Watch, refused: NetSuiteError) -> None:
        headers = dict(refused.headers)
        if refused.status == 429 and self._account.settings.retry_after != "absent":
            headers["Retry-After"] = (
                str(_RETRY_AFTER_SECONDS)
                if self._account.settings.retry_after == "seconds"
                else email.utils.formatdate(time.time() + _RETRY_AFTER_SECONDS, usegmt=True)
            )
        await _answer(watch, refused.status, shown(refused, self._account.settings), headers)

    def _throw(self, scope: MutableMapping[str, Any], body: bytes) -> tuple[float, float]:
        """This request's luck; nobody throws where nothing depends on it."""
        settings = self._account.settings
        if not (settings.fault_rate or settings.latency_spread):
            return 1.0, 0.5
        asked = (scope["method"].encode(), scope["path"].encode(), scope["query_string"], body)
        return self._account.dice.throw(settings.fault_seed, *asked)

    def _bad_luck(self, thrown: tuple[float, float]) -> Fault | None:
        settings = self._account.settings
        kind = self._account.dice.kind_of(thrown[0], settings.fault_rate, settings.fault_kinds)
        return None if kind is None else _as_fault(kind, settings.fault_slow_ms)

    async def _serve_with(
        self, scope: MutableMapping[str, Any], body: bytes, fault: Fault | None, watch: _Watch
    ) -> None:
        if fault is None or fault.action == "delay":
            await self._app(scope, _replay(body), watch)
        elif fault.action == "status" and fault.body is None:
            if fault.status in (400, 429):
                blocked = concurrency_exceeded(fault.status)
                blocked.headers.update(fault.headers)
                raise blocked
            words = "An unexpected error occurred. Error ID: la2f8k1xq0r7"
            raise NetSuiteError(fault.status, "UNEXPECTED_ERROR", words, headers=fault.headers)
        elif fault.action == "status":
            await _answer(watch, fault.status, fault.body, fault.headers)
        elif fault.action == "reset_connection":
            raise _Cut
        elif fault.action == "drop_reply_after_commit":
            await self._app(scope, _replay(body), _swallow)
            raise _Cut
        elif fault.action == "truncate":
            watch.truncates = True
            await self._app(scope, _replay(body), watch)
            raise _Cut
        else:
            watch.trickle_seconds = fault.delay_ms / 1000
            await self._app(scope, _replay(body), watch)


class _Cut(Exception):
    """The connection is to be cut without an answer."""


class _Watch:
    """Passes the response on with the account's date, remembers its status, and can let the body trickle or end in
    its middle."""

    def __init__(self, send: Send, now: Callable[[], float]) -> None:
        self._send = send
        self._now = now
        self.status = 0
        self.trickle_seconds = 0.0
        self.truncates = False
        self._held: Message = {}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            date = email.utils.formatdate(self._now(), usegmt=True)
            message = {**message, "headers": [(b"date", date.encode()), *message.get("headers", [])]}
            if self.truncates:
                self._held = message
                return
        elif self.truncates:
            if body := message.get("body", b""):  # where there is none to cut, nothing comes at all
                await self._send(self._held)
                half = body[: len(body) // 2]
                await self._send({"type": "http.response.body", "body": half, "more_body": True})
            return
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


def _as_fault(kind: FaultKind, slow_ms: float) -> Fault:
    """What a throw of the dice does, in the words of an ordered fault."""
    actions = {"reset": "reset_connection", "slow": "slow", "lost": "drop_reply_after_commit",
               "truncated": "truncate"}  # fmt: skip
    if kind in actions:
        return Fault.model_validate({"action": actions[kind], "delay_ms": slow_ms if kind == "slow" else 0})
    return Fault.model_validate({"status": 400 if kind == "busy_400" else int(kind)})


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

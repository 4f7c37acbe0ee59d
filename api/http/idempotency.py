"""Nothing is done twice: a POST of the API with an `Idempotency-Key` is answered once, and its answer kept for a day.

A key is its user's own. Answers may hold a secret that is shown once (a new token), so they are kept encrypted. What
is not kept: answers of a defect or an outside system (5xx) and of a limit (429), since the same request may fare better
later; answers longer than `MAX_KEPT_BYTES`; and the operations of `STREAMED`, whose answers have no bounded length.
"""

import hashlib
import json
import re
import tempfile
from collections.abc import Awaitable, Callable
from typing import IO

import structlog
from anyio import to_thread
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deployment import Deployment
from api.http.problem_details import problem_response
from revrec.operations.actor import Actor
from revrec.problems import RevRecError
from revrec.store.answered_requests import (
    Answer,
    Begun,
    BeingAnswered,
    OtherRequest,
    begin_request,
    forget_request,
    keep_answer,
)
from revrec.store.queries.people import user_by_email

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
STREAMED = ("/api/v1/audit/export",)
MAX_KEPT_BYTES = 2_000_000
RETRY_AFTER_SECONDS = 5
_KEY = re.compile(r"[\x21-\x7e]{1,200}\Z")  # no space: keys of signed hooks hold one
_IN_MEMORY_BYTES = 1_000_000

_log = structlog.stdlib.get_logger("api.http")


class Idempotency:
    """Answers a POST under a key once. Stands inside of the door (it needs the actor) and of the limit of bodies.

    The key is the header's, or `idempotency_key` of the scope, which the door sets for signed hooks.
    """

    def __init__(self, app: ASGIApp, deployment: Deployment) -> None:
        self._app, self._deployment = app, deployment

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER)
        key = scope.get("idempotency_key", given)
        if key is None or scope["path"] in STREAMED:
            await self._app(scope, receive, send)
            return
        if key == given and not _KEY.match(key):
            words = f"{HEADER} takes 1 to 200 characters without spaces, such as a UUID."
            await _problem(scope, 422, "invalid", words)(scope, receive, send)
            return
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as body:
            try:
                fingerprint = await _read(scope, receive, body)
            except HTTPException as error:  # the body is larger than any may be
                response = _problem(scope, error.status_code, "body_too_large", str(error.detail))
                await response(scope, receive, send)
                return
            if fingerprint is None:
                return  # whoever asked is gone
            begun = await to_thread.run_sync(self._begin, scope["actor"], key, fingerprint)
            if isinstance(begun, Begun):
                await self._answer(begun, key, scope, _again(body, receive), send)
            else:
                await self._told(begun, key, scope)(scope, receive, send)

    async def _answer(self, begun: Begun, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app answer; the answer is kept before it is sent."""
        start: Message | None = None
        parts: list[bytes] = []
        passing = False  # an answer that is not kept goes out as it comes

        async def answer(message: Message) -> None:
            nonlocal start, passing
            if passing:
                await send(message)
                return
            if message["type"] == "http.response.start":
                start = message
                return
            parts.append(message.get("body", b""))
            assert start is not None
            keep = start["status"] < 500 and start["status"] != 429
            keep = keep and sum(map(len, parts)) <= MAX_KEPT_BYTES
            if keep and message.get("more_body"):
                return
            passing = True
            if keep:
                await to_thread.run_sync(self._keep, begun, key, start, b"".join(parts))
            else:
                await to_thread.run_sync(self._forget, begun)
            await send(start)
            await send({**message, "body": b"".join(parts)})

        try:
            await self._app(scope, receive, answer)
        except Exception:
            if not passing:
                await to_thread.run_sync(self._forget, begun)
            raise

    def _begin(
        self, actor: Actor, key: str, fingerprint: str
    ) -> Begun | Answer | BeingAnswered | OtherRequest:
        with self._deployment.store.write() as session:
            user = user_by_email(session, actor.email)
            assert user is not None  # the door has just let them in
            return begin_request(session, user.id, key, fingerprint, now=self._deployment.now())

    def _keep(self, begun: Begun, key: str, start: Message, body: bytes) -> None:
        headers = Headers(raw=start["headers"])
        sealed = self._deployment.vault.seal(_name(key), {"body": body.decode("latin-1")})
        answer = Answer(
            start["status"], headers.get("content-type", ""), headers.get("location", ""), sealed.decode()
        )
        try:
            with self._deployment.store.write() as session:
                keep_answer(session, begun, answer, now=self._deployment.now())
        except Exception:
            # What was asked is done and its answer stands; that it cannot be repeated must not hide it.
            _log.exception("An answer could not be kept under its key.")

    def _forget(self, begun: Begun) -> None:
        with self._deployment.store.write() as session:
            forget_request(session, begun)

    def _told(self, found: Answer | BeingAnswered | OtherRequest, key: str, scope: Scope) -> Response:
        if isinstance(found, OtherRequest):
            words = f"This {HEADER} was used for another request within the last 24 hours. Send a new key."
            return _problem(scope, 422, "invalid", words)
        if isinstance(found, BeingAnswered):
            words = "The same request is still being answered. Send it again in a moment."
            return _problem(scope, 409, "conflict", words, {"Retry-After": str(RETRY_AFTER_SECONDS)})
        try:
            body = self._deployment.vault.open(_name(key), found.body.encode())["body"]
        except RevRecError:
            words = "This request was answered, but its answer can no longer be read. Look at what it did."
            return _problem(scope, 409, "conflict", words)
        headers = {REPLAYED: "true"}
        if found.content_type:
            headers["Content-Type"] = found.content_type
        if found.location:
            headers["Location"] = found.location
        return Response(body.encode("latin-1"), found.status, headers)


async def _read(scope: Scope, receive: Receive, body: IO[bytes]) -> str | None:
    """Put the body aside and give the request's fingerprint; None if the connection broke."""
    head = [scope["method"], scope["path"], scope.get("query_string", b"").decode("latin-1")]
    digest = hashlib.sha256(json.dumps(head).encode())
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        digest.update(part)
        body.write(part)
        if not message.get("more_body"):
            body.seek(0)
            return digest.hexdigest()


def _again(body: IO[bytes], receive: Receive) -> Callable[[], Awaitable[Message]]:
    """The body once more, in pieces, then what else the connection brings."""
    over = False

    async def read() -> Message:
        nonlocal over
        if over:
            return await receive()
        part = body.read(_IN_MEMORY_BYTES)
        over = len(part) < _IN_MEMORY_BYTES
        return {"type": "http.request", "body": part, "more_body": not over}

    return read


def _name(key: str) -> str:
    return f"answer {hashlib.sha256(key.encode()).hexdigest()}"


def _problem(
    scope: Scope, status: int, code: str, words: str, headers: dict[str, str] | None = None
) -> Response:
    return problem_response(status, code, words, request_id=str(scope.get("request_id", "")), headers=headers)

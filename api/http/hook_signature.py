"""Hooks that outside systems call, signed instead of with a token.

A signed call is let in as the user of the secret, for the operations of `HOOKS` alone. It is done once: its key under
`idempotency` is a hash of what was signed, so a replay within the five minutes gets the stored answer, whichever of
several signatures it carries.
"""

import re

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from api.deployment import Deployment
from revrec.operations.authenticate_hook import SignedCall, Signer, authenticate_hook

HEADER = "X-RevRec-Signature"
HOOKS = ("/api/v1/periods/{period}/close", "/api/v1/jobs/orders", "/api/v1/jobs/invoices")
MAX_BODY_BYTES = 100_000
_PATHS = re.compile("|".join(re.sub(r"\{\w+\}", "[^/]+", path) for path in HOOKS))


async def admit_signed(deployment: Deployment, scope: Scope, receive: Receive) -> Receive | str:
    """Put the actor and the key of a signed call into the scope and give its body again, or say why it is refused."""
    if scope["method"] != "POST" or not _PATHS.fullmatch(scope["path"]):
        return f"A signature opens {', '.join(f'POST {path}' for path in HOOKS)} alone. Send a token for all else."
    if scope.get("query_string"):
        return "A signed call has no query: the signature would not cover it."
    body = await _body(receive)
    if body is None:
        return f"The body of a signed call has at most {MAX_BODY_BYTES:,} bytes."
    call = SignedCall(Headers(scope=scope)[HEADER], scope["method"], scope["path"], body)
    signer = await to_thread.run_sync(_look_up, deployment, call)
    if isinstance(signer, str):
        return signer
    scope["actor"] = signer.actor
    scope["idempotency_key"] = f"hook {signer.content_hash}"
    return _again(body, receive)


def _look_up(deployment: Deployment, call: SignedCall) -> Signer | str:
    return authenticate_hook(deployment.store, deployment.vault, call, now=deployment.now())


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None if it is too long."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY_BYTES:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def read() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return read

"""Bodies have a limit, whether they say their length or not."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problem_details import problem_response


def too_large(max_bytes: int) -> str:
    return f"A request body has at most {max_bytes:,} bytes."


class BodyLimit:
    """Answers 413 before a body larger than `max_bytes` is read to its end."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app, self._max_bytes = app, max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdigit() and int(declared) > self._max_bytes:
            await self._refuse(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._max_bytes:
                # The reader of bodies lets this one pass; any other exception it would call a bad request.
                raise HTTPException(413, too_large(self._max_bytes))
            return message

        await self._app(scope, counted, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = problem_response(
            413,
            "body_too_large",
            too_large(self._max_bytes),
            request_id=str(scope.get("request_id", "")),
        )
        await response(scope, receive, send)

"""Bodies have a limit, whether they say their length or not; some paths have one of their own."""

from collections.abc import Callable, Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problem_details import problem_response


def too_large(max_bytes: int) -> str:
    return f"A request body has at most {max_bytes:,} bytes."


class BodyLimit:
    """Answers 413 before a body larger than `max_bytes` is read to its end.

    `larger`: path -> the limit of its own. `page`: makes the refusal outside of the API (scope, status, words).
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int,
        larger: Mapping[str, int] | None = None,
        page: Callable[[Scope, int, str], Response] | None = None,
    ) -> None:
        self._app, self._max_bytes, self._larger, self._page = app, max_bytes, larger or {}, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        max_bytes = self._larger.get(scope["path"], self._max_bytes)
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdigit() and int(declared) > max_bytes:
            await self._refuse(max_bytes, scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > max_bytes:
                # The reader of bodies lets this one pass; any other exception it would call a bad request.
                raise HTTPException(413, too_large(max_bytes))
            return message

        await self._app(scope, counted, send)

    async def _refuse(self, max_bytes: int, scope: Scope, receive: Receive, send: Send) -> None:
        if self._page is not None and not scope["path"].startswith("/api/"):
            await self._page(scope, 413, too_large(max_bytes))(scope, receive, send)
            return
        response: Response = problem_response(
            413,
            "body_too_large",
            too_large(max_bytes),
            request_id=str(scope.get("request_id", "")),
        )
        await response(scope, receive, send)

"""Refusals as pages: a sentence, the places it speaks of, and a way back."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from api.http.problem_details import HANDLED
from api.web.forms import SENT
from api.web.render import CSP, page
from api.web.static_files import static_url

Handler = Callable[[Request, Exception], Response | Awaitable[Response]]


def add_page_errors(app: FastAPI) -> None:
    """Where a page was asked for, refusals come as pages; the API keeps its problem details."""
    for kind in HANDLED:
        original = app.exception_handlers[kind]
        app.add_exception_handler(kind, _either(original))


def refusal_page(scope: Scope, status: int, words: str) -> Response:
    """A refusal before anybody is known: a page that needs nothing."""
    text = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>RevRec</title>"
        f'<link rel=stylesheet href="{static_url("style.css")}"><main class=narrow><h1>Not done</h1>'
        f'<p>{words}</p><p><a href="/">Home</a></p></main></html>'
    )
    return HTMLResponse(text, status_code=status, headers={"Content-Security-Policy": CSP})


def _either(original: Any) -> Any:
    def answer(request: Request, error: Exception) -> Response:
        problem: Response = original(request, error)
        if request.url.path.startswith("/api/"):
            return problem
        told = json.loads(bytes(problem.body))
        known = bool(request.scope.get("signed_in"))
        return page(
            request,
            "error_part.html" if known and request.headers.get("hx-request") else "error.html",
            problem.status_code,
            title=_TITLES.get(problem.status_code, "That did not work"),
            detail=told["detail"],
            places=told["errors"] if known and len(told["errors"]) > 1 else [],
            back=_back(request) if known else "/",
            again=_again(request, problem.status_code, told["errors"]),
        )

    return answer


def _again(request: Request, status: int, places: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The form that was refused for one of its fields, to be mended where the refusal stands: the field, what was
    typed into it, and all that was sent with it. None where nothing that can be typed was wrong."""
    sent: list[tuple[str, str]] = request.scope.get(SENT, [])
    field = places[0]["where"] if len(places) == 1 else ""
    values = [one for name, one in sent if name == field]
    if status not in (403, 409, 422) or len(values) != 1 or field not in _TYPED:
        return None
    rest = [(name, one) for name, one in sent if name != field]
    return {"to": request.url.path, "field": field, "value": values[0], "rest": rest}


_TYPED = frozenset({"reason"})
"""Fields of short forms, those that ask before something is done."""
_TITLES = {
    403: "That is not for you to do",
    404: "There is nothing here",
    409: "That is not possible now",
    502: "The other system refused",
    503: "Not available at the moment",
}


def _back(request: Request) -> str:
    """The page the request came from, if it is one of ours."""
    came_from = request.headers.get("referer", "")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return came_from.removeprefix(own) if came_from.startswith(own + "/") else "/"

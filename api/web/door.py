"""Who may come in to the pages: by the session cookie, and never on another site's behalf.

A request that changes something must come from a page of this host: the browser says so in `Sec-Fetch-Site`, or, where
it does not (plain http to other hosts), in `Origin`. Besides, every form carries a key of its session (`forms`).
"""

from urllib.parse import quote, urlsplit

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.deployment import Deployment
from api.web.cookies import session_secret
from api.web.errors import refusal_page
from revrec.operations.browser_session import SignedIn, find_session

NOT_PAGES = ("/api/", "/static/")
OPEN_PREFIXES = ("/sign-in", "/set-up/")
_SAFE = ("GET", "HEAD", "OPTIONS")


def is_page(path: str) -> bool:
    """Whether a path is one of the web UI's, not of the API."""
    return path != "/healthz" and not path.startswith(NOT_PAGES)


class WebDoor:
    """Puts `signed_in` and `actor` into the scope, or shows the way to the sign-in page."""

    def __init__(self, app: ASGIApp, deployment: Deployment) -> None:
        self._app, self._deployment = app, deployment

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_page(scope["path"]):
            await self._app(scope, receive, send)
            return
        response = await self._stop(scope)
        if response is not None:
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _stop(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if scope["method"] not in _SAFE and not same_site(headers, scope["scheme"]):
            words = (
                "This request came from another site, so nothing was done. Open the page here and try again."
            )
            return refusal_page(scope, 403, words)
        secret = session_secret(scope)
        signed_in = await to_thread.run_sync(self._look_up, secret) if secret else None
        scope["signed_in"] = signed_in
        scope["actor"] = signed_in.actor if signed_in else None
        if signed_in is None and not scope["path"].startswith(OPEN_PREFIXES):
            return _to_sign_in(scope, headers)
        return None

    def _look_up(self, secret: str) -> SignedIn | None:
        return find_session(self._deployment.store, secret, now=self._deployment.now())


def same_site(headers: Headers, scheme: str) -> bool:
    """Whether the browser says that a page of this very host sent the request."""
    told = headers.get("sec-fetch-site")
    if told is not None:
        return told == "same-origin"
    origin = urlsplit(headers.get("origin", ""))
    return (origin.scheme, origin.netloc) == (scheme, headers.get("host", ""))


def _to_sign_in(scope: Scope, headers: Headers) -> Response:
    path = scope["path"]
    if scope["method"] == "GET" and path != "/":
        query = scope.get("query_string", b"").decode("latin-1")
        wanted = path + (f"?{query}" if query else "")
        to = f"/sign-in?next={quote(wanted, safe='')}"
    else:
        to = "/sign-in"
    if headers.get("hx-request"):
        # A part of a page asked: the whole page goes to the sign-in.
        return Response(status_code=204, headers={"HX-Redirect": "/sign-in"})
    return RedirectResponse(to, status_code=303)

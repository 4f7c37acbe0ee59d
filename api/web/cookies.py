"""The cookies: the session's secret, a word for the next page, and a sign-in that is under way at a provider."""

import base64
import binascii

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

from revrec.operations.browser_session import LASTS

_SAID = "revrec-said"


def session_cookie(scope: Scope) -> str:
    """The cookie's name. Over https it carries the prefix that binds it to this host and to https."""
    return "__Host-revrec" if scope["scheme"] == "https" else "revrec-session"


def session_secret(scope: Scope) -> str:
    """What the session cookie holds, empty without one."""
    return _cookies(scope).get(session_cookie(scope), "")


def keep_session(response: Response, scope: Scope, secret: str) -> None:
    """Hand the session's secret to the browser: not readable by scripts, not sent with other sites' posts."""
    response.set_cookie(
        session_cookie(scope),
        secret,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=scope["scheme"] == "https",
        httponly=True,
        samesite="lax",
    )


def drop_session(response: Response, scope: Scope) -> None:
    response.delete_cookie(
        session_cookie(scope), path="/", secure=scope["scheme"] == "https", httponly=True, samesite="lax"
    )


def keep_attempt(response: Response, scope: Scope, sealed: str) -> None:
    """What a sign-in by the provider needs on its way back; sent along when the provider leads back here."""
    secure = scope["scheme"] == "https"
    response.set_cookie(
        _attempt_cookie(scope), sealed, max_age=600, path="/", secure=secure, httponly=True, samesite="lax"
    )


def kept_attempt(scope: Scope) -> str:
    return _cookies(scope).get(_attempt_cookie(scope), "")


def drop_attempt(response: Response, scope: Scope) -> None:
    secure = scope["scheme"] == "https"
    response.delete_cookie(_attempt_cookie(scope), path="/", secure=secure, httponly=True, samesite="lax")


def _attempt_cookie(scope: Scope) -> str:
    return "__Host-revrec-sign-on" if scope["scheme"] == "https" else "revrec-sign-on"


def say(response: Response, scope: Scope, words: str) -> None:
    """Tell the user something on the next page."""
    text = base64.urlsafe_b64encode(words[:600].encode()).decode()
    secure = scope["scheme"] == "https"
    response.set_cookie(_SAID, text, max_age=60, path="/", secure=secure, httponly=True, samesite="strict")


def said(scope: Scope) -> str:
    """What the page before wanted told. It is text; templates escape it."""
    try:
        return base64.urlsafe_b64decode(_cookies(scope).get(_SAID, "")).decode()
    except (ValueError, binascii.Error, UnicodeDecodeError):
        return ""


def forget_said(response: Response) -> None:
    response.delete_cookie(_SAID, path="/", httponly=True, samesite="strict")


def _cookies(scope: Scope) -> dict[str, str]:
    return cookie_parser(Headers(scope=scope).get("cookie", ""))

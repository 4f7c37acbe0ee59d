"""NetSuite's error bodies.

REST errors are JSON with ``type``, ``title``, ``status`` and ``o:errorDetails``; programs are meant to branch on the
status and on ``o:errorCode``. The texts here are those that were seen live or stand in Oracle's help.
"""

from __future__ import annotations

import re
from typing import Any

from sample_data.netsuite.doubts import Doubts

_SECTIONS = {
    400: ("15.5.1", "Bad Request"),
    401: ("15.5.2", "Unauthorized"),
    403: ("15.5.4", "Forbidden"),
    404: ("15.5.5", "Not Found"),
    405: ("15.5.6", "Method Not Allowed"),
    406: ("15.5.7", "Not Acceptable"),
    413: ("15.5.14", "Content Too Large"),
    415: ("15.5.16", "Unsupported Media Type"),
    500: ("15.6.1", "Internal Server Error"),
    503: ("15.6.4", "Service Unavailable"),
}

INVALID_LOGIN_DETAIL = (
    "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at "
    "Setup > Users/Roles > User Management > View Login Audit Trail."
)


class NetSuiteError(Exception):
    """A request that NetSuite refuses, with the body that it answers."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        path: str | None = None,
        query_param: str | None = None,
        url: str | None = None,
        header: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers or {}
        self._where = {
            "o:errorPath": path,
            "o:errorQueryParam": query_param,
            "o:errorUrl": url,
            "o:errorHeader": header,
        }

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        section, title = _SECTIONS.get(self.status, ("15.5.1", "Bad Request"))
        detail: dict[str, Any] = {"detail": self.detail}
        detail.update({key: value for key, value in self._where.items() if value is not None})
        detail["o:errorCode"] = self.code
        return {
            "type": f"https://www.rfc-editor.org/rfc/rfc9110.html#section-{section}",
            "title": title,
            "status": self.status,
            "o:errorDetails": [detail],
        }


_RFC_2616 = {400: "10.4.1", 401: "10.4.2", 403: "10.4.4", 404: "10.4.5", 405: "10.4.6", 500: "10.5.1"}
_LINE_FIELD = re.compile(r"^(line\.items\[\d+\])\..+$")


def shown(refused: NetSuiteError, doubts: Doubts) -> dict[str, Any]:
    """The body as this account's release writes it: the page in ``type``, and how far ``o:errorPath`` goes."""
    body = refused.body()
    if doubts.error_types == "rfc2616":
        section = _RFC_2616.get(refused.status, "10.4.1")
        body["type"] = f"https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec{section}"
    (detail,) = body["o:errorDetails"]
    path = detail.get("o:errorPath", "")
    if path.startswith("line.items") and doubts.line_error_path == "absent":
        del detail["o:errorPath"]
    elif path.startswith("line.items") and doubts.line_error_path == "line":
        detail["o:errorPath"] = _LINE_FIELD.sub(r"\1", path)
    return body


class QueryRefused(NetSuiteError):
    """A SuiteQL query that is not executed: 400 INVALID_PARAMETER, with what the search engine said."""

    def __init__(self, what: str) -> None:
        super().__init__(
            400,
            "INVALID_PARAMETER",
            f"Invalid search query. Detailed unprocessed description follows. {what}",
            query_param="q",
        )


def unsupported_search() -> QueryRefused:
    """What NetSuite says of most things that it cannot execute, without saying which."""
    return QueryRefused("Search error occurred: Invalid or unsupported search.")


def unknown_identifier(name: str, sources: dict[str, str]) -> QueryRefused:
    """A column that the sources of the query lack. ``sources`` maps alias to table."""
    available = ", ".join(f"{alias}={table}" for alias, table in sources.items())
    return QueryRefused(
        f"Search error occurred: Unknown identifier '{name}'. Available identifiers are: {{{available}}}."
    )


def unknown_field(name: str, *, bare: bool) -> NetSuiteError:
    """The older words for such a column, or the 500 that some accounts answer without naming it."""
    if bare:
        return NetSuiteError(500, "UNEXPECTED_ERROR", "An unexpected error occurred. Error ID: lq4d0w2m")
    return QueryRefused(f"Search error occurred: Field '{name}' for record 'transaction' was not found.")


def record_not_found(name: str) -> QueryRefused:
    """A table that exists, but not for this account or this role."""
    return QueryRefused(f"Search error occurred: Record '{name}' was not found.")


def invalid_search_type(name: str) -> QueryRefused:
    """A table that does not exist."""
    return QueryRefused(f"Invalid search type: {name}.")


def invalid_login() -> NetSuiteError:
    """Any refused credential: the reason is only in the login audit trail."""
    return NetSuiteError(401, "INVALID_LOGIN", INVALID_LOGIN_DETAIL)


def user_error(detail: str, *, path: str | None = None) -> NetSuiteError:
    """A business rule that a record breaks."""
    return NetSuiteError(400, "USER_ERROR", f"Error while accessing a resource. {detail}", path=path)


def invalid_content(detail: str, *, path: str | None = None) -> NetSuiteError:
    """A body, or a reference in it, that cannot be read."""
    return NetSuiteError(400, "INVALID_CONTENT", f"Error while accessing resource: {detail}", path=path)


def not_permitted(permission: str, doubts: Doubts) -> NetSuiteError:
    """What the record service says to a role that may not."""
    if doubts.permission_refusal == "403":
        return NetSuiteError(
            403, "INSUFFICIENT_PERMISSION", f"You need the '{permission}' permission to access this page."
        )
    return user_error("Your current role does not have permission to perform this action.")


def nonexistent(url: str) -> NetSuiteError:
    """No record of that id."""
    return NetSuiteError(
        404,
        "NONEXISTENT_ID",
        "The record instance does not exist. Provide a valid record instance ID.",
        url=url,
    )


def concurrency_exceeded(status: int = 429) -> NetSuiteError:
    """One request more in flight than the account may have; some accounts answer it as 400."""
    return _ConcurrencyExceeded(
        status,
        "CONCURRENCY_LIMIT_EXCEEDED",
        "Concurrent request limit exceeded. Request blocked. Verify your concurrency limits at "
        "Setup > Integration > Integration Management > Integration Governance.",
    )


class _ConcurrencyExceeded(NetSuiteError):
    def body(self) -> dict[str, Any]:
        return {**super().body(), "title": "Bad Request", "o:errorCode": "USER_ERROR"}

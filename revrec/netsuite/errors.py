"""What can go wrong when we talk to NetSuite, and what the person who reads it should do.

    NetSuiteError
    ├── HostUnreachable            no connection: nothing was sent
    ├── Unanswered                 a reading request got no reply, however often it was asked
    ├── ReplyLost                  a writing request was sent, its outcome is unknown: look before sending again
    ├── AnswerUnreadable           a reply that is not what NetSuite documents
    └── Refused                    NetSuite answered, with a status and its own words
        ├── AuthenticationRefused  401, or a token request that was refused
        ├── ConcurrencyExceeded    429, or its code under another status: nothing was processed
        ├── PermissionMissing      403, or a 400 that says so
        ├── NotFound               404
        ├── QueryRefused           400 to a query
        │   ├── UnknownIdentifier  a column that this account or role does not have
        │   ├── RecordNotFound     a table that this account or role does not have
        │   └── InvalidSearch      a query that NetSuite does not support
        ├── RecordRefused          400 to a record
        │   ├── DuplicateExternalId
        │   ├── PeriodClosed
        │   ├── RecordLocked       locked by a workflow: the record API cannot even read it
        │   └── UnknownField       a body field that this account does not have
        └── ServerFailed           5xx

Which one it is depends on the status and on `o:errorCode`, and for the leaves on the words of `detail`;
never on `type`, which NetSuite has changed between releases. The words are kept as they came: every
message ends in them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CONCURRENCY_CODES = frozenset(
    {
        "CONCURRENCY_LIMIT_EXCEEDED",
        "SSS_REQUEST_LIMIT_EXCEEDED",
        "WS_REQUEST_BLOCKED",
        "WS_CONCUR_SESSION_DISALLWD",
    }
)
_LOGIN_CODES = frozenset({"INVALID_LOGIN", "INVALID_LOGIN_ATTEMPT", "invalid_token", "invalid_client"})
_UNKNOWN_IDENTIFIER = re.compile(
    r"unknown identifier '([^']+)'|field '([^']+)'.{0,80}?not found", re.IGNORECASE
)
_RECORD_NOT_FOUND = re.compile(
    r"record '([^']+)' was not found|invalid search type:\s*([\w.]+)", re.IGNORECASE
)
_DUPLICATE = re.compile(r"this (?:record|entity) already exists", re.IGNORECASE)
_PERIOD = re.compile(
    r"period (?:that )?(?:has been |is )?(?:closed|locked)|(?:closed|locked) (?:accounting )?period", re.I
)
_LOCKED = re.compile(r"record has been locked", re.IGNORECASE)
_PERMISSION = re.compile(r"does not have permission|you need .{0,60}permission", re.IGNORECASE)
_UNKNOWN_FIELD = re.compile(r"unknown (?:field|property)|invalid (?:field|property) name", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """One entry of `o:errorDetails`: NetSuite's words, its code, and the place it means (or "")."""

    detail: str
    code: str
    path: str = ""

    def __str__(self) -> str:
        where = f" (at {self.path})" if self.path else ""
        return f"{self.detail}{where}"


class NetSuiteError(Exception):
    """Root of everything this package raises because of NetSuite."""


class HostUnreachable(NetSuiteError):
    """No connection could be made, so nothing was sent."""

    def __init__(self, host: str, reason: str) -> None:
        self.host = host
        super().__init__(
            f"NetSuite cannot be reached at {host}: {reason or 'no connection'}. "
            "Check the account id or the base URL, the name server, and that this machine may open connections to it."
        )


class Unanswered(NetSuiteError):
    """A request that only reads got no reply in all its attempts. Asking again later does no harm."""

    def __init__(self, what: str, reason: str, attempts: int) -> None:
        super().__init__(
            f"NetSuite did not answer {what} in {attempts} attempts ({reason}). "
            "Nothing was changed; run it again later."
        )


class ReplyLost(NetSuiteError):
    """A request that writes was sent and its outcome is not known. It is never repeated blindly."""

    def __init__(self, what: str, reason: str, status: int | None = None) -> None:
        self.what = what
        self.status = status
        super().__init__(
            f"The reply to {what} was lost ({reason}). NetSuite may have done it or not: "
            "look it up by its external id before sending it again."
        )


class AnswerUnreadable(NetSuiteError):
    """A reply that is not what NetSuite documents: another server, a proxy page, a changed interface."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(
            f"The answer to {what} is not one of NetSuite's: {reason}. "
            "Check the base URL and any proxy between this machine and NetSuite."
        )


class Refused(NetSuiteError):
    """NetSuite answered with an error. `status`, `details` and `request` say which and to what."""

    advice = "Read NetSuite's words below."

    def __init__(
        self, request: str, status: int, details: Sequence[ErrorDetail], advice: str | None = None
    ) -> None:
        self.request = request
        self.status = status
        self.details = tuple(details)
        words = " ".join(str(detail) for detail in self.details) or "(no words came with it)"
        super().__init__(
            f"NetSuite refused {request} with status {status}. {advice or self.advice} NetSuite says: {words}"
        )

    @property
    def words(self) -> str:
        """NetSuite's own words, verbatim."""
        return " ".join(detail.detail for detail in self.details)

    @property
    def code(self) -> str:
        """The first `o:errorCode`, or ""."""
        return self.details[0].code if self.details else ""


class AuthenticationRefused(Refused):
    """401. NetSuite never says why in the reply; five in a row lock the user for 30 minutes."""

    advice = (
        "The keys, the role or the clock are wrong, or too many requests ran at once. The true reason is in NetSuite "
        "under Setup > Users/Roles > User Management > View Login Audit Trail. Do not try again more than a few times."
    )


class ConcurrencyExceeded(Refused):
    """Too many requests at once in the account. The request was blocked before NetSuite looked at it."""

    advice = (
        "Too many requests run in this account at once. Lower the number of parallel requests, or raise the limit "
        "under Setup > Integration > Integration Management > Integration Governance."
    )


class PermissionMissing(Refused):
    """The role of the key lacks a permission."""

    advice = "The role of this key lacks a permission: add it under Setup > Users/Roles > Manage Roles."


class NotFound(Refused):
    """404: no such record, or no such record type."""

    advice = "It does not exist, or the role of this key may not see it."


class QueryRefused(Refused):
    """400 to a SuiteQL query."""

    advice = "The query does not fit this account."


class UnknownIdentifier(QueryRefused):
    """A column that this account does not have, because of a feature or a permission. `name` is the column."""

    advice = "This account or role has no such column."

    def __init__(self, request: str, status: int, details: Sequence[ErrorDetail], name: str) -> None:
        self.name = name
        super().__init__(request, status, details)


class RecordNotFound(QueryRefused):
    """A table that this account does not have, or that the role may not see. `name` is the table."""

    advice = "The feature behind this table is off, or the role of this key may not see it."

    def __init__(self, request: str, status: int, details: Sequence[ErrorDetail], name: str) -> None:
        self.name = name
        super().__init__(request, status, details)


class InvalidSearch(QueryRefused):
    """A query that NetSuite does not support."""


class RecordRefused(Refused):
    """400 to a record: a value NetSuite does not accept."""

    advice = "Correct the value it names, then send it again."


class DuplicateExternalId(RecordRefused):
    """A record with this external id exists already."""

    advice = "It was sent before: look it up by its external id instead of sending it again."


class PeriodClosed(RecordRefused):
    """The accounting period is closed or locked in NetSuite."""

    advice = "Open the period in NetSuite (Setup > Accounting > Manage Accounting Periods), or post into an open one."


class RecordLocked(RecordRefused):
    """Locked by a workflow. The record API opens records for editing, so it cannot even read it."""

    advice = "A workflow in NetSuite locks this record: read it by a query, or have it unlocked."


class UnknownField(RecordRefused):
    """A field of the body that this account does not have, such as a mistyped custom segment."""

    advice = "This account has no such field: correct the segment or field name in the settings."


class ServerFailed(Refused):
    """5xx."""

    advice = "NetSuite had an error of its own. Try again later; if it stays, give its error id to NetSuite support."


def parse_details(body: bytes) -> tuple[ErrorDetail, ...]:
    """Read the error entries of a reply body, whatever its shape: REST errors, OAuth errors, or plain text."""
    try:
        data = json.loads(body)
    except (ValueError, UnicodeDecodeError):
        text = body.decode("utf-8", "replace").strip()
        return (ErrorDetail(text[:500], ""),) if text else ()
    if not isinstance(data, Mapping):
        return (ErrorDetail(str(data)[:500], ""),)
    entries = data.get("o:errorDetails")
    if isinstance(entries, list) and entries:
        return tuple(_parse_entry(entry) for entry in entries if isinstance(entry, Mapping))
    if "error" in data:
        # OAuth 2.0 token errors: {"error": "invalid_client", "error_description": "..."}
        nested = data["error"]
        if isinstance(nested, Mapping):
            return (ErrorDetail(_text(nested.get("message")), _text(nested.get("code"))),)
        return (ErrorDetail(_text(data.get("error_description")) or _text(nested), _text(nested)),)
    return (ErrorDetail(_text(data.get("title")) or _text(data)[:500], _text(data.get("o:errorCode"))),)


def _parse_entry(entry: Mapping[str, Any]) -> ErrorDetail:
    path = next(
        (
            _text(entry[key])
            for key in ("o:errorPath", "o:errorQueryParam", "o:errorHeader", "o:errorUrl")
            if entry.get(key)
        ),
        "",
    )
    return ErrorDetail(_text(entry.get("detail")), _text(entry.get("o:errorCode")), path)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def refusal(request: str, status: int, body: bytes, *, query: bool) -> Refused:
    """The error that a reply stands for.

    `request` names what was asked ("the query for invoice lines"); `query` tells a SuiteQL request from a record one.
    """
    details = parse_details(body)
    codes = {detail.code for detail in details}
    words = " ".join(detail.detail for detail in details)
    if status == 429 or codes & CONCURRENCY_CODES:
        return ConcurrencyExceeded(request, status, details)
    if status == 401 or codes & _LOGIN_CODES:
        return AuthenticationRefused(request, status, details)
    if status >= 500:
        return ServerFailed(request, status, details)
    if status == 403 or "INSUFFICIENT_PERMISSION" in codes or _PERMISSION.search(words):
        return PermissionMissing(request, status, details)
    if status == 404 or "NONEXISTENT_ID" in codes:
        return NotFound(request, status, details)
    return (
        _query_refusal(request, status, details, words)
        if query
        else _record_refusal(request, status, details, words)
    )


def _query_refusal(request: str, status: int, details: Sequence[ErrorDetail], words: str) -> QueryRefused:
    if found := _UNKNOWN_IDENTIFIER.search(words):
        return UnknownIdentifier(request, status, details, found.group(1) or found.group(2))
    if found := _RECORD_NOT_FOUND.search(words):
        return RecordNotFound(request, status, details, (found.group(1) or found.group(2)).rstrip("."))
    if "invalid or unsupported search" in words.lower():
        return InvalidSearch(request, status, details)
    return QueryRefused(request, status, details)


def _record_refusal(request: str, status: int, details: Sequence[ErrorDetail], words: str) -> RecordRefused:
    codes = {detail.code for detail in details}
    if _DUPLICATE.search(words) or "DUP_RCRD" in codes:
        return DuplicateExternalId(request, status, details)
    if _PERIOD.search(words) or codes & {"TRAN_PERIOD_CLOSED", "TRANS_EDIT_DISALLWD"}:
        return PeriodClosed(request, status, details)
    if _LOCKED.search(words):
        return RecordLocked(request, status, details)
    if "NONEXISTENT_FIELD" in codes or _UNKNOWN_FIELD.search(words):
        return UnknownField(request, status, details)
    return RecordRefused(request, status, details)

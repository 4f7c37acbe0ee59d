"""Which error a reply of NetSuite is.

It depends on the status and on `o:errorCode`, and for the last distinctions on the words of `detail`; never on `type`,
which NetSuite has changed between releases. Where wording is not documented the patterns are loose, and what they do
not know falls back to the more general error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from revrec.netsuite.errors import (
    AuthenticationRefused,
    ConcurrencyExceeded,
    DuplicateExternalId,
    ErrorDetail,
    InvalidSearch,
    NotFound,
    PeriodClosed,
    PermissionMissing,
    QueryRefused,
    RecordLocked,
    RecordNotFound,
    RecordRefused,
    Refused,
    ServerFailed,
    UnknownField,
    UnknownIdentifier,
)
from revrec.netsuite.redaction import redact

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


def parse_details(body: bytes) -> tuple[ErrorDetail, ...]:
    """Read the error entries of a reply body, whatever its shape: REST errors, OAuth errors, or plain text.

    Words that would give credentials away (of a proxy that shows the request it was given) are taken out of them.
    """
    return tuple(ErrorDetail(redact(one.detail), one.code, one.path) for one in _read_details(body))


def _read_details(body: bytes) -> tuple[ErrorDetail, ...]:
    try:
        data = json.loads(body)
    except (ValueError, UnicodeDecodeError):
        text = body.decode("utf-8", "replace").strip()
        return (ErrorDetail(redact(text)[:500], ""),) if text else ()
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

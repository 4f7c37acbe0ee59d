"""What can go wrong when we talk to NetSuite, and what the person who reads it should do.

    NetSuiteError
    ├── KeyRefused                 a private key that cannot sign: nothing was sent
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

Which one a reply is, `refusals.py` decides. NetSuite's words are kept as they came: every message ends in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


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

    def __reduce__(self) -> tuple[Any, ...]:
        # The classes below make their message from other arguments than the message: rebuild without calling them.
        return _rebuild, (type(self), self.args, dict(self.__dict__))


def _rebuild(kind: type[NetSuiteError], args: tuple[Any, ...], state: dict[str, Any]) -> NetSuiteError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class KeyRefused(NetSuiteError):
    """A private key that cannot be read or that NetSuite would not accept."""


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

    @property
    def data(self) -> dict[str, Any]:
        """The refusal as plain data, for a log or a job's row."""
        details = [{"detail": one.detail, "code": one.code, "path": one.path} for one in self.details]
        return {"request": self.request, "status": self.status, "details": details}


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

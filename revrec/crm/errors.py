"""What can go wrong when we talk to a CRM, and what the person who reads it should do.

    CrmError
    ├── CrmUnreachable          no connection, or no usable answer, however often it was asked
    ├── CrmAnswerUnreadable     an answer that is not what the CRM documents
    ├── SignInRefused           the token endpoint said no
    ├── SessionRefused          a fresh access token was refused by the data API
    ├── CallLimitReached        the day's API calls are used up: asking again makes it worse
    ├── AccessDenied            the integration user may not see something
    ├── VersionRetired          the API version of the connection is no longer served
    ├── CursorLost              a long answer can no longer be paged; the reader starts again by itself
    └── QueryRefused            a query that the CRM does not accept
        ├── UnknownField        a field that this org does not have, or hides from this user
        └── UnknownObject       an object that is switched off, or hidden from this user

Every message ends in the CRM's own words.
"""

from __future__ import annotations


class CrmError(Exception):
    """Root of everything this package raises because of a CRM."""


class CrmUnreachable(CrmError):
    """No answer, or only failures of the server."""


class CrmAnswerUnreadable(CrmError):
    """Not JSON, or not of the documented shape: usually something between us and the CRM answered instead."""


class SignInRefused(CrmError):
    """No access token was given."""


class SessionRefused(CrmError):
    """A token obtained just now does not count."""


class CallLimitReached(CrmError):
    """The allowance of API calls is used up."""


class AccessDenied(CrmError):
    """A permission is missing."""


class VersionRetired(CrmError):
    """The configured API version is gone."""


class CursorLost(CrmError):
    """The server has forgotten where a long answer stood."""


class QueryRefused(CrmError):
    """A query was refused; `code` is the CRM's code for it."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class UnknownField(QueryRefused):
    """`field` does not exist on `entity`."""

    def __init__(self, message: str, code: str, field: str, entity: str) -> None:
        super().__init__(message, code)
        self.field, self.entity = field, entity


class UnknownObject(QueryRefused):
    """`entity` cannot be queried."""

    def __init__(self, message: str, code: str, entity: str) -> None:
        super().__init__(message, code)
        self.entity = entity

"""Reads Salesforce's refusals: which exception they are, and whether asking again can help.

The data API answers an error with an array `[{"message", "errorCode", "fields"?}]`, the token endpoint with an object
`{"error", "error_description"}`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum

from revrec.crm.errors import (
    AccessDenied,
    CallLimitReached,
    CrmAnswerUnreadable,
    CrmError,
    CrmUnreachable,
    CursorLost,
    QueryRefused,
    SessionRefused,
    SignInRefused,
    UnknownField,
    UnknownObject,
    VersionRetired,
)

_NO_COLUMN = re.compile(r"No such column '([^']+)' on (?:entity|sobject of type) '?([\w]+)'?", re.IGNORECASE)
_NO_RELATION = re.compile(r"Didn't understand relationship '([^']+)'", re.IGNORECASE)
_NO_OBJECT = re.compile(r"sObject type '([^']+)' is not supported", re.IGNORECASE)
_RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504, 520, 522, 524})


class Remedy(StrEnum):
    """What to do about a refusal: nothing (raise), wait and ask again, or sign in afresh and ask again."""

    RAISE = "raise"
    WAIT = "wait"
    SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal of the data API, read: the exception it is, and the remedy to try before raising it."""

    error: CrmError
    remedy: Remedy


def read_refusal(status: int, body: bytes, what: str, host: str) -> Refusal:
    """What a non-2xx answer to `what` ("the orders") of the data API means."""
    code, words = _code_and_words(body)
    said = f'Salesforce said: "{words}" ({code or "no code"}, HTTP {status}).'
    if status == 401 or code == "INVALID_SESSION_ID":
        error: CrmError = SessionRefused(
            f"Salesforce refused a new access token while reading {what}. Check that the integration user may use the "
            f"API and is not bound to other IP addresses. {said}"
        )
        return Refusal(error, Remedy.SIGN_IN)
    if code == "REQUEST_LIMIT_EXCEEDED":
        if words.lower().startswith("concurrent"):
            return Refusal(
                CrmUnreachable(f"Salesforce was too busy to read {what}. Run the job again later. {said}"),
                Remedy.WAIT,
            )
        return _final(
            CallLimitReached(
                f"The Salesforce org has used up its API calls, so reading {what} stopped. They come back over 24 "
                f"hours: run the job again later, or raise the org's allowance. {said}"
            )
        )
    if code in ("INVALID_QUERY_LOCATOR", "QUERY_TIMEOUT"):
        return _final(
            CursorLost(f"Salesforce lost its place while reading {what}. Run the job again. {said}")
        )
    if status == 410 or code == "UNSUPPORTED_API_VERSION":
        return _final(
            VersionRetired(
                f"Salesforce no longer serves the API version of this connection. Set a newer one. {said}"
            )
        )
    if code == "INVALID_FIELD":
        return _final(_unknown_field(words, what, said))
    if code == "INVALID_TYPE":
        found = _NO_OBJECT.search(words)
        entity = found.group(1) if found else ""
        return _final(
            UnknownObject(
                f"Salesforce has no object {entity or 'that the query names'}, or hides it from the integration user. "
                f"Switch the feature on (Orders), or give the user read permission. {said}",
                code,
                entity,
            )
        )
    if status in (400, 414):
        return _final(QueryRefused(f"Salesforce refused the query for {what}. {said}", code))
    if status in (403, 404):
        return _final(_denied(status, code, what, host, said))
    if status in _RETRIED_STATUSES:
        error = CrmUnreachable(f"Salesforce failed while reading {what}. Try again later. {said}")
        return Refusal(error, Remedy.WAIT)
    return _final(CrmAnswerUnreadable(f"{host} answered a request for {what} in an unexpected way. {said}"))


def read_token_refusal(status: int, body: bytes, host: str) -> Refusal:
    """What a non-200 answer of the token endpoint means."""
    try:
        answer = json.loads(body)
        code, words = str(answer["error"]), str(answer.get("error_description", ""))
    except (ValueError, KeyError, TypeError):
        if status in _RETRIED_STATUSES:
            error = CrmUnreachable(f"{host} failed while signing in (HTTP {status}). Try again later.")
            return Refusal(error, Remedy.WAIT)
        return _final(
            SignInRefused(
                f"{host} has no Salesforce token endpoint (HTTP {status}). The address must be the org's My Domain, "
                "such as https://acme.my.salesforce.com."
            )
        )
    if code == "rate_limit_exceeded" or status in _RETRIED_STATUSES:
        error = CrmUnreachable(f'Salesforce is too busy to sign in. It said: "{words}" ({code}).')
        return Refusal(error, Remedy.WAIT)
    return _final(SignInRefused(f'{_sign_in_advice(code, words)} Salesforce said: "{words}" ({code}).'))


def _sign_in_advice(code: str, words: str) -> str:
    spoken = words.lower()
    if code == "invalid_client_id" or "client identifier invalid" in spoken:
        return "Salesforce does not know this consumer key. Copy it again from the External Client App's settings."
    if "client credentials" in spoken and "invalid" in spoken:
        return "The consumer secret does not belong to the consumer key. Copy it again from the External Client App."
    if "no client credentials user" in spoken:
        return "The External Client App has no run-as user. Set one under its client credentials flow."
    if "audience" in spoken:
        return (
            "The audience must be https://login.salesforce.com, or https://test.salesforce.com for a sandbox."
        )
    if "expired" in spoken:
        return "The signed request had run out when it arrived. Set this machine's clock right."
    if "approved" in spoken:
        return "The user has not been pre-authorised for the External Client App, or the user name is another one."
    if "locked" in spoken:
        return "The integration user is locked in Salesforce. Unlock it there."
    if "assertion" in spoken or "certificate" in spoken:
        return "The private key does not belong to the certificate that the External Client App holds."
    return "Salesforce refused to sign in."


def _unknown_field(words: str, what: str, said: str) -> CrmError:
    column = _NO_COLUMN.search(words)
    if column:
        field, entity = column.group(1), column.group(2)
    else:
        relation = _NO_RELATION.search(words)
        if relation is None:
            return QueryRefused(
                f"Salesforce refused a field in the query for {what}. {said}", "INVALID_FIELD"
            )
        field, entity = relation.group(1), ""
    return UnknownField(
        f"Salesforce has no field {field}{f' on {entity}' if entity else ''}, or hides it from the integration user. "
        f"Correct the field mapping of the connection, or give the user permission for the field. {said}",
        "INVALID_FIELD",
        field,
        entity,
    )


def _denied(status: int, code: str, what: str, host: str, said: str) -> CrmError:
    if code == "API_DISABLED_FOR_ORG":
        return AccessDenied(f"This Salesforce edition or org has no API access. {said}")
    if code == "API_CURRENTLY_DISABLED":
        return AccessDenied(
            f"The integration user may not use the API. Give it the permission API Enabled. {said}"
        )
    if status == 404:
        return AccessDenied(
            f"{host} has nothing at the address for {what}. Check the address and version. {said}"
        )
    return AccessDenied(f"The integration user may not read {what}. Give it read permission. {said}")


def _final(error: CrmError) -> Refusal:
    return Refusal(error, Remedy.RAISE)


def _code_and_words(body: bytes) -> tuple[str, str]:
    """The code and message of an error array; the first words of whatever else was sent."""
    try:
        answer = json.loads(body)
        first = answer[0] if isinstance(answer, list) else answer
        words = " ".join(str(first.get("message", "")).split())
        return str(first.get("errorCode", "")), words
    except (ValueError, IndexError, AttributeError):
        return "", " ".join(body[:200].decode("utf-8", "replace").split())

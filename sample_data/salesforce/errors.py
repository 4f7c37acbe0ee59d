"""Salesforce's refusals, as its REST API words them: a JSON array with one object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """An answer other than 2xx of the data API."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = dict(headers or {})

    def body(self) -> list[dict[str, Any]]:
        return [{"message": self.message, "errorCode": self.code}]


class TokenRefusal(Exception):
    """A refusal of the token endpoint: an object, unlike the data API's array."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status

    def body(self) -> dict[str, str]:
        return {"error": self.error, "error_description": self.description}


def session_invalid() -> Refusal:
    return Refusal(401, "INVALID_SESSION_ID", "Session expired or invalid", {"WWW-Authenticate": "Token"})


def malformed(message: str) -> Refusal:
    return Refusal(400, "MALFORMED_QUERY", message)


def unknown_object(name: str) -> Refusal:
    return Refusal(
        400,
        "INVALID_TYPE",
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append the "
        "'__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.",
    )


def unknown_column(soql: str, position: int, column: str, entity: str) -> Refusal:
    return Refusal(
        400,
        "INVALID_FIELD",
        f"\n{soql}\n{' ' * position}^\nERROR at Row:1:Column:{position + 1}\nNo such column '{column}' on entity "
        f"'{entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field "
        "name. Please reference your WSDL or the describe call for the appropriate names.",
    )


def unknown_relationship(soql: str, position: int, name: str) -> Refusal:
    return Refusal(
        400,
        "INVALID_FIELD",
        f"\n{soql}\n{' ' * position}^\nERROR at Row:1:Column:{position + 1}\nDidn't understand relationship '{name}' "
        "in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the "
        "custom relationship name. Please reference your WSDL or the describe call for the appropriate names.",
    )


def wrong_literal(field: str, kind: str) -> Refusal:
    bare = kind in ("date", "dateTime", "double", "boolean")
    quoted = "should not be enclosed in quotes" if bare else "must be quoted"
    return Refusal(
        400,
        "INVALID_FIELD",
        f"value of filter criterion for field '{field}' must be of type {kind} and {quoted}",
    )


def invalid_locator() -> Refusal:
    return Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")


def not_found() -> Refusal:
    return Refusal(404, "NOT_FOUND", "The requested resource does not exist")


def too_many_requests() -> Refusal:
    return Refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")


def version_retired(version: str) -> Refusal:
    return Refusal(410, "UNSUPPORTED_API_VERSION", f"API version {version} is retired")

"""Refusals as RFC 9457 problem details: `application/problem+json` with a stable `code` and a sentence."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from revrec.crm.errors import CrmError
from revrec.netsuite.errors import NetSuiteError
from revrec.operations.note_refusal import note_refusal
from revrec.problems import Refused, RevRecError

_log = structlog.stdlib.get_logger("api.http")

_CODES = {413: "body_too_large"}
MEDIA_TYPE = "application/problem+json"


class ProblemPlace(BaseModel):
    """One thing that is wrong, and where."""

    where: str
    message: str
    code: str = ""
    severity: str = ""


class Problem(BaseModel):
    """RFC 9457 problem details. `code` is stable and for programs, `detail` a sentence for people."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    errors: list[ProblemPlace] = Field(default_factory=list)
    request_id: str = ""


def problem_response(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[ProblemPlace] = (),
    request_id: str = "",
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    body = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        errors=list(errors),
        request_id=request_id,
    )
    return JSONResponse(body.model_dump(), status, headers=headers, media_type=MEDIA_TYPE)


def add_handlers(app: FastAPI) -> None:
    """Turn every expected failure of a route into problem details."""
    for kind, handler in HANDLED.items():
        app.add_exception_handler(kind, handler)


def request_id_of(request: Request) -> str:
    return str(request.scope.get("request_id", ""))


def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RevRecError)
    places = [
        ProblemPlace(where=one.where, message=one.message, code=one.code, severity=one.severity)
        for one in error.findings
    ]
    if not places and error.where:
        places = [ProblemPlace(where=error.where, message=error.message, code=error.code)]
    if isinstance(error, Refused):
        _note(request, error)
    return problem_response(
        error.status, error.code, error.message, errors=places, request_id=request_id_of(request)
    )


def _note(request: Request, error: Refused) -> None:
    """Keep the refusal in the audit trail, if somebody was refused whom we know. The answer does not wait for a
    database that is busy: then the log alone has it."""
    actor, deployment = request.scope.get("actor"), request.app.state.deployment
    if actor is None:
        return
    asked = f"{request.method} {request.url.path}"
    try:
        with deployment.store.write() as session:
            note_refusal(session, actor, error.where, error.message, asked, now=deployment.now())
    except OperationalError:
        _log.warning("A refusal could not be noted.", actor=actor.email, asked=asked, said=error.message)


def _malformed(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    places = [
        ProblemPlace(
            where=".".join(str(part) for part in one["loc"]), message=_sentence(one), code=one["type"]
        )
        for one in error.errors()
    ]
    detail = f"{places[0].where}: {places[0].message}" if places else "The request is malformed."
    return problem_response(422, "invalid", detail, errors=places, request_id=request_id_of(request))


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    code = _CODES.get(error.status_code, phrase.lower().replace(" ", "_").replace("-", "_"))
    details = {
        400: "The body cannot be read: it is not what its Content-Type says, or no UTF-8.",
        404: f"There is nothing at {request.url.path}.",
        405: f"{request.method} is not possible at {request.url.path}.",
    }
    detail = details.get(error.status_code, str(error.detail))
    return problem_response(
        error.status_code, code, detail, request_id=request_id_of(request), headers=error.headers
    )


def _outside(request: Request, error: Exception) -> JSONResponse:
    return problem_response(502, "outside_system", str(error), request_id=request_id_of(request))


def _database(request: Request, error: Exception) -> JSONResponse:
    return database_problem(request_id_of(request))


def database_problem(request_id: str) -> JSONResponse:
    """The answer where the database does not."""
    detail = "The database is busy or cannot be reached. Try again in a moment."
    return problem_response(503, "unavailable", detail, request_id=request_id, headers={"Retry-After": "5"})


def _sentence(error: Mapping[str, Any]) -> str:
    """What is wrong, without the value given, which may be a secret."""
    text = str(error["msg"])
    return text if text.endswith(".") else f"{text}."


HANDLED = {
    RevRecError: _refused,
    RequestValidationError: _malformed,
    HTTPException: _http,
    NetSuiteError: _outside,
    CrmError: _outside,
    OperationalError: _database,
}
"""Every kind of expected failure, and what makes problem details of it."""

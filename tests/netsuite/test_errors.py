"""Which error a reply is, and that it keeps NetSuite's words."""

import json
import pickle

import pytest

from revrec.netsuite import errors
from revrec.netsuite.refusals import refusal

QUERY = "Invalid search query. Detailed unprocessed description follows. "
UNKNOWN = QUERY + (
    "Search error occurred: Unknown identifier 'subsidiary'. Available identifiers are: {transaction=transaction}."
)


def body(code, detail, **places) -> bytes:
    return json.dumps(
        {"title": "x", "o:errorDetails": [{"detail": detail, "o:errorCode": code, **places}]}
    ).encode()


@pytest.mark.parametrize(
    ("status", "code", "detail", "kind"),
    [
        (400, "INVALID_PARAMETER", UNKNOWN, errors.UnknownIdentifier),
        (
            400,
            "INVALID_PARAMETER",
            QUERY + "Search error occurred: Field 'x' for record 'y' was not found",
            errors.UnknownIdentifier,
        ),
        (
            400,
            "INVALID_PARAMETER",
            QUERY + "Search error occurred: Record 'customer' was not found.",
            errors.RecordNotFound,
        ),
        (400, "INVALID_PARAMETER", QUERY + "Invalid search type: nosuch.", errors.RecordNotFound),
        (
            400,
            "INVALID_PARAMETER",
            QUERY + "Search error occurred: Invalid or unsupported search.",
            errors.InvalidSearch,
        ),
        (400, "INVALID_PARAMETER", "something new", errors.QueryRefused),
        (401, "INVALID_LOGIN", "Invalid login attempt.", errors.AuthenticationRefused),
        (403, "INSUFFICIENT_PERMISSION", "You need a permission", errors.PermissionMissing),
        (404, "NONEXISTENT_ID", "The record instance does not exist.", errors.NotFound),
        (429, "USER_ERROR", "busy", errors.ConcurrencyExceeded),
        (400, "SSS_REQUEST_LIMIT_EXCEEDED", "busy", errors.ConcurrencyExceeded),
        (500, "UNEXPECTED_ERROR", "Error ID: 1", errors.ServerFailed),
    ],
)
def test_a_refused_query(status, code, detail, kind):
    error = refusal("the query", status, body(code, detail), query=True)
    assert type(error) is kind
    assert error.words == detail
    assert str(error).endswith(detail)


@pytest.mark.parametrize(
    ("status", "code", "detail", "kind"),
    [
        (
            400,
            "USER_ERROR",
            "Error while accessing a resource. This record already exists.",
            errors.DuplicateExternalId,
        ),
        (
            400,
            "USER_ERROR",
            "You cannot change the G/L impact of a transaction in a closed period.",
            errors.PeriodClosed,
        ),
        (
            400,
            "USER_ERROR",
            "This transaction is in a period that has been closed. You may not edit it.",
            errors.PeriodClosed,
        ),
        (400, "USER_ERROR", "This record has been locked by a user defined workflow.", errors.RecordLocked),
        (
            400,
            "USER_ERROR",
            "Your current role does not have permission to perform this action.",
            errors.PermissionMissing,
        ),
        (400, "NONEXISTENT_FIELD", "Unknown field name 'cseg_x' in the request", errors.UnknownField),
        (400, "USER_ERROR", "The amounts in a journal entry must balance", errors.RecordRefused),
        (404, "NONEXISTENT_ID", "Record does not exist.", errors.NotFound),
    ],
)
def test_a_refused_record(status, code, detail, kind):
    error = refusal("journal RR-1", status, body(code, detail), query=False)
    assert type(error) is kind
    assert error.words == detail
    assert "journal RR-1" in str(error)


def test_an_unknown_identifier_and_a_missing_record_are_named():
    unknown = refusal("q", 400, body("INVALID_PARAMETER", UNKNOWN), query=True)
    assert isinstance(unknown, errors.UnknownIdentifier)
    assert unknown.name == "subsidiary"
    missing = refusal("q", 400, body("X", "Invalid search type: nosuch."), query=True)
    assert isinstance(missing, errors.RecordNotFound)
    assert missing.name == "nosuch"


def test_the_place_is_shown_beside_the_words():
    error = refusal(
        "j", 400, body("USER_ERROR", "Bad value.", **{"o:errorPath": "line.items[2].account"}), query=False
    )
    assert "Bad value. (at line.items[2].account)" in str(error)


@pytest.mark.parametrize(
    "reply", [b"", b"<html>no</html>", b"[]", b'"text"', b'{"o:errorDetails":"odd"}', b"\xff\xfe"]
)
def test_a_reply_of_any_shape_becomes_an_error(reply):
    error = refusal("the query", 418, reply, query=True)
    assert isinstance(error, errors.QueryRefused)
    assert "status 418" in str(error)


@pytest.mark.parametrize(
    "error",
    [
        refusal("q", 400, body("INVALID_PARAMETER", UNKNOWN), query=True),
        errors.ReplyLost("journal RR-1", "reset", 504),
        errors.HostUnreachable("host", "no route"),
        errors.Unanswered("the query", "ReadTimeout", 3),
        errors.AnswerUnreadable("the query", "it is not JSON"),
        errors.KeyRefused("no key"),
    ],
)
def test_an_error_survives_being_stored(error):
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error)
    assert str(back) == str(error)
    assert vars(back) == vars(error)


def test_a_refusal_is_plain_data_for_a_log():
    error = refusal("j", 400, body("USER_ERROR", "Bad value.", **{"o:errorPath": "line"}), query=False)
    assert error.data == {
        "request": "j",
        "status": 400,
        "details": [{"detail": "Bad value.", "code": "USER_ERROR", "path": "line"}],
    }

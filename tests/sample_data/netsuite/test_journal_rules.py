"""What a journal entry is refused for. Nothing of a refused one is kept."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

ROOT = "/services/rest/record/v1/journalEntry"
STRICT = {"X-NetSuite-PropertyNameValidation": "error"}
Edit = Callable[[dict[str, Any]], object]


def items(body: dict[str, Any]) -> list[dict[str, Any]]:
    return list(body["line"]["items"])


def put(place: int, **changed: Any) -> Edit:
    return lambda body: body["line"]["items"][place].update(changed)


def post(stand_in: Any, body: Any, **headers: str) -> Any:
    return stand_in.request("POST", ROOT, body, {**STRICT, **headers})


def detail(reply: Any) -> dict[str, Any]:
    assert reply.status_code == 400, reply.text
    (found,) = reply.json()["o:errorDetails"]
    return dict(found)


@pytest.fixture
def refused(shared: Any, journal_body: dict[str, Any]) -> Callable[[Edit], dict[str, Any]]:
    """Edits the good body, posts it, checks that nothing was kept, and gives the error's detail."""

    def post_edited(edit: Edit) -> dict[str, Any]:
        body = copy.deepcopy(journal_body)
        edit(body)
        found = detail(post(shared, body))
        assert shared.sim("GET", "journals") == []
        return found

    return post_edited


@pytest.mark.parametrize(
    ("edit", "code", "words"),
    [
        (lambda b: b.pop("subsidiary"), "USER_ERROR", "Please enter a value for subsidiary"),
        (lambda b: b.update(subsidiary={"id": "99"}), "INVALID_CONTENT", "Invalid Field Value 99 for the"
        " following field: subsidiary"),
        (lambda b: b.update(subsidiary={"refName": "Kestrel Systems"}), "INVALID_CONTENT", "subsidiary"),
        (put(0, debit=100.51), "USER_ERROR", "The amounts in a journal entry must balance"),
        (lambda b: b["line"]["items"].pop(), "USER_ERROR", "at least two lines"),
        (lambda b: b.pop("line"), "USER_ERROR", "at least two lines"),
        (put(0, credit=100.5), "USER_ERROR", "Debit or Credit"),
        (lambda b: b["line"]["items"][0].pop("debit"), "USER_ERROR", "Debit or Credit"),
        (put(0, debit=-100.5), "INVALID_CONTENT", "Invalid Field Value -100.5"),
        (put(0, debit=0), "INVALID_CONTENT", "Invalid Field Value 0"),
        (put(0, debit="100.5"), "INVALID_CONTENT", "Invalid Field Value 100.5"),
        (put(0, debit=100.505), "INVALID_CONTENT", "Invalid Field Value 100.505"),
        (lambda b: b["line"]["items"][0].pop("account"), "USER_ERROR", "Please enter value(s) for: Account"),
        (put(0, account={"id": "9999"}), "INVALID_CONTENT", "Invalid Field Value 9999 for the"
        " following field: account"),
        (put(0, account={"id": "26"}), "INVALID_CONTENT", "Invalid Field Value 26"),
        (put(0, account={"id": "25"}), "USER_ERROR", "Invalid account reference key 25 for subsidiary 1."),
        (put(0, account={"id": "6"}), "USER_ERROR", "Please enter value(s) for: Name"),
        (put(0, entity={"id": "999999"}), "INVALID_CONTENT", "Invalid Field Value 999999 for the"
        " following field: entity"),
        (put(0, department={"id": "5"}), "INVALID_CONTENT", "Invalid Field Value 5 for the"
        " following field: department"),
        (put(0, location={"id": "3"}), "INVALID_CONTENT", "Invalid Field Value 3 for the following field: location"),
        (put(0, cseg_region={"id": "77"}), "INVALID_CONTENT", "Invalid Field Value 77 for the"
        " following field: cseg_region"),
        (put(0, cseg_regoin={"id": "1"}), "INVALID_CONTENT", "line.items[0].cseg_regoin"),
        (lambda b: b.update(custbody_nothing="x"), "INVALID_CONTENT", "custbody_nothing"),
        (lambda b: b.update(tranDate="31.03.2026"), "INVALID_CONTENT", "tranDate"),
        (lambda b: b.update(tranDate="2026-02-30"), "INVALID_CONTENT", "tranDate"),
        (lambda b: b.update(tranDate="2035-01-01"), "USER_ERROR", "date range of your accounting period"),
        (lambda b: b.update(tranDate="2025-12-31"), "USER_ERROR", "closed period"),
        (lambda b: b.update(postingPeriod={"id": "101"}), "INVALID_CONTENT", "postingPeriod"),
        (lambda b: b.update(exchangeRate=1.5), "INVALID_CONTENT", "exchangeRate"),
        (lambda b: b.update(currency={"id": "99"}), "INVALID_CONTENT", "currency"),
        (lambda b: b.update(memo="x" * 1000), "USER_ERROR", "maximum number"),
        (lambda b: b.update(memo=5), "INVALID_CONTENT", "memo"),
    ],
)  # fmt: skip
def test_a_rule_that_a_journal_breaks(refused: Any, edit: Edit, code: str, words: str) -> None:
    found = refused(edit)
    assert found["o:errorCode"] == code
    assert words in found["detail"]


def test_an_error_names_the_line_that_it_is_about(refused: Any) -> None:
    assert refused(put(1, account={"id": "9999"}))["o:errorPath"] == "line.items[1].account"


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b'{"line": []}', b'{"subsidiary": {"id": "1"}, "line": {"items": [1]}}']
)
def test_a_body_that_is_no_journal(shared: Any, raw: bytes) -> None:
    assert detail(post(shared, raw))["o:errorCode"] == "INVALID_CONTENT"


def test_an_unknown_property_is_dropped_with_a_warning_unless_errors_were_asked_for(
    own: Any, journal_body: dict[str, Any]
) -> None:
    items(journal_body)[0]["cseg_regoin"] = {"id": "1"}
    reply = own.request("POST", ROOT, journal_body)
    assert reply.status_code == 204
    assert "line.items[0].cseg_regoin" in reply.headers["warning"]
    journal_body["externalId"] = "RR-2"
    reply = own.request("POST", ROOT, journal_body, {"X-NetSuite-PropertyNameValidation": "ignore"})
    assert (reply.status_code, "warning" in reply.headers) == (204, False)
    journal_body["externalId"] = "RR-3"
    assert detail(post(own, journal_body))["o:errorCode"] == "INVALID_CONTENT"


def test_a_segment_whose_feature_is_off_is_an_unknown_property(
    shared: Any, journal_body: dict[str, Any]
) -> None:
    before = set(shared.sim("GET", "settings")["features"])
    shared.settings(features=sorted(before - {"departments"}))
    assert "department" in detail(post(shared, journal_body))["detail"]


def test_yen_have_no_decimals(own: Any) -> None:
    body = {
        "tranDate": "2026-03-31",
        "subsidiary": {"id": "3"},
        "line": {
            "items": [{"account": {"id": "25"}, "debit": 100.5}, {"account": {"id": "54"}, "credit": 100.5}]
        },
    }
    assert "Invalid Field Value 100.5" in detail(post(own, body))["detail"]
    for item, side in zip(items(body), ("debit", "credit"), strict=True):
        item[side] = 100
    assert post(own, body).status_code == 204


@pytest.mark.parametrize("state", ["closed", "locked"])
def test_a_period_that_is_not_open_takes_no_journal(
    own: Any, journal_body: dict[str, Any], state: str
) -> None:
    assert post(own, journal_body).status_code == 204
    own.change("set_period", period=122, state=state)
    journal_body["externalId"] = "RR-2"
    for change in ({}, {"tranDate": "2026-04-02", "postingPeriod": {"id": "122"}}):
        assert "period" in detail(post(own, {**journal_body, **change}))["detail"]
    for method, path in (("PATCH", f"{ROOT}/eid:RR-1"), ("DELETE", f"{ROOT}/eid:RR-1")):
        assert own.request(method, path, {"memo": "x"} if method == "PATCH" else None).status_code == 400
    own.change("set_period", period=122, state="open")
    assert post(own, journal_body).status_code == 204


def test_a_locked_period_opens_to_who_may_override_it(own: Any, journal_body: dict[str, Any]) -> None:
    own.change("set_period", period=122, state="locked")
    own.settings(denied_permissions=[])
    assert post(own, journal_body).status_code == 204


def test_a_receivable_line_is_fine_with_its_customer(own: Any, journal_body: dict[str, Any]) -> None:
    customer = own.one("SELECT MIN(entity) id FROM customersubsidiaryrelationship WHERE subsidiary = 1")
    items(journal_body)[0].update(account={"id": "6"}, entity=customer)
    assert post(own, journal_body).status_code == 204


def test_a_customer_of_another_subsidiary_is_refused(shared: Any, journal_body: dict[str, Any]) -> None:
    customer = shared.one("SELECT MIN(entity) id FROM customersubsidiaryrelationship WHERE subsidiary = 2")
    items(journal_body)[0].update(entity=customer)
    assert "entity" in detail(post(shared, journal_body))["detail"]


@pytest.mark.parametrize(
    ("table", "number", "field"),
    [("department", 1, "department"), ("classification", 2, "class"), ("location", 1, "location"),
     ("customrecord_cseg_region", 3, "cseg_region"), ("account", 24, "account")],
)  # fmt: skip
def test_a_value_that_was_deactivated_is_refused(
    own: Any, journal_body: dict[str, Any], table: str, number: int, field: str
) -> None:
    own.change("deactivate", table=table, id=number)
    assert detail(post(own, journal_body))["o:errorPath"] == f"line.items[0].{field}"
    own.change("deactivate", table=table, id=number, inactive=False)
    assert post(own, journal_body).status_code == 204


def test_too_many_lines_are_refused(shared: Any, journal_body: dict[str, Any]) -> None:
    shared.settings(journal_max_lines=3)
    journal_body["line"]["items"] = [
        *({"account": {"id": "24"}, "debit": 1} for _ in range(3)),
        {"account": {"id": "54"}, "credit": 3},
    ]
    assert "maximum number (3) of lines" in detail(post(shared, journal_body))["detail"]


def test_references_may_be_bare_ids_and_external_ids(own: Any, journal_body: dict[str, Any]) -> None:
    journal_body["subsidiary"] = 1
    items(journal_body)[0]["account"] = "24"
    assert post(own, journal_body).status_code == 204
    journal_body.update(externalId="RR-2", subsidiary={"externalId": "nobody"})
    assert detail(post(own, journal_body))["o:errorCode"] == "INVALID_CONTENT"


def test_without_one_world_no_subsidiary_is_named(own: Any, journal_body: dict[str, Any]) -> None:
    before = set(own.sim("GET", "settings")["features"])
    own.settings(features=sorted(before - {"oneworld"}))
    assert "subsidiary" in detail(post(own, journal_body))["detail"]
    del journal_body["subsidiary"]
    assert post(own, journal_body).status_code == 204

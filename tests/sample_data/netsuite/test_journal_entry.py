"""The journalEntry record: created, read, found, upserted, changed, deleted; and as SuiteQL shows it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

ROOT = "/services/rest/record/v1/journalEntry"
STRICT = {"X-NetSuite-PropertyNameValidation": "error"}


def create(stand_in: Any, body: Any, headers: dict[str, str] | None = None) -> str:
    """Post a journal and return its id."""
    reply = stand_in.request("POST", ROOT, body, STRICT if headers is None else headers)
    assert reply.status_code == 204, reply.text
    return str(reply.headers["location"].rpartition("/")[2])


def error(reply: Any) -> tuple[int, str, str]:
    (detail,) = reply.json()["o:errorDetails"]
    return reply.status_code, detail["o:errorCode"], detail["detail"]


def read(stand_in: Any, key: str) -> dict[str, Any]:
    reply = stand_in.request("GET", f"{ROOT}/{key}?expandSubResources=true")
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def test_a_post_answers_nothing_but_where_the_record_is(own: Any, journal_body: dict[str, Any]) -> None:
    reply = own.request("POST", ROOT, journal_body, STRICT)
    assert (reply.status_code, reply.content) == (204, b"")
    assert reply.headers["location"].startswith(f"{own.url}/services/rest/record/v1/journalentry/")


def test_a_journal_reads_back_with_typed_values(own: Any, journal_body: dict[str, Any]) -> None:
    number = create(own, journal_body)
    body = read(own, number)
    assert (body["id"], body["externalId"], body["tranDate"]) == (number, "RR-1", "2026-03-31")
    assert (body["approved"], body["exchangeRate"], body["postingPeriod"]["refName"]) == (
        True,
        1.0,
        "Mar 2026",
    )
    assert body["createdDate"].endswith("Z")
    first, second = body["line"]["items"]
    assert (first["line"], first["debit"], first["account"]["id"]) == (1, 100.5, "24")
    assert (first["department"]["id"], first["class"]["id"], first["location"]["id"]) == ("1", "2", "1")
    assert (first["cseg_region"]["refName"], first["memo"]) == ("EMEA", "out of deferred revenue")
    assert "credit" not in first
    assert (second["credit"], "debit" in second) == (100.5, False)
    assert body["line"]["totalResults"] == body["line"]["count"] == 2
    assert first["links"][0]["href"] == f"{own.url}/services/rest/record/v1/journalentry/{number}/line/1"


def test_without_expansion_the_lines_are_a_link(own: Any, journal_body: dict[str, Any]) -> None:
    number = create(own, journal_body)
    body = own.request("GET", f"{ROOT}/{number}").json()
    assert list(body["line"]) == ["links"]
    assert "memo" not in own.request("GET", f"{ROOT}/{number}?fields=tranId,externalId").json()


def test_a_journal_is_found_by_its_external_id_three_ways(own: Any, journal_body: dict[str, Any]) -> None:
    number = create(own, journal_body)
    assert read(own, "eid:RR-1")["id"] == number
    found = own.request("GET", f"{ROOT}?q=externalId%20IS%20%22RR-1%22").json()
    assert [item["id"] for item in found["items"]] == [number]
    assert own.rows("SELECT id FROM transaction WHERE type = 'Journal' AND externalid IN ('RR-1')") == [
        {"id": number}
    ]
    nothing = own.request("GET", f"{ROOT}?q=externalId%20IS%20%22RR-2%22").json()
    assert (nothing["count"], nothing["totalResults"], nothing["hasMore"]) == (0, 0, False)


def test_a_search_by_an_unknown_field_names_it(shared: Any) -> None:
    status, code, detail = error(shared.request("GET", f"{ROOT}?q=nosuch%20IS%20%22x%22"))
    assert (status, code) == (400, "NONEXISTENT_FIELD")
    assert "nosuch" in detail


def test_a_journal_stands_in_the_ledger_of_its_subsidiary(own: Any, journal_body: dict[str, Any]) -> None:
    number = create(own, journal_body)
    rows = own.rows(
        "SELECT tl.id, tal.account, tal.debit, tal.credit, tal.amount, tl.foreignamount, tl.department, tl.class,"
        " tl.location, tl.cseg_region, tal.posting FROM transactionline tl JOIN transactionaccountingline tal"
        f" ON tal.transaction = tl.transaction AND tal.transactionline ="
        f" tl.id WHERE tl.transaction = {number} ORDER BY tl.id"
    )
    assert rows == [
        {
            "id": "0", "account": "24", "debit": "100.5", "amount": "100.5", "foreignamount": "100.5",
            "department": "1", "class": "2", "location": "1", "cseg_region": "3", "posting": "T",
        },
        {"id": "1", "account": "54", "credit": "100.5", "amount": "-100.5", "foreignamount": "-100.5", "posting": "T"},
    ]  # fmt: skip
    head = own.one(
        f"SELECT type, recordtype, status, posting, subsidiary,"
        f" BUILTIN.CF(status) cf FROM transaction WHERE id = {number}"
    )
    assert head == {
        "type": "Journal", "recordtype": "journalentry", "status": "B", "posting": "T", "subsidiary": "1",
        "cf": "Journal:B",
    }  # fmt: skip


def test_a_foreign_journal_takes_the_rate_of_its_day_and_balances_in_base(
    own: Any, journal_body: dict[str, Any]
) -> None:
    body = {
        "externalId": "RR-EUR",
        "tranDate": "2026-03-31",
        "subsidiary": {"id": "2"},
        "currency": {"id": "4"},
        "line": {
            "items": [
                {"account": {"id": "24"}, "debit": 33.33},
                {"account": {"id": "24"}, "debit": 33.33},
                {"account": {"id": "54"}, "credit": 66.66},
            ]
        },
    }
    number = create(own, body)
    rate = own.one(
        "SELECT r.exchangerate FROM currencyrate r WHERE r.basecurrency = 2 AND r.transactioncurrency = 4"
        " AND r.effectivedate = TO_DATE('2026-03-01','YYYY-MM-DD')"
    )
    assert own.one(f"SELECT exchangerate FROM transaction WHERE id = {number}") == rate
    assert own.one(f"SELECT SUM(amount) s FROM transactionaccountingline WHERE transaction = {number}") == {
        "s": "0"
    }


def test_a_used_external_id_is_refused_and_makes_nothing(own: Any, journal_body: dict[str, Any]) -> None:
    create(own, journal_body)
    status, code, detail = error(own.request("POST", ROOT, journal_body, STRICT))
    assert (status, code) == (400, "USER_ERROR")
    assert "This record already exists" in detail
    assert len(own.sim("GET", "journals")) == 1


def test_put_by_external_id_overwrites_lines_and_creates_what_is_missing(
    own: Any, journal_body: dict[str, Any]
) -> None:
    number = create(own, journal_body)
    changed = copy.deepcopy(journal_body)
    for item, side in zip(changed["line"]["items"], ("debit", "credit"), strict=True):
        item[side] = 7
    reply = own.request("PUT", f"{ROOT}/eid:RR-1", changed, STRICT)
    assert reply.headers["location"].endswith(f"/{number}")
    assert [line.get("debit") for line in read(own, number)["line"]["items"]] == [7.0, None]
    del changed["externalId"]
    assert own.request("PUT", f"{ROOT}/eid:RR-9", changed, STRICT).status_code == 204
    assert read(own, "eid:RR-9")["externalId"] == "RR-9"
    assert own.request("PUT", f"{ROOT}/{number}", changed, STRICT).status_code == 405


def test_patch_merges_lines_by_number_or_replaces_them(own: Any, journal_body: dict[str, Any]) -> None:
    number = create(own, journal_body)
    patch = {"memo": "corrected", "line": {"items": [{"line": 1, "debit": 60}, {"line": 2, "credit": 60}]}}
    assert own.request("PATCH", f"{ROOT}/{number}", patch, STRICT).status_code == 204
    body = read(own, number)
    assert (
        body["memo"],
        body["line"]["items"][0]["debit"],
        body["line"]["items"][0]["department"]["id"],
    ) == (
        "corrected",
        60.0,
        "1",
    )
    half = {"line": {"items": [{"account": {"id": "24"}, "debit": 1}]}}
    assert "balance" in error(own.request("PATCH", f"{ROOT}/{number}", half, STRICT))[2]
    assert "two lines" in error(own.request("PATCH", f"{ROOT}/{number}?replace=line", half, STRICT))[2]
    assert read(own, number) == {**body, "lastModifiedDate": body["lastModifiedDate"]}, (
        "a refused change leaves no trace"
    )


def test_a_deleted_journal_is_gone_but_for_deletedrecord(own: Any, journal_body: dict[str, Any]) -> None:
    number = create(own, journal_body)
    assert own.request("DELETE", f"{ROOT}/{number}").status_code == 204
    assert error(own.request("GET", f"{ROOT}/{number}"))[:2] == (404, "NONEXISTENT_ID")
    assert error(own.request("DELETE", f"{ROOT}/{number}"))[:2] == (404, "NONEXISTENT_ID")
    assert own.one("SELECT recordid, scriptid FROM deletedrecord") == {
        "recordid": number,
        "scriptid": "JOURNALENTRY",
    }
    assert create(own, journal_body) != number, "an id is never given twice"


def test_a_reversal_date_makes_the_reversing_entry_at_once(own: Any, journal_body: dict[str, Any]) -> None:
    number = create(own, {**journal_body, "reversalDate": "2026-04-01", "reversalDefer": False})
    other = read(own, read(own, number)["reversalEntry"]["id"])
    assert (other["tranDate"], other["isReversal"], other["postingPeriod"]["refName"]) == (
        "2026-04-01",
        True,
        "Apr 2026",
    )
    assert [(line.get("debit"), line.get("credit")) for line in other["line"]["items"]] == [
        (None, 100.5),
        (100.5, None),
    ]
    deferred = create(
        own, {**journal_body, "externalId": "RR-2", "reversalDate": "2026-04-01", "reversalDefer": True}
    )
    assert "reversalEntry" not in read(own, deferred)


def test_a_workflow_lock_closes_the_record_but_not_suiteql(own: Any, journal_body: dict[str, Any]) -> None:
    number = create(own, journal_body)
    own.change("lock_journal", journal=int(number))
    status, code, detail = error(own.request("GET", f"{ROOT}/{number}"))
    assert (status, code) == (400, "USER_ERROR")
    assert "locked by a user defined workflow" in detail
    assert own.one(f"SELECT externalid FROM transaction WHERE id = {number}") == {"externalid": "RR-1"}


def test_with_approval_a_journal_waits_and_does_not_post(own: Any, journal_body: dict[str, Any]) -> None:
    own.settings(approve_journals=True)
    number = create(own, journal_body)
    assert read(own, number)["approvalStatus"]["id"] == "1"
    state = f"SELECT t.status, t.posting, t.approvalstatus FROM transaction t WHERE t.id = {number}"
    assert own.one(state) == {"status": "A", "posting": "F", "approvalstatus": "1"}
    assert own.one(
        f"SELECT DISTINCT posting FROM transactionaccountingline WHERE transaction = {number}"
    ) == {"posting": "F"}
    own.change("approve", transaction=int(number))
    assert own.one(state) == {"status": "B", "posting": "T", "approvalstatus": "2"}
    approved = create(own, {**journal_body, "externalId": "RR-2", "approvalStatus": {"id": "2"}})
    assert read(own, approved)["approved"] is True
    own.settings(denied_permissions=["Journal Approval"])
    assert (
        "permission"
        in error(
            own.request(
                "POST", ROOT, {**journal_body, "externalId": "RR-3", "approvalStatus": {"id": "2"}}, STRICT
            )
        )[2]
    )


def test_without_the_permission_nothing_can_be_posted(shared: Any, journal_body: dict[str, Any]) -> None:
    shared.settings(denied_permissions=["Make Journal Entry"])
    assert error(shared.request("POST", ROOT, journal_body, STRICT))[1:] == (
        "USER_ERROR",
        "Error while accessing a resource. Your current role does not have permission to perform this action.",
    )


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/services/rest/record/v1/journalEntry/999999999", (404, "NONEXISTENT_ID")),
        ("GET", "/services/rest/record/v1/journalEntry/eid:nobody", (404, "NONEXISTENT_ID")),
        ("GET", "/services/rest/record/v1/journalEntry/20001", (404, "NONEXISTENT_ID")),
        ("PATCH", "/services/rest/record/v1/journalEntry/999999999", (404, "NONEXISTENT_ID")),
        ("GET", "/services/rest/record/v1/badRecord/1", (404, "NONEXISTENT_ID")),
        ("DELETE", "/services/rest/record/v1/journalEntry", (405, "INVALID_METHOD")),
        ("GET", "/services/rest/query/v1/suiteql", (405, "INVALID_METHOD")),
        ("GET", "/services/rest/nothing", (404, "NONEXISTENT_ID")),
    ],
)
def test_what_is_not_there(shared: Any, method: str, path: str, expected: tuple[int, str]) -> None:
    reply = shared.request(method, path, {} if method == "PATCH" else None)
    assert error(reply)[:2] == expected


def test_record_names_do_not_mind_the_letter_case(own: Any, journal_body: dict[str, Any]) -> None:
    assert own.request("POST", "/services/rest/record/v1/journalentry", journal_body).status_code == 204


def test_options_answers_nothing(shared: Any) -> None:
    assert shared.request("OPTIONS", "/services/rest/*").status_code == 204


def test_governance_limits_tell_the_accounts_concurrency(shared: Any) -> None:
    assert (
        shared.request("GET", "/services/rest/system/v1/governanceLimits").json()["accountConcurrencyLimit"]
        == 5
    )

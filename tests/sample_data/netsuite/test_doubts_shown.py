"""Every reading of what is doubtful shows on the wire: a switch that changes nothing would prove nothing."""

from __future__ import annotations

from typing import Any

import pytest

from sample_data.netsuite.doubts import DOUBTS

SUITEQL = "/services/rest/query/v1/suiteql"
ROOT = "/services/rest/record/v1/journalEntry"
ORDERED = "SELECT id FROM transaction ORDER BY id"
CREDITS = "FROM transaction WHERE type = 'CustCred' AND foreigntotal <> 0 ORDER BY id"
JUST_SHOWN_ELSEWHERE = {"certificate_refusal", "revoked_certificate"}
"""Tests of signing in show them."""


def error(reply: Any) -> tuple[Any, ...]:
    """All of an error that may differ."""
    body = reply.json()
    return reply.status_code, body["type"], body["title"], str(body["o:errorDetails"])


def closed_journal(stand_in: Any, body: dict[str, Any]) -> Any:
    """A journal into a closed period: refused, or where it landed."""
    reply = stand_in.request("POST", ROOT, {**body, "tranDate": "2025-12-31"})
    if reply.status_code != 204:
        return error(reply)
    return stand_in.sim("GET", "journals")[0]["postingperiod"]


def twice(stand_in: Any, body: dict[str, Any]) -> Any:
    stand_in.request("POST", ROOT, body)
    return error(stand_in.request("POST", ROOT, body))


def edited(stand_in: Any, body: dict[str, Any]) -> Any:
    number = stand_in.pick()[0]["id"]
    stamp = f"SELECT TO_CHAR(lastmodifieddate,'YYYY-MM-DD HH24:MI:SS') d FROM transaction WHERE id = {number}"
    before = stand_in.one(stamp)
    stand_in.change("edit_line", transaction=number, line=1, amount="5.00")
    return stand_in.one(stamp) != before


def blocked(stand_in: Any, body: dict[str, Any]) -> Any:
    stand_in.settings(fault_rate=1, fault_kinds=["429"])
    given = stand_in.query(ORDERED).headers.get("retry-after", "")
    return "date" if "GMT" in given else given


def async_result(stand_in: Any, body: dict[str, Any]) -> Any:
    job = stand_in.request("POST", ROOT, body, {"Prefer": "respond-async"}).headers["location"]
    path = job.removeprefix(stand_in.url)
    replies = [stand_in.request("GET", f"{path}{tail}") for tail in ("/task/1/result", "/result")]
    return [reply.status_code for reply in replies]


def with_unknown_account(body: dict[str, Any]) -> dict[str, Any]:
    first, second = body["line"]["items"]
    return {**body, "line": {"items": [first, {**second, "account": {"id": "9999"}}]}}


def open_ones(stand_in: Any, body: dict[str, Any]) -> Any:
    reply = stand_in.query("SELECT id FROM transaction WHERE status = 'A'")
    return reply.json().get("totalResults", reply.status_code)


def small_cap(stand_in: Any) -> None:
    stand_in.settings(row_cap=100)


SHOWN: dict[str, Any] = {
    "missing_prefer": lambda s, b: s.request("POST", SUITEQL, {"q": ORDERED}).status_code,
    "bad_offset": lambda s, b: s.query(ORDERED, limit=10, offset=5).status_code,
    "offset_past_cap": lambda s, b: (small_cap(s), s.query(ORDERED, limit=50, offset=100).status_code)[1],
    "total_past_cap": lambda s, b: (small_cap(s), s.query(ORDERED, limit=50).json()["totalResults"])[1],
    "nulls": lambda s, b: s.query("SELECT NULL a, 'x' b FROM dual").json()["items"],
    "numbers": lambda s, b: s.query("SELECT 12.5 a, 3 b FROM dual").json()["items"],
    "decimals": lambda s, b: s.query("SELECT 1.50 * 1 a, foreigntotal t FROM transaction WHERE id = 20001").text,
    "letter_case": lambda s, b: list(s.query("SELECT 1 a FROM dual").json()["items"][0]),
    "unknown_column": lambda s, b: error(s.query("SELECT nosuch FROM item")),
    "raw_status": open_ones,
    "credit_total": lambda s, b: s.rows(f"SELECT foreigntotal t {CREDITS}")[0],
    "line_edit": edited,
    "stamps_in": lambda s, b: (
        s.settings(user_zone="Asia/Kolkata"),
        s.rows("SELECT TO_CHAR(lastmodifieddate,'HH24:MI') d FROM transaction ORDER BY id"),
    )[1],
    "retry_after": blocked,
    "closed_period": closed_journal,
    "unusable_period": closed_journal,
    "line_error_path": lambda s, b: error(s.request("POST", ROOT, with_unknown_account(b))),
    "duplicate_external_id": twice,
    "permission_refusal": lambda s, b: (
        s.settings(denied_permissions=["Make Journal Entry"]),
        error(s.request("POST", ROOT, b)),
    )[1],
    "error_types": lambda s, b: error(s.query("SELECT nosuch FROM item")),
    "async_result": async_result,
}  # fmt: skip


@pytest.mark.parametrize("doubt", [each for each in DOUBTS if each.name in SHOWN], ids=lambda each: each.name)
def test_each_reading_shows(own: Any, journal_body: dict[str, Any], doubt: Any) -> None:
    seen = []
    for choice in doubt.choices:
        own.sim("POST", "restore")
        own.settings(**{doubt.name: choice})
        seen.append(str(SHOWN[doubt.name](own, journal_body)))
    assert len(set(seen)) == len(doubt.choices), seen


def test_no_doubt_is_left_out() -> None:
    elsewhere = JUST_SHOWN_ELSEWHERE | {"over_limit"}  # shown where requests come together: test_trouble
    assert {each.name for each in DOUBTS} == set(SHOWN) | elsewhere

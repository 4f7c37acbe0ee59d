"""Concurrency, ordered faults, the request log, and changes in the middle of a pull."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

PING = "SELECT 1 x FROM dual"
ROOT = "/services/rest/record/v1/journalEntry"


def send(stand_in: Any) -> httpx.Response:
    """A query over a connection of its own: the shared client is not for threads."""
    url = stand_in.url + "/services/rest/query/v1/suiteql"
    headers = {**stand_in.sign("POST", url), "Prefer": "transient"}
    return httpx.post(url, json={"q": PING}, headers=headers, timeout=30)


def together(stand_in: Any, count: int) -> list[httpx.Response]:
    """So many requests at the same time."""
    barrier = threading.Barrier(count)

    def one(_: int) -> httpx.Response:
        barrier.wait()
        return send(stand_in)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_one_request_too_many_in_flight_is_blocked_and_the_peak_is_known(shared: Any) -> None:
    shared.settings(concurrency=3, latency_ms=400)
    shared.sim("POST", "reset-stats")
    replies = together(shared, 6)
    assert sorted(reply.status_code for reply in replies) == [200, 200, 200, 429, 429, 429]
    (blocked, *_) = [reply.json() for reply in replies if reply.status_code == 429]
    assert blocked["o:errorCode"] == "USER_ERROR"
    assert blocked["o:errorDetails"][0]["o:errorCode"] == "CONCURRENCY_LIMIT_EXCEEDED"
    stats = shared.sim("GET", "stats")
    assert (stats["peak_concurrency"], stats["peak_asked"], stats["blocked"]) == (3, 4, 3)
    assert stats["requests_by_status"] == {"200": 3, "429": 3}
    assert stats["in_flight"] == 0


@pytest.mark.parametrize(
    ("disguise", "status", "code"),
    [("400", 400, "CONCURRENCY_LIMIT_EXCEEDED"), ("invalid_login", 401, "INVALID_LOGIN")],
)
def test_the_limit_may_come_in_disguise(shared: Any, disguise: str, status: int, code: str) -> None:
    shared.settings(concurrency=1, latency_ms=400, over_limit=disguise)
    replies = together(shared, 2)
    assert sorted(reply.status_code for reply in replies) == [200, status]
    (blocked,) = [reply for reply in replies if reply.status_code != 200]
    assert blocked.json()["o:errorDetails"][0]["o:errorCode"] == code


def test_an_ordered_error_strikes_as_often_as_ordered_and_then_no_more(shared: Any) -> None:
    shared.sim("POST", "faults", {"status": 500, "times": 2, "contains": "dual"})
    statuses = [shared.query(PING).status_code for _ in range(3)]
    assert statuses == [500, 500, 200]
    assert shared.query("SELECT id FROM item").status_code == 200
    (order,) = shared.sim("GET", "faults")
    assert (order["seen"], order["used"]) == (2, 2)


def test_an_error_can_wait_for_its_turn_and_carry_any_body(shared: Any) -> None:
    body = {"title": "x", "o:errorDetails": [{"detail": "no", "o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED"}]}
    shared.sim("POST", "faults", {"status": 429, "after": 1, "body": body, "headers": {"Retry-After": "7"}})
    assert shared.query(PING).status_code == 200
    reply = shared.query(PING)
    assert (reply.status_code, reply.headers["retry-after"], reply.json()) == (429, "7", body)


def test_the_default_error_body_is_netsuites_unexpected_error(shared: Any) -> None:
    shared.sim("POST", "faults", {"method": "POST", "path": "suiteql"})
    body = shared.query(PING).json()
    assert (body["status"], body["o:errorDetails"][0]["o:errorCode"]) == (500, "UNEXPECTED_ERROR")


def test_a_delay_holds_the_answer_back(shared: Any) -> None:
    shared.sim("POST", "faults", {"action": "delay", "delay_ms": 300})
    started = time.perf_counter()
    assert shared.query(PING).status_code == 200
    assert time.perf_counter() - started >= 0.3


def test_a_slow_answer_comes_whole_in_the_end(shared: Any) -> None:
    plain = shared.query("SELECT id FROM item ORDER BY id").json()
    shared.sim("POST", "faults", {"action": "slow", "delay_ms": 200})
    assert shared.query("SELECT id FROM item ORDER BY id").json() == plain


def test_a_reset_connection_gives_no_answer_and_does_nothing(own: Any, journal_body: dict[str, Any]) -> None:
    own.sim("POST", "faults", {"action": "reset_connection", "method": "POST", "path": "journalentry"})
    with pytest.raises(httpx.TransportError):
        own.request("POST", ROOT, journal_body)
    assert own.sim("GET", "journals") == []
    assert own.sim("GET", "log?last=1")[0]["status"] == 0


def test_a_reply_dropped_after_the_commit_leaves_the_journal_behind(
    own: Any, journal_body: dict[str, Any]
) -> None:
    own.sim("POST", "faults", {"action": "drop_reply_after_commit", "path": "journalEntry"})
    with pytest.raises(httpx.TransportError):
        own.request("POST", ROOT, journal_body)
    assert [journal["externalid"] for journal in own.sim("GET", "journals")] == ["RR-1"]
    assert own.request("POST", ROOT, journal_body).status_code == 400
    assert own.query(PING).status_code == 200, "the process lives on"


def test_cleared_faults_strike_no_more(shared: Any) -> None:
    shared.sim("POST", "faults", {"status": 500, "times": 9})
    shared.sim("DELETE", "faults")
    assert shared.query(PING).status_code == 200


def test_the_log_tells_what_was_asked(shared: Any) -> None:
    shared.query(PING, limit=5, offset=0)
    (entry,) = shared.sim("GET", "log?last=1")
    assert (entry["method"], entry["path"], entry["query"], entry["status"], entry["q"]) == (
        "POST",
        "/services/rest/query/v1/suiteql",
        "limit=5&offset=0",
        200,
        PING,
    )
    assert entry["milliseconds"] > 0


def test_a_hook_changes_the_data_between_two_pages(own: Any) -> None:
    query = "SELECT id FROM transaction ORDER BY id"
    own.sim(
        "POST",
        "hooks",
        {"after": 1, "contains": "transaction", "changes": [{"change": "delete", "transaction": 20001}]},
    )
    before = own.query(query, limit=1).json()
    after = own.query(query, limit=1).json()
    assert before["items"][0]["id"] == "20001"
    assert after["items"][0]["id"] == "20002"
    assert after["totalResults"] == before["totalResults"] - 1
    assert own.sim("GET", "hooks") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"concurrency": 0},
        {"user_date_format": "whatever"},
        {"features": ["nosuch"]},
        {"denied_permissions": ["x"]},
        {"nosuch": 1},
    ],
)
def test_a_setting_that_makes_no_sense_is_not_taken(shared: Any, wrong: dict[str, Any]) -> None:
    before = shared.sim("GET", "settings")
    assert shared.http.post(f"{shared.url}/_sim/settings", json=wrong).status_code == 422
    assert shared.sim("GET", "settings") == before


def test_the_datas_clock_can_be_skewed_apart_from_sign_in(shared: Any) -> None:
    now = "SELECT TO_CHAR(SYS_EXTRACT_UTC(CURRENT_DATE),'YYYY') y FROM dual"
    year = int(shared.one(now)["y"])
    shared.sim("POST", "clock", {"skew_seconds": 366 * 86_400})
    assert int(shared.one(now)["y"]) == year + 1


def test_replies_carry_the_clock_that_sign_in_is_checked_by(shared: Any) -> None:
    def off() -> float:
        reply = shared.http.post(f"{shared.url}/services/rest/query/v1/suiteql")
        return parsedate_to_datetime(reply.headers["date"]).timestamp() - time.time()

    assert abs(off()) < 5
    shared.sim("POST", "clock", {"auth_skew_seconds": 900})
    assert 890 < off() < 905

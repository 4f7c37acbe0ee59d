"""How much an account takes at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from .account import SUITEQL, Account
from .facts import fact, help_page

LIMITS = help_page("bridgehead_1500275603")


def together(account: Account, count: int) -> list[httpx.Response]:
    """So many requests at the same time, each over a connection of its own."""
    barrier = threading.Barrier(count)

    def one(_: int) -> httpx.Response:
        url = account.url + SUITEQL
        headers = {**account.sign("POST", url), "Prefer": "transient"}
        barrier.wait()
        return httpx.post(
            url, json={"q": "SELECT 1 AS x FROM dual"}, headers=headers, timeout=60, trust_env=False
        )

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@fact("One request too many in flight is 429 with CONCURRENCY_LIMIT_EXCEEDED in its details.", LIMITS)
def _(account: Account, sim: Any) -> None:
    sim.settings(concurrency=2, latency_ms=1000)
    replies = together(account, 6)
    blocked = [reply for reply in replies if reply.status_code == 429]
    assert 1 <= len(blocked) < len(replies)
    assert {reply.status_code for reply in replies} == {200, 429}
    assert sim.ask("GET", "stats")["peak_concurrency"] == 2
    assert blocked[0].json()["o:errorCode"] == "USER_ERROR"
    assert account.code_of(blocked[0]) == "CONCURRENCY_LIMIT_EXCEEDED"


@fact("The block may come as 400 with the same code.", "crate netsuite_rs")
def _(account: Account, sim: Any) -> None:
    sim.settings(concurrency=1, latency_ms=1000, over_limit="400")
    blocked, *_ = [reply for reply in together(account, 4) if reply.status_code != 200]
    assert (blocked.status_code, account.code_of(blocked)) == (400, "CONCURRENCY_LIMIT_EXCEEDED")


@fact("It may even come as INVALID_LOGIN.", "netsuite-api-client issue 26")
def _(account: Account, sim: Any) -> None:
    sim.settings(concurrency=1, latency_ms=1000, over_limit="invalid_login")
    blocked, *_ = [reply for reply in together(account, 4) if reply.status_code != 200]
    assert (blocked.status_code, account.code_of(blocked)) == (401, "INVALID_LOGIN")


@fact(
    "governanceLimits tells the limits of the account and of the integration.",
    help_page("article_0625010817"),
)
def _(account: Account) -> None:
    body = account.send("GET", "/services/rest/system/v1/governanceLimits").json()
    assert {"accountConcurrencyLimit", "accountUnallocatedConcurrencyLimit", "integrationLimitType"} <= set(
        body
    )


@fact("A reply may be lost after the record was made: the externalId tells.", help_page("section_4103386138"))
def _(account: Account, sim: Any) -> None:
    body = account.journal()
    account.accounts  # noqa: B018 - asked for before the line breaks
    sim.fault(action="drop_reply_after_commit", path="journalEntry")
    try:
        account.post(body)
        raise AssertionError("the reply came")
    except httpx.TransportError:
        pass
    found = account.rows(f"SELECT id FROM transaction WHERE externalid = '{body['externalId']}'")
    assert len(found) == 1

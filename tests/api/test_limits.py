"""Limits of an account and the use that is made of them, from the command line and over HTTP."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from dbos import DBOSClient
from fastapi.testclient import TestClient

from api.deployment import Deployment
from jobs.resources import runner_settings
from jobs.runner import account_queue
from revrec.netsuite.governance import compare_limits
from revrec.store.api_calls import SUMMED, add_usage, hour_of
from sample_data.starting import StandIn, start

Revrec = Callable[..., Any]


@pytest.fixture(scope="module")
def netsuite() -> Iterator[StandIn]:
    with start("netsuite", "--lines", "100", "--concurrency", "7") as running:
        yield running


@pytest.fixture
def connected(revrec: Revrec, netsuite: StandIn) -> Any:
    keys = ("account_id", "consumer_key", "consumer_secret", "token_id", "token_secret")
    given = [part for key in keys for part in (f"--{key.replace('_', '-')}", netsuite.ready[key])]
    return revrec(
        "connect", "netsuite", "--auth", "tba", "--base-url", netsuite.url, "--concurrency", "7",
        "--calls-per-minute", "6000", *given,
    )  # fmt: skip


def cap(deployment: Deployment) -> int | None:
    """How many of the account's calls the engine lets run at once, over all workers."""
    client = DBOSClient(system_database_url=runner_settings(deployment.config).engine_url)
    try:
        queue = client.retrieve_queue(account_queue("1234567_SB1"))
        return queue.global_concurrency if queue else None
    finally:
        client.destroy()


def test_limits_are_the_accounts_and_change_without_its_credentials(
    revrec: Revrec, connected: Any, deployment: Deployment, clients: dict[str, TestClient]
) -> None:
    assert connected.status == 0, connected.err
    assert cap(deployment) == 6
    ran = revrec("connections", "limits", "1234567_SB1", "--concurrency", "4")
    assert ran.out == "1234567_SB1: 4 requests at once, 6,000 calls a minute.\n"
    assert cap(deployment) == 3

    body = {"calls_per_minute": 0, "reason": "they lifted it"}
    changed = clients["admin"].put("/api/v1/connections/journals/limits", json=body).json()
    assert [(one["flow"], one["options"]) for one in changed] == [
        ("invoices", {"concurrency": 4}),
        ("journals", {"concurrency": 4}),
    ]
    events = clients["viewer"].get("/api/v1/audit/events").json()
    newest = next(one for one in events["items"] if one["action"] == "set_account_limits")
    assert newest["reason"] == "they lifted it"
    assert newest["before"]["invoices"] == {"concurrency": 4, "calls_per_minute": 6000}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("invoices",), "Say which limit"),
        (("invoices", "--concurrency", "0"), "from 1 to 100"),
        (("invoices", "--calls-per-minute", "-1"), "0 means no such limit"),
        (("elsewhere", "--concurrency", "2"), "No NetSuite connection is called elsewhere"),
    ],
)
def test_limits_that_cannot_be_kept_are_refused(
    revrec: Revrec, connected: Any, given: tuple[str, ...], said: str
) -> None:
    ran = revrec("connections", "limits", *given)
    assert ran.status in (1, 2)
    assert said in ran.err


def test_a_test_compares_the_setting_with_what_netsuite_says(
    revrec: Revrec, connected: Any, netsuite: StandIn
) -> None:
    def limits() -> dict[str, Any]:
        tested = json.loads(revrec("connections", "test", "invoices", "--json").out)[0]
        assert tested["ok"]
        return next(one for one in tested["checks"] if one["name"] == "limits")

    fitting = limits()
    assert fitting["state"] == "granted"
    assert "7 requests at once; the connection is set to 7" in fitting["message"]
    revrec("connections", "limits", "invoices", "--concurrency", "20")
    above = limits()
    assert above["state"] == "missing"
    assert "--concurrency 7" in above["message"]
    with httpx.Client(base_url=f"{netsuite.url}/_sim", trust_env=False) as sim:
        refused = {"detail": "You need administrator rights.", "o:errorCode": "INSUFFICIENT_PERMISSION"}
        fault = {"path": "governanceLimits", "status": 403, "body": {"o:errorDetails": [refused]}}
        assert sim.post("/faults", json=fault).is_success
    assert "may not see the account's limits" in limits()["message"]


@pytest.mark.parametrize(
    ("answer", "fits", "said"),
    [
        ({"accountConcurrencyLimit": 15, "integrationConcurrencyLimit": 5}, False, "this integration 5"),
        ({"accountConcurrencyLimit": "25"}, True, "25 requests at once"),
        ({"somethingElse": 1}, False, "may not see"),
    ],
)
async def test_what_netsuite_may_say(answer: dict[str, Any], fits: bool, said: str) -> None:
    class Client:
        async def get_system(self, name: str, *, what: str) -> dict[str, Any]:
            assert name == "governanceLimits"
            return answer

    client: Any = Client()
    found, words = await compare_limits(client, 10)
    assert (found, said in words) == (fits, True), words


def test_use_is_told_by_the_hour(
    revrec: Revrec, connected: Any, deployment: Deployment, clients: dict[str, TestClient]
) -> None:
    assert "Nothing was asked" in revrec("connections", "usage").out
    counts = dict.fromkeys(SUMMED, 0) | {
        "requests": 1200, "refused": 3, "failed": 4, "busy_ms": 2_160_000, "waited_ms": 1500, "peak": 6,
    }  # fmt: skip
    hour = hour_of(datetime.now(UTC))
    with deployment.store.write() as session:
        add_usage(session, {("1234567_SB1", "invoices", hour): counts}, {})
    told = clients["viewer"].get("/api/v1/connections/usage", params={"days": 1}).json()
    assert told["limits"] == [{"account": "1234567_SB1", "concurrency": 7, "calls_per_minute": 6000}]
    (row,) = told["hours"]
    # 36 minutes of one request, of an hour in which 6 may go at once.
    assert (row["requests"], row["busy_seconds"], row["used_percent"]) == (1200, 2160.0, 10.0)
    shown = revrec("connections", "usage").out
    assert "1,200" in shown and "10%" in shown and "6,000 calls a minute" in shown

"""Seeded bad luck: how much, of which kinds, and the same again with the same seed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sample_data.netsuite.dice import Dice, spread
from sample_data.netsuite.pace import Pace
from sample_data.netsuite.problems import NetSuiteError

ROOT = "/services/rest/record/v1/journalEntry"
KINDS = ("429", "500", "reset", "slow", "lost", "truncated")


def outcome(stand_in: Any, text: str) -> str:
    """What became of one query."""
    try:
        return str(stand_in.query(text).status_code)
    except httpx.TransportError as problem:
        return type(problem).__name__


def run_of(stand_in: Any, seed: int) -> list[str]:
    """Thirty queries and what became of each."""
    stand_in.settings(fault_rate=0.5, fault_seed=seed, fault_kinds=KINDS, fault_slow_ms=1)
    return [outcome(stand_in, f"SELECT {n} AS x FROM dual") for n in range(30)]


def test_the_same_seed_meets_the_same_luck_and_another_another(shared: Any) -> None:
    first, again, other = run_of(shared, 1), run_of(shared, 1), run_of(shared, 2)
    assert first == again != other
    assert {"200", "429"} < set(first)
    struck = shared.sim("GET", "stats")["struck"]
    assert 5 <= sum(struck.values()) <= 25


def test_luck_does_not_depend_on_the_order_of_requests() -> None:
    forward, backward = Dice(), Dice()
    asked = [str(n).encode() for n in range(50)]
    there = {one: forward.throw(7, one) for one in asked}
    assert {one: backward.throw(7, one) for one in reversed(asked)} == there


def test_a_request_that_is_sent_again_throws_anew() -> None:
    dice = Dice()
    assert len({dice.throw(7, b"the same")[0] for _ in range(20)}) == 20


def test_the_share_that_is_struck_is_the_rate() -> None:
    dice = Dice()
    for n in range(4000):
        dice.kind_of(dice.throw(3, str(n).encode())[0], 0.2, ("429", "500", "reset", "slow"))
    assert 700 <= sum(dice.struck.values()) <= 900
    assert min(dice.struck.values()) > 150, "each kind falls about as often"


@pytest.mark.parametrize(
    ("kind", "served"), [("429", 0), ("500", 0), ("reset", 0), ("lost", 1), ("truncated", 1)]
)
def test_what_each_kind_does_to_a_posting(
    own: Any, journal_body: dict[str, Any], kind: str, served: int
) -> None:
    own.settings(fault_rate=1, fault_kinds=[kind])
    if kind.isdigit():
        assert own.request("POST", ROOT, journal_body).status_code == int(kind)
    else:
        with pytest.raises(httpx.TransportError):
            own.request("POST", ROOT, journal_body)
    assert len(own.sim("GET", "journals")) == served
    assert own.sim("GET", "stats")["struck"] == {kind: 1}


def test_a_token_may_be_struck_too(shared: Any) -> None:
    shared.settings(fault_rate=1, fault_kinds=["503"])
    reply = shared.http.post(f"{shared.url}/services/rest/auth/oauth2/v1/token", data={})
    assert reply.status_code == 503


def test_latencies_spread_around_their_mean() -> None:
    dice = Dice()
    drawn = [spread(100, 0.6, dice.throw(5, str(n).encode())[1]) for n in range(5000)]
    assert 90 <= sum(drawn) / len(drawn) <= 110
    assert max(drawn) > 250 > 40 > min(drawn)
    assert spread(100, 0, 0.3) == 100


def test_a_minute_takes_so_many_calls_and_no_more() -> None:
    now = [1000.0]
    pace = Pace(lambda: now[0])
    for _ in range(3):
        pace.enter(3)
    with pytest.raises(NetSuiteError) as caught:
        pace.enter(3)
    assert (caught.value.status, caught.value.code) == (429, "CONCURRENCY_LIMIT_EXCEEDED")
    now[0] += 60
    pace.enter(3)
    for _ in range(100):
        pace.enter(0)


def test_calls_per_minute_are_counted_by_the_account(shared: Any) -> None:
    shared.settings(calls_per_minute=2)
    assert [shared.query("SELECT 1 AS x FROM dual").status_code for _ in range(3)] == [200, 200, 429]

"""The engine against a second reading of the accounting rules, over random lives of contracts.

The reading (``reference/``) was written from the rules alone, in Fractions, and shares nothing with the engine. Each
feature has its own lives, then all come together. What is compared: schedule, adjustments, allocations, balances,
journals and what remains.
"""

import json
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from revrec.accounting.scenario import run_scenario
from revrec.accounting.scenario_form import ScenarioError

sys.path.insert(0, str(Path(__file__).parent))

from reference.compare import differences
from reference.lives import Features, Lives
from reference.money import CannotReplay
from reference.replay import replay

LATER = ("prospective", "cumulative_catch_up", "auto")
FEATURES = {
    "methods": Features(roundings=True, currencies=("USD", "JPY", "KWD")),
    "usage": Features(usage=True, voids=True, invoices=5, credits=1, absorb=True),
    "billing": Features(orders=2, invoices=4, voids=True, books=True),
    "absorption": Features(orders=3, lines=2, invoices=5, absorb=True, voids=True, books=True),
    "invoices": Features(orders=2, invoices=4, absorb=True, voids=True, source="invoices"),
    "orders_then_invoices": Features(
        orders=2, lines=1, invoices=3, absorb=True, source="orders_then_invoices"
    ),
    "prices": Features(relative=True, per=True),
    "modifications": Features(modifications=2, roundings=True, treatments=LATER, new_lines=0.3),
    "modifications_relative": Features(
        relative=True, modifications=2, treatments=LATER, new_lines=0.3, per=True
    ),
    "credits": Features(credits=2, modifications=2, treatments=LATER),
    "credits_relative": Features(relative=True, credits=2),
    "held": Features(relative=True, hold=True, modifications=1, treatments=LATER, new_lines=0.3),
    "cancels": Features(cancels=1, roundings=True),
    "price_changes": Features(price_changes=2, modifications=2, treatments=LATER, new_lines=0.3),
    "price_changes_relative": Features(
        relative=True, price_changes=2, modifications=2, treatments=LATER, new_lines=0.3
    ),
    "together": Features(
        orders=2,
        lines=2,
        absorb=True,
        voids=True,
        books=True,
        roundings=True,
        usage=True,
        modifications=2,
        treatments=LATER,
        new_lines=0.3,
        credits=1,
        price_changes=1,
    ),
    "together_relative": Features(
        relative=True,
        per=True,
        orders=2,
        lines=2,
        absorb=True,
        voids=True,
        books=True,
        usage=True,
        modifications=2,
        treatments=LATER,
        new_lines=0.3,
        price_changes=1,
    ),
}


def outcome(run: Any, scenario: dict[str, Any]) -> dict[str, Any] | None:
    """The answer; None where a rule forbids the scenario."""
    try:
        return dict(run(scenario))
    except (ScenarioError, CannotReplay):
        return None


def agree(scenario: dict[str, Any]) -> None:
    engine, reading = outcome(run_scenario, scenario), outcome(replay, scenario)
    assert (engine is None) == (reading is None), json.dumps(scenario)
    if engine is not None and reading is not None:
        found = differences(engine, reading)
        assert not found, "\n".join([*found[:20], json.dumps(scenario)])


def lives(features: Features) -> st.SearchStrategy[dict[str, Any]]:
    return st.integers(0, 2**32).map(lambda seed: Lives(Random(seed), features).scenario())


def hold(feature: str, examples: int) -> None:
    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(lives(FEATURES[feature]))
    def check(scenario: dict[str, Any]) -> None:
        agree(scenario)

    check()


@pytest.mark.parametrize("feature", FEATURES)
def test_the_engine_reads_the_rules_as_we_do(feature: str) -> None:
    hold(feature, 8)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("feature", FEATURES)
def test_the_engine_reads_the_rules_as_we_do_over_many_lives(feature: str) -> None:
    hold(feature, 300)


GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*.json"))


@pytest.mark.parametrize("path", GOLDEN, ids=[path.stem for path in GOLDEN])
def test_golden_scenarios_too(path: Path) -> None:
    case = json.loads(path.read_text())
    if "error" in case["expected"] or "base_currency" in case["scenario"]:
        pytest.skip("an error of form, or currencies, which this reading does not cover")
    types = [event["type"] for event in case["scenario"]["events"]]
    if "cancel" in types and "credit_memo" in types:
        pytest.skip("credits after a cancel: test_against_reference.py reads them")
    agree(case["scenario"])

"""The published cases, each close by itself: the same as all closes of a case in one pass."""

import json
from pathlib import Path

from revrec.accounting import stretch
from revrec.accounting.scenario import run_scenario

CASES = Path(__file__).parents[1] / "golden"


def test_every_published_case_comes_to_the_same_one_by_one(monkeypatch):
    """Several states of knowledge, waits, voids and customers: what the cases of the calculator have."""
    cases = [json.loads(path.read_text()) for path in sorted(CASES.glob("*.json"))]
    scenarios = [case["scenario"] for case in cases if "error" not in case["expected"]]
    together = [run_scenario(scenario) for scenario in scenarios]
    monkeypatch.setattr(stretch, "FEW", 10**9)
    assert len(scenarios) > 150
    assert together == [run_scenario(scenario) for scenario in scenarios]

"""Golden scenarios, damaged and bent at random: answered in figures that hold together, or refused in words."""

import copy
import datetime as dt
import json
import random
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from revrec.accounting.scenario import run_scenario
from revrec.accounting.scenario_form import POLICIES, ScenarioError

SCENARIOS = [
    json.loads(path.read_text())["scenario"] for path in sorted(Path(__file__).parent.glob("*.json"))
]
JUNK = (None, True, 0, -1, 1.5, "", "0", "-5", "1e3", "abc", "2025-02-30", "2025-01-15", "999999999999.99", [], {},
        [1], {"a": 1}, "SO-1", "I1", "1", "residual", "units", "custom", "KWD", "JPY", "void")  # fmt: skip
Path_ = tuple[str | int, ...]


def places(value: Any, path: Path_ = ()) -> list[Path_]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(one for key, part in inner for one in places(part, (*path, key)))]


def at(value: Any, path: Path_) -> Any:
    for key in path:
        value = value[key]
    return value


def damaged(choose: random.Random) -> Any:
    """A scenario with keys dropped, values replaced by others that are none of theirs, and parts repeated."""
    scenario = copy.deepcopy(choose.choice(SCENARIOS))
    for _ in range(choose.randint(1, 3)):
        found = [path for path in places(scenario) if path]
        if not found:
            break
        path = choose.choice(found)
        parent, key = at(scenario, path[:-1]), path[-1]
        what = choose.random()
        if what < 0.25:
            del parent[key]
        elif what < 0.85:
            parent[key] = copy.deepcopy(choose.choice(JUNK))
        elif isinstance(parent, list):
            parent.append(copy.deepcopy(parent[key]))
    return scenario


def bent(choose: random.Random) -> Any:
    """A scenario with other dates, amounts, policies, days of recording, and its events in another order."""
    scenario = copy.deepcopy(choose.choice(SCENARIOS))
    for path in places(scenario):
        key, parent = (path[-1], at(scenario, path[:-1])) if path else ("", None)
        if key in ("date", "start", "end", "recorded") and choose.random() < 0.2:
            day = dt.date.fromisoformat(parent[key]) + dt.timedelta(days=choose.randint(-100, 100))
            parent[key] = day.isoformat()
        elif key in ("amount", "fee") and choose.random() < 0.15 and not parent[key].startswith("-"):
            parent[key] = str(choose.randint(0, 2000))
        elif key == "method" and choose.random() < 0.2:
            parent[key] = choose.choice(POLICIES["method"])
    key = choose.choice(list(POLICIES))
    scenario.setdefault("policy", {})[key] = choose.choice(POLICIES[key])
    for event in scenario["events"]:
        if choose.random() < 0.1:
            recorded = dt.date.fromisoformat(event["date"]) + dt.timedelta(days=choose.randint(0, 120))
            event["recorded"] = recorded.isoformat()
    choose.shuffle(scenario["events"])
    return scenario


@settings(deadline=None, max_examples=80)
@given(st.randoms(use_true_random=False))
def test_a_damaged_scenario_is_refused_in_words_if_it_is_refused(choose: random.Random) -> None:
    try:
        answer = run_scenario(damaged(choose))
    except ScenarioError as error:
        assert "obligation" not in error.message.lower()
        assert error.message
    else:
        json.dumps(answer)


@settings(deadline=None, max_examples=60)
@given(st.randoms(use_true_random=False))
def test_the_figures_of_a_bent_scenario_hold_together(choose: random.Random) -> None:
    try:
        answer = run_scenario(bent(choose))
    except ScenarioError:
        return
    earned: dict[str, Decimal] = defaultdict(Decimal)
    for row in answer["schedule"]:
        earned[row["period"]] += Decimal(row["amount"])
    for journal in answer["journals"]:
        assert sum(Decimal(line["debit"]) - Decimal(line["credit"]) for line in journal["lines"]) == 0
    total = Decimal(0)
    for period in sorted({row["period"] for row in answer["balances"]}):
        found = [row for row in answer["balances"] if row["period"] == period]
        rows = [{k: Decimal(v) for k, v in row.items() if k in MONEY} for row in found]
        total += earned[period]
        assert sum(row["recognised"] for row in rows) == total
        for named, row in zip(found, rows, strict=True):
            net = row["contract_liability"] - row["contract_asset"] - row["unbilled_receivable"]
            assert net == row["billed"] - row["recognised"]
            asset = row["contract_asset"] + row["unbilled_receivable"]
            if named["contract"] == "unassigned":  # more was credited than billed: owed by nobody's contract
                assert asset == 0
            else:
                assert min(row["contract_liability"], asset) == 0


MONEY = ("billed", "recognised", "contract_liability", "contract_asset", "unbilled_receivable")

"""Every life that the golden files tell comes out of the books, closed period by period from the database, as it does
of the calculator."""

import json
from pathlib import Path

import pytest

from revrec.accounting.currencies import decimals_of
from revrec.accounting.money import parse_scaled
from revrec.accounting.scenario import run_scenario
from revrec.store.engine import Store

from .played import expressible, play

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = {
    path.stem: case
    for path in sorted(GOLDEN.glob("*.json"))
    if "error" not in (case := json.loads(path.read_text()))["expected"] and not expressible(case["scenario"])
}
SHORT_SUITE_EVERY = 3
"""Every so many lives are in the short suite; the long one has all."""


def scheduled(life):
    """(order, line, period) -> revenue, adjustment and cause, as the calculator answers."""
    decimals = decimals_of(life.get("currency", "USD"))
    return {
        (row["order"], row["line"], row["period"]): (
            parse_scaled(row["amount"], decimals),
            parse_scaled(row["adjustment"], decimals),
            row["cause"] or "",
        )
        for row in run_scenario(life)["schedule"]
        if any(int(row[name].replace(".", "")) for name in ("amount", "adjustment"))
    }


@pytest.mark.parametrize(
    "name",
    [
        name if at % SHORT_SUITE_EVERY == 0 else pytest.param(name, marks=pytest.mark.slow)
        for at, name in enumerate(CASES)
    ],
)
def test_a_life_is_booked_as_it_is_calculated(name, sqlite_url):
    life = CASES[name]["scenario"]
    expected = scheduled(life)
    store = Store(sqlite_url)
    try:
        played = play(store, life, max(period for _, _, period in expected))
        assert played.booked() == expected
    finally:
        store.close()

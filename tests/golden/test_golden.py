"""Every file beside this one, through every face: a scenario, what its source says comes out, how exact that is."""

import json
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent
CASES = sorted(FOLDER.glob("*.json"))


def by_line(rows: list[dict[str, Any]], field: str, key: Any = lambda row: row["period"]) -> dict[str, Any]:
    found: dict[str, Any] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        found[f"{row['order']}/{row['line']}"][key(row)] += Decimal(row[field])
    return found


def compare(expected: dict[str, str], got: Any, tolerance: Decimal, what: str) -> None:
    for key, amount in expected.items():
        assert abs(Decimal(amount) - Decimal(got[key])) <= tolerance, (
            f"{what} {key}: {got[key]}, not {amount}"
        )


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_golden(face: Callable[[Any], dict[str, Any] | str], path: Path) -> None:
    case = json.loads(path.read_text())
    expected, tolerance = case["expected"], Decimal(case.get("tolerance", "0"))
    assert case["source"]
    answer = face(case["scenario"])
    if "error" in expected:
        assert isinstance(answer, str), "It was not refused."
        assert expected["error"] in answer
        return
    assert not isinstance(answer, str), answer
    for field, column in (("schedule", "amount"), ("adjustment", "adjustment"), ("base", "base_amount")):
        for line, periods in expected.get(field, {}).items():
            compare(periods, by_line(answer["schedule"], column)[line], tolerance, f"{field} {line}")
    for line, years in expected.get("year", {}).items():
        compare(
            years, by_line(answer["schedule"], "amount", lambda r: r["period"][:4])[line], tolerance, line
        )
    for line, amount in expected.get("total", {}).items():
        total = sum(by_line(answer["schedule"], "amount")[line].values())
        assert total == Decimal(amount), f"total {line}: {total}, not {amount}"
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in answer["schedule"]:
        totals[row["period"]] += Decimal(row["amount"])
    compare(expected.get("period_total", {}), totals, tolerance, "period")
    allocations = {f"{row['order']}/{row['line']}": row for row in answer["allocations"]}
    for field in ("allocated", "ssp"):
        for line, amount in expected.get(field, {}).items():
            compare({field: amount}, allocations[line], tolerance, line)
    for period, fields in expected.get("balances", {}).items():
        rows = [row for row in answer["balances"] if row["period"] == period]
        sums = {name: sum(Decimal(row[name]) for row in rows) for name in fields}
        compare(fields, sums, tolerance, f"balances {period}")
    remaining: dict[str, Decimal] = defaultdict(Decimal)
    for row in answer["remaining"]:
        remaining[row["period"]] += Decimal(row["amount"])
    compare(expected.get("remaining", {}), remaining, tolerance, "remaining")
    for period, lines in expected.get("journals", {}).items():
        drafted = {
            (r["role"], r["debit"], r["credit"])
            for j in answer["journals"]
            if j["period"] == period
            for r in j["lines"]
        }
        assert drafted == {tuple(line) for line in lines}

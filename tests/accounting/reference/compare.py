"""The engine's answer beside this reading's, as differences a person can read."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

BALANCES = ("billed", "recognised", "contract_liability", "contract_asset", "unbilled_receivable")


def _table(rows: list[dict[str, Any]], keys: tuple[str, ...], fields: tuple[str, ...]) -> dict[Any, Any]:
    """Rows by their keys; a row of zeros is no row."""
    found = {}
    for row in rows:
        values = tuple(Decimal(str(row.get(field) or "0")) for field in fields)
        if any(values):
            found[tuple(str(row[key]) for key in keys)] = values
    return found


def _differ(what: str, ours: dict[Any, Any], theirs: dict[Any, Any]) -> list[str]:
    return [
        f"{what} {' '.join(key)}: engine {_shown(ours.get(key))}, reading {_shown(theirs.get(key))}"
        for key in sorted({*ours, *theirs})
        if ours.get(key) != theirs.get(key)
    ]


def _shown(values: tuple[Decimal, ...] | None) -> str:
    return "nothing" if values is None else " / ".join(map(str, values))


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Where the engine's answer (``ours``) and the reading's (``theirs``) differ; empty: nowhere."""
    found: list[str] = []
    if any(
        row["contract"] is None for row in theirs["balances"]
    ):  # how an asset over several contracts splits is open
        ours, theirs = _one_asset(ours), _one_asset(theirs)
    line = ("order", "line", "period")
    base = tuple(f for f in ("base_amount",) if any(f in row for row in theirs["schedule"]))
    for name, keys, fields in (
        ("schedule", line, ("amount", "adjustment", *base)),
        ("allocations", ("order", "line"), ("stated", "allocated")),
        ("remaining", line, ("amount",)),
        ("balances", ("period", "customer", "contract"), BALANCES),
    ):
        found += _differ(name, _table(ours[name], keys, fields), _table(theirs[name], keys, fields))
    found += _differ("journal", _journals(ours), _journals(theirs))
    causes = {tuple(str(row[k]) for k in line): row["cause"] for row in ours["schedule"] if row["cause"]}
    for row in theirs["schedule"]:
        cause = causes.get(tuple(str(row[k]) for k in line))
        if cause is not None and "causes" in row and cause not in row["causes"]:
            found.append(
                f"cause {row['period']} {row['line']}: engine {cause}, reading {sorted(row['causes'])}"
            )
    return found


def _one_asset(answer: dict[str, Any]) -> dict[str, Any]:
    balances = []
    for row in answer["balances"]:
        both = Decimal(row["contract_asset"]) + Decimal(row["unbilled_receivable"])
        balances.append({**row, "contract_asset": str(both), "unbilled_receivable": "0"})
    journals = [
        {
            **j,
            "lines": [
                {**line, "role": line["role"].replace("unbilled_receivable", "contract_asset")}
                for line in j["lines"]
            ],
        }
        for j in answer["journals"]
    ]
    return {**answer, "balances": balances, "journals": journals}


def _journals(answer: dict[str, Any]) -> dict[Any, Any]:
    found: dict[Any, Decimal] = defaultdict(Decimal)
    for journal in answer["journals"]:
        for line in journal["lines"]:
            found[journal["period"], line["role"]] += Decimal(line["debit"]) - Decimal(line["credit"])
    return {key: (amount,) for key, amount in found.items() if amount}

"""Scenarios of half a year that bill, credit and void, and what is read from their answers."""

from typing import Any

from revrec.accounting.scenario import run_scenario

LINE: dict[str, Any] = {
    "line": "1", "product": "P", "amount": "600.00", "start": "2025-01-01", "end": "2025-06-30",
}  # fmt: skip
EVEN = {"allocation": "stated_price", "method": "even"}
MONTHS = [f"2025-{month:02d}" for month in range(1, 7)]
Answer = dict[str, list[dict[str, Any]]]
FULL = ["100.00"] * 6


def order(name: str = "SO-1", date: str = "2025-01-01", **keys: Any) -> dict[str, Any]:
    return {"type": "order", "date": date, "order": name, "customer": "Acme", "lines": [LINE], **keys}


def bill(number: str, date: str, *lines: dict[str, Any], **keys: Any) -> dict[str, Any]:
    named = [{"line": str(n), **line} for n, line in enumerate(lines)]
    return {"type": "invoice", "date": date, "number": number, "customer": "Acme", "lines": named, **keys}


def credit(number: str, date: str, *lines: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {**bill(number, date, *lines, **keys), "type": "credit_memo"}


def void(number: str, date: str) -> dict[str, Any]:
    return {"type": "void", "date": date, "number": number}


def replay(*events: dict[str, Any], through: str = "2025-06", top: Any = None, **policy: str) -> Answer:
    return run_scenario(
        {"policy": {**EVEN, **policy}, "events": list(events), "through": through, **(top or {})}
    )


def earned(answer: Answer, order: str = "SO-1", line: str = "1") -> list[str]:
    """Revenue of the months from January to June."""
    found = {r["period"]: r["amount"] for r in answer["schedule"] if (r["order"], r["line"]) == (order, line)}
    return [found.get(month, "0.00") for month in MONTHS]


def billed(answer: Answer, period: str = "2025-06") -> dict[str, str]:
    """What is billed by contract."""
    return {row["contract"]: row["billed"] for row in answer["balances"] if row["period"] == period}


def flags(answer: Answer) -> dict[tuple[str, str], list[str]]:
    return {(row["order"], row["line"]): row["flags"] for row in answer["allocations"]}

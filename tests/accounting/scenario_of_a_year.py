"""A scenario of one line over a year, its events, and what it earns by period."""

from typing import Any

from revrec.accounting.scenario import run_scenario

LINE: dict[str, Any] = {
    "line": "1", "product": "P", "amount": "1200.00", "start": "2025-01-01", "end": "2025-12-31",
}  # fmt: skip
EVEN = {"allocation": "stated_price", "method": "even"}
YEAR = [f"2025-{month:02d}" for month in range(1, 13)]
Answer = dict[str, list[dict[str, Any]]]


def order(name: str = "SO-1", date: str = "2025-01-01", **keys: Any) -> dict[str, Any]:
    return {"type": "order", "date": date, "order": name, "customer": "Acme", "lines": [LINE], **keys}


def on(date: str, kind: str, **keys: Any) -> dict[str, Any]:
    """An event of SO-1, unless it says otherwise."""
    return {"type": kind, "date": date, "order": "SO-1", **keys}


def change(date: str, *lines: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return on(date, "modification", lines=list(lines), **keys)


def replay(
    *events: dict[str, Any], products: Any = None, through: str | None = None, **policy: str
) -> Answer:
    top = {"products": products or {}, "through": through}
    return run_scenario({"policy": {**EVEN, **policy}, "events": list(events), **top})


def earned(answer: Answer, line: str = "1", order: str = "SO-1") -> dict[str, str]:
    """Revenue of a line by period."""
    return {r["period"]: r["amount"] for r in answer["schedule"] if (r["order"], r["line"]) == (order, line)}

"""An order and events after it that a scenario refuses."""

from typing import Any

import pytest

from revrec.accounting.scenario import run_scenario
from revrec.accounting.scenario_form import ScenarioError

LINE: dict[str, Any] = {
    "line": "1",
    "product": "P",
    "amount": "1200.00",
    "start": "2025-01-01",
    "end": "2025-12-31",
}
ORDER: dict[str, Any] = {
    "type": "order",
    "date": "2025-01-01",
    "order": "SO-1",
    "customer": "Acme",
    "lines": [LINE],
}


def after(*events: Any, **top: Any) -> dict[str, Any]:
    """An order, then these events of March."""
    return {
        "events": [
            ORDER,
            *({"date": "2025-03-01", **event} if "type" in event else event for event in events),
        ],
        **top,
    }


def of(**line: Any) -> dict[str, Any]:
    return {**ORDER, "lines": [{**LINE, **line}]}


def bill(number: Any = "I1", amount: Any = "10.00", **keys: Any) -> dict[str, Any]:
    line = {"line": "1", "amount": amount}
    return {"type": "invoice", "number": number, "customer": "Acme", "lines": [line], **keys}


def credit(number: str = "C1", **keys: Any) -> dict[str, Any]:
    return {**bill(number), "type": "credit_memo", **keys}


def change(order: Any = "SO-1", treatment: Any = None, **line: Any) -> dict[str, Any]:
    return {"type": "modification", "order": order, "treatment": treatment, "lines": [{"line": "1", **line}]}


def delivery(line: str = "1", **keys: Any) -> dict[str, Any]:
    return {"type": "delivery", "order": "SO-1", "line": line, **keys}


def refusal(data: Any) -> str:
    with pytest.raises(ScenarioError) as refused:
        run_scenario(data)
    return str(refused.value)

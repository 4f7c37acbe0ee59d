"""A scenario of one plan of three months, and rows of its answer."""

from collections.abc import Mapping
from typing import Any

from revrec.accounting.scenario import run_scenario

PLAN = {"line": "1", "product": "PLAN", "amount": "300.00", "start": "2025-01-01", "end": "2025-03-31"}
EVEN = {"allocation": "stated_price", "method": "even"}
Answer = dict[str, list[dict[str, Any]]]


def order(
    name: str = "SO-1", date: str = "2025-01-01", customer: str = "Acme", **keys: Any
) -> dict[str, Any]:
    return {"type": "order", "date": date, "order": name, "customer": customer, "lines": [PLAN], **keys}


def invoice(number: str, date: str, amount: str, customer: str = "Acme", **keys: Any) -> dict[str, Any]:
    lines = [{"line": "1", "amount": amount}]
    return {"type": "invoice", "date": date, "number": number, "customer": customer, "lines": lines, **keys}


def replay(*events: dict[str, Any], policy: Mapping[str, str] = EVEN, **top: Any) -> Answer:
    return run_scenario({"policy": policy, "events": list(events), **top})


def balance(
    period: str, billed: str, recognised: str, liability: str, asset: str = "0.00", **keys: Any
) -> Any:
    return {
        "period": period, "customer": "Acme", "contract": "SO-1", "billed": billed, "recognised": recognised,
        "contract_liability": liability, "contract_asset": asset, "unbilled_receivable": "0.00", **keys,
    }  # fmt: skip


def journal(period: str, *lines: tuple[str, str, str]) -> dict[str, Any]:
    return {"period": period, "lines": [{"role": role, "debit": dr, "credit": cr} for role, dr, cr in lines]}


def rows(answer: Answer, name: str, *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(row[key] for key in keys) for row in answer[name]]

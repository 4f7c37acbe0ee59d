"""Deals to begin with in the calculator, of the kinds that the golden cases hold: as the form, or as a scenario."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """A deal. `form`: fields of the simple form; else `scenario` is it whole."""

    name: str
    title: str
    form: dict[str, str] = field(default_factory=dict)
    scenario: dict[str, Any] = field(default_factory=dict)


def _form(*lines: tuple[str, str, str, str, str, str, str], **order: str) -> dict[str, str]:
    """Lines of product, amount, ssp, per, method, start, end."""
    told = {"currency": "USD", "date": "2026-01-01", "lines": str(len(lines)), **order}
    for at, line in enumerate(lines):
        for name, value in zip(
            ("product", "amount", "ssp", "ssp_per", "method", "start", "end"), line, strict=True
        ):
            told[f"line-{at}-{name}"] = value
    return told


def _order(*lines: dict[str, Any], day: str = "2026-01-01") -> dict[str, Any]:
    return {"type": "order", "date": day, "order": "SO-1", "customer": "Customer", "lines": list(lines)}


def _invoice(amount: str, day: str = "2026-01-01") -> dict[str, Any]:
    return {
        "type": "invoice",
        "date": day,
        "number": "INV-1",
        "customer": "Customer",
        "order": "SO-1",
        "lines": [{"line": "1", "for_line": "1", "amount": amount}],
    }


_YEAR = {"line": "1", "product": "PLAN", "amount": "1200.00", "start": "2026-01-01", "end": "2026-12-31"}

EXAMPLES = (
    Example(
        "subscription",
        "A year's subscription, billed at once",
        form=_form(("PLAN", "1200.00", "100.00", "month", "daily", "2026-01-01", "2026-12-31")),
    ),
    Example(
        "bundle",
        "Licence, support and set-up: one price, shared by selling prices",
        form=_form(
            ("LICENCE", "8000.00", "10000.00", "each", "point_in_time", "2026-01-15", "2026-01-15"),
            ("SUPPORT", "2400.00", "2400.00", "each", "even", "2026-01-15", "2027-01-14"),
            ("SET-UP", "1600.00", "3600.00", "each", "daily", "2026-01-15", "2026-03-31"),
            date="2026-01-15",
        ),
    ),
    Example(
        "arrears",
        "A device for nothing with a plan billed monthly: a contract asset",
        form=_form(
            ("DEVICE", "0.00", "480.00", "each", "point_in_time", "2026-01-01", "2026-01-01"),
            ("PLAN", "960.00", "40.00", "month", "even", "2026-01-01", "2027-12-31"),
            billing="monthly",
        ),
    ),
    Example(
        "more-seats",
        "More seats in July: a modification, from then on",
        scenario={
            "policy": {"method": "even"},
            "events": [
                _order(_YEAR),
                _invoice("1200.00"),
                {
                    "type": "modification",
                    "date": "2026-07-01",
                    "order": "SO-1",
                    "treatment": "prospective",
                    "lines": [{"line": "1", "amount": "1500.00"}],
                },
            ],
        },
    ),
    Example(
        "catch-up",
        "Progress by percentage, the price raised on the way: a cumulative catch-up",
        scenario={
            "policy": {"allocation": "stated_price"},
            "events": [
                _order(
                    {"line": "1", "product": "BUILD", "amount": "1000000.00", "method": "percent_complete"}
                ),
                {"type": "delivery", "date": "2026-06-30", "order": "SO-1", "line": "1", "percent": "60"},
                {
                    "type": "modification",
                    "date": "2026-07-01",
                    "order": "SO-1",
                    "treatment": "auto",
                    "lines": [{"line": "1", "amount": "1200000.00"}],
                },
                {"type": "delivery", "date": "2026-07-01", "order": "SO-1", "line": "1", "percent": "51.2"},
            ],
        },
    ),
    Example(
        "credit",
        "A credit memo that comes late",
        scenario={
            "policy": {"method": "even"},
            "events": [
                _order(_YEAR),
                _invoice("1200.00"),
                {
                    "type": "credit_memo",
                    "date": "2026-08-10",
                    "recorded": "2026-09-02",
                    "number": "CM-1",
                    "customer": "Customer",
                    "order": "SO-1",
                    "treatment": "prospective",
                    "lines": [{"line": "1", "for_line": "1", "amount": "60.00"}],
                },
            ],
        },
    ),
    Example(
        "cancelled",
        "Cancelled in June, with a fee",
        scenario={
            "policy": {"method": "daily"},
            "events": [
                _order(_YEAR),
                _invoice("1200.00"),
                {
                    "type": "cancel",
                    "date": "2026-06-10",
                    "order": "SO-1",
                    "end": "2026-06-30",
                    "fee": "50.00",
                },
            ],
        },
    ),
)
BY_NAME = {one.name: one for one in EXAMPLES}

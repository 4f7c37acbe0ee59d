"""What a job's result says, as the tables of its page: minor units made into text, codes into words."""

import re
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from api.views.amounts import AmountWriter, amount_writer

_WAITS = {
    "held": "Held, neither earned nor billed",
    "unassigned": "Billed by no contract",
    "pending": "In Pending Data",
}
"""What waits after a close, by its kind."""
_MANY = re.compile(r"(\w{3,})s\b")


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table: a heading, currencies across, names down; `cells` are decimal texts."""

    title: str
    columns: list[str]
    rows: list[tuple[str, list[str]]]


@dataclass(slots=True)
class Told:
    """A result for people: single figures, tables, and lists of sentences."""

    figures: list[tuple[str, int]] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    reconciliation: dict[str, Any] | None = None

    @property
    def headline(self) -> str:
        """The figures that are not zero, in a few words."""
        told = [f"{number:,} {_of(number, name)}" for name, number in self.figures if number]
        return ", ".join(told) or ("nothing new" if self.figures else "")

    @property
    def anything(self) -> bool:
        return bool(self.figures or self.grids or self.sentences or self.reconciliation)


def told_of(session: Session, kind: str, result: dict[str, Any] | None) -> Told:
    """The parts of a result that its kind has; what a kind does not know is left to the JSON below the page."""
    return told_by(amount_writer(session), kind, result)


def told_by(write: AmountWriter, kind: str, result: dict[str, Any] | None) -> Told:
    """`told_of` for several results, with the amounts' writer at hand."""
    told = Told()
    if not result:
        return told
    match kind:
        case "invoices" | "load":
            _invoices(told, result, write)
        case "orders":
            _orders(told, result)
        case "close":
            _close(told, result, write)
        case "check_file":
            _check_file(told, result)
        case "post":
            told.figures = [
                (f"journals {state}", count) for state, count in result.get("journals", {}).items()
            ]
    return told


def _invoices(told: Told, result: dict[str, Any], write: AmountWriter) -> None:
    pulled = result.get("pulled") or {}
    names = {
        "new": "documents new",
        "changed": "changed",
        "same": "as before",
        "gone": "gone",
        "lines": "lines read",
    }
    told.figures = [(words, int(pulled[name])) for name, words in names.items() if name in pulled]
    told.reconciliation = result.get("reconciliation")
    outcome = result.get("outcome") or {}
    counts, amounts = outcome.get("counts", {}), outcome.get("amounts", {})
    currencies = sorted({code for values in amounts.values() for code in values})
    rows = []
    for state in ("loaded", "pending", "excluded", "held"):
        values = amounts.get(state, {})
        numbers = [str(counts.get(f"documents_{state}", 0)), str(counts.get(f"lines_{state}", 0))]
        rows.append((state, numbers + [write.text(values.get(code, 0), code) for code in currencies]))
    if outcome:
        told.grids.append(Grid("Where everything stands", ["documents", "lines", *currencies], rows))
    for left in result.get("left_pending") or []:
        where = f"now {left['crm_customer']}" if left.get("crm_customer") else left.get("state", "")
        told.sentences.append(
            f"Left Pending Data: {left['customer']}, {left['documents']} documents, {where} ({left['reason']})."
        )


def _of(number: int, name: str) -> str:
    """`documents new` of one: `document new`."""
    return _MANY.sub(r"\1", name, count=1) if number == 1 else name


def _check_file(told: Told, result: dict[str, Any]) -> None:
    verdict = str(result.get("verdict", ""))
    told.figures = [(f"rows of {tab}", int(rows)) for tab, rows in result.get("tab_rows", {}).items()]
    wrong = "faults" if verdict == "unreadable" else "places edited"
    told.figures.append((wrong, int(result.get("problem_count", 0))))
    told.sentences = [f"The file is {verdict}."]


def _orders(told: Told, result: dict[str, Any]) -> None:
    orders = result.get("orders") or {}
    told.figures = [("customers", int(result.get("customers", 0)))]
    told.figures += [(f"orders {name}", int(count)) for name, count in orders.items()]
    told.figures += [("versions", int(result.get("versions", 0))), ("held", int(result.get("held", 0)))]
    told.sentences = [f"Held: {reason}" for reason in result.get("held_reasons") or []]


def _many(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def _close(told: Told, result: dict[str, Any], write: AmountWriter) -> None:
    told.figures = [("obligations moved", int(result.get("obligations", 0)))]
    balances = result.get("balances") or {}
    currencies = sorted({*balances, *(result.get("revenue") or {})})
    parts = (
        ("Revenue", result.get("revenue") or {}),
        ("of that adjustment", result.get("adjustment") or {}),
        ("Contract liability", {code: one["contract_liability"] for code, one in balances.items()}),
        ("Contract asset", {code: one["contract_asset"] for code, one in balances.items()}),
    )
    rows = [(name, [write.text(values.get(code, 0), code) for code in currencies]) for name, values in parts]
    told.grids.append(Grid("The period", currencies, rows))
    for one in result.get("adjustments") or []:
        amount = write.text(one["amount"], one["currency"])
        told.sentences.append(
            f"Adjustment of earlier periods, because of {one['cause'].replace('_', ' ')}: {amount} "
            f"{one['currency']} over {_many(one['obligations'], 'obligation')}."
        )
    for one in result.get("waiting") or []:
        amount = write.text(one["amount"], one["currency"])
        told.sentences.append(
            f"{_WAITS.get(one['kind'], one['kind'].capitalize())}, {one['reason'].replace('_', ' ')}: "
            f"{_many(one['count'], 'item')}, {amount} {one['currency']}."
        )

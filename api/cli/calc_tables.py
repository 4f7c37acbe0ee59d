"""A scenario's answer as tables for people: amounts to the right, negatives in parentheses, the currency named."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from api.cli.output import print_table
from api.views.amount_text import amount_text

Rows = Sequence[Mapping[str, Any]]
WIDEST = 8
"""Lines side by side in one grid; more are printed below one another."""
BALANCES = (
    ("billed", "billed"),
    ("recognised", "recognised"),
    ("contract_liability", "contract liability"),
    ("contract_asset", "contract asset"),
    ("unbilled_receivable", "unbilled receivable"),
)


def print_answer(answer: Mapping[str, Rows], scenario: Mapping[str, Any]) -> None:
    """Allocation, schedule, what remains, balances, journals, and what is held."""
    currency = str(scenario.get("currency", "USD"))
    base = str(scenario.get("base_currency", currency))
    _title("Allocation", currency)
    _allocation(answer["allocations"])
    _title("Schedule", currency)
    _grid(answer["schedule"], "amount", total=True)
    _adjustments(answer["schedule"], currency)
    if base != currency:
        _title("Schedule", base)
        _grid(answer["schedule"], "base_amount", total=True)
    _title("Remaining", currency)
    _grid(answer["remaining"], "amount", total=False)
    _title("Balances at the end of each period", currency)
    _balances(answer["balances"], "")
    if base != currency:
        _title("Balances at the end of each period", base)
        _balances(answer["balances"], "base_")
    _title("Journals", base)
    _journals(answer["journals"])
    if answer["held"]:
        _title("Held", currency)
        rows = [[_line(row), row["reason"].replace("_", " "), shown(row["amount"])] for row in answer["held"]]
        print_table(["line", "reason", "amount>"], rows)


def shown(amount: str | None) -> str:
    """`-1234.5` is `(1,234.50)`; the decimals stay as they are."""
    if amount is None:
        return ""
    return amount_text(amount)


def _title(words: str, currency: str) -> None:
    print(f"{words}, {currency}")


def _line(row: Mapping[str, Any]) -> str:
    return f"{row['order']}/{row['line']}"


def _allocation(rows: Rows) -> None:
    columns = ("ssp", "stated", "inception", "allocated")
    body = [
        [
            _line(row),
            row["product"] or "",
            *(shown(row[name]) for name in columns),
            ", ".join(flag.replace("_", " ") for flag in row["flags"]),
        ]
        for row in rows
    ]
    totals = [shown(str(sum((Decimal(row[name]) for row in rows), Decimal(0)))) for name in columns[1:]]
    if rows:
        body.append(["total", "", "", *totals, ""])
    print_table(["line", "product", *(f"{name}>" for name in columns), "flags"], body)


def _grid(rows: Rows, field: str, total: bool) -> None:
    """Periods down, lines across, with totals; of what remains each period is a state, so columns are not added."""
    if not rows:
        print("  none\n")
        return
    lines = list(dict.fromkeys(_line(row) for row in sorted(rows, key=lambda row: str(row["order"]))))
    periods = sorted({row["period"] for row in rows})
    cells: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        key = row["period"], _line(row)
        cells[key] = cells.get(key, Decimal(0)) + Decimal(row[field])
    for at in range(0, len(lines), WIDEST):
        part, last = lines[at : at + WIDEST], at + WIDEST >= len(lines)
        body = [
            [period, *(_cell(cells.get((period, line))) for line in part)]
            + ([_sum(cells.get((period, line)) for line in lines)] if last else [])
            for period in periods
        ]
        if total:
            foot = ["total", *(_sum(cells.get((period, line)) for period in periods) for line in part)]
            body.append(foot + ([_sum(cells.values())] if last else []))
        print_table(["period", *(f"{line}>" for line in part), *(["total>"] if last else [])], body)


def _cell(amount: Decimal | None) -> str:
    return "" if amount is None else shown(str(amount))


def _sum(amounts: Iterable[Decimal | None]) -> str:
    return shown(str(sum((amount for amount in amounts if amount is not None), Decimal(0))))


def _adjustments(schedule: Rows, currency: str) -> None:
    adjusted = [row for row in schedule if row["cause"] is not None]
    if adjusted:
        _title("Of which belongs to closed periods", currency)
        body = [[row["period"], _line(row), shown(row["adjustment"]), row["cause"]] for row in adjusted]
        print_table(["period", "line", "adjustment>", "cause"], body)


def _balances(rows: Rows, prefix: str) -> None:
    fields = [(f"{prefix}{name}", words) for name, words in BALANCES]
    if prefix:
        fields.append(("base_fx", "fx"))
    body = [
        [row["period"], row["customer"], row["contract"] or "", *(shown(row[name]) for name, _ in fields)]
        for row in rows
    ]
    print_table(["period", "customer", "contract", *(f"{words}>" for _, words in fields)], body)


def _journals(journals: Rows) -> None:
    if not journals:
        print("  none\n")
        return
    body = []
    for journal in journals:
        for number, line in enumerate(journal["lines"]):
            sides = [shown(line[side]) if Decimal(line[side]) else "" for side in ("debit", "credit")]
            body.append([journal["period"] if not number else "", line["role"].replace("_", " "), *sides])
    print_table(["period", "role", "debit>", "credit>"], body)

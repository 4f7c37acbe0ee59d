"""What a scenario comes to, as the tables and the chart of the calculator's page. Amounts are decimal text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from api.web.chart import Bar

WIDTH, HEIGHT = 720, 200
LINES, PERIODS = 8, 120
"""How much of a schedule a page shows: lines side by side, and periods; the file has all."""
_SIDE, _TOP, _BOTTOM, _LABELS = 4, 10, 22, 16
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Plot:
    """A row of bars, one a period. `zero`: where they stand; those below it are negative."""

    title: str
    name: str
    bars: list[Bar]
    zero: float


@dataclass(frozen=True, slots=True)
class ScheduleTable:
    """Revenue by period and line, with each period's total; `left_out`: lines and periods that only the file has."""

    lines: list[str]
    periods: list[tuple[str, list[str], str]]
    totals: list[str]
    total: str
    left_out: int


@dataclass(frozen=True, slots=True)
class Result:
    """A scenario's answer for people."""

    currency: str
    base: str
    answer: Mapping[str, Rows]
    schedule: ScheduleTable
    balances: list[Mapping[str, Any]]
    balances_left_out: int
    plots: list[Plot]
    adjustments: Rows


def result_of(scenario: Any, answer: Mapping[str, Rows]) -> Result:
    currency = str(scenario.get("currency", "USD"))
    balances = list(answer["balances"])
    return Result(
        currency=currency,
        base=str(scenario.get("base_currency", currency)),
        answer=answer,
        schedule=_schedule(answer["schedule"]),
        balances=balances[:PERIODS],
        balances_left_out=max(0, len(balances) - PERIODS),
        plots=_plots(answer),
        adjustments=[one for one in answer["schedule"] if Decimal(one["adjustment"])][:50],
    )


def _schedule(rows: Rows) -> ScheduleTable:
    cells: dict[str, dict[str, Decimal]] = {}
    sums: dict[str, Decimal] = {}
    for row in rows:
        line, amount = f"{row['order']}/{row['line']}", Decimal(row["amount"])
        of = cells.setdefault(row["period"], {})
        of[line] = of.get(line, Decimal(0)) + amount
        sums[line] = sums.get(line, Decimal(0)) + amount
    lines, periods = list(sums)[:LINES], list(cells)[:PERIODS]
    return ScheduleTable(
        lines=lines,
        periods=[
            (one, [_text(cells[one].get(line)) for line in lines], _text(sum(cells[one].values())))
            for one in periods
        ],
        totals=[_text(sums[line]) for line in lines],
        total=_text(sum(sums.values())),
        left_out=max(0, len(sums) - LINES) + max(0, len(cells) - PERIODS),
    )


def _text(amount: Decimal | int | None) -> str:
    return "" if amount is None else f"{amount:f}"


def _plots(answer: Mapping[str, Rows]) -> list[Plot]:
    """Revenue of each period, and what is deferred at its end (less contract assets)."""
    revenue: dict[str, Decimal] = {}
    for row in answer["schedule"]:
        revenue[row["period"]] = revenue.get(row["period"], Decimal(0)) + Decimal(row["amount"])
    deferred: dict[str, Decimal] = {}
    for row in answer["balances"]:
        net = Decimal(row["contract_liability"]) - Decimal(row["contract_asset"])
        deferred[row["period"]] = deferred.get(row["period"], Decimal(0)) + net
    found = (("Revenue", "revenue", revenue), ("Deferred revenue less contract assets", "deferred", deferred))
    return [_plot(title, name, values) for title, name, values in found if any(values.values())]


def _plot(title: str, name: str, values: Mapping[str, Decimal]) -> Plot:
    shown = sorted(values.items())[:PERIODS]
    high = max([amount for _, amount in shown] + [Decimal(0)])
    low = min([amount for _, amount in shown] + [Decimal(0)])
    room = HEIGHT - _TOP - _BOTTOM
    scale = room / float(high - low) if high > low else 0.0
    zero = _TOP + float(high) * scale
    step = (WIDTH - 2 * _SIDE) / max(len(shown), 12)
    every = -(-len(shown) // _LABELS)
    bars = [
        Bar(
            round(_SIDE + at * step + step * 0.12, 1),
            round(zero - max(float(amount), 0.0) * scale, 1),
            round(step * 0.76, 1),
            round(abs(float(amount)) * scale, 1),
            period if at % every == 0 else "",
            f"{period}: {amount:,f}",
        )
        for at, (period, amount) in enumerate(shown)
    ]
    return Plot(title, name, bars, round(zero, 1))

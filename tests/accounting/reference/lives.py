"""Random lives of contracts as scenarios, feature by feature. Everything is drawn from one ``random.Random``."""

import datetime as dt
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Any

from .months import DAY, first_day, last_day, month_of

Json = dict[str, Any]
METHODS = (
    "point_in_time",
    "daily",
    "even",
    "prorate_ends",
    "prorate_ends_by_month",
    "half_month",
    "thirty_360",
    "units",
    "percent_complete",
    "milestone",
    "custom",
)
BEGIN = dt.date(2024, 1, 1)
CURRENCIES = {"USD": 2, "JPY": 0, "KWD": 3}


@dataclass(frozen=True)
class Features:
    """How often what happens; counts are upper bounds."""

    relative: bool = False
    per: bool = False  # SSPs by month and year
    roundings: bool = False
    orders: int = 1
    lines: int = 3
    invoices: int = 3
    absorb: bool = False  # some invoices name no order
    voids: bool = False
    modifications: int = 0
    treatments: tuple[str, ...] = ("prospective",)
    new_lines: float = 0
    credits: int = 0
    cancels: int = 0
    price_changes: int = 0
    usage: bool = False
    source: str = "orders"
    books: bool = False  # billing offsets, netting, several customers
    hold: bool = False  # contracts with a line without SSP wait
    currencies: tuple[str, ...] = ("USD",)


@dataclass
class Lives:
    """One scenario in the making."""

    r: Random
    f: Features
    decimals: int = 2
    orders: list[Json] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    numbers: int = 0

    def scenario(self) -> Json:
        currency = self.r.choice(self.f.currencies)
        self.decimals = CURRENCIES[currency]
        policy = {"allocation": "relative_ssp" if self.f.relative else "stated_price"}
        if self.f.source != "orders":
            policy["contract_source"] = self.f.source
        if self.f.hold:
            policy["missing_ssp"] = self.r.choice(["stated_price", "hold"])
        if self.f.roundings:
            policy["rounding"] = self.r.choice(["cumulative", "last_period"])
        if self.f.books:
            policy["billing_offset"] = self.r.choice(["deferred", "clearing"])
            policy["netting"] = self.r.choice(["contract", "customer"])
        for i in range(self.r.randint(1, self.f.orders)):
            self._order(f"SO-{i + 1}")
        for make, count in (
            (self._invoice, self.f.invoices),
            (self._modification, self.f.modifications),
            (self._credit, self.f.credits),
            (self._cancel, self.f.cancels),
            (self._price_change, self.f.price_changes),
        ):
            for _ in range(self.r.randint(0, count)):
                make()
        found: Json = {"currency": currency, "policy": policy, "events": self.events}
        if self.f.relative:
            found["products"] = {name: self._product() for name in "ABCDEF"}
        return found

    # -- what is drawn ------------------------------------------------------------------------------------------------

    def day(self, first: int = 0, last: int = 300) -> dt.date:
        """Often the first or last day of a month."""
        day = BEGIN + self.r.randint(first, last) * DAY
        kind = self.r.random()
        if kind < 0.3:
            return max(first_day(month_of(day)), BEGIN + first * DAY)
        return last_day(month_of(day)) if kind < 0.5 else day

    def amount(self, low: int = 1, high: int = 100000) -> str:
        minor = self.r.randint(low, high)
        if self.r.random() < 0.4:
            minor = max(minor // 100 * 100, low)
        whole, part = divmod(minor, 10**self.decimals)
        return f"{whole}.{part:0{self.decimals}d}" if self.decimals else str(whole)

    def late(self, event: Json) -> None:
        if self.r.random() < 0.15:
            event["recorded"] = str(dt.date.fromisoformat(event["date"]) + self.r.randint(0, 90) * DAY)
        self.events.append(event)

    def _product(self) -> Json:
        kind, found = self.r.random(), {}
        if kind < 0.2:
            return found
        if kind < 0.35:
            low = self.r.randint(1, 50000)
            found["ssp"] = {"low": f"{low / 100:.2f}", "high": f"{(low + self.r.randint(0, low)) / 100:.2f}"}
        else:
            found["ssp"] = self.amount(100, 50000)
        if self.f.per and self.r.random() < 0.3:
            found["ssp_per"] = self.r.choice(["month", "year"])
        return found

    def _line(self, name: str, begin: int = 0) -> Json:
        methods = (*METHODS, "as_invoiced") if self.f.usage else METHODS
        method = self.r.choice(methods)
        line: Json = {
            "line": name,
            "product": self.r.choice("ABCDEF" if self.f.relative else "PQ"),
            "amount": self.amount(100),
            "method": method,
        }
        if method in ("units", "as_invoiced") or self.r.random() < 0.5:
            line["quantity"] = str(self.r.randint(3, 20))
        start = self.day(begin, begin + 120)
        end = start + self.r.randint(0, 400) * DAY
        if self.r.random() < 0.5:
            end = last_day(month_of(end))
        if method == "milestone":
            line["milestones"] = [{"name": f"m{i}", "weight": str(self.r.randint(1, 4))} for i in range(3)]
        elif method == "custom":
            line["start"] = str(start)
            cuts = [0, *sorted(self.r.randint(0, 100) for _ in range(self.r.randint(0, 3))), 100]
            line["percentages"] = [[str(i), str(b - a)] for i, (a, b) in enumerate(pairwise(cuts))]
        elif method == "point_in_time":
            trigger = self.r.choice(["start", "delivery", "order", "invoice", None])
            if trigger:
                line["trigger"] = trigger
            if trigger == "start" or self.r.random() < 0.3:
                line["start"] = str(start)
        elif method not in ("units", "percent_complete", "as_invoiced"):
            line["start"] = str(start)
            if self.r.random() < 0.95:
                line["end"] = str(end)
        return line

    def _deliver(self, order: str, line: Json, first: int) -> None:
        made: list[Json] = []
        if line["method"] in ("units", "point_in_time", "as_invoiced"):
            some = max(
                1, int(line.get("quantity", "1")) // 3
            )  # never beyond the promise: overage has stories of its own
            low = 1 if line["method"] == "as_invoiced" else -2
            made = [{"quantity": str(self.r.randint(low, some) or 1)} for _ in range(self.r.randint(0, 3))]
        elif line["method"] == "percent_complete":
            made = [{"percent": str(self.r.randint(0, 100))} for _ in range(self.r.randint(0, 3))]
        elif line["method"] == "milestone":
            made = [{"milestone": f"m{i}"} for i in range(self.r.randint(0, 3))]
        for one in made:
            day = str(self.day(first, first + 250))
            self.late({"type": "delivery", "date": day, "order": order, "line": line["line"], **one})

    # -- events -------------------------------------------------------------------------------------------------------

    def _order(self, name: str) -> None:
        customer = self.r.choice(["Acme", "Beta"]) if self.f.books else "Acme"
        lines = [self._line(str(i + 1)) for i in range(self.r.randint(1, self.f.lines))]
        event = {
            "type": "order",
            "date": str(self.day(0, 60)),
            "order": name,
            "customer": customer,
            "lines": lines,
        }
        self.orders.append(event)
        self.late(event)
        for line in lines:
            self._deliver(name, line, 0)

    def _chosen(self) -> tuple[Json, dt.date, Json]:
        order = self.r.choice(self.orders)
        return order, dt.date.fromisoformat(order["date"]), self.r.choice(order["lines"])

    def _invoice(self) -> None:
        order, _, line = self._chosen()
        self.numbers += 1
        number = f"I{self.numbers}"
        document: Json = {"line": "1", "product": line["product"], "amount": self.amount()}
        event = {
            "type": "invoice",
            "date": str(self.day()),
            "number": number,
            "customer": order["customer"],
            "lines": [document],
        }
        if not self.f.absorb or self.r.random() < 0.5:
            event["order"], document["for_line"] = order["order"], line["line"]
        if line["method"] == "as_invoiced" and self.r.random() < 0.7:
            first = self.day(0, 250)
            document["start"] = str(first)
            document["end"] = str(last_day(month_of(first) + self.r.randint(0, 1)))
        if self.f.source == "orders_then_invoices":
            start = first_day(month_of(self.day(0, 250)))
            document["start"], document["end"] = str(start), str(last_day(month_of(start)))
        self.late(event)
        if self.f.voids and self.r.random() < 0.2:
            self.late({"type": "void", "date": str(self.day(200, 400)), "number": number})

    def _modification(self) -> None:
        order, signed, _ = self._chosen()
        day = signed + self.r.randint(0, 250) * DAY
        if self.r.random() < 0.3:
            day = max(first_day(month_of(day)), signed)
        lines = []
        treatment = self.r.choice(self.f.treatments)
        if self.r.random() < 0.8:
            for line in self.r.sample(order["lines"], self.r.randint(1, len(order["lines"]))):
                lines.append(self._restated(line, day))
        if not lines or self.r.random() < self.f.new_lines:
            line = self._line(f"{20 + len(self.events)}", (day - BEGIN).days if self.r.random() < 0.8 else 0)
            lines.append(line)
            self._deliver(order["order"], line, (day - BEGIN).days)
        self.late(
            {
                "type": "modification",
                "date": str(day),
                "order": order["order"],
                "treatment": treatment,
                "lines": lines,
            }
        )

    def _restated(self, line: Json, day: dt.date) -> Json:
        change = {"line": line["line"]}
        if self.r.random() < 0.8 and line["method"] != "as_invoiced":
            change["amount"] = self.amount(100)
        if "end" in line and self.r.random() < 0.4:
            end = dt.date.fromisoformat(line["end"]) + self.r.randint(-100, 200) * DAY
            if str(end) >= line["start"]:
                change["end"] = str(end)
        if line["method"] == "units" and self.r.random() < 0.4:
            change["quantity"] = str(int(line["quantity"]) + self.r.randint(0, 10))
        return change

    def _credit(self) -> None:
        order, signed, line = self._chosen()
        self.numbers += 1
        document = {"line": "1", "product": line["product"], "amount": self.amount(1, 30000)}
        if self.r.random() < 0.7:
            document["for_line"] = line["line"]
        event = {
            "type": "credit_memo",
            "date": str(max(self.day(), signed)),
            "number": f"C{self.numbers}",
            "customer": order["customer"],
            "order": order["order"],
            "lines": [document],
        }
        treatment = self.r.choice(
            ["billing_only", "prospective", "immediate", "retrospective", "bad_debt", None]
        )
        self.late({**event, "treatment": treatment} if treatment else event)

    def _cancel(self) -> None:
        order, signed, line = self._chosen()
        day = max(self.day(20), signed)
        event = {"type": "cancel", "date": str(day), "order": order["order"]}
        if self.r.random() < 0.5:
            event["line"] = line["line"]
        if self.r.random() < 0.5:
            event["end"] = str(max(signed, day + self.r.randint(-30, 40) * DAY))
        if self.r.random() < 0.4:
            event["fee"] = self.amount(1, 5000)
        self.late(event)

    def _price_change(self) -> None:
        order, signed, _ = self._chosen()
        if all(line["method"] == "as_invoiced" for line in order["lines"]):
            return  # there is no price to change
        amount = self.r.choice(["", "-"]) + self.amount(1, 20000)
        day = str(max(self.day(), signed))
        self.late({"type": "price_change", "date": day, "order": order["order"], "amount": amount})

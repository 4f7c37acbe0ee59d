"""A scenario replayed period by period: what is known, what should have been earned, less what was booked."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from typing import Any

from .balances import balance_rows, journal_rows
from .billing import Billing, Document, Open
from .lines import Json, day, obligations_of
from .modifications import Change, Key, Life, Op, choose
from .money import CannotReplay, decimals_of, minor, rounded, text
from .months import first_day, label, last_day, month_of
from .obligations import Obligation

ORDER = ("order", "modification", "cancel", "price_change", "delivery", "invoice", "credit_memo", "void")
DEFAULTS = {
    "allocation": "relative_ssp",
    "rounding": "cumulative",
    "netting": "contract",
    "method": "daily",
    "contract_source": "orders",
    "missing_ssp": "stated_price",
    "fx_rate": "billing",
    "billing_offset": "deferred",
}


def known_day(event: Json) -> dt.date:
    recorded = day(event.get("recorded"))
    when = dt.date.fromisoformat(event["date"])
    return max(when, recorded) if recorded else when


def known_events(scenario: Json, month: int) -> list[Json]:
    """What is known at a close, in the order in which it applies; voided documents are gone, waiting events wait."""
    known = [e for e in scenario["events"] if known_day(e) <= last_day(month)]
    if scenario.get("policy", {}).get("contract_source") == "invoices":  # orders make no contracts there
        known = [{**e, "order": None} if "number" in e else e for e in known]
        known = [e for e in known if not e.get("order")]
    orders = {e["order"] for e in known if e["type"] == "order"}
    voided = {e["number"] for e in known if e["type"] == "void"}
    known = [
        e
        for e in known
        if e["type"] != "void"
        and e.get("number") not in voided
        and (not e.get("order") or e["order"] in orders)
    ]
    return sorted(known, key=lambda e: (e["date"], ORDER.index(e["type"])))


class Replay:
    """One scenario under way: what was booked per line, how billing was placed."""

    def __init__(self, scenario: Json) -> None:
        self.scenario = scenario
        self.policy = {**DEFAULTS, **scenario.get("policy", {})}
        self.decimals = decimals_of(scenario.get("currency", "USD"))
        self.bundles = [
            (frozenset(b["products"]), minor(b["price"], self.decimals)) for b in scenario.get("bundles", ())
        ]
        self.billing = Billing()
        self.booked: dict[Key, int] = defaultdict(int)
        self.contract_of: dict[Key, str] = {}
        self.customers: dict[str, str] = {}
        self.shown_as: dict[
            str, str
        ] = {}  # separate contracts are shown with the contract they were added to
        self.lines: dict[Key, Obligation] = {}
        self.seen: set[Key] = set()
        self.last: dict[str, int] = defaultdict(int)
        self.out: Json = {
            "allocations": [],
            "schedule": [],
            "balances": [],
            "journals": [],
            "remaining": [],
            "held": [],
        }

    def run(self) -> Json:
        events = self.scenario["events"]
        orders = {e["order"] for e in events if e["type"] == "order"}
        if (
            any(e["order"] not in orders for e in events if e.get("order"))
            and self.policy["contract_source"] != "invoices"
        ):
            raise CannotReplay("there is no such order")
        latest = max(month_of(known_day(e)) for e in events)
        through = self.scenario.get("through")
        month = min(month_of(dt.date.fromisoformat(e["date"])) for e in events)
        last = month_of(dt.date.fromisoformat(through + "-01")) if through else None
        shown: tuple[int, dict[Key, Obligation]] = latest, {}
        while last is None or month <= last:
            self.close(month)
            moved = any(row["period"] == label(month) for row in self.out["schedule"])
            if last is not None or moved or (month == latest and not self.out["schedule"]):
                shown = month, self.lines
            if last is None and month >= latest and not self._more_to_come(month):
                break
            month += 1
        self._trim(shown[0])
        self._allocations(shown[1])
        return self.out

    # -- one close ---------------------------------------------------------------------------------------------------

    def close(self, month: int) -> None:
        known = known_events(self.scenario, month)
        lives = self._lives(known)
        self._place(known, lives, month)
        self.lines = {}
        for life in lives.values():
            lines = life.live()
            self._wait_whole(lines.values())
            self.lines.update(lines)
        self._hold(month)
        moved: dict[Key, int] = {}
        for key in sorted(set(self.lines) | set(self.booked)):
            line = self.lines.get(key)
            now = self._target(line, month) if line else 0
            before = self._target(line, month - 1) if line else 0
            if line and line.held:
                now = before = self.booked[key]
            revenue, adjustment = now - self.booked[key], before - self.booked[key]
            if key not in self.seen and line and line.facts.ordered >= first_day(month):
                adjustment = 0  # signed in the open period for earlier service
            self.booked[key] = now
            moved[key] = revenue
            if revenue or adjustment:
                self.out["schedule"].append(
                    {
                        "order": key[0],
                        "line": key[1],
                        "period": label(month),
                        "amount": revenue,
                        "adjustment": adjustment,
                    }
                )
            if line and not line.usage and line.allocated - now:
                self.out["remaining"].append(
                    {"period": label(month), "order": key[0], "line": key[1], "amount": line.allocated - now}
                )
        self.seen |= set(self.lines)
        self.out["balances"] += balance_rows(self, month)
        self.out["journals"] += journal_rows(self, month)

    def _target(self, line: Obligation, month: int) -> int:
        if line.usage:
            return self._usage(line, last_day(month))
        return line.target(month)

    def _usage(self, line: Obligation, through: dt.date) -> int:
        """Billed for the usage periods that have ended, and what was used on other days, at the stated rate.

        A line that gives no usage period bills what was used until its date. A credit lowers what is billed, and bills
        no usage itself.
        """
        bills = [
            (p.document.start or dt.date.min, p.document.end or p.document.day, p.amount)
            for p in self.billing.pieces
            if p.target == line.key
        ]
        total = Fraction(sum(amount for _, end, amount in bills if end <= through))
        ended = [(start, end) for start, end, amount in bills if end <= through and amount > 0]
        for when, kind, value in line.facts.deliveries:
            if (
                kind == "quantity"
                and when <= through
                and not any(start <= when <= end for start, end in ended)
            ):
                total += Fraction(line.stated) * Fraction(value) / line.terms.quantity
        return rounded(total)

    def _wait_whole(self, lines: Iterable[Obligation]) -> None:
        """A contract waits whole, with what is booked of it, while a line lacks a price, or under ``hold`` an SSP."""
        lines = list(lines)
        lacks = not all(one.priced for one in lines)
        if self.policy["missing_ssp"] == "hold" and self.policy["allocation"] == "relative_ssp":
            lacks |= any(one.ssp.low is None and not one.ssp.residual and not one.usage for one in lines)
        for one in lines:
            one.held = lacks

    def _hold(self, month: int) -> None:
        for key, line in self.lines.items():
            if line.terms.missing():
                self.out["held"].append((label(month), key, line.allocated))

    # -- contracts ---------------------------------------------------------------------------------------------------

    def _lives(self, known: list[Json]) -> dict[str, Life]:
        lives: dict[str, Life] = {}
        contract_of: dict[Key, str] = {}
        for event in known:
            kind = event["type"]
            when = dt.date.fromisoformat(event["date"])
            if kind == "order" or (kind == "invoice" and self.policy["contract_source"] == "invoices"):
                name = event.get("contract") or event.get("order") or event["number"]
                if name in lives and when > lives[name].ops[0].day:
                    continue  # an order that joins later modifies the contract
                lines = obligations_of(self.scenario, event, event["lines"], self.decimals, self.policy)
                life = lives.setdefault(name, Life([Op("inception", when)], self.policy, self.bundles))
                self.customers.setdefault(name, event["customer"])
                life.ops[0].lines += lines
                contract_of.update({line.key: name for line in lines})
        for event in known:
            if event["type"] == "order" and (event["order"], event["lines"][0]["line"]) not in contract_of:
                joins = {**event, "joins": event["contract"]}
                self._modify(joins, dt.date.fromisoformat(event["date"]), lives, contract_of)
            if event["type"] in ("modification", "cancel", "price_change", "credit_memo"):
                self._apply(event, lives, contract_of)
        for event in known:
            if event["type"] == "delivery":
                self._deliver(event, lives)
        self.contract_of.update(contract_of)
        return lives

    def _deliver(self, event: Json, lives: dict[str, Life]) -> None:
        kind = next(k for k in ("quantity", "percent", "milestone") if k in event)
        fact = (dt.date.fromisoformat(event["date"]), kind, event[kind])
        for line in (line for life in lives.values() for op in life.ops for line in op.lines):
            if line.order == event["order"] and event["line"] in line.lines:
                line.facts = replace(line.facts, deliveries=(*line.facts.deliveries, fact))

    def _apply(self, event: Json, lives: dict[str, Life], contract_of: dict[Key, str]) -> None:
        when = dt.date.fromisoformat(event["date"])
        order = event.get("order") or event.get("invoice")
        if order is None:
            return
        names = [name for key, name in contract_of.items() if key[0] == order]
        if not names:
            return
        if event["type"] == "modification":
            self._modify(event, when, lives, contract_of)
        elif event["type"] == "cancel":
            for name in dict.fromkeys(names):
                keys = [
                    k
                    for k, n in contract_of.items()
                    if n == name and k[0] == order and event.get("line") in (None, k[1])
                ]
                if keys:
                    fee = minor(event.get("fee", "0"), self.decimals)
                    lives[name].ops.append(
                        Op("cancel", when, keys=keys, end=day(event.get("end")), amount=fee)
                    )
        elif event["type"] == "price_change":
            amount = minor(event["amount"], self.decimals)
            lives[names[0]].ops.append(Op("price_change", when, amount=amount))
        else:
            self._credit(event, when, order, lives, contract_of)

    def _modify(
        self, event: Json, when: dt.date, lives: dict[str, Life], contract_of: dict[Key, str]
    ) -> None:
        groups: dict[str, Op] = {}
        main = event.get("joins") or next(n for key, n in contract_of.items() if key[0] == event["order"])
        current = {
            key: line
            for life in lives.values()
            for op in life.ops
            for line in op.lines
            for key in _keys(line)
        }
        fresh = []
        for line in event["lines"]:
            known = current.get((event["order"], line["line"]))
            if known is None:
                fresh.append(line)
                continue
            name = contract_of[known.key]
            amount = None
            if "amount" in line:  # of a ramp: the new total of one of its parts
                known.priced = True
                known.parts[line["line"]] = minor(line["amount"], self.decimals)
                amount = sum(known.parts.values())
            quantity = Fraction(line["quantity"]) if "quantity" in line else None
            groups.setdefault(name, Op("modification", when)).changes[known.key] = Change(
                amount, day(line.get("end")), quantity
            )
        customer = self.customers[main]
        added = obligations_of(
            self.scenario, {**event, "customer": customer}, fresh, self.decimals, self.policy
        )
        if added or not groups:
            groups.setdefault(main, Op("modification", when)).lines += added
        for name, op in groups.items():
            for part in choose(event.get("treatment", "auto"), op, current):
                if part.kind == "separate":
                    own = f"{name}+{event['date']}+{len(lives)}"
                    self.customers[own] = customer
                    self.shown_as[own] = self.shown_as.get(name, name)
                    lives[own] = Life([replace(part, kind="inception")], self.policy, self.bundles)
                    contract_of.update({line.key: own for line in part.lines})
                else:
                    lives[name].ops.append(part)
                    contract_of.update({line.key: name for line in part.lines})

    def _credit(
        self, event: Json, when: dt.date, order: str, lives: dict[str, Life], contract_of: dict[Key, str]
    ) -> None:
        """What it does to revenue. Of usage it lowers what is billed, and with that the revenue; no more."""
        source = self.policy["contract_source"]
        treatment = event.get("treatment") or ("prospective" if source == "invoices" else None)
        if treatment in (None, "billing_only", "bad_debt"):
            return
        for line in event["lines"]:
            amount = minor(line["amount"], self.decimals)
            key = next((k for k in contract_of if k == (order, line.get("for_line"))), None)
            name = contract_of[key] if key else next(n for k, n in contract_of.items() if k[0] == order)
            mine = [one for op in lives[name].ops for one in op.lines if one.order == order]
            place = [one for one in mine if one.key == key] if key else []
            place = place or [one for one in mine if not key and one.product == line.get("product")]
            if place and place[0].usage:
                continue
            lives[name].ops.append(
                Op(
                    "credit",
                    when,
                    amount=amount,
                    treatment=treatment,
                    keys=[key] if key else [],
                    product=line.get("product"),
                )
            )

    # -- billing -----------------------------------------------------------------------------------------------------

    def _place(self, known: list[Json], lives: dict[str, Life], month: int) -> None:
        """Where each document's lines go, and with it the first day that each line was billed."""
        probe = {name: deepcopy(life).live() for name, life in lives.items()}
        opened = [
            Open(name, line.facts.ordered, line.customer, line)
            for name, lines in probe.items()
            for line in lines.values()
        ]
        for place, one in enumerate(opened):
            one.place = place
        self.billing.close(self._documents(known), opened)
        if self.policy["contract_source"] == "orders_then_invoices":
            self._own_contracts(known, lives)
        for life in lives.values():
            for op in life.ops:
                for line in op.lines:
                    days = [
                        p.document.day for p in self.billing.pieces if p.target == line.key and p.amount > 0
                    ]
                    line.facts = replace(line.facts, first_billed=min(days) if days else None)
        for name, lines in probe.items():
            self.contract_of.update(dict.fromkeys(lines, name))

    def _own_contracts(self, known: list[Json], lives: dict[str, Life]) -> None:
        """What of an invoice line that names no order no order absorbs is a contract of its own."""
        invoices = {e["number"]: e for e in known if e["type"] == "invoice"}
        for piece in self.billing.pieces:
            number = piece.document.number
            if piece.contract is not None or piece.amount < 0 or number not in invoices:
                continue
            event = invoices[number]
            written = next(line for line in event["lines"] if line["line"] == piece.document.line)
            line = {**written, "amount": text(piece.amount, self.decimals)}
            own = obligations_of(self.scenario, event, [line], self.decimals, self.policy)
            first = Op("inception", piece.document.day)
            life = lives.setdefault(number, Life([first], self.policy, self.bundles))
            life.ops[0].lines += own
            self.customers[number] = event["customer"]
            self.contract_of.update({one.key: number for one in own})
            piece.contract, piece.target = number, own[0].key
            self.billing.follow(piece.document, own[0].key)

    def _documents(self, known: list[Json]) -> list[Document]:
        found = []
        invoices = self.policy["contract_source"] == "invoices"
        for event in known:
            if event["type"] not in ("invoice", "credit_memo") or event.get("treatment") == "bad_debt":
                continue
            sign = 1 if event["type"] == "invoice" else -1
            order = event.get("order")
            if invoices:
                order = event["number"] if sign > 0 else event.get("invoice")
            for line in event["lines"]:
                found.append(
                    Document(
                        event["number"],
                        line["line"],
                        dt.date.fromisoformat(event["date"]),
                        event["customer"],
                        line.get("product"),
                        sign * minor(line["amount"], self.decimals),
                        order,
                        event.get("invoice"),
                        line["line"] if invoices and sign > 0 else line.get("for_line"),
                        day(line.get("start")),
                        day(line.get("end")),
                        event.get("exchange_rate"),
                    )
                )
        return found

    # -- the end -----------------------------------------------------------------------------------------------------

    def _more_to_come(self, month: int) -> bool:
        """Whether any line earns more after a period, all being known."""
        if any(self._target(line, m) != line_now for line, line_now, m in self._usage_to_come(month)):
            return True
        for line in self.lines.values():
            if line.usage or line.held or line.terms.missing():
                continue
            far = max(
                [month]
                + [month_of(d) + 1 for d in (line.terms.start, line.terms.end) if d]
                + [month_of(d) + 1 for d, _ in line.lumps]
                + [month_of(s.day) + 1 for s in line.stages if s.day]
            )
            if line.terms.percentages and line.terms.start:
                far = max(far, month_of(line.terms.start) + max(o for o, _ in line.terms.percentages) + 1)
            if any(line.target(m) != line.target(month) for m in range(month, far + 1)):
                return True
        return False

    def _usage_to_come(self, month: int) -> list[tuple[Obligation, int, int]]:
        ends = [month_of(p.document.end) for p in self.billing.pieces if p.document.end]
        far = max([month, *ends])
        return [
            (line, self._target(line, month), m)
            for line in self.lines.values()
            if line.usage
            for m in range(month, far + 1)
        ]

    def _trim(self, last: int) -> None:
        """Up to the last period with revenue (or ``through``); amounts as text."""
        for name in ("schedule", "balances", "journals", "remaining"):
            self.out[name] = [row for row in self.out[name] if row["period"] <= label(last)]
        for row in self.out["schedule"]:
            row["amount"], row["adjustment"] = (text(row[f], self.decimals) for f in ("amount", "adjustment"))
        for row in self.out["remaining"]:
            row["amount"] = text(row["amount"], self.decimals)
        self.out["held"] = [row for row in self.out["held"] if row[0] == label(last)]

    def _allocations(self, lines: dict[Key, Obligation]) -> None:
        for key in sorted(lines):
            line = lines[key]
            used = None if line.ssp_used is None else text(rounded(line.ssp_used), self.decimals)
            self.out["allocations"].append(
                {
                    "order": key[0],
                    "line": key[1],
                    "product": line.product,
                    "ssp": used,
                    "stated": text(
                        0 if line.usage else line.stated, self.decimals
                    ),  # usage has a rate, no price
                    "allocated": text(line.allocated, self.decimals),
                }
            )


def _keys(line: Obligation) -> list[Key]:
    return [(line.order, name) for name in line.lines]


def replay(scenario: Json) -> dict[str, Any]:
    """The same object that the engine gives for a scenario. Raises ``CannotReplay`` where a rule forbids it."""
    return Replay(scenario).run()

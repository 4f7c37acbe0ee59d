"""The engine against an independent, slow and plain reading of the same rules in Fractions, over random lives.

The reference knows one order, walks day by day or period by period with lists of weights, and recomputes everything
at every close. It shares no code with the engine.
"""

import calendar as cal
import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from revrec.accounting.scenario import run_scenario

DAY = dt.timedelta(days=1)
BY_DAY = {"daily", "units"}


def rounded(value: Fraction) -> int:
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def shared(amount: int, weights: list[Fraction], fallback: list[int] | None = None) -> list[int]:
    """Largest remainder on the absolute total, ties to the later line."""
    if not sum(weights):
        weights = [Fraction(max(f, 0)) for f in fallback or [0] * len(weights)]
    if not sum(weights):
        weights = [Fraction(1)] * len(weights)
    exact = [abs(amount) * w / sum(weights) for w in weights]
    parts = [int(e) for e in exact]
    order = sorted(range(len(parts)), key=lambda i: (exact[i] - parts[i], i), reverse=True)
    for i in order[: abs(amount) - sum(parts)]:
        parts[i] += 1
    return parts if amount >= 0 else [-p for p in parts]


def month_of(day: dt.date) -> tuple[int, int]:
    return day.year, day.month


def months(first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date]]:
    found, at = [], first.replace(day=1)
    while at <= last:
        end = at.replace(day=cal.monthrange(at.year, at.month)[1])
        found.append((at, end))
        at = end + DAY
    return found


def days_360(a: dt.date, b: dt.date) -> int:
    to = 30 if b.month == 2 and (b + DAY).month == 3 else min(b.day, 30)
    return 360 * (b.year - a.year) + 30 * (b.month - a.month) + to - min(a.day, 30) + 1


def weights_of(method: str, start: dt.date, end: dt.date) -> list[tuple[dt.date, Fraction]]:
    """(last day, weight) of every stretch that the method tells apart; the weights add up to one."""
    if method == "daily":
        days = (end - start).days + 1
        return [(start + i * DAY, Fraction(1, days)) for i in range(days)]
    spans = months(start, end)
    covered = [(min(e, end) - max(s, start)).days + 1 for s, e in spans]
    whole = [(e - s).days + 1 for s, e in spans]
    inner = range(1, len(spans) - 1)
    raw: list[Fraction]
    if method == "even":
        raw = [Fraction(1)] * len(spans)
    elif method == "prorate_ends_by_month":
        raw = [Fraction(c, w) for c, w in zip(covered, whole, strict=True)]
    elif method == "half_month":
        raw = [Fraction(1)] * len(spans)
        if start.day >= 16:
            raw[0] = Fraction(1, 2)
        if end.day <= 15 and len(spans) > 1:
            raw[-1] = Fraction(1, 2)
    elif method == "prorate_ends":
        total = sum(covered)
        raw = [Fraction(c, total) for c in covered]
        for i in inner:
            raw[i] = (1 - raw[0] - raw[-1]) / len(inner)
    else:
        running = [days_360(start, min(e, end)) for _, e in spans]
        raw = [Fraction(b - a) for a, b in zip([0, *running], running, strict=False)]
    return [(e, w / sum(raw)) for (_, e), w in zip(spans, raw, strict=True)]


def term(start: dt.date, end: dt.date) -> Fraction:
    """In months, where they are whole ones; else days of 365 to twelve."""
    after = end + DAY
    whole = after.day == start.day or ((after + DAY).month != after.month and start.day > after.day)
    count = (after.year - start.year) * 12 + after.month - start.month
    return Fraction(count) if whole else Fraction((after - start).days * 12, 365)


@dataclass
class Leg:
    from_day: dt.date
    fixed: int
    rest: int
    before: Fraction
    by_stop: bool = False


@dataclass
class Item:
    name: str
    method: str
    stated: int
    start: dt.date
    end: dt.date
    ssp: int | None
    quantity: int = 10
    delivered: list[tuple[dt.date, int]] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    weight: Fraction = Fraction(0)
    pool: Fraction = Fraction(0)
    weighed: dt.date | None = None  # when what remains was weighed last
    stop: dt.date | None = None
    lump: tuple[dt.date, int] | None = None
    sold: dt.date | None = None  # the end of the term that the SSP is the price of

    def fraction(self, day: dt.date) -> Fraction:
        if self.method == "units":
            done = sum(q for d, q in self.delivered if d <= day)
            return min(max(Fraction(done, self.quantity), Fraction(0)), Fraction(1))
        last = day if self.method == "daily" else months(day, day)[0][1]
        return sum((w for d, w in weights_of(self.method, self.start, self.end) if d <= last), Fraction(0))

    def earned(self, leg: Leg, day: dt.date) -> int:
        day = min(day, self.stop) if self.stop else day
        back = 0
        if self.fraction(day) < leg.before and self.method == "units":
            so_far = max(leg.fixed + (leg.rest if leg.before >= 1 else 0), 0)
            back = rounded(so_far * (self.fraction(day) - leg.before) / leg.before)
        left = (self.fraction(self.stop) if leg.by_stop and self.stop else 1) - leg.before
        if left <= 0:
            return leg.rest + back
        part = max(self.fraction(day) - leg.before, Fraction(0)) / left
        return rounded(leg.fixed + leg.rest * part) - leg.fixed + back  # the running total is rounded, once

    def target(self, day: dt.date) -> int:
        begun = [leg for leg in self.legs if leg.from_day <= day]
        lump = self.lump[1] if self.lump and self.lump[0] <= day else 0
        return begun[-1].fixed + self.earned(begun[-1], day) + lump if begun else 0

    def before(self, day: dt.date) -> dt.date:
        return day - DAY if self.method in BY_DAY else day.replace(day=1) - DAY

    def left_of_weight(self, day: dt.date) -> Fraction:
        """Of all that is promised, or of what remained when that was weighed last."""
        now = self.fraction(self.before(day))
        then = self.fraction(self.before(self.weighed)) if self.weighed else Fraction(0)
        if 0 < then <= now and then < 1:
            return max(self.pool, Fraction(0)) * (1 - now) / (1 - then)
        return self.weight * (1 - now)

    def own_weight(self, over_the_term: bool = False) -> Fraction:
        if self.ssp is None:
            return Fraction(self.stated)
        longer = over_the_term and self.method != "units" and self.sold
        return (
            self.ssp
            * self.quantity
            * (term(self.start, self.end) / term(self.start, self.sold) if longer else 1)
        )


def replay(lines: list[Item], events: list[dict], relative: bool, last: dt.date) -> dict[str, dict[str, int]]:
    """Revenue per line and period."""
    booked: dict[str, int] = {}
    out: dict[str, dict[str, int]] = {}
    first = min(e["day"] for e in events)
    for begin, end in months(first, last):
        items = apply(lines, [e for e in events if max(e["day"], e["recorded"]) <= end], relative)
        for item in items:
            revenue = item.target(end) - booked.get(item.name, 0)
            if revenue:
                out.setdefault(item.name, {})[f"{begin:%Y-%m}"] = revenue
                booked[item.name] = booked.get(item.name, 0) + revenue
    return out


ORDER = ["order", "modification", "cancel", "price_change", "delivery", "credit_memo"]


def in_order(events: list[dict], relative: bool) -> list[dict]:
    """By date; but what goes back to the base of a stretch comes before what goes on top of it. Under stated prices a
    prospective modification of another line ends no stretch."""
    events = sorted(events, key=lambda e: (e["day"], ORDER.index(e["type"]), e["index"]))
    keys = []
    for n, e in enumerate(events):
        prospective = e["type"] == "modification" and e["treatment"] == "prospective"
        on_top = e["type"] == "cancel" or (
            e["type"] == "credit_memo" and e["treatment"] in ("prospective", "immediate")
        )
        if on_top or prospective or e["type"] in ("order", "delivery"):
            keys.append((n, 0, n))
            continue
        bounds = [
            m
            for m, other in enumerate(events[:n])
            if other["type"] == "modification" and other["treatment"] == "prospective"
            and (relative or e["type"] == "price_change" or other["line"] == e["line"])
        ]  # fmt: skip
        keys.append((bounds[-1] if bounds else 0, 1, n))
    return [e for _, e in sorted(zip(keys, events, strict=True), key=lambda pair: pair[0])]


def apply(lines: list[Item], events: list[dict], relative: bool) -> list[Item]:
    items = [Item(i.name, i.method, i.stated, i.start, i.end, i.ssp, i.quantity) for i in lines]
    named = {i.name: i for i in items}
    for e in events:
        if e["type"] == "delivery":
            named[e["line"]].delivered.append((e["day"], e["quantity"]))
    has_ssp = any(i.ssp is not None for i in items)
    pooled = relative and has_ssp
    epoch = False
    for e in in_order(events, relative):
        day = e["day"]
        if e["type"] == "order":
            for i in items:
                i.weight = i.pool = i.own_weight()
                i.sold = i.end
            price = sum(i.stated for i in items)
            parts = shared(price, [i.weight for i in items], [i.stated for i in items]) if pooled else None
            for n, i in enumerate(items):
                i.legs = [Leg(day, 0, parts[n] if parts else i.stated, Fraction(0))]
            members = list(items)
        elif e["type"] == "modification":
            item = named[e["line"]]
            old_end, old_stated = item.end, item.stated
            new_end, new_stated = e.get("end") or item.end, e["amount"]
            if (old_end, old_stated) == (new_end, new_stated):
                continue
            if e["treatment"] == "cumulative_catch_up":
                old_weight = item.own_weight(epoch)
                item.end, item.stated = new_end, new_stated
                if item.legs[-1].before:
                    item.legs[-1].before = item.fraction(item.before(item.legs[-1].from_day))
                if pooled or relative:
                    more = item.own_weight(epoch) - old_weight
                    item.sold = item.sold if epoch else item.end
                    item.pool = item.pool + more
                    item.weight = item.weight + more
                    if item not in members:
                        members.append(item)
                        members.sort(key=items.index)
                    share_pool(members, new_stated - old_stated)
                else:
                    item.legs[-1].rest += new_stated - old_stated
                continue
            waiting = {
                i.name for i in items if i.legs[-1].before >= 1 and i.legs[-1].from_day > i.before(day)
            }
            fixed = {
                i.name: i.legs[-1].fixed + (0 if i.name in waiting else i.earned(i.legs[-1], i.before(day)))
                for i in items
            }
            rest = {i.name: i.legs[-1].rest - (fixed[i.name] - i.legs[-1].fixed) for i in items}
            fraction = {i.name: i.fraction(i.before(day)) for i in items}
            stopped = [i for i in items if i.stop and i.stop <= i.before(day)]
            left = {i.name: i.left_of_weight(day) for i in items}
            old_weight = item.own_weight(True)
            item.end, item.stated = new_end, new_stated
            if relative:
                touched = [i for i in items if i is item or (fraction[i.name] < 1 and i not in stopped)]
            else:
                touched = [item]
            for i in items if relative else touched:
                i.pool = i.pool if i.name in waiting else left[i.name]
                i.weighed = day if relative else None
            for i in touched:
                if i is item:
                    i.pool += i.own_weight(True) - old_weight
                    i.weight += i.own_weight(True) - old_weight
                by_stop = i.legs[-1].by_stop
                i.legs.append(Leg(day, fixed[i.name], rest[i.name], i.fraction(i.before(day)), by_stop))
            if relative:
                members = touched
                epoch = True
                share_pool(members, new_stated - old_stated)
            else:
                item.legs[-1].rest += new_stated - old_stated
        elif e["type"] == "cancel":
            for i in items:
                if e.get("line") in (None, i.name):
                    if i.legs[-1].by_stop and e["end"] < i.stop:
                        i.legs[-1].rest = i.earned(i.legs[-1], e["end"])
                    i.stop = min(i.stop, e["end"]) if i.stop else e["end"]
        elif e["type"] == "price_change":
            if not relative:
                for i, part in zip(
                    items, shared(e["amount"], [Fraction(i.stated) for i in items]), strict=True
                ):
                    i.legs[-1].rest += part
            elif not epoch:
                for i, part in zip(
                    items,
                    shared(e["amount"], [i.weight for i in items], [i.stated for i in items]),
                    strict=True,
                ):
                    i.legs[-1].rest += part
        elif e["type"] == "credit_memo":
            i = named[e["line"]]
            leg, x = i.legs[-1], e["amount"]
            done = leg.fixed + i.earned(leg, i.before(day))
            rest = leg.rest - (done - leg.fixed)
            if e["treatment"] == "retrospective":
                if relative and i in members:
                    share_pool(members, -x)
                else:
                    leg.rest -= x
                continue
            so_far = done + (i.lump[1] if i.lump and i.lump[0] <= i.before(day) else 0)
            taken = min(x, max(so_far, 0)) if e["treatment"] == "immediate" else 0
            if i.stop:  # nothing is billed in these lives, so nothing is owed as a refund
                rest = i.earned(leg, i.stop) - (done - leg.fixed)
                x = min(x, taken + max(rest, 0)) if e["treatment"] == "immediate" else x
            if not x:
                continue
            taken += max(x - taken - max(rest, 0), 0)
            if taken == x and i.lump is None:
                i.lump = (day, -x)
                continue
            i.legs.append(
                Leg(day, done - taken, rest - (x - taken), i.fraction(i.before(day)), i.stop is not None)
            )
    return items


def share_pool(members: list[Item], change: int) -> None:
    pool = sum(i.legs[-1].rest for i in members) + change
    parts = shared(pool, [max(i.pool, Fraction(0)) for i in members], [i.stated for i in members])
    for i, part in zip(members, parts, strict=True):
        i.legs[-1].rest = part


BASE = dt.date(2025, 1, 1)
METHODS = ["daily", "even", "prorate_ends", "prorate_ends_by_month", "half_month", "thirty_360", "units"]
days = st.integers(0, 330).map(lambda n: BASE + n * DAY)


def money(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"


@st.composite
def lives(draw: st.DrawFn, kinds: tuple[str, ...], relative: bool) -> tuple[list[Item], list[dict]]:
    count = draw(st.integers(1, 3))
    lines = []
    for n in range(count):
        start = BASE + draw(st.integers(0, 60)) * DAY
        end = start + draw(st.integers(0, 400)) * DAY
        ssp = draw(st.one_of(st.none(), st.integers(1, 5000))) if relative else None
        lines.append(
            Item(str(n + 1), draw(st.sampled_from(METHODS)), draw(st.integers(1, 90000)), start, end, ssp)
        )
    events = [{"type": "order", "day": BASE, "recorded": BASE, "index": 0}]
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(kinds))
        item = draw(st.sampled_from(lines))
        day = draw(days)
        event = {
            "type": kind,
            "day": day,
            "line": item.name,
            "recorded": day + draw(st.sampled_from([0, 0, 40])) * DAY,
        }
        if kind == "delivery":
            if item.method != "units":
                continue
            event["quantity"] = draw(st.integers(-3, 8))
        elif kind == "modification":
            event["amount"] = draw(st.integers(1, 120000))
            event["treatment"] = draw(st.sampled_from(["prospective", "cumulative_catch_up"]))
            if draw(st.booleans()):
                event["end"] = max(item.start, day) + draw(st.integers(0, 300)) * DAY
        elif kind == "cancel":
            event["end"] = day
        elif kind == "price_change":
            event["amount"] = draw(st.integers(-500, 5000))
        elif kind == "credit_memo":
            event["amount"] = draw(st.integers(1, 5000))
            event["treatment"] = draw(st.sampled_from(["prospective", "retrospective", "immediate"]))
        event["index"] = len(events)
        events.append(event)
    return lines, events


def scenario(lines: list[Item], events: list[dict], relative: bool) -> dict:
    out = []
    products = {}
    for e in events:
        one: dict = {
            "type": e["type"],
            "date": e["day"].isoformat(),
            "recorded": e["recorded"].isoformat(),
            "order": "S",
        }
        if e["type"] == "order":
            one.update(customer="A", lines=[])
            for i in lines:
                row = {
                    "line": i.name,
                    "product": f"P{i.name}",
                    "quantity": str(i.quantity),
                    "amount": money(i.stated),
                    "start": i.start.isoformat(),
                    "end": i.end.isoformat(),
                    "method": i.method,
                    "ramp": False,
                }
                one["lines"].append(row)
                products[f"P{i.name}"] = {"ssp": money(i.ssp)} if i.ssp is not None else {}
        elif e["type"] == "modification":
            line = {"line": e["line"], "amount": money(e["amount"])}
            if "end" in e:
                line["end"] = e["end"].isoformat()
            one.update(treatment=e["treatment"], lines=[line])
        elif e["type"] == "cancel":
            one.update(line=e["line"], end=e["end"].isoformat())
        elif e["type"] == "price_change":
            one.update(amount=money(e["amount"]))
        elif e["type"] == "delivery":
            one.update(line=e["line"], quantity=str(e["quantity"]))
        else:
            one.update(
                number=f"C{e['index']}",
                customer="A",
                treatment=e["treatment"],
                lines=[
                    {
                        "line": "1",
                        "for_line": e["line"],
                        "product": f"P{e['line']}",
                        "amount": money(e["amount"]),
                    }
                ],
            )
        out.append(one)
    return {
        "policy": {"allocation": "relative_ssp" if relative else "stated_price"},
        "products": products,
        "through": "2026-12",
        "events": out,
    }


def engine(data: dict) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in run_scenario(data)["schedule"]:
        if amount := int(Decimal(row["amount"]) * 100):
            found.setdefault(row["line"], {})[row["period"]] = amount
    return found


def agree(life: tuple[list[Item], list[dict]], relative: bool) -> None:
    lines, events = life
    expected = replay(lines, events, relative, dt.date(2026, 12, 31))
    assert engine(scenario(lines, events, relative)) == expected


@settings(deadline=None, max_examples=7)
@given(lives(("delivery", "modification"), False))
def test_modifications_under_stated_prices(life):
    agree(life, False)


@settings(deadline=None, max_examples=7)
@given(lives(("delivery", "modification"), True))
def test_modifications_under_relative_ssp(life):
    agree(life, True)


@settings(deadline=None, max_examples=7)
@given(lives(("delivery", "credit_memo", "price_change"), False))
def test_credits_and_price_changes_under_stated_prices(life):
    agree(life, False)


@settings(deadline=None, max_examples=7)
@given(lives(("delivery", "credit_memo", "price_change"), True))
def test_credits_and_price_changes_under_relative_ssp(life):
    agree(life, True)


@settings(deadline=None, max_examples=7)
@given(lives(("delivery", "cancel", "credit_memo"), False))
def test_cancels(life):
    agree(life, False)


@settings(deadline=None, max_examples=7)
@given(lives(("delivery", "cancel", "price_change"), True))
def test_cancels_under_relative_ssp(life):
    agree(life, True)


@settings(deadline=None, max_examples=7)
@given(lives(("delivery", "modification", "cancel", "credit_memo"), True))
def test_all_together_under_relative_ssp(life):
    agree(life, True)


@settings(deadline=None, max_examples=7)
@given(lives(("delivery", "modification", "cancel", "credit_memo"), False))
def test_all_together_under_stated_prices(life):
    agree(life, False)

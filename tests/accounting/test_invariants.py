"""What holds for every life of a contract, whatever happens in it."""

from dataclasses import fields
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revrec.accounting.close import close_period
from revrec.accounting.columns import Table
from revrec.accounting.scenario import run_scenario

DATED = ["daily", "even", "prorate_ends", "prorate_ends_by_month", "half_month", "thirty_360"]
METHODS = [*DATED, "point_in_time", "units", "percent_complete", "milestone", "custom"]
THROUGH = "2026-03"
QUICK = settings(deadline=None, max_examples=10)

days = st.tuples(st.integers(1, 12), st.integers(1, 28)).map(lambda d: f"2025-{d[0]:02d}-{d[1]:02d}")
cents = st.integers(1, 90000)


def money(amount):
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def cents_of(text):
    return int(Decimal(text) * 100)


@st.composite
def order_lines(draw, methods=METHODS, most=3):
    lines = []
    for number in range(draw(st.integers(1, most))):
        start, end = sorted((draw(days), draw(days)))
        method = draw(st.sampled_from(methods))
        line = {
            "line": str(number + 1), "product": f"P{number}", "quantity": "10", "amount": money(draw(cents)),
            "start": start, "end": end, "method": method, "ramp": False,
        }  # fmt: skip
        if draw(st.booleans()):
            line["ssp"] = money(draw(st.integers(1, 20000)))
        if method == "milestone":
            line["milestones"] = [{"name": "a", "weight": "1"}, {"name": "b", "weight": "2"}]
        if method == "custom":
            line["percentages"] = [["0", "20"], ["2", "50"], ["3", "30"]]
        lines.append(line)
    return lines


@st.composite
def lives(
    draw, methods=METHODS, kinds=("modification", "cancel", "price_change", "delivery", "invoice", "credit")
):
    lines = draw(order_lines(methods))
    events = [
        {"type": "order", "date": "2025-01-01", "order": "S", "customer": "A", "lines": lines},
        invoice("I", "2025-01-01", lines),
    ]
    reached: set[tuple[str, str]] = set()
    for number in range(draw(st.integers(0, 4))):
        line, day = draw(st.sampled_from(lines)), draw(days)
        event = {"type": draw(st.sampled_from(kinds)), "date": day, "order": "S"}
        if draw(st.integers(0, 3)) == 0:
            event["recorded"] = max(day, draw(days))
        if event["type"] == "modification":
            change = {"line": line["line"], "amount": money(draw(cents))}
            if line["method"] in DATED and draw(st.booleans()):
                change["end"] = max(day, line["start"], draw(days))
            treatment = draw(st.sampled_from(["auto", "prospective", "cumulative_catch_up"]))
            event.update(treatment=treatment, lines=[change])
        elif event["type"] == "cancel":
            event.update(line=line["line"], end=day, fee=draw(st.sampled_from(["0.00", "5.00"])))
        elif event["type"] == "price_change":
            event.update(amount=money(draw(st.integers(-500, 5000))))
        elif event["type"] == "delivery":
            event.update(line=line["line"])
            if line["method"] == "units":
                event["quantity"] = str(draw(st.integers(-2, 8)))
            elif line["method"] == "percent_complete":
                event["percent"] = str(draw(st.integers(0, 100)))
            elif line["method"] == "milestone":
                event["milestone"] = draw(st.sampled_from("ab"))
                if (line["line"], event["milestone"]) in reached:
                    continue
                reached.add((line["line"], event["milestone"]))
            else:
                continue
        else:
            amount = money(draw(st.integers(1, 3000)))
            treatment = draw(st.sampled_from(["prospective", "retrospective", "immediate", "billing_only"]))
            part = {"line": "1", "for_line": line["line"], "product": line["product"], "amount": amount}
            credit = event["type"] == "credit"
            event.update(
                type="credit_memo" if credit else "invoice", number=f"D{number}", customer="A", lines=[part]
            )
            if credit:
                event["treatment"] = treatment
        events.append(event)
    allocation = draw(st.sampled_from(["relative_ssp", "stated_price"]))
    rounding = draw(st.sampled_from(["cumulative", "cumulative", "last_period"]))
    return {"policy": {"allocation": allocation, "rounding": rounding}, "through": THROUGH, "events": events}


def invoice(number, day, lines, kind="invoice", **given):
    """A document of all these lines, for their whole amounts."""
    parts = [
        {"line": one["line"], "for_line": one["line"], "product": one["product"], "amount": one["amount"]}
        for one in lines
    ]
    return {
        "type": kind, "date": day, "number": number, "customer": "A", "order": "S", "lines": parts, **given,
    }  # fmt: skip


def by_line(answer):
    """Line to period to revenue in cents."""
    found = {}
    for row in answer["schedule"]:
        found.setdefault(row["line"], {})[row["period"]] = cents_of(row["amount"])
    return found


def totals(answer, through=THROUGH):
    return {
        line: total
        for line, periods in by_line(answer).items()
        if (total := sum(amount for period, amount in periods.items() if period <= through))
    }


@QUICK
@given(lives())
def test_what_is_recognised_and_what_remains_add_up_to_the_price(life):
    answer = run_scenario(life)
    recognised = totals(answer)
    remaining = {r["line"]: cents_of(r["amount"]) for r in answer["remaining"] if r["period"] == THROUGH}
    for row in answer["allocations"]:
        line = row["line"]
        assert recognised.get(line, 0) + remaining.get(line, 0) == cents_of(row["allocated"])
    inception = sum(cents_of(row["inception"]) for row in answer["allocations"])
    assert inception == sum(cents_of(one["amount"]) for one in life["events"][0]["lines"])


@QUICK
@given(lives(methods=DATED, kinds=("modification", "price_change", "credit")))
def test_in_the_end_every_schedule_foots(life):
    """After the last day of every term, also of the longer ones, nothing remains."""
    answer = run_scenario(life)
    assert [r for r in answer["remaining"] if r["period"] == THROUGH] == []
    assert totals(answer) == {
        row["line"]: amount for row in answer["allocations"] if (amount := cents_of(row["allocated"]))
    }


@QUICK
@given(lives(kinds=("modification", "price_change", "credit", "delivery")))
def test_reallocation_conserves_the_price(life):
    """Stated prices as they are now, price changes and credits that touch revenue: all of it is allocated."""
    answer = run_scenario(life)
    price = sum(cents_of(row["stated"]) for row in answer["allocations"])
    for event in life["events"]:
        if event["type"] == "price_change":
            price += cents_of(event["amount"])
        if event["type"] == "credit_memo" and event["treatment"] != "billing_only":
            price -= cents_of(event["lines"][0]["amount"])
    assert sum(cents_of(row["allocated"]) for row in answer["allocations"]) == price


@QUICK
@given(lives(), days)
def test_a_replay_that_begins_later_comes_to_the_same_totals(life, cut):
    """Nothing is known before ``cut``, and then all that happened by then: every later close stands where it stood."""
    late = [{**event, "recorded": max(event.get("recorded", event["date"]), cut)} for event in life["events"]]
    one, other = run_scenario(life), run_scenario({**life, "events": late})
    for period in sorted({r["period"] for r in one["schedule"]} | {THROUGH}):
        if period >= cut[:7]:
            assert totals(one, period) == totals(other, period)


@QUICK
@given(lives(), st.integers(1, 14))
def test_closed_periods_stay_as_they_are_whatever_comes_later(life, months):
    """What was known at a close gives that close, and all before it, the same figures without what came after."""
    last = f"{2025 + months // 12}-{months % 12 + 1:02d}"
    known = [e for e in life["events"] if max(e["date"], e.get("recorded", e["date"]))[:7] <= last]
    whole, part = run_scenario(life), run_scenario({**life, "events": known, "through": last})
    for name in ("schedule", "balances", "journals", "remaining"):
        assert part[name] == [row for row in whole[name] if row["period"] <= last]


@st.composite
def billed_lives(draw, source):
    """Orders, and invoices and credit memos of one customer of which few say what they bill or credit."""
    events, invoices = [], []
    for number in range(draw(st.integers(1, 2))):
        start, end = sorted((draw(days), draw(days)))
        line = {
            "line": "1", "product": draw(st.sampled_from("PQ")), "amount": money(draw(cents)), "start": start,
            "end": end, "method": "even",
        }  # fmt: skip
        events.append(
            {"type": "order", "date": draw(days), "order": f"S{number}", "customer": "A", "lines": [line]}
        )
    for number in range(draw(st.integers(1, 5))):
        start, end = sorted((draw(days), draw(days)))
        line = {"line": "1", "product": draw(st.sampled_from("PQ")), "amount": money(draw(cents))}
        event = {
            "type": "invoice",
            "date": draw(days),
            "number": f"I{number}",
            "customer": "A",
            "lines": [line],
        }
        if invoices and draw(st.booleans()):
            event |= {"type": "credit_memo", "number": f"C{number}"}
            if draw(st.booleans()):
                event |= {"invoice": draw(st.sampled_from(invoices))}
        else:
            line |= {"start": start, "end": end}
            invoices.append(event["number"])
        events.append(event)
    return {"policy": {"contract_source": source}, "through": "2026-03", "events": events}


@pytest.mark.parametrize("source", ["orders", "orders_then_invoices"])
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_a_period_in_which_nothing_happened_moves_no_billing_and_corrects_nothing(source, data):
    life = data.draw(billed_lives(source))
    answer = run_scenario(life)
    eventful = {event["date"][:7] for event in life["events"]}
    billed = {}
    for row in answer["balances"]:
        of_period = billed.setdefault(row["period"], {})
        of_period[row["contract"]] = of_period.get(row["contract"], 0) + cents_of(row["billed"])
    before = {}
    for period in sorted(billed):
        now = {contract: amount for contract, amount in billed[period].items() if amount}
        assert period in eventful or now == before, period
        before = now
    assert [r for r in answer["schedule"] if r["period"] not in eventful and cents_of(r["adjustment"])] == []


@QUICK
@given(lives(), st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_listed_matters_only_among_equals(life, random):
    """Events of one day and kind apply as listed; all else applies by date and kind."""
    groups = {}
    for event in life["events"]:
        groups.setdefault((event["date"], event["type"]), []).append(event)
    keys = list(groups)
    random.shuffle(keys)
    shuffled = [event for key in keys for event in groups[key]]
    assert run_scenario({**life, "events": shuffled}) == run_scenario(life)


@QUICK
@given(
    st.lists(st.tuples(days, st.integers(-3, 6)), min_size=2, max_size=6), st.randoms(use_true_random=False)
)
def test_deliveries_and_invoices_of_one_day_commute(steps, random):
    line = {
        "line": "1", "product": "P", "quantity": "10", "amount": "333.33", "method": "units",
    }  # fmt: skip
    order = {"type": "order", "date": "2025-01-01", "order": "S", "customer": "A", "lines": [line]}
    events = []
    for number, (day, quantity) in enumerate(steps):
        events.append({"type": "delivery", "date": day, "order": "S", "line": "1", "quantity": str(quantity)})
        events.append(invoice(f"I{number}", day, [{**line, "amount": money(1 + 17 * number)}]))
    shuffled = events.copy()
    random.shuffle(shuffled)
    one = run_scenario({"through": THROUGH, "events": [order, *events]})
    other = run_scenario({"through": THROUGH, "events": [order, *shuffled]})
    assert by_line(one) == by_line(other)
    assert one["balances"] == other["balances"]


@pytest.mark.parametrize("allocation", ["relative_ssp", "stated_price"])
@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None, max_examples=2)
@given(data=st.data())
def test_a_modification_that_changes_nothing_changes_nothing(method, allocation, data):
    lines = data.draw(order_lines([method]))
    treatment = data.draw(st.sampled_from(["auto", "prospective", "cumulative_catch_up"]))
    again = [{k: one[k] for k in ("line", "amount", "end", "quantity")} for one in lines]
    change = {
        "type": "modification", "date": data.draw(days), "order": "S", "treatment": treatment, "lines": again,
    }  # fmt: skip
    life = {
        "policy": {"allocation": allocation},
        "through": THROUGH,
        "events": [
            {"type": "order", "date": "2025-01-01", "order": "S", "customer": "A", "lines": lines},
            *delivered(lines),
        ],
    }
    changed = {**life, "events": [*life["events"], change]}
    one, other = run_scenario(life), run_scenario(changed)
    for name in ("schedule", "balances", "journals", "remaining"):
        assert one[name] == other[name]


def delivered(lines):
    """Something happens on every line that waits for deliveries."""
    for one in lines:
        event = {"type": "delivery", "date": "2025-03-15", "order": "S", "line": one["line"]}
        if one["method"] == "units":
            yield {**event, "quantity": "4"}
        elif one["method"] == "percent_complete":
            yield {**event, "percent": "35"}
        elif one["method"] == "milestone":
            yield {**event, "milestone": "a"}


@pytest.mark.parametrize("allocation", ["relative_ssp", "stated_price"])
@pytest.mark.parametrize("method", DATED)
@settings(deadline=None, max_examples=2)
@given(data=st.data())
def test_a_cent_more_from_a_day_on_moves_no_period_by_more_than_cents(method, allocation, data):
    """The same through the whole of a prospective modification: fixed, pooled, shared and run on."""
    lines = data.draw(order_lines([method]))
    if any(
        "ssp" in one for one in lines
    ):  # a stated price that stands in for an SSP may weigh much by one cent
        lines = [{"ssp": "1.00", **one} for one in lines]
    first = lines[0]
    day = data.draw(days.filter(lambda d: d <= first["end"]))
    more = {"line": "1", "amount": money(cents_of(first["amount"]) + 1)}
    change = {
        "type": "modification", "date": day, "order": "S", "treatment": "prospective", "lines": [more],
    }  # fmt: skip
    order = {"type": "order", "date": "2025-01-01", "order": "S", "customer": "A", "lines": lines}
    life = {"policy": {"allocation": allocation}, "through": THROUGH, "events": [order]}
    one, other = by_line(run_scenario(life)), by_line(run_scenario({**life, "events": [order, change]}))
    for line in lines:
        before, after = one.get(line["line"], {}), other.get(line["line"], {})
        for period in before.keys() | after.keys():
            assert abs(after.get(period, 0) - before.get(period, 0)) <= 2
    assert sum(sum(p.values()) for p in other.values()) == 1 + sum(sum(p.values()) for p in one.values())


@QUICK
@given(order_lines(DATED), days, st.sampled_from(["deferred", "revenue", "clearing"]))
def test_a_credit_memo_mirrors_its_invoice(lines, day, offset):
    """Billed and credited in full: billing is undone, and all revenue with it where the credit is retrospective."""
    order = {"type": "order", "date": "2025-01-01", "order": "S", "customer": "A", "lines": lines}
    credit = invoice("C", day, lines, kind="credit_memo", treatment="retrospective")
    life = {"policy": {"billing_offset": offset}, "through": THROUGH}
    answer = run_scenario({**life, "events": [order, invoice("I", "2025-01-01", lines), credit]})
    last = [b for b in answer["balances"] if b["period"] == THROUGH]
    assert [(b["billed"], b["recognised"]) for b in last] == [("0.00", "0.00")]
    moved: dict[str, int] = {}
    for journal in answer["journals"]:
        for line in journal["lines"]:
            net = cents_of(line["debit"]) - cents_of(line["credit"])
            moved[line["role"]] = moved.get(line["role"], 0) + net
    assert {role: net for role, net in moved.items() if net} == {}


@QUICK
@given(lives())
def test_liability_and_asset_are_what_is_billed_less_what_is_recognised(life):
    answer = run_scenario(life)
    for b in answer["balances"]:
        asset = cents_of(b["contract_asset"]) + cents_of(b["unbilled_receivable"])
        assert cents_of(b["billed"]) - cents_of(b["recognised"]) == cents_of(b["contract_liability"]) - asset
    for journal in answer["journals"]:
        assert sum(cents_of(line["debit"]) - cents_of(line["credit"]) for line in journal["lines"]) == 0


def columns_of(value):
    """All columns of a book or a prior, wherever they lie."""
    if isinstance(value, Table):
        return [(f"{type(value).__name__}.{n}", column) for n, column in value.columns().items()]
    return (
        [pair for f in fields(value) for pair in columns_of(getattr(value, f.name))]
        if hasattr(value, "__dataclass_fields__") and not isinstance(value, np.ndarray)
        else []
    )


def test_a_close_changes_nothing_that_it_is_given(book, line, bill, close, policy):
    """Neither facts nor what closed periods booked: corrections are more transfers, never edits."""
    documents = [
        bill(1, 30000, "2025-01-05", order=100),
        bill(2, -4000, "2025-02-20", order=100, created_from=1, treatment=4),
    ]
    documents[0]["treatment"] = 0
    b = book([line(), line(id=12, method=2, stated=5000)], documents)
    january, b = close(b, "2025-01", policy)
    kept = [(name, column.copy()) for name, column in columns_of(b) + columns_of(january.transfers)]
    close_period(b, b.calendar.index("2025-02"), policy)
    for (name, before), (_, now) in zip(kept, columns_of(b) + columns_of(january.transfers), strict=True):
        assert (before == now).all(), name

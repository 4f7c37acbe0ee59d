"""Random lives come out of the books as they do of the calculator: orders that change again and again, under every
treatment and method, recorded late, cancelled, estimated anew, delivered, billed and credited."""

import datetime as dt
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from revrec.accounting.scenario import ScenarioError
from revrec.store.engine import Store

from .played import expressible, play
from .test_lives_in_the_books import scheduled

DATED = ("daily", "even", "prorate_ends", "prorate_ends_by_month", "half_month", "thirty_360")
METHODS = (*DATED, "daily", "units", "percent_complete", "milestone", "point_in_time")
MILESTONES = [{"name": "A", "weight": "1"}, {"name": "B", "weight": "3"}]
FIRST = dt.date(2025, 1, 1)
QUICK, LONG = 8, 250


def money(draw, low=1, high=90_000):
    return f"{draw(st.integers(low, high))}.{draw(st.integers(0, 99)):02d}"


def day(draw, low, high):
    return FIRST + dt.timedelta(days=draw(st.integers(low, high)))


@st.composite
def lines(draw, number, begins):
    method = draw(st.sampled_from(METHODS))
    start = begins + dt.timedelta(days=draw(st.integers(0, 40)))
    line = {
        "line": str(number),
        "product": draw(st.sampled_from(("P", "Q", "R", "S"))),
        "quantity": str(draw(st.integers(1, 5))),
        "amount": money(draw),
        "method": method,
    }
    if method in DATED or draw(st.booleans()):
        line |= {"start": str(start), "end": str(start + dt.timedelta(days=draw(st.integers(20, 250))))}
    if method == "milestone":
        line["milestones"] = MILESTONES
    return line


@st.composite
def products(draw):
    found = {}
    for name in ("P", "Q", "R", "S"):
        kind = draw(st.sampled_from(("none", "point", "range")))
        if kind == "point":
            found[name] = {"ssp": money(draw)}
        elif kind == "range":
            low = draw(st.integers(1, 40_000))
            found[name] = {"ssp": {"low": f"{low}.00", "high": f"{low + draw(st.integers(1, 40_000))}.00"}}
        else:
            found[name] = {}
        if kind != "none":
            found[name]["ssp_per"] = draw(st.sampled_from(("each", "month", "year")))
    return found


@st.composite
def lives(draw):
    signed = day(draw, 0, 45)
    stated = [draw(lines(number, signed)) for number in range(1, draw(st.integers(2, 4)))]
    events = [{"type": "order", "date": str(signed), "order": "SO-1", "customer": "Acme", "lines": stated}]
    known = {line["line"]: dict(line) for line in stated}
    at = signed
    for _ in range(draw(st.integers(0, 3))):
        at += dt.timedelta(days=draw(st.integers(1, 60)))
        event = {"type": "modification", "date": str(at), "order": "SO-1"}
        event["treatment"] = draw(st.sampled_from(("auto", "auto", "prospective", "cumulative_catch_up")))
        if draw(st.integers(0, 3)) == 0:
            event["recorded"] = str(at + dt.timedelta(days=draw(st.integers(20, 70))))
        changed = []
        for name in draw(st.lists(st.sampled_from(sorted(known)), unique=True, max_size=2)):
            restated = {"line": name, "amount": money(draw)}
            if "end" in known[name] and draw(st.booleans()):
                end = max(dt.date.fromisoformat(known[name]["end"]), at) + dt.timedelta(
                    days=draw(st.integers(0, 90))
                )
                restated["end"] = known[name]["end"] = str(end)
            changed.append(restated)
        if not changed or draw(st.booleans()):
            added = draw(lines(len(known) + 1, at))
            known[added["line"]] = dict(added)
            changed.append(added)
        events.append(event | {"lines": changed})
    last = str(at)
    if draw(st.integers(0, 3)) == 0:
        over = at + dt.timedelta(days=draw(st.integers(1, 60)))
        end = over + dt.timedelta(days=draw(st.integers(-20, 40)))
        event = {"type": "cancel", "date": str(over), "order": "SO-1", "end": str(end)}
        if draw(st.booleans()):
            end = over - dt.timedelta(days=1)
            event |= {"line": draw(st.sampled_from(sorted(known))), "end": str(end)}
        events.append(event)
    if draw(st.integers(0, 2)) == 0:
        sign = draw(st.sampled_from(("", "-")))
        change = {"type": "price_change", "order": "SO-1", "amount": sign + money(draw, 1, 500)}
        events.append(change | {"date": str(signed + dt.timedelta(days=draw(st.integers(0, 200))))})
    for line in stated:
        events += draw(deliveries(line, signed))
    for number in range(draw(st.integers(0, 2))):
        billed = draw(st.sampled_from(stated))
        document = {"customer": "Acme", "order": "SO-1", "number": f"INV-{number}", "type": "invoice"}
        document |= {"date": str(signed + dt.timedelta(days=draw(st.integers(0, 120))))}
        document["lines"] = [{"line": "1", "product": billed["product"], "amount": money(draw)}]
        events.append(document)
    if draw(st.integers(0, 2)) == 0:
        # Another order of the same contract: combined if it is of the same day, else it modifies it.
        events[0]["contract"] = "K"
        joins = signed + dt.timedelta(days=draw(st.sampled_from((0, 10, 40, 70))))
        other = {"type": "order", "date": str(joins), "order": "SO-2", "customer": "Acme", "contract": "K"}
        events.append(other | {"lines": [draw(lines(number, joins)) for number in (1, 2)]})
    policy = {
        "missing_ssp": draw(st.sampled_from(("stated_price",) * 4 + ("hold",))),
        "allocation": draw(st.sampled_from(("relative_ssp", "stated_price"))),
        "rounding": draw(st.sampled_from(("cumulative", "cumulative", "last_period"))),
    }
    bundles = [{"products": draw(st.permutations("PQRS"))[:2], "price": money(draw)}]
    life = {"policy": policy, "products": draw(products()), "events": events, "last": last}
    return life | ({"bundles": bundles} if draw(st.integers(0, 3)) == 0 else {})


@st.composite
def deliveries(draw, line, signed):
    method = line["method"]
    found = []
    reached = signed
    total = 0
    for step in range(draw(st.integers(0, 2))):
        reached += dt.timedelta(days=draw(st.integers(1, 80)))
        event = {"type": "delivery", "date": str(reached), "order": "SO-1", "line": line["line"]}
        if method == "milestone":
            event["milestone"] = MILESTONES[step]["name"]
        elif method == "percent_complete":
            total = draw(st.integers(total, 100))
            event["percent"] = str(total)
        elif method in ("units", "point_in_time"):
            event["quantity"] = draw(st.sampled_from(("1", "2", "0.5", "-0.25")))
        else:
            continue
        found.append(event)
    return found


@pytest.fixture(scope="module")
def fresh_books(sqlite_template):
    """A place for one database after another, each at this release's schema."""
    with tempfile.TemporaryDirectory() as folder:

        def opened():
            file = Path(folder) / "life.sqlite3"
            for left in Path(folder).iterdir():
                left.unlink()
            shutil.copy(sqlite_template, file)
            return Store(f"sqlite:///{file}")

        yield opened


def booked_as_calculated(life, fresh_books):
    life = {key: value for key, value in life.items() if key != "last"}
    assume(not expressible(life))
    try:
        expected = scheduled(life)
    except ScenarioError:
        assume(False)
    assume(expected)
    store = fresh_books()
    try:
        assert play(store, life, max(period for _, _, period in expected)).booked() == expected
    finally:
        store.close()


def settled(examples):
    """A life takes a while to close, so a failing one is shown as it is and not shrunk."""
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        phases=(Phase.generate,),
    )


@settled(QUICK)
@given(life=lives())
def test_random_lives_are_booked_as_they_are_calculated(life, fresh_books):
    booked_as_calculated(life, fresh_books)


@pytest.mark.slow
@pytest.mark.timeout(900)
@settled(LONG)
@given(life=lives())
def test_many_random_lives_are_booked_as_they_are_calculated(life, fresh_books):
    booked_as_calculated(life, fresh_books)

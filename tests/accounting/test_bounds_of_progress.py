"""Milestones, plans and points in time at the bounds, through every kind of change: prices of 10**15 minor units,
quantities with 6 decimals, terms of 10**5 days. What is expected is worked out in fractions."""

from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from revrec.accounting.calendar import month_calendar, parse_day
from revrec.accounting.columns import NO_DAY
from revrec.accounting.terms import ChangeKind, Method, Treatment, Trigger

LARGEST = 10**15
PERCENT = 10**8
TERM = 10**5
CALENDAR = month_calendar("2000-01", "2300-12")
FIRST = parse_day("2001-01-17")
METHODS = ("milestone", "custom", "start", "delivery")
AUTO, SEPARATE, PROSPECTIVE, CATCH_UP = (int(treatment) for treatment in Treatment)
OF_METHODS = settings(
    deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

prices = st.one_of(st.integers(1, LARGEST), st.sampled_from([1, LARGEST - 1, LARGEST, 2**49 + 1]))
quantities = st.one_of(st.integers(1, LARGEST), st.sampled_from([1, 10**6, 333_333, LARGEST]))
days = st.one_of(st.integers(0, TERM), st.sampled_from([0, 1, 30, TERM]))
steps = st.lists(st.tuples(days, quantities), max_size=4)


@dataclass(frozen=True)
class Line:
    """A line of one method, and what is known of its progress: (day or offset of its period, value reached)."""

    kind: str
    stated: int
    whole: int
    log: tuple[tuple[int, int], ...]
    start: int = FIRST
    ssp: int = 1

    def columns(self, number, **given):
        method = {"milestone": Method.MILESTONE, "custom": Method.CUSTOM}.get(self.kind, Method.POINT_IN_TIME)
        return {
            "id": number, "line_rank": number, "method": int(method), "stated": self.stated, "start": self.start,
            "end": FIRST + TERM - 1, "ordered_day": FIRST, "ssp_low": self.ssp,
            "quantity_e6": self.whole if self.kind == "delivery" else 10**6,
            "whole": self.whole if self.kind == "milestone" else -1,
            "trigger": int(Trigger.DELIVERY if self.kind == "delivery" else Trigger.AUTO), **given,
        }  # fmt: skip

    def progress(self, number):
        return [(number, at, value) for at, value in self.log if self.kind != "start"]

    def earned(self, day, whole=None):
        """The fraction earned by the end of a day."""
        if self.kind == "start":
            return Fraction(day >= self.start)
        at = day
        if self.kind == "custom":
            at = int(CALENDAR.period_of(day) - CALENDAR.period_of(self.start))
        reached = [value for when, value in self.log if when <= at]
        whole = self.whole if whole is None else whole
        return Fraction(min(reached[-1], whole), whole) if reached else Fraction(0)

    def day_before(self, day):
        """Through which day all is fixed by a change on this day."""
        return int(CALENDAR.starts[CALENDAR.period_of(day)]) - 1 if self.kind == "custom" else day - 1


@st.composite
def a_line(draw, kind):
    log = sorted({day: value for day, value in draw(steps)}.items())
    whole = draw(quantities)
    if kind == "milestone":
        total = 0
        reached = []
        for day, weight in log:
            total += weight // 5 + 1
            reached.append((FIRST + day, total))
        return Line(kind, draw(prices), total + draw(st.integers(int(not log), LARGEST // 5)), tuple(reached))
    if kind == "custom":
        plan = zip([day // 31 for day, _ in log], sorted(v % (PERCENT + 1) for _, v in log), strict=True)
        return Line(kind, draw(prices), PERCENT, tuple({offset: value for offset, value in plan}.items()))
    if kind == "start":
        return Line(kind, draw(prices), 10**6, (), start=FIRST + draw(days))
    return Line(kind, draw(prices), whole, tuple((FIRST + day, value) for day, value in log), start=NO_DAY)


def rounded(value):
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def run_on(line, price, changed, day, whole=None):
    """What was earned stays, and the rest of the new price is earned by what remains; what is returned goes as it came.
    The running total is rounded, once."""
    before = line.day_before(changed)
    fixed = rounded(line.stated * line.earned(before))
    was, now = line.earned(before, whole), line.earned(day, whole)
    if now < was:
        return rounded((price if was == 1 else fixed) * now / was)
    part = Fraction(1) if was == 1 else max(now - was, Fraction(0)) / (1 - was)
    return rounded(fixed + (price - fixed) * part)


@pytest.mark.parametrize("treatment", [PROSPECTIVE, CATCH_UP, AUTO])
@pytest.mark.parametrize("kind", METHODS)
@OF_METHODS
@given(st.data(), prices, quantities, days, days)
def test_a_changed_price_is_exact(life, kind, treatment, data, price, quantity, changed, later):
    """And a changed quantity, of what is complete when it is delivered."""
    line = data.draw(a_line(kind))
    whole = quantity if kind == "delivery" else None
    change = {"day": FIRST + changed, "treatment": treatment, "amount": price, "quantity_e6": quantity}
    day = FIRST + max(changed, later)
    caught_up = treatment == CATCH_UP or (treatment == AUTO and kind == "milestone")
    nothing = price == line.stated and quantity == line.columns(11)["quantity_e6"]
    expected = (
        rounded(price * line.earned(day, whole))
        if caught_up or nothing
        else run_on(line, price, FIRST + changed, day, whole)
    )
    run = life(
        [line.columns(11)], [change], progress=line.progress(11), calendar=CALENDAR, allocation="stated_price"
    )
    assert run.on(day) == [expected]
    assert run.prices == [price]


@pytest.mark.parametrize("kind", METHODS)
@OF_METHODS
@given(st.data(), prices, days, days)
def test_a_cancellation_and_its_fee_are_exact(life, kind, data, fee, end, later):
    line = data.draw(a_line(kind))
    cancel = {"kind": int(ChangeKind.CANCEL), "day": FIRST + end + 1, "end": FIRST + end, "amount": fee}
    run = life([line.columns(11)], [cancel], progress=line.progress(11), calendar=CALENDAR)
    day = FIRST + later
    earned = rounded(line.stated * line.earned(min(day, FIRST + end)))
    assert run.on(day) == [earned + (fee if later > end else 0)]
    assert run.prices == [rounded(line.stated * line.earned(FIRST + end)) + fee]


@pytest.mark.parametrize("kind", METHODS)
@OF_METHODS
@given(st.data(), prices, days, days)
def test_an_estimate_is_exact(life, kind, data, amount, changed, later):
    line = data.draw(a_line(kind))
    estimate = {
        "kind": int(ChangeKind.PRICE_CHANGE), "obligation": -1, "day": FIRST + changed, "amount": amount - line.stated,
    }  # fmt: skip
    run = life([line.columns(11)], [estimate], progress=line.progress(11), calendar=CALENDAR)
    assert run.on(FIRST + later) == [rounded(amount * line.earned(FIRST + later))]


@pytest.mark.parametrize("kind", METHODS)
@OF_METHODS
@given(st.data(), days, days)
def test_a_separate_contract_is_exact(life, kind, data, changed, later):
    """The line that was there earns on, the new one by itself."""
    old, new = data.draw(a_line(kind)), data.draw(a_line(kind))
    change = {"id": 1, "day": FIRST + changed, "obligation": 12, "treatment": SEPARATE}
    run = life(
        [old.columns(11), new.columns(12, added_by=1)],
        [change],
        progress=[*old.progress(11), *new.progress(12)],
        calendar=CALENDAR,
    )
    day = FIRST + later
    assert run.prices == [old.stated, new.stated]
    assert run.on(day) == [rounded(line.stated * line.earned(day)) for line in (old, new)]


def largest_remainder(amount, weights):
    """On the absolute total, ties to the later line."""
    exact = [Fraction(abs(amount)) * weight / sum(weights) for weight in weights]
    parts = [int(part) for part in exact]
    order = sorted(range(len(parts)), key=lambda i: (exact[i] - parts[i], i), reverse=True)
    for i in order[: abs(amount) - sum(parts)]:
        parts[i] += 1
    return [part if amount >= 0 else -part for part in parts]


@settings(OF_METHODS, max_examples=20)
@given(st.data(), st.lists(st.sampled_from(METHODS), min_size=2, max_size=3), prices, days)
def test_pooled_rests_are_exact(life, data, kinds, price, changed):
    """A price is shared by stand-alone selling prices, changed once, and what remains is shared by what remains of
    each weight: of the changed line and of all that are not finished."""
    lines = [data.draw(a_line(kind)) for kind in kinds]
    lines = [Line(x.kind, x.stated, x.whole, x.log, x.start, data.draw(prices)) for x in lines]
    weights = [Fraction(line.ssp * (line.whole if line.kind == "delivery" else 10**6)) for line in lines]
    inception = largest_remainder(sum(line.stated for line in lines), weights)
    left = [1 - line.earned(line.day_before(FIRST + changed)) for line in lines]
    fixed = [rounded(price * (1 - part)) for price, part in zip(inception, left, strict=True)]
    difference = price - lines[0].stated
    members = [n for n, part in enumerate(left) if part or n == 0]
    remaining = [weights[n] * left[n] for n in members]
    if not any(remaining):  # all is finished: the changed line has the change for itself
        remaining = [Fraction(1)]
    pool = sum(inception[n] - fixed[n] for n in members) + difference
    expected = list(inception)
    if difference:
        for n, part in zip(members, largest_remainder(pool, remaining), strict=True):
            expected[n] = fixed[n] + part
    run = life(
        [line.columns(11 + n) for n, line in enumerate(lines)],
        [{"day": FIRST + changed, "amount": price}],
        progress=[step for n, line in enumerate(lines) for step in line.progress(11 + n)],
        calendar=CALENDAR,
    )
    assert run.outcome.inception.tolist() == inception
    assert run.prices == expected

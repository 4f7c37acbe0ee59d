"""Every method at the bounds, and through modifications: prices of 10**15 minor units, terms of 10**5 days, quantities
with 6 decimals. What is expected is the second reading's, in fractions."""

import datetime as dt
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revrec.accounting.book import Book, Changes, Contracts, Obligations, Progress
from revrec.accounting.calendar import month_calendar, parse_day, to_date
from revrec.accounting.planning import plan_contracts
from revrec.accounting.policy import Policy
from revrec.accounting.recognition import DATED
from revrec.accounting.schedule import position
from revrec.accounting.terms import ChangeKind, Method, Treatment

sys.path.insert(0, str(Path(__file__).parent))

from reference.methods import Facts, Terms
from reference.months import month_of
from reference.obligations import Obligation, Ssp, Stage, restated

LARGEST = 10**15
CALENDAR = month_calendar("2000-01", "2600-12")
START = dt.date(2001, 1, 17)
FIRST = parse_day(START.isoformat())
DAY = dt.timedelta(days=1)

prices = st.one_of(st.integers(1, LARGEST), st.sampled_from([1, LARGEST - 1, LARGEST, 2**49 + 1]))
terms = st.one_of(st.integers(1, 10**5), st.sampled_from([1, 365, 10**5]))
short = st.integers(1, 800)
delivered = st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 10**15)), max_size=3)


def engine(method, rounding, price, end, quantity, progress, change, day):
    """The running total at the end of a day's period."""
    days = sorted(progress)
    total, log = 0, []
    for offset, value in days:
        total = total + value if method is Method.UNITS else value
        log.append((FIRST + offset, total))
    book = Book(
        CALENDAR,
        Contracts.of(id=1, customer=5, subsidiary=1, currency=0, base_currency=0, ordered_day=FIRST),
        Obligations.of(
            id=[11],
            contract=1,
            order=100,
            method=int(method),
            stated=price,
            ordered_day=FIRST,
            start=FIRST,
            end=end,
            quantity_e6=quantity,
        ),
        changes=change,
        progress=Progress.of(obligation=11, day=[d for d, _ in log], value=[v for _, v in log]),
    )
    policy = Policy(allocation="stated_price", rounding=rounding)
    last = len(CALENDAR) - 1
    plan = plan_contracts(book, last, policy).outcome.plan
    at = int(CALENDAR.end_of(CALENDAR.period_of(day)))
    return int(position(plan, at).target[0])


def reading(method, rounding, price, end, quantity, progress, new, day):
    """The same by the second reading; ``new``: (treatment, day, price, end)."""
    kind = "quantity" if method is Method.UNITS else "percent"
    facts = Facts(
        START,
        tuple((START + o * DAY, kind, Fraction(value, 10**6)) for o, value in sorted(progress)),
    )
    line = Obligation(
        order="S",
        line="1",
        product=None,
        customer="A",
        terms=Terms(method.name.lower(), None, START, to_date(end), Fraction(quantity, 10**6)),
        facts=facts,
        stated=price,
        ssp=Ssp(),
        last_period=rounding == "last_period",
    )
    treatment, changed, amount, longer = new
    after = restated(line.terms, to_date(longer), None)
    if treatment is Treatment.PROSPECTIVE:
        line.stages = [Stage(None, None, 0, price, line.terms)]
        line.start_stage(to_date(changed), amount - price, Fraction(0), after)
    else:
        line.terms = after
        line.stages = [Stage(None, None, 0, amount, after)]
    return line.target(month_of(to_date(day)))


def compare(method, rounding, treatment, price, term, amount, more, changed, day, quantity, progress):
    end = FIRST + term - 1
    longer = end + more
    change = Changes.of(
        id=9, kind=int(ChangeKind.MODIFICATION), day=FIRST + changed, contract=1, obligation=11,
        treatment=int(treatment), amount=amount, end=longer,
    )  # fmt: skip
    given_ = method, rounding, price, end, quantity, progress
    # From the day of the change on: before it, the leg of inception holds.
    day = FIRST + max(day, changed)
    assert engine(*given_, change, day) == reading(*given_, (treatment, FIRST + changed, amount, longer), day)


@pytest.mark.parametrize("treatment", [Treatment.PROSPECTIVE, Treatment.CUMULATIVE_CATCH_UP])
@pytest.mark.parametrize("method", DATED)
@settings(deadline=None, max_examples=6)
@given(prices, terms, prices, st.integers(1, 10**5), st.floats(0, 1), st.floats(0, 1.2))
def test_a_dated_method_is_exact_over_the_longest_terms(
    method, treatment, price, term, amount, more, when, then
):
    day = int(then * (term + more))
    compare(method, "cumulative", treatment, price, term, amount, more, int(when * term), day, 10**6, [])


@pytest.mark.parametrize("method", DATED)
@settings(deadline=None, max_examples=6)
@given(prices, short, prices, short, st.floats(0, 1), st.floats(0, 1.2))
def test_each_period_rounded_by_itself_is_exact(method, price, term, amount, more, when, then):
    day = int(then * (term + more))
    treatment = Treatment.PROSPECTIVE
    compare(method, "last_period", treatment, price, term, amount, more, int(when * term), day, 10**6, [])


@pytest.mark.parametrize("treatment", [Treatment.PROSPECTIVE, Treatment.CUMULATIVE_CATCH_UP])
@pytest.mark.parametrize("method", [Method.UNITS, Method.PERCENT_COMPLETE])
@settings(deadline=None, max_examples=15)
@given(prices, prices, st.integers(1, 10**15), delivered, st.integers(0, 4000), st.integers(0, 5000))
def test_progress_is_exact_to_the_sixth_decimal(
    method, treatment, price, amount, quantity, progress, when, day
):
    if method is Method.PERCENT_COMPLETE:
        progress = [(offset, value % (100 * 10**6 + 1)) for offset, value in progress]
    days = {offset: (offset, value) for offset, value in progress}  # one a day
    compare(method, "cumulative", treatment, price, 4000, amount, 1, when, day, quantity, list(days.values()))

"""An explanation in sentences."""

from collections.abc import Iterator

from api.views.amount_text import amount_text as _a
from api.views.explain_words import SCALED, quantity_text
from api.views.explained import ExplainView, FractionView


def sentences_of(view: ExplainView) -> Iterator[str]:
    """What was earned and how it comes about, one sentence a line."""
    money = view.currency
    what = (
        f"{view.name} ({view.product or view.description or 'no product'}), contract {view.contract_number}"
    )
    yield f"{what}, {view.customer}. {view.period}: revenue {_a(view.revenue)} {money}."
    if view.booked:
        yield f"{view.period} is closed: this is what stands in the books."
    else:
        yield f"NOT BOOKED: {view.period} is open; this is what would be booked if it closed now."
    for one in view.waiting:
        yield f"It waits: {one.reason}; {_a(one.amount)} {money} are not earned until that is settled."
    if view.leg is None:
        yield "How its price came about was not kept; it is from the next close on."
    else:
        yield from _earned(view)
    yield from _moved(view)


def versions_told(view: ExplainView) -> list[list[str]]:
    """Rows of the table of order versions."""
    rows = []
    for one in view.versions:
        dates = f"{one.starts or 'no start'} to {one.ends or 'no end'}" if one.amount is not None else ""
        if one.cancelled_on:
            dates += f" (cancelled, last day {one.cancelled_on})"
        chosen = f"{one.treatment} (by {one.by})" if one.treatment else ""
        amount = one.amount if one.amount is not None else "not in it"
        rows.append(
            [str(one.version), one.effective_on.isoformat(), amount, dates.strip(), chosen, one.reason]
        )
    return rows


def _earned(view: ExplainView) -> Iterator[str]:
    leg, money = view.leg, view.currency
    assert leg is not None
    dates = f" from {view.starts} to {view.ends}" if view.starts and view.ends else ""
    trigger = f" on {view.trigger}" if view.trigger else ""
    yield f"It is earned by `{view.method}`{trigger}{dates}; allocated to it: {_a(view.allocated)} {money}."
    if view.method == "as_invoiced":
        yield (
            "Usage is earned as it is invoiced, for the usage period that each line names, and accrued at the stated "
            f"rate after it: {_a(view.target)} {money} so far."
        )
        return
    if leg.since is not None:
        yield f"{_a(leg.fixed)} was recognised before {leg.since} and stays; {_a(leg.rest)} runs on since."
    if leg.stops_on is not None:
        yield f"It is cancelled: nothing is earned after {leg.stops_on}."
    if view.fraction is None:
        return
    parts = [f"{_a(leg.rest)} x {_fraction(view.fraction)}"]
    if leg.fixed.strip("-0."):
        parts.insert(0, _a(leg.fixed))
    if leg.lump_on is not None and leg.lump_on <= view.period_ends:
        parts.append(f"{_a(leg.lump)} (at once on {leg.lump_on})")
    if not view.moved:
        yield f"Earned when it last moved: {' + '.join(parts)} = {_a(view.target)} {money}."
    elif view.rounding == "last_period":
        yield (
            f"Earned by {view.period_ends}: {' + '.join(parts)}, every period rounded by itself and the last one "
            f"taking what is left = {_a(view.target)} {money}."
        )
    else:
        yield f"Earned by {view.period_ends}: {' + '.join(parts)} = {_a(view.target)} {money}."


def _fraction(fraction: FractionView) -> str:
    if fraction.unit in SCALED and fraction.denominator >= 10**6:
        part, whole = quantity_text(fraction.numerator), quantity_text(fraction.denominator)
        return f"{part}/{whole} {fraction.unit}"
    if fraction.unit.startswith("on "):
        return f"{fraction.numerator}/{fraction.denominator} ({fraction.unit[3:]})"
    return f"{fraction.numerator}/{fraction.denominator} {fraction.unit}"


def _moved(view: ExplainView) -> Iterator[str]:
    money = view.currency
    if not view.moved:
        yield f"Nothing moved in {view.period}: {_a(view.target)} {money} was recognised before and stays."
        return
    before, revenue = _a(view.booked_before), _a(view.revenue)
    yield f"Recognised before: {before}. {_a(view.target)} - {before} = {revenue} {money}."
    if view.adjustment.strip("-0."):
        yield (
            f"Of it {_a(view.adjustment)} belongs to closed periods ({view.cause}: {view.cause_meaning}): by what is "
            f"known now {_a(view.should_have_been)} should have been recognised by the end of the period before."
        )
        less = f"({_a(view.adjustment)})" if view.adjustment.startswith("-") else view.adjustment
        yield f"The period itself: {_a(view.revenue)} - {less} = {_a(view.current)} {money}."
    if view.base is not None:
        base = view.base
        rate = f", on average at {base.rate}" if base.rate else ""
        yield (
            f"In {base.currency}: {_a(base.target)} - {_a(base.booked_before)} = {_a(base.revenue)}{rate}; adjustment "
            f"{_a(base.adjustment)}."
        )

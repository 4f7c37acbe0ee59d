"""What a close says of prices: how each obligation got its own, and the leg it runs on. Read by those who explain."""

from __future__ import annotations

import numpy as np

from revrec.accounting.allocation import prepare_weigher, stated_prices, terms_in_units
from revrec.accounting.book import Book
from revrec.accounting.choices import relative_contracts
from revrec.accounting.columns import (
    NO_AMOUNT,
    NO_DAY,
    NONE,
    Column,
    Each,
    differs,
    each_of,
    filled,
    find_rows,
    rows_where,
    sort_rows,
    spread,
)
from revrec.accounting.earning import Earned
from revrec.accounting.inception import contract_rows, resolved_triggers
from revrec.accounting.modifications import Outcome
from revrec.accounting.money import share, share_columns
from revrec.accounting.policy import Policy
from revrec.accounting.result import Allocations
from revrec.accounting.schedule import Legs, taken_back
from revrec.accounting.terms import Method, SspKind


def list_allocations(
    book: Book, outcome: Outcome, earned: Earned, period: Each, policy: Policy
) -> Allocations:
    """One row per obligation that has begun by the end of its period. ``book``, ``outcome``: as they were planned."""
    _, day = book.calendar.first_and_last(period)
    o, legs = book.obligations, outcome.plan.legs
    rows = rows_where(o.ordered_day <= day)
    if not rows.size:
        return Allocations.empty()
    first = filled(len(o), NONE)
    first[legs.row[::-1]] = np.arange(len(legs))[::-1]
    leg = earned.position.leg[rows]
    now = legs.take(leg)
    # A fee fixes on the leg of inception what an immediate credit took from it.
    later = (leg != first[rows]) | (now.fixed != 0)
    usage = o.method[rows] == Method.AS_INVOICED
    once = o.method[rows] == Method.POINT_IN_TIME
    quantity = quantities_now(book)[rows]
    allocated = outcome.allocated[rows]
    return Allocations(
        obligation=o.id[rows],
        contract=o.contract[rows],
        order_version=o.order_version[rows],
        added_by=o.added_by[rows],
        method=o.method[rows],
        trigger=np.where(once, resolved_triggers(book)[rows] if once.any() else NONE, NONE),
        starts=now.start,
        ends=now.end,
        quantity_e6=quantity,
        price=stated_prices(book)[rows],
        stated=outcome.stated[rows],
        ssp=prices_used(book, outcome, policy)[rows],
        ssp_per=o.ssp_per[rows],
        weight=outcome.weight[rows],
        inception=outcome.inception[rows],
        allocated=allocated,
        fixed=_fixed(outcome, now, spread(rows.size, each_of(day, rows)), earned.position.numerator[rows]),
        leg_from=np.where(later, now.from_day, NO_DAY),
        rest=now.rest,
        lump=now.extra,
        lump_day=np.where(now.extra == 0, NO_DAY, now.extra_day),
        stops=now.stop_day,
        remaining=np.where(usage, 0, allocated - earned.target[rows]),
        flags=outcome.flags[rows],
    )


def _fixed(outcome: Outcome, now: Legs, day: Column, numerator: Column) -> Column:
    """What was recognised before the leg began, and stays: less what was returned since."""
    if not differs(now.before, 0):
        return now.fixed
    return now.fixed + taken_back(outcome.plan, now, day, numerator)


def quantities_now(book: Book) -> Column:
    """Each obligation's quantity after the last change that names one."""
    o, changes = book.obligations, book.changes
    quantity = o.quantity_e6.copy()
    if not len(changes):
        return quantity
    given = changes.take((changes.quantity_e6 != NONE) & (changes.obligation != NONE))
    if not len(given):
        return quantity
    order = sort_rows(given.day, given.kind, given.sequence)
    row = find_rows(o.id, given.obligation[order])
    here = row != NONE
    quantity[row[here]] = given.quantity_e6[order][here]  # the last assignment of a row wins
    return quantity


def prices_used(book: Book, outcome: Outcome, policy: Policy) -> Column:
    """The stand-alone price of one unit that each weight was made of, minor units; NO_AMOUNT: the stated price was.

    Of a range or a residual it is found from the weight, and so rounded; the weight is exact.
    """
    o = book.obligations
    if not differs(o.ssp_low, NO_AMOUNT) and not differs(o.ssp_kind, int(SspKind.OBSERVED)):
        return filled(len(o), NO_AMOUNT)
    shared = relative_contracts(book.contracts, policy)[contract_rows(book)]
    point = shared & (o.ssp_low != NO_AMOUNT) & (o.ssp_kind != SspKind.RESIDUAL)
    used = np.where(point, o.ssp_low, NO_AMOUNT)
    found = (point & (o.ssp_high > o.ssp_low)) | (shared & (o.ssp_kind == SspKind.RESIDUAL))
    found &= (o.bundle == NONE) & (outcome.weight > 0)
    rows = rows_where(found)
    if not rows.size:
        return used
    shift = prepare_weigher(book, contract_rows(book), policy).shift[rows]
    term = terms_in_units(o.ssp_per, o.start, o.end)[rows]
    quantity = o.quantity_e6[rows]
    units = quantity.astype(np.float64) * term
    safe = (units < 2.0**62) & (units > 0)
    part = np.where(safe, quantity * np.where(safe, term, 0), 1)
    used[rows] = share_columns(np.where(safe, outcome.weight[rows], 0), 1 << shift, part)
    for row in rows_where(~safe & (units > 0)).tolist():
        weight, whole = int(outcome.weight[rows[row]]), int(quantity[row]) * int(term[row])
        used[rows[row]] = share(weight, 1 << int(shift[row]), whole)
    return used

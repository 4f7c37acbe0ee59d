"""Deliveries, percentages, milestones and plans, as the cumulative progress of obligations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlmodel import Session

from revrec.accounting.book import Obligations, Progress
from revrec.accounting.columns import NO_AMOUNT, NONE, Column, Mask, find_rows
from revrec.accounting.money import QUANTITY_SCALE, cumulate_within, parse_scaled, share
from revrec.accounting.terms import Method
from revrec.store.books.arrays import columns_of
from revrec.store.core import delivery

PERCENT = 100 * QUANTITY_SCALE
QUANTITY_DECIMALS = 6
BY_OTHER_THAN_QUANTITY = (int(Method.PERCENT_COMPLETE), int(Method.MILESTONE))


@dataclass(frozen=True, eq=False)
class Reported:
    """Progress of obligations; `whole`: per obligation the progress at which all is earned, NONE: as the method says.

    `unplanned`: obligations whose method needs a plan that nobody gave.
    """

    progress: Progress
    whole: Column
    unplanned: Mask


def read_progress(
    session: Session,
    obligations: Obligations,
    plan: Column,
    plans: Sequence[Mapping[str, Any]],
    last_day: date,
) -> Reported:
    """What was reported by `last_day` and not withdrawn. `plan`: per obligation a place in `plans`, NONE: none.

    A report that the obligation's method cannot read (a quantity where it is earned by milestones, a milestone that its
    plan does not know) moves nothing.
    """
    custom, milestones = obligations.method == Method.CUSTOM, obligations.method == Method.MILESTONE
    kinds = [set(one) for one in plans]
    planned = {
        name: np.isin(plan, [code for code, kind in enumerate(kinds) if name in kind])
        for name in ("percentages", "milestones")
    }
    unplanned = (custom & ~planned["percentages"]) | (milestones & ~planned["milestones"])
    weights = {
        code: {str(m["name"]): parse_scaled(str(m["weight"]), QUANTITY_DECIMALS) for m in one["milestones"]}
        for code, one in enumerate(plans)
        if "milestones" in kinds[code]
    }
    whole = np.full(len(obligations), NONE, dtype=np.int64)
    for code, named in weights.items():
        whole[milestones & (plan == code)] = max(sum(named.values()), 1)
    parts = [
        _spread(obligations.id[custom & (plan == code)], one["percentages"])
        for code, one in enumerate(plans)
        if "percentages" in kinds[code]
    ]
    parts.append(_delivered(session, obligations, plan, weights, last_day))
    return Reported(Progress.concat(parts), whole, unplanned)


def _spread(obligation: Column, percentages: Sequence[Sequence[str]]) -> Progress:
    """A custom plan, for each of these obligations: cumulative percentages by the period's offset."""
    stated = sorted((int(offset), parse_scaled(str(part), QUANTITY_DECIMALS)) for offset, part in percentages)
    size = len(stated)
    return Progress.of(
        obligation=np.repeat(obligation, size),
        day=np.tile(np.array([offset for offset, _ in stated], dtype=np.int64), obligation.size),
        value=np.tile(np.cumsum([part for _, part in stated], dtype=np.int64), obligation.size),
    )


def _delivered(
    session: Session,
    obligations: Obligations,
    plan: Column,
    weights: Mapping[int, Mapping[str, int]],
    last_day: date,
) -> Progress:
    d = delivery.c
    rows = session.execute(
        select(d.obligation_id, d.day, d.quantity_e6, d.percent_e6, d.milestone)
        .where(d.withdrawn_at.is_(None), d.day <= last_day)
        .order_by(d.obligation_id, d.day, d.id)
    ).all()
    if not rows:
        return Progress.empty()
    found = columns_of([row[:2] for row in rows], ["obligation", "day"])
    row = find_rows(obligations.id, found["obligation"])
    quantity = np.array([NO_AMOUNT if one[2] is None else one[2] for one in rows], dtype=np.int64)
    by_quantity = (row != NONE) & (quantity != NO_AMOUNT)
    by_quantity[by_quantity] = ~np.isin(obligations.method[row[by_quantity]], BY_OTHER_THAN_QUANTITY)
    told = (row != NONE) & (quantity == NO_AMOUNT)
    mixed = np.isin(found["obligation"], np.unique(found["obligation"][told]))
    plain = np.flatnonzero(by_quantity & ~mixed)
    value = cumulate_within(quantity[plain], found["obligation"][plain])
    steps = Progress.of(obligation=found["obligation"][plain], day=found["day"][plain], value=value)
    return Progress.concat(
        (steps, _told(obligations, plan, weights, rows, row, np.flatnonzero((by_quantity | told) & mixed)))
    )


def _told(
    obligations: Obligations,
    plan: Column,
    weights: Mapping[int, Mapping[str, int]],
    rows: Sequence[Any],
    row: Column,
    which: Column,
) -> Progress:
    """Obligations that were told percentages or milestones, report by report; a milestone is reached once."""
    stood: dict[int, int] = {}
    reached: set[tuple[int, str]] = set()
    found: list[tuple[int, date, int]] = []
    for at in which.tolist():
        obligation, day, quantity, percent, milestone = rows[at]
        own = int(row[at])
        before = stood.get(obligation, 0)
        if percent is not None:
            whole = PERCENT
            if obligations.method[own] != Method.PERCENT_COMPLETE:
                whole = max(int(obligations.quantity_e6[own]), 0)
            value = share(percent, whole, PERCENT)
        elif quantity is not None:
            value = before + quantity
        else:
            weight = weights.get(int(plan[own]), {}).get(milestone)
            if weight is None or (obligation, milestone) in reached:
                continue
            reached.add((obligation, milestone))
            value = before + weight
        stood[obligation] = value
        found.append((obligation, day, value))
    return Progress.of(**columns_of(found, ["obligation", "day", "value"]))

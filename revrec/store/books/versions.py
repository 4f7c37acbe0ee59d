# ruff: noqa: RUF009 - `column` is dataclasses.field with a default for Table.of
"""Versions of orders, and which of them are in force on a day.

A version is superseded when a later published one is effective on or before the same day: what is in force then is a
chain of versions, each effective after the one before. The first is the order's inception, the others modify it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import IntEnum
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlmodel import Session

from revrec.accounting.calendar import Calendar
from revrec.accounting.columns import NO_DAY, NONE, Column, Mask, Table, column, group_rows
from revrec.accounting.terms import Treatment
from revrec.store.books.arrays import columns_of, ranks
from revrec.store.books.newest import last_rows, pick
from revrec.store.books.timelines import Timeline
from revrec.store.core import contract, job, order_version, period_close, sales_order, version_treatment
from revrec.store.reference.entities import entity_subsidiaries

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)


class Said(IntEnum):
    """What a person may say of a version besides how it modifies."""

    PRICE_CHANGE = 100
    """An estimate of variable consideration, no modification."""
    CORRECTION = 101
    """The order had always been so."""
    NOT_CANCELLED = 102
    """The order was lost or deleted, and never was cancelled."""


TREATMENTS = {one.name.lower(): int(one) for one in (*Treatment, *Said)}


@dataclass(frozen=True, eq=False)
class Versions(Table):
    """One row a version, in order of order and number. Days are day numbers, `cancelled` is the last day served."""

    id: Column = column()
    order: Column = column()
    contract: Column = column()
    day: Column = column()  # effective
    ordered: Column = column()
    cancelled: Column = column(NO_DAY)
    customer: Column = column()
    subsidiary: Column = column(NONE)
    currency: Column = column(NONE)
    order_rank: Column = column()
    contract_rank: Column = column()
    problem: Column = column(0)
    combined: Column = column(
        0
    )  # a person put the order into its contract: accounted for as if signed with it
    named: Column = column(0)  # its subsidiary is told by the selling entity that the CRM names
    said: Column = column(int(Treatment.AUTO))  # Treatment or Said
    known: Column = column(NONE)  # the period whose close first saw it


def read_versions(
    session: Session,
    *,
    last_day: date,
    currency_codes: Mapping[str, int],
    treatment: Timeline,
    closes: "Closes",
) -> Versions:
    """Every published version effective by `last_day`, superseded ones included."""
    v, o, c = order_version.c, sales_order.c, contract.c
    rows = session.execute(
        select(
            v.id,
            v.order_id,
            o.contract_id,
            v.effective_on,
            v.ordered_on,
            v.cancelled_on,
            v.crm_customer_id,
            v.subsidiary_id,
            v.currency,
            o.number,
            c.number.label("contract_number"),
            c.key.label("contract_key"),
            v.problem,
            v.job_id,
            o.combined,
            v.entity,
        )
        .join_from(order_version, sales_order, o.id == v.order_id)
        .join(contract, c.id == o.contract_id)
        .where(v.published, v.effective_on <= last_day)
        .order_by(v.order_id, v.number)
    ).all()
    if not rows:
        return Versions.empty()
    texts = list(zip(*(row[8:13] for row in rows), strict=True))
    order_ranks = ranks(texts[1])
    # A contract and an order may be numbered alike: the key tells them apart, and no rank is shared.
    keys = [f"{number}\0{key}" for number, key in zip(texts[2], texts[3], strict=True)]
    contract_ranks = ranks(keys)
    names = ["id", "order", "contract", "day", "ordered_day", "cancelled_day", "customer", "subsidiary"]
    entities = entity_subsidiaries(session)
    homes = [row[7] if row[7] is not None else entities.subsidiary_of(row[15]) for row in rows]
    plain = columns_of([(*row[:7], home) for row, home in zip(rows, homes, strict=True)], names)
    versions = Versions.of(
        **{name.removesuffix("_day"): values for name, values in plain.items()},
        currency=_codes(texts[0], currency_codes),
        order_rank=_codes(texts[1], order_ranks),
        contract_rank=_codes(keys, contract_ranks),
        problem=np.array([bool(text) for text in texts[4]], dtype=np.int64),
        combined=np.array([row[14] for row in rows], dtype=np.int64),
        named=np.array([bool(row[15]) and row[7] is None for row in rows], dtype=np.int64),
    )
    return replace(
        versions,
        said=_said(session, versions, treatment),
        known=closes.first_that_saw(versions.day, [row[13] for row in rows]),
    )


def chain(versions: Versions) -> Mask:
    """Which versions are in force: no later one of the order is effective on or before the same day."""
    size = len(versions)
    if not size:
        return np.zeros(0, dtype=np.bool_)
    order, _ = group_rows(versions.order)
    # From the last version to the first, the earliest day so far; each order begins anew, far below the one after it.
    room = int(versions.day.max() - versions.day.min()) + 2
    day = (versions.day - versions.day.min() + order * room)[::-1]
    earliest = np.minimum.accumulate(day)[::-1]
    later = np.append(earliest[1:], earliest[-1] + room)
    last = np.append(order[1:] != order[:-1], True)
    in_force: Mask = last | (day[::-1] < later)
    return in_force


class Closes:
    """The standing closes, and when the jobs that published something did: which close first saw a fact."""

    def __init__(
        self, session: Session, calendar: Calendar, period: int, first_period: int, *, opening: bool
    ) -> None:
        p, j = period_close.c, job.c
        rows = session.execute(
            select(p.period, p.closed_at).where(p.state == "closed", p.closed_at.is_not(None))
        )
        found = {calendar.index(name): closed for name, closed in rows}
        self._period = period
        self._closes = sorted(one for one in found.items() if one[0] < period)
        if not opening and period == first_period and not self._closes:
            # What the opening of the first close holds came in with it: nothing of it is new to the first period.
            self._closes = [(period - 1, LAST)]
        self._ends = calendar.ends
        published = select(j.id, j.published_at).where(j.published_at.is_not(None))
        self._published: dict[int, datetime] = {key: at for key, at in session.execute(published)}

    def first_that_saw(self, day: Column, jobs: list[int]) -> Column:
        """Per fact the first period that ends on or after its day and closed after its job published it; the period
        being closed where there is none."""
        moments = {key: self._published.get(key, FIRST) for key in set(jobs)}
        return self._first(day, [moments[key] for key in jobs])

    def first_after(self, day: Column, moments: list[datetime]) -> Column:
        """The same for facts that a person stated at a moment."""
        return self._first(day, moments)

    def _first(self, day: Column, moments: list[datetime]) -> Column:
        known = np.full(day.size, self._period, dtype=np.int64)
        if not self._closes or not day.size:
            return known
        stamps = sorted({*(at for at in moments), *(at for _, at in self._closes)})
        place = {at: number for number, at in enumerate(stamps)}
        stated = np.array([place[at] for at in moments], dtype=np.int64)
        for period, closed in reversed(self._closes):
            seen = (day <= int(self._ends[period])) & (stated < place[closed])
            known = np.where(seen, period, known)
        return known


def _said(session: Session, versions: Versions, treatment: Timeline) -> Column:
    t = version_treatment.c
    rows = session.execute(select(t.order_version_id, t.treatment).order_by(t.id)).all()
    by_policy = treatment.on(versions.day)
    if not rows:
        return by_policy
    decided = columns_of([(key, TREATMENTS[text]) for key, text in rows], ["version", "said"])
    own = pick(decided["said"], last_rows(decided["version"], versions.id), NONE)
    said: Column = np.where(own == NONE, by_policy, own)
    return said


def _codes(texts: Any, codes: Mapping[str, int]) -> Column:
    return np.fromiter((codes.get(text, NONE) for text in texts), dtype=np.int64, count=len(texts))

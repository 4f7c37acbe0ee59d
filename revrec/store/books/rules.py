# ruff: noqa: RUF009 - `column` is dataclasses.field with a default for Table.of
"""What people said of products and of single lines, and how a line is earned by it.

A line's own rule goes before what its order says, that before its product's rule (of the contract's inception), that
before the catalogue, and that before the policy of that day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlmodel import Session

from revrec.accounting.columns import NO_DAY, NONE, Column, Table, column
from revrec.accounting.terms import AssetKind, Trigger
from revrec.store.books.arrays import columns_of
from revrec.store.books.lines import UNKNOWN_METHOD, codes_of, method_code, trigger_code
from revrec.store.books.newest import last_rows, newest_rows, pick
from revrec.store.books.timelines import Timeline
from revrec.store.core import line_rule, product, product_rule

PLANNED = {"percentages", "milestones"}


@dataclass(frozen=True, eq=False)
class _Rules(Table):
    """Rules of products or of lines, in the order in which they were set."""

    key: Column = column()  # product or line
    day: Column = column(NO_DAY)
    method: Column = column(NONE)
    trigger: Column = column(int(Trigger.AUTO))
    asset_kind: Column = column(int(AssetKind.AUTO))
    plan: Column = column(NONE)
    segments: Column = column(NONE)
    ramp: Column = column(1)
    start: Column = column(NO_DAY)
    end: Column = column(NO_DAY)
    held: Column = column(0)


@dataclass(frozen=True, eq=False)
class Catalogue(Table):
    """Products as the CRM and NetSuite know them."""

    id: Column = column()
    method: Column = column(NONE)
    trigger: Column = column(int(Trigger.AUTO))
    category: Column = column(NONE)


@dataclass(frozen=True, eq=False)
class Terms(Table):
    """How each of some lines is earned. `method` NONE: there is no rule for it."""

    method: Column = column()
    trigger: Column = column()
    asset_kind: Column = column()
    segments: Column = column()  # the product's own segment set
    plan: Column = column()
    ramp: Column = column()
    held: Column = column()


@dataclass(frozen=True)
class Rules:
    """Everything that rules how lines are earned, read once.

    `plans`: what plan codes mean. `categories`: what category codes mean.
    """

    products: _Rules
    lines: _Rules
    catalogue: Catalogue
    plans: tuple[Any, ...]
    categories: Mapping[int, str]
    method: Timeline

    def terms_of(self, line: Column, product: Column, day: Column, method: Column, trigger: Column) -> Terms:
        """Terms of lines whose orders say `method` and `trigger` (NONE and AUTO where they say nothing), and that
        began on `day`."""
        own = last_rows(self.lines.key, line)
        ruled = newest_rows((self.products.key,), self.products.day, (product,), day)
        listed = last_rows(self.catalogue.id, product)
        chosen = _first_that_says(
            NONE,
            pick(self.lines.method, own, NONE),
            method,
            pick(self.products.method, ruled, NONE),
            pick(self.catalogue.method, listed, NONE),
            self.method.on(day),
        )
        auto, either = int(Trigger.AUTO), int(AssetKind.AUTO)
        return Terms(
            method=np.where(chosen == UNKNOWN_METHOD, NONE, chosen),
            trigger=_first_that_says(
                auto,
                pick(self.lines.trigger, own, auto),
                trigger,
                pick(self.products.trigger, ruled, auto),
                pick(self.catalogue.trigger, listed, auto),
            ),
            asset_kind=_first_that_says(
                either,
                pick(self.lines.asset_kind, own, either),
                pick(self.products.asset_kind, ruled, either),
            ),
            segments=pick(self.products.segments, ruled, NONE),
            plan=_first_that_says(
                NONE, pick(self.lines.plan, own, NONE), pick(self.products.plan, ruled, NONE)
            ),
            ramp=pick(self.products.ramp, ruled, 1),
            held=pick(self.lines.held, own, 0),
        )

    def dates_of(self, line: Column) -> tuple[Column, Column]:
        """First and last day of service that a person gave lines, `NO_DAY` where nobody did."""
        own = last_rows(self.lines.key, line)
        return pick(self.lines.start, own, NO_DAY), pick(self.lines.end, own, NO_DAY)

    def categories_of(self, product: Column) -> Column:
        """The category code of each product, NONE where there is no such product."""
        return pick(self.catalogue.category, last_rows(self.catalogue.id, product), NONE)


def read_rules(session: Session, method: Timeline) -> Rules:
    """Rules and catalogue as they stand now. `method`: the policy where nothing else says."""
    plans: list[Any] = []
    r, own, p = product_rule.c, line_rule.c, product.c
    by_product = session.execute(
        select(
            r.product_id, r.valid_from, r.segment_set_id, r.method, r.trigger, r.asset_kind, r.plan, r.ramp
        ).order_by(r.id)
    ).all()
    said = own.method, own.trigger, own.asset_kind, own.plan
    by_line = session.execute(
        select(own.obligation_id, own.starts, own.ends, *said, own.held).order_by(own.id)
    ).all()
    catalogue = session.execute(select(p.id, p.method, p.trigger, p.category).order_by(p.id)).all()
    categories = sorted({row[3] for row in catalogue})
    place = {text: code for code, text in enumerate(categories)}
    products = _Rules.of(
        **columns_of([row[:3] for row in by_product], ["key", "day", "segments"]),
        **_said([row[3:7] for row in by_product], plans),
        ramp=[int(row[7]) for row in by_product],
    )
    lines = _Rules.of(
        **columns_of([row[:3] for row in by_line], ["key", "start", "end"]),
        **_said([row[3:7] for row in by_line], plans),
        held=[int(row[7]) for row in by_line],
    )
    listed = Catalogue.of(
        id=[row[0] for row in catalogue],
        method=codes_of(tuple(row[1] for row in catalogue), method_code),
        trigger=codes_of(tuple(row[2] for row in catalogue), trigger_code),
        category=[place[row[3]] for row in catalogue],
    )
    return Rules(products, lines, listed, tuple(plans), dict(enumerate(categories)), method)


def _said(rows: list[Any], plans: list[Any]) -> dict[str, Any]:
    """Columns of method, trigger, asset kind and plan; plans are added to the list."""
    found: list[int] = []
    for row in rows:
        planned = isinstance(row[3], Mapping) and bool(PLANNED & set(row[3]))
        found.append(len(plans) if planned else NONE)
        if planned:
            plans.append(row[3])
    return {
        "method": codes_of(tuple(row[0] for row in rows), method_code),
        "trigger": codes_of(tuple(row[1] for row in rows), trigger_code),
        "asset_kind": [int(AssetKind[(row[2] or "auto").upper()]) for row in rows],
        "plan": np.array(found, dtype=np.int64),
    }


def _first_that_says(nothing: int, *columns: Column) -> Column:
    """Row by row the first of the columns that says something."""
    chosen = columns[0]
    for other in columns[1:]:
        chosen = np.where(chosen == nothing, other, chosen)
    return chosen

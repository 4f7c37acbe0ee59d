# ruff: noqa: RUF009 - `column` is dataclasses.field with a default for Table.of
"""Stand-alone selling prices of many lines at once, by product, currency, region, quantity and day."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlmodel import Session

from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE, Column, Table, column
from revrec.accounting.terms import SspKind, SspPer
from revrec.store.books.arrays import columns_of
from revrec.store.books.newest import newest_rows, pick
from revrec.store.core import standalone_price

EVERYWHERE = 0
"""The region code of prices that hold in all regions."""


@dataclass(frozen=True, eq=False)
class Prices(Table):
    """The stand-alone selling price of each line, as `Obligations` has it."""

    ssp_low: Column = column(NO_AMOUNT)
    ssp_high: Column = column(NO_AMOUNT)
    ssp_per: Column = column(int(SspPer.EACH))
    ssp_kind: Column = column(int(SspKind.OBSERVED))


@dataclass(frozen=True, eq=False)
class _List(Table):
    """Price rows in the order in which they were set."""

    product: Column = column()
    currency: Column = column()
    region: Column = column()
    least: Column = column(0)
    day: Column = column(NO_DAY)
    low: Column = column(NO_AMOUNT)
    high: Column = column(NO_AMOUNT)
    per: Column = column(0)
    kind: Column = column(0)
    withdrawn: Column = column(0)


def read_prices(
    session: Session,
    *,
    product: Column,
    currency: Column,
    quantity_e6: Column,
    day: Column,
    region: Column,
    regions: tuple[str, ...],
    currency_codes: Mapping[str, int],
) -> Prices:
    """The price that rules for each line: of its own region before that of all, and of the highest quantity that the
    line reaches. `day`: when the line was promised. `regions`: what region codes mean, the first everywhere.

    Of one product, currency, region and quantity the row valid from the latest day rules; one that withdraws its price
    leaves the line to the next lower quantity, then to all regions.
    """
    held = _read(session, regions, currency_codes)
    row = np.full(product.size, NONE, dtype=np.int64)
    anywhere = (product, currency, np.full_like(region, EVERYWHERE))
    for least in np.unique(held.least).tolist():
        row = _better(
            held,
            held.least == least,
            row,
            anywhere,
            day,
            quantity_e6,
        )
    for least in np.unique(held.least[held.region != EVERYWHERE]).tolist():
        of_regions = (held.least == least) & (held.region != EVERYWHERE)
        row = _better(held, of_regions, row, (product, currency, region), day, quantity_e6)
    return Prices(
        ssp_low=pick(held.low, row, NO_AMOUNT),
        ssp_high=pick(held.high, row, NO_AMOUNT),
        ssp_per=pick(held.per, row, int(SspPer.EACH)),
        ssp_kind=pick(held.kind, row, int(SspKind.OBSERVED)),
    )


def _better(
    held: _List, part: Column, row: Column, wanted: tuple[Column, ...], day: Column, quantity_e6: Column
) -> Column:
    """The rows of this part of the list where they rule and the line reaches their quantity, else those so far."""
    rows = np.flatnonzero(part)
    keys = (held.product[rows], held.currency[rows], held.region[rows])
    at = newest_rows(keys, held.day[rows], wanted, day)
    found = pick(rows, at, NONE)
    rules = (found != NONE) & (pick(held.withdrawn, found, 1) == 0)
    rules &= quantity_e6 >= pick(held.least, found, 0)
    better: Column = np.where(rules, found, row)
    return better


def _read(session: Session, regions: tuple[str, ...], currency_codes: Mapping[str, int]) -> _List:
    s = standalone_price.c
    place = {text: code for code, text in enumerate(regions)}
    rows = [
        row
        for row in session.execute(select(standalone_price).order_by(s.id))
        if row.region in place and row.currency in currency_codes
    ]
    return _List.of(
        **columns_of(
            [
                (r.product_id, currency_codes[r.currency], place[r.region], r.min_quantity_e6, r.valid_from)
                for r in rows
            ],
            ["product", "currency", "region", "least", "day"],
        ),
        low=[NO_AMOUNT if r.low_minor is None else r.low_minor for r in rows],
        high=[NO_AMOUNT if r.high_minor is None else r.high_minor for r in rows],
        per=[int(SspPer[r.per.upper()]) for r in rows],
        kind=[int(SspKind[r.kind.upper()]) for r in rows],
        withdrawn=[int(r.withdrawn) for r in rows],
    )

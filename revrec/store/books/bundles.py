"""Bundles with an observed price, where a contract holds all their products (606-10-32-37)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlmodel import Session

from revrec.accounting.book import Bundles, Contracts, Obligations
from revrec.accounting.columns import NONE, Column, Mask, find_rows, group_rows, sum_by
from revrec.accounting.money import QUANTITY_SCALE, share_columns
from revrec.store.books.arrays import columns_of
from revrec.store.books.newest import newest_rows
from revrec.store.core import bundle, bundle_product


def find_bundles(
    session: Session, contracts: Contracts, obligations: Obligations, currency_codes: Mapping[str, int]
) -> tuple[Column, Bundles]:
    """The bundle of each obligation (NONE: none), and the bundles found.

    A bundle in force at a contract's inception applies where the contract holds each of its products on one line as
    first ordered, all in equal quantity. A line belongs to one bundle at most: the one of most products goes first.
    """
    member = np.full(len(obligations), NONE, dtype=np.int64)
    prices: list[Column] = []
    rows, products = _read(session)
    if not rows:
        return member, Bundles.empty()
    home = find_rows(contracts.id, obligations.contract)
    ruling = _ruling(rows, contracts, currency_codes)
    for at in sorted(range(len(rows)), key=lambda at: (-len(products[at]), at)):
        if rows[at].withdrawn or not products[at]:
            continue
        offered = np.zeros(len(contracts), dtype=np.bool_)
        offered[ruling[rows[at].name, rows[at].currency] == at] = True
        candidate = offered[home] & (obligations.added_by == NONE) & (member == NONE)
        candidate &= np.isin(obligations.product, products[at])
        lines = np.flatnonzero(candidate)
        lines = lines[_complete(obligations, home[lines], lines, len(products[at]))]
        if lines.size:
            group, first = group_rows(home[lines])
            member[lines] = sum(one.size for one in prices) + group
            quantity = obligations.quantity_e6[lines[first]]
            prices.append(share_columns(rows[at].price_minor, quantity, QUANTITY_SCALE))
    total = np.concatenate(prices) if prices else np.zeros(0, dtype=np.int64)
    return member, Bundles.of(id=np.arange(total.size), price=total)


def _read(session: Session) -> tuple[list[Any], list[list[int]]]:
    """The bundle rows in the order in which they were set, and each one's products."""
    b, p = bundle.c, bundle_product.c
    rows = list(session.execute(select(bundle).order_by(b.id)))
    products: dict[int, list[int]] = {}
    for key, product in session.execute(select(p.bundle_id, p.product_id)):
        products.setdefault(key, []).append(product)
    return rows, [products.get(row.id, []) for row in rows]


def _ruling(
    rows: list[Any], contracts: Contracts, currency_codes: Mapping[str, int]
) -> dict[tuple[str, str], Column]:
    """For each bundle's name and currency, which row rules at each contract's inception; NONE in other currencies."""
    found: dict[tuple[str, str], Column] = {}
    for name, currency in sorted({(row.name, row.currency) for row in rows}):
        mine = np.array([at for at, row in enumerate(rows) if (row.name, row.currency) == (name, currency)])
        since = columns_of([(rows[at].valid_from,) for at in mine.tolist()], ["day"])["day"]
        at = newest_rows(
            (np.zeros_like(mine),), since, (np.zeros(len(contracts), dtype=np.int64),), contracts.ordered_day
        )
        same = contracts.currency == currency_codes.get(currency, NONE)
        found[name, currency] = np.where((at == NONE) | ~same, NONE, mine[np.maximum(at, 0)])
    return found


def _complete(obligations: Obligations, home: Column, lines: Column, products: int) -> Mask:
    """Which of these lines stand in a contract that has every product once, all in one quantity."""
    if not lines.size:
        return np.zeros(0, dtype=np.bool_)
    group, _ = group_rows(home)
    size = int(group.max()) + 1
    count = sum_by(group, np.ones(lines.size, dtype=np.int64), size)
    _, first = group_rows(group, obligations.product[lines])
    distinct = sum_by(group[first], np.ones(first.size, dtype=np.int64), size)
    low = np.full(size, np.iinfo(np.int64).max)
    high = np.zeros(size, dtype=np.int64)
    np.minimum.at(low, group, obligations.quantity_e6[lines])
    np.maximum.at(high, group, obligations.quantity_e6[lines])
    fits = (count == products) & (distinct == products) & (low == high) & (high > 0)
    whole: Mask = fits[group]
    return whole

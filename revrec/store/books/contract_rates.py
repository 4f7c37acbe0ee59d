"""The one exchange rate of each contract: that of its first invoice. Orders of a CRM carry none."""

from dataclasses import replace

import numpy as np
from sqlalchemy import select
from sqlmodel import Session

from revrec.accounting.book import BillingLines, Contracts, Obligations, PriorSplits
from revrec.accounting.columns import NONE, Column, find_rows, group_rows, sort_rows
from revrec.store.books.newest import last_rows, pick
from revrec.store.core import document_version, source_document


def with_first_rates(
    session: Session,
    contracts: Contracts,
    obligations: Obligations,
    billing: BillingLines,
    splits: PriorSplits,
) -> Contracts:
    """The contracts with the rate of the first invoice that names one of their orders, or that a closed period put to
    them; by date, then number. A contract that no invoice is known to bill yet has none.

    Read under every policy, so that a change of `fx_rate` finds it.
    """
    foreign = (contracts.currency != contracts.base_currency) & (contracts.base_currency != NONE)
    wanted = foreign & (contracts.exchange_rate_e10 == NONE)
    if not wanted.any():
        return contracts
    contract, *keys, number = _bills(contracts, obligations, billing, splits)
    order = sort_rows(contract, *keys, number)
    order = order[wanted[contract[order]]]
    contract, number = contract[order], number[order]
    _, first = group_rows(contract)
    document, version = source_document.c, document_version.c
    rows = session.execute(
        select(document.external_id, version.exchange_rate_e10)
        .join_from(source_document, document_version, version.id == document.current_version_id)
        .where(version.currency_id.in_(np.unique(contracts.currency[wanted]).tolist()))
    ).all()
    known = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 2)
    rate = contracts.exchange_rate_e10.copy()
    of_first = pick(known[:, 1], last_rows(known[:, 0], number[first]), NONE)
    rate[contract[first]] = np.where(of_first > 0, of_first, NONE)
    return replace(contracts, exchange_rate_e10=rate)


def _bills(
    contracts: Contracts, obligations: Obligations, billing: BillingLines, splits: PriorSplits
) -> tuple[Column, ...]:
    """The invoices that bill contracts: row of the contract, date, rank of the number, and document. One of before the
    first period is in the book no more: it stands by the day that it was billed for, before all others."""
    order = last_rows(obligations.order, billing.order)
    named = np.flatnonzero((billing.order >= 0) & (order != NONE) & (billing.amount > 0))
    placed = np.flatnonzero((splits.contract != NONE) & (splits.document >= 0) & (splits.amount > 0))
    home = find_rows(contracts.id, splits.contract[placed])
    placed, home = placed[home != NONE], home[home != NONE]
    line = last_rows(billing.document, splits.document[placed])
    day = np.minimum(splits.service_day[placed], int(billing.day.min(initial=0)) - 1)
    return (
        np.concatenate((find_rows(contracts.id, obligations.contract[order[named]]), home)),
        np.concatenate((billing.day[named], np.where(line == NONE, day, pick(billing.day, line, 0)))),
        np.concatenate((billing.rank[named], pick(billing.rank, line, 0))),
        np.concatenate((billing.document[named], splits.document[placed])),
    )

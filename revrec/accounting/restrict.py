"""A book cut down to some customers. Nothing of one customer's contracts depends on another's: billing is absorbed,
and balances are netted, within a customer; but an invoice of anyone bills the order that it names, and so does the
credit memo that was created from it. So what is computed of the part is what is computed of it in the whole.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from revrec.accounting.book import BillingLines, Book, Obligations, Prior
from revrec.accounting.columns import Column, Mask, rows_where


def only_customers(book: Book, customers: Column) -> Book:
    """The book's contracts, billing and past of these customers."""
    prior, splits = book.prior, book.prior.splits
    contracts = book.contracts.take(np.isin(book.contracts.customer, customers))
    obligations = book.obligations.take(np.isin(book.obligations.contract, contracts.id))
    billing = book.billing.take(_billing(book.billing, obligations, customers))
    return replace(
        book,
        contracts=contracts,
        obligations=obligations,
        billing=billing,
        changes=book.changes.take(np.isin(book.changes.contract, contracts.id)),
        progress=book.progress.take(np.isin(book.progress.obligation, obligations.id)),
        prior=Prior(
            prior.booked.take(np.isin(prior.booked.obligation, obligations.id)),
            prior.splits.take(
                np.isin(splits.customer, customers) | np.isin(splits.document, billing.document)
            ),
            prior.balances.take(np.isin(prior.balances.customer, customers)),
        ),
    )


def _billing(lines: BillingLines, obligations: Obligations, customers: Column) -> Mask:
    """Documents of these customers, those of others that name their orders, and what is credited of either."""
    named = np.isin(lines.order, obligations.order[obligations.order >= 0])
    theirs = rows_where(np.isin(lines.customer, customers) | named)
    documents = np.concatenate((lines.document[theirs], lines.created_from[theirs]))
    found: Mask = np.isin(lines.document, documents)
    return found | np.isin(lines.created_from, lines.document[found])

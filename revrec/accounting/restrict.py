"""A book cut down to some customers. Nothing of one customer's contracts depends on another's: billing is absorbed,
and balances are netted, within a customer. So what is computed of the part is what is computed of it in the whole.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from revrec.accounting.book import Book, Prior
from revrec.accounting.columns import Column


def only_customers(book: Book, customers: Column) -> Book:
    """The book's contracts, billing and past of these customers."""
    prior = book.prior
    contracts = book.contracts.take(np.isin(book.contracts.customer, customers))
    obligations = book.obligations.take(np.isin(book.obligations.contract, contracts.id))
    return replace(
        book,
        contracts=contracts,
        obligations=obligations,
        billing=book.billing.take(np.isin(book.billing.customer, customers)),
        changes=book.changes.take(np.isin(book.changes.contract, contracts.id)),
        progress=book.progress.take(np.isin(book.progress.obligation, obligations.id)),
        prior=Prior(
            prior.booked.take(np.isin(prior.booked.obligation, obligations.id)),
            prior.splits.take(np.isin(prior.splits.customer, customers)),
            prior.balances.take(np.isin(prior.balances.customer, customers)),
        ),
    )

"""From one close to the next: what a result adds to what is booked.

A database keeps the same facts as rows and sums them up; this is the in-memory form, used by scenarios and forecasts.
"""

from __future__ import annotations

from revrec.accounting.book import Prior, PriorSplits
from revrec.accounting.result import CloseResult
from revrec.accounting.segmenting import carried_forward


def carry_forward(prior: Prior, result: CloseResult) -> Prior:
    """The prior of the period after ``result``."""
    return Prior(
        carried_forward(prior.booked, result.booked, result.transfers),
        PriorSplits.concat((prior.splits, result.splits)),
        result.balances,
    )

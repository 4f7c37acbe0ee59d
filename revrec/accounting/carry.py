"""From one close to the next: what a result adds to what is booked.

A database keeps the same facts as rows and sums them up; this is the in-memory form, used by scenarios and forecasts.
"""

from __future__ import annotations

from revrec.accounting.book import Prior, PriorBooked, PriorSplits
from revrec.accounting.columns import find_rows
from revrec.accounting.result import CloseResult


def carry_forward(prior: Prior, result: CloseResult) -> Prior:
    """The prior of the period after ``result``."""
    booked = result.booked
    untouched = prior.booked.take(find_rows(booked.obligation, prior.booked.obligation) < 0)
    latest = PriorBooked(
        obligation=booked.obligation,
        recognised=booked.target,
        base_recognised=booked.base_target,
        order_version=booked.order_version,
        segments=booked.segments,
    )
    return Prior(
        PriorBooked.concat((untouched, latest)),
        PriorSplits.concat((prior.splits, result.splits)),
        result.balances,
    )

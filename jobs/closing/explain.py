"""The rows behind an obligation's number: what the close of a period wrote, or would write if it closed now."""

from dataclasses import replace

import numpy as np

from jobs.closing.compute import Computed, compute_period
from revrec.accounting.book import Book, Prior
from revrec.accounting.carry import carry_forward
from revrec.accounting.restrict import only_customers
from revrec.operations.periods import periods_of
from revrec.operations.set_first_period import first_period
from revrec.problems import Conflict, Invalid, NotFound
from revrec.store.books.allocations import allocation_columns
from revrec.store.books.rows import Columns, dictionaries
from revrec.store.books.save import booked_columns, held_columns, split_columns, transfer_columns
from revrec.store.engine import Store
from revrec.store.queries.closes import newest_closed_period, standing_close
from revrec.store.queries.explained import ExplainedRows, Row, last_booked, stored_rows
from revrec.store.queries.promised import Promised

MOST_OPEN_PERIODS = 24
"""An open period is computed by way of all open ones before it: how many at most."""


def explained_rows(store: Store, one: Promised, period: str) -> ExplainedRows:
    """What is booked for the obligation in a closed period; of an open one what would be, if it closed now.

    Raises `Conflict` before a first period is set, `Invalid` for a period far ahead, `NotFound` where the obligation
    is not in the books by then.
    """
    with store.read() as session:
        periods = periods_of(session)
        periods.index(period)
        close = standing_close(session, period)
        if close is not None:
            return stored_rows(session, one.id, period, close.id, one.contract_id)
        begin, newest = first_period(session), newest_closed_period(session)
        before = last_booked(session, one.id)
    if begin is None:
        raise Conflict("No accounting period is set. Set the first one with `revrec period set`.")
    due = periods.next(newest) if newest and newest >= begin else begin
    if period < begin:
        raise Invalid(f"The books begin with {begin}; nothing is explained before.", where="period")
    ahead = periods.between(due, period)
    if len(ahead) > MOST_OPEN_PERIODS:
        raise Invalid(
            f"{period} lies {len(ahead)} open periods ahead; {MOST_OPEN_PERIODS} are computed at most.",
            where="period",
        )
    return _computed(store, one, ahead, before)


def _computed(store: Store, one: Promised, periods: list[str], before: Row | None) -> ExplainedRows:
    past: Prior | None = None
    computed: Computed | None = None
    for period in periods:
        if computed is not None:
            assert past is not None
            past = carry_forward(past, computed.result)
            before = _first(_booked(computed), one.id) or before
        past, computed = _compute(store, one, period, past)
    assert computed is not None
    if one.id not in computed.result.allocations.obligation:
        raise NotFound(f"{one.name} is not in the books by the end of {periods[-1]}.", where="obligation")
    return _rows(one, periods[-1], computed, past, before)


def _compute(store: Store, one: Promised, period: str, past: Prior | None) -> tuple[Prior, Computed]:
    """The period for the obligation's customer alone, on `past` where periods before it are open too; and its past."""
    seen: list[Prior] = []

    def shape(book: Book) -> Book:
        part = only_customers(book, np.asarray([one.customer_id]))
        part = part if past is None else replace(part, prior=past)
        seen.append(part.prior)
        return part

    computed = compute_period(store, period, shape)
    return seen[-1], computed


def _rows(
    one: Promised, period: str, computed: Computed, past: Prior | None, before: Row | None
) -> ExplainedRows:
    result, names = computed.result, computed.names
    splits = result.splits if past is None else type(result.splits).concat((past.splits, result.splits))
    mine = splits.take(splits.obligation == one.id)
    allocations = result.allocations.take(result.allocations.contract == one.contract_id)
    transfers = result.transfers.take(result.transfers.obligation == one.id)
    held = result.held.take(result.held.obligation == one.id)
    return ExplainedRows(
        obligation=one.id,
        period=period,
        closed=False,
        settings=computed.settings,
        allocations=dictionaries(allocation_columns(allocations)),
        booked=_first(_booked(computed), one.id),
        before=before,
        transfers=dictionaries(transfer_columns(transfers, names, computed.calendar.names, opening=False)),
        splits=_added_up(split_columns(mine, names)),
        waiting=dictionaries(held_columns(held, names)),
        reasons=dict(result.reasons),
    )


def _booked(computed: Computed) -> Columns:
    return booked_columns(computed.result.booked, opening=False)


def _first(columns: Columns, obligation: int) -> Row | None:
    ids = list(columns["obligation_id"])
    if obligation not in ids:
        return None
    at = ids.index(obligation)
    return {name: values[at] for name, values in columns.items()}


def _added_up(columns: Columns) -> list[Row]:
    """Movements of billing lines as where they stand."""
    sums: dict[tuple[int, int], list[int]] = {}
    for row in dictionaries(columns):
        known = sums.setdefault((row["document_id"], row["line_id"]), [0, 0])
        known[0] += row["amount_minor"]
        known[1] += row["base_minor"]
    return [
        {"document_id": document, "line_id": line, "amount_minor": amount, "base_minor": base}
        for (document, line), (amount, base) in sorted(sums.items())
    ]

"""Writing what a close booked, under its `period_close`: invisible until that row's state is `closed`."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Table, delete, select
from sqlmodel import Session

from revrec.accounting.book import Balances, PriorSplits
from revrec.accounting.result import Booked, CloseResult, Held, Transfers, UnassignedBilling
from revrec.accounting.terms import BalanceScope, Cause, Event, HoldReason, Role
from revrec.store.books.allocations import allocation_columns, changed_allocations
from revrec.store.books.load import Names
from revrec.store.books.prior import standing_closes
from revrec.store.books.rows import Columns, dates, known, looked_up, numbers, slices, texts, words_of
from revrec.store.bulk import insert_columns
from revrec.store.core import (
    allocation,
    balance,
    billing_split,
    booked,
    ledger_transfer,
    order_version,
    treatment_taken,
    waiting_item,
)
from revrec.store.engine import Store

BATCH = 5000
RESULT_TABLES = (booked, allocation, treatment_taken, billing_split, balance, ledger_transfer, waiting_item)
Parts: TypeAlias = Iterator[Columns]


def save_result(
    store: Store, close_id: int, result: CloseResult, names: Names, periods: Sequence[str], *, opening: bool
) -> int:
    """Write every row of the result, in batches, each its own transaction. Returns how many were written.

    Run `discard_rows` first: an earlier attempt at the same close may have written part of them. An opening says
    nothing of prices: the close that it comes with does.
    """
    written = 0
    for table, parts in (
        (booked, (booked_columns(part, opening=opening) for part in slices(result.booked, BATCH))),
        (billing_split, (split_columns(part, names) for part in slices(result.splits, BATCH))),
        (balance, (balance_columns(part, names) for part in slices(result.balances, BATCH))),
        (ledger_transfer, _transfers(result.transfers, names, periods, opening)),
        (waiting_item, _waiting(result, names)),
        *(() if opening else _explanations(store, result)),
    ):
        for columns in parts:
            written += _write(store, table, close_id, columns)
    store.refresh_statistics(*(table.name for table in RESULT_TABLES))
    return written


def discard_rows(session: Session, close_id: int) -> None:
    """Delete what an unfinished close wrote. Never called for one that was closed."""
    for table in RESULT_TABLES:
        session.execute(delete(table).where(table.c.period_close_id == close_id))


def booked_columns(rows: Booked, *, opening: bool) -> Columns:
    """Columns of `booked`. What an opening brings in corrects nothing: it has no adjustment and no cause."""
    nothing = [0] * len(rows)
    return {
        "obligation_id": numbers(rows.obligation),
        "contract_id": numbers(rows.contract),
        "order_version_id": known(rows.order_version),
        "allocated_minor": numbers(rows.allocated),
        "fraction_numerator": numbers(rows.fraction_numerator),
        "fraction_denominator": numbers(rows.fraction_denominator),
        "target_minor": numbers(rows.target),
        "revenue_minor": numbers(rows.revenue),
        "adjustment_minor": nothing if opening else numbers(rows.adjustment),
        "cause": [""] * len(rows) if opening else words_of(rows.cause, Cause),
        "revenue_base_minor": numbers(rows.base_revenue),
        "adjustment_base_minor": nothing if opening else numbers(rows.base_adjustment),
        "target_base_minor": numbers(rows.base_target),
        "segment_set_id": known(rows.segments),
    }


def split_columns(rows: PriorSplits, names: Names) -> Columns:
    """Columns of `billing_split`."""
    return {
        "document_id": looked_up(rows.document, names.documents),
        "line_id": numbers(rows.line),
        "contract_id": known(rows.contract),
        "obligation_id": known(rows.obligation),
        "customer_id": numbers(rows.customer),
        "subsidiary_id": numbers(rows.subsidiary),
        "currency": looked_up(rows.currency, names.currencies),
        "product_id": known(rows.product),
        "amount_minor": numbers(rows.amount),
        "base_minor": numbers(rows.base_amount),
        "account_id": numbers(rows.account),
        "account_type": numbers(rows.account_type),
        "segment_set_id": known(rows.segments),
        "service_day": dates(rows.service_day),
        "service_start": dates(rows.service_start),
    }


def balance_columns(rows: Balances, names: Names) -> Columns:
    """Columns of `balance`."""
    return {
        "scope": words_of(rows.scope, BalanceScope),
        "contract_id": known(rows.contract),
        "customer_id": numbers(rows.customer),
        "subsidiary_id": numbers(rows.subsidiary),
        "currency": looked_up(rows.currency, names.currencies),
        "billed_minor": numbers(rows.billed),
        "recognised_minor": numbers(rows.recognised),
        "liability_minor": numbers(rows.liability),
        "contract_asset_minor": numbers(rows.contract_asset),
        "unbilled_receivable_minor": numbers(rows.unbilled_receivable),
        "billed_base_minor": numbers(rows.base_billed),
        "recognised_base_minor": numbers(rows.base_recognised),
        "fx_base_minor": numbers(rows.base_fx),
        "liability_base_minor": numbers(rows.base_liability),
        "contract_asset_base_minor": numbers(rows.base_contract_asset),
        "unbilled_receivable_base_minor": numbers(rows.base_unbilled_receivable),
    }


def transfer_columns(rows: Transfers, names: Names, periods: Sequence[str], *, opening: bool) -> Columns:
    """Columns of `ledger_transfer`. An opening's rows stand for what the general ledger has already."""
    size = len(rows)
    return {
        "period": [periods[index] for index in rows.period.tolist()],
        "event": ["opening"] * size if opening else words_of(rows.event, Event),
        "cause": [""] * size if opening else words_of(rows.cause, Cause),
        "debit_role": words_of(rows.debit_role, Role),
        "credit_role": words_of(rows.credit_role, Role),
        "debit_account_id": known(rows.debit_account),
        "credit_account_id": known(rows.credit_account),
        "contract_id": known(rows.contract),
        "obligation_id": known(rows.obligation),
        "document_id": looked_up(rows.document, names.documents),
        "line_id": known(rows.line),
        "customer_id": known(rows.customer),
        "product_id": known(rows.product),
        "category": texts(rows.category, names.categories),
        "subsidiary_id": numbers(rows.subsidiary),
        "currency": looked_up(rows.currency, names.currencies),
        "base_currency": looked_up(rows.base_currency, names.currencies),
        "amount_minor": numbers(rows.amount),
        "base_minor": numbers(rows.base_amount),
        "segment_set_id": known(rows.segments),
        "in_gl": [opening or bool(code) for code in rows.in_gl.tolist()],
        "order_version_id": known(rows.order_version),
        "document_version_id": known(rows.document_version),
    }


def held_columns(rows: Held, names: Names) -> Columns:
    """Columns of `waiting_item`, of what is held."""
    return {
        "kind": ["held"] * len(rows),
        "reason": words_of(rows.reason, HoldReason),
        "contract_id": known(rows.contract),
        "obligation_id": known(rows.obligation),
        "document_id": looked_up(rows.document, names.documents),
        "line_id": known(rows.line),
        "currency": texts(rows.currency, names.currencies),
        "amount_minor": numbers(rows.amount),
        "age_days": [None] * len(rows),
    }


def unassigned_columns(rows: UnassignedBilling, names: Names) -> Columns:
    """Columns of `waiting_item`, of billing that no contract absorbs."""
    size = len(rows)
    return {
        "kind": ["unassigned"] * size,
        "reason": ["no contract absorbs it"] * size,
        "contract_id": [None] * size,
        "obligation_id": [None] * size,
        "document_id": looked_up(rows.document, names.documents),
        "line_id": numbers(rows.line),
        "currency": looked_up(rows.currency, names.currencies),
        "amount_minor": numbers(rows.amount),
        "age_days": numbers(rows.age_days),
    }


def treatment_columns(session: Session, result: CloseResult) -> Columns:
    """Columns of `treatment_taken`: of changed orders whose reason is new, or another than the one that stands."""
    t, v = treatment_taken.c, order_version.c
    rows = session.execute(
        select(t.order_version_id, t.reason).where(t.period_close_id.in_(standing_closes())).order_by(t.id)
    )
    standing: dict[int, str] = {key: reason for key, reason in rows}
    new = {key: reason for key, reason in result.reasons if standing.get(key) != reason}
    ids = sorted(new)
    of_orders: set[int] = set()
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        of_orders.update(session.execute(select(v.id).where(v.id.in_(part))).scalars())
    chosen = [key for key in ids if key in of_orders]
    return {"order_version_id": chosen, "reason": [new[key] for key in chosen]}


def _explanations(store: Store, result: CloseResult) -> tuple[tuple[Table, Parts], ...]:
    with store.read() as session:
        changed = changed_allocations(session, result.allocations)
        taken = treatment_columns(session, result)
    return (
        (allocation, (allocation_columns(part) for part in slices(changed, BATCH))),
        (treatment_taken, iter([taken])),
    )


def _transfers(rows: Transfers, names: Names, periods: Sequence[str], opening: bool) -> Parts:
    return (transfer_columns(part, names, periods, opening=opening) for part in slices(rows, BATCH))


def _waiting(result: CloseResult, names: Names) -> Parts:
    for held in slices(result.held, BATCH):
        yield held_columns(held, names)
    for loose in slices(result.unassigned, BATCH):
        yield unassigned_columns(loose, names)


def _write(store: Store, table: Table, close_id: int, columns: Columns) -> int:
    size = len(next(iter(columns.values())))
    if size:
        owned: dict[str, Sequence[Any]] = {"period_close_id": [close_id] * size, **columns}
        with store.write() as session:
            insert_columns(session, table, owned)
    return size

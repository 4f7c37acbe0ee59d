"""Writing what a close booked, under its `period_close`: invisible until that row's state is `closed`."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Table, delete
from sqlmodel import Session

from revrec.accounting.calendar import to_date
from revrec.accounting.columns import NO_DAY, NONE, Column
from revrec.accounting.columns import Table as ColumnTable
from revrec.accounting.result import CloseResult
from revrec.accounting.terms import BalanceScope, Cause, Event, HoldReason, Role
from revrec.store.books.load import Names
from revrec.store.bulk import insert_rows
from revrec.store.core import balance, billing_split, booked, ledger_transfer, waiting_item
from revrec.store.engine import Store

BATCH = 5000
RESULT_TABLES = (booked, billing_split, balance, ledger_transfer, waiting_item)
Rows = Iterator[dict[str, Any]]


def save_result(
    store: Store, close_id: int, result: CloseResult, names: Names, periods: Sequence[str], *, opening: bool
) -> int:
    """Write every row of the result, in batches, each its own transaction. Returns how many were written.

    Run `discard_rows` first: an earlier attempt at the same close may have written part of them.
    """
    written = 0
    for table, rows in (
        (booked, booked_rows(result, opening=opening)),
        (billing_split, split_rows(result, names)),
        (balance, balance_rows(result, names)),
        (ledger_transfer, transfer_rows(result, names, periods, opening=opening)),
        (waiting_item, waiting_rows(result, names)),
    ):
        batch: list[dict[str, Any]] = []
        for row in rows:
            batch.append(row | {"period_close_id": close_id})
            if len(batch) == BATCH:
                written += _write(store, table, batch)
                batch = []
        written += _write(store, table, batch)
    store.refresh_statistics(*(table.name for table in RESULT_TABLES))
    return written


def discard_rows(session: Session, close_id: int) -> None:
    """Delete what an unfinished close wrote. Never called for one that was closed."""
    for table in RESULT_TABLES:
        session.execute(delete(table).where(table.c.period_close_id == close_id))


def booked_rows(result: CloseResult, *, opening: bool) -> Rows:
    """Rows of `booked`. What an opening brings in corrects nothing: it has no adjustment and no cause."""
    for row in _dicts(result.booked):
        yield {
            "obligation_id": row["obligation"],
            "contract_id": row["contract"],
            "order_version_id": _known(row["order_version"]),
            "allocated_minor": row["allocated"],
            "fraction_numerator": row["fraction_numerator"],
            "fraction_denominator": row["fraction_denominator"],
            "target_minor": row["target"],
            "revenue_minor": row["revenue"],
            "adjustment_minor": 0 if opening else row["adjustment"],
            "cause": "" if opening else _name(Cause, row["cause"]),
            "revenue_base_minor": row["base_revenue"],
            "adjustment_base_minor": 0 if opening else row["base_adjustment"],
            "target_base_minor": row["base_target"],
            "segment_set_id": _known(row["segments"]),
        }


def split_rows(result: CloseResult, names: Names) -> Rows:
    """Rows of `billing_split`."""
    for row in _dicts(result.splits):
        yield {
            "document_id": names.documents[row["document"]],
            "line_id": row["line"],
            "contract_id": _known(row["contract"]),
            "obligation_id": _known(row["obligation"]),
            "customer_id": row["customer"],
            "subsidiary_id": row["subsidiary"],
            "currency": names.currencies[row["currency"]],
            "product_id": _known(row["product"]),
            "amount_minor": row["amount"],
            "base_minor": row["base_amount"],
            "account_id": row["account"],
            "account_type": row["account_type"],
            "segment_set_id": _known(row["segments"]),
            "service_day": None if row["service_day"] == NO_DAY else to_date(row["service_day"]),
        }


def balance_rows(result: CloseResult, names: Names) -> Rows:
    """Rows of `balance`."""
    for row in _dicts(result.balances):
        yield {
            "scope": BalanceScope(row["scope"]).name.lower(),
            "contract_id": _known(row["contract"]),
            "customer_id": row["customer"],
            "subsidiary_id": row["subsidiary"],
            "currency": names.currencies[row["currency"]],
            "billed_minor": row["billed"],
            "recognised_minor": row["recognised"],
            "liability_minor": row["liability"],
            "contract_asset_minor": row["contract_asset"],
            "unbilled_receivable_minor": row["unbilled_receivable"],
            "billed_base_minor": row["base_billed"],
            "recognised_base_minor": row["base_recognised"],
            "fx_base_minor": row["base_fx"],
            "liability_base_minor": row["base_liability"],
            "contract_asset_base_minor": row["base_contract_asset"],
            "unbilled_receivable_base_minor": row["base_unbilled_receivable"],
        }


def transfer_rows(result: CloseResult, names: Names, periods: Sequence[str], *, opening: bool) -> Rows:
    """Rows of `ledger_transfer`. An opening's rows stand for what the general ledger has already."""
    for row in _dicts(result.transfers):
        yield {
            "period": periods[row["period"]],
            "event": "opening" if opening else Event(row["event"]).name.lower(),
            "cause": "" if opening else _name(Cause, row["cause"]),
            "debit_role": Role(row["debit_role"]).name.lower(),
            "credit_role": Role(row["credit_role"]).name.lower(),
            "debit_account_id": _known(row["debit_account"]),
            "credit_account_id": _known(row["credit_account"]),
            "contract_id": _known(row["contract"]),
            "obligation_id": _known(row["obligation"]),
            "document_id": None if row["document"] == NONE else names.documents[row["document"]],
            "line_id": _known(row["line"]),
            "customer_id": _known(row["customer"]),
            "product_id": _known(row["product"]),
            "category": names.categories.get(row["category"], ""),
            "subsidiary_id": row["subsidiary"],
            "currency": names.currencies[row["currency"]],
            "base_currency": names.currencies[row["base_currency"]],
            "amount_minor": row["amount"],
            "base_minor": row["base_amount"],
            "segment_set_id": _known(row["segments"]),
            "in_gl": bool(row["in_gl"]) or opening,
            "order_version_id": _known(row["order_version"]),
            "document_version_id": _known(row["document_version"]),
        }


def waiting_rows(result: CloseResult, names: Names) -> Rows:
    """Rows of `waiting_item`: what is held, and billing that no contract absorbs."""
    for row in _dicts(result.held):
        yield {
            "kind": "held",
            "reason": HoldReason(row["reason"]).name.lower(),
            "contract_id": _known(row["contract"]),
            "obligation_id": _known(row["obligation"]),
            "document_id": None if row["document"] == NONE else names.documents[row["document"]],
            "line_id": _known(row["line"]),
            "currency": names.currencies.get(row["currency"], ""),
            "amount_minor": row["amount"],
            "age_days": None,
        }
    for row in _dicts(result.unassigned):
        yield {
            "kind": "unassigned",
            "reason": "no contract absorbs it",
            "contract_id": None,
            "obligation_id": None,
            "document_id": names.documents[row["document"]],
            "line_id": row["line"],
            "currency": names.currencies[row["currency"]],
            "amount_minor": row["amount"],
            "age_days": row["age_days"],
        }


def _write(store: Store, table: Table, rows: list[dict[str, Any]]) -> int:
    if rows:
        with store.write() as session:
            insert_rows(session, table, rows)
    return len(rows)


def _dicts(table: ColumnTable) -> Iterator[dict[str, int]]:
    """The rows of a column table, some thousands at a time so that memory stays bounded."""
    columns: dict[str, Column] = table.columns()
    for start in range(0, len(table), BATCH):
        parts = [column[start : start + BATCH].tolist() for column in columns.values()]
        for values in zip(*parts, strict=True):
            yield dict(zip(columns, values, strict=True))


def _known(code: int) -> int | None:
    return None if code == NONE else code


def _name(enum: Callable[[int], Any], code: int) -> str:
    name: str = enum(code).name.lower()
    return "" if name == "none" else name

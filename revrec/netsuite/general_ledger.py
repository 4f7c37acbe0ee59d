"""What NetSuite's general ledger holds on a few accounts: movements by period, and transactions by name.

Everything from the beginning is asked for, so that balances include what was there before us; posting lines of the
primary book only, in the subsidiary's base currency, debits positive. A posting period counts by its last day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from revrec.netsuite import values
from revrec.netsuite.columns import AccountColumns, Column, Select
from revrec.netsuite.documents import CREDIT_MEMO, INVOICE
from revrec.netsuite.keyset import groups_by_key
from revrec.netsuite.page import Page, Row
from revrec.netsuite.suiteql import date_text, id_list, where
from revrec.netsuite.tables import ONE_WORLD

_SOURCE = (
    "transaction t INNER JOIN transactionline tl ON tl.transaction = t.id "
    "INNER JOIN transactionaccountingline tal ON tal.transaction = tl.transaction AND tal.transactionline = tl.id "
    "INNER JOIN accountingperiod ap ON ap.id = t.postingperiod"
)
_SUBSIDIARY = Column("subsidiary", "tl.subsidiary", ONE_WORLD)
DOCUMENTS = (INVOICE, CREDIT_MEMO)


@dataclass(frozen=True, slots=True)
class Movement:
    """What transactions of a type moved an account by in one posting period. `subsidiary` is None outside OneWorld."""

    account: str
    subsidiary: str | None
    type: str
    period_ends: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """What one transaction moved an account by."""

    transaction: int
    type: str
    number: str
    external_id: str
    memo: str
    account: str
    subsidiary: str | None
    amount: Decimal


_MOVEMENTS = Select(
    "the query for general ledger balances",
    (
        Column("account", "tal.account"),
        _SUBSIDIARY,
        Column("type", "t.type"),
        Column("postingperiod", "t.postingperiod"),
        Column("periodends", f"MAX({date_text('ap.enddate')})"),
        Column("amount", "SUM(tal.amount)"),
    ),
    _SOURCE,
)
_ENTRIES = Select(
    "the query for transactions on an account",
    (
        Column("id", "t.id"),
        Column("type", "MAX(t.type)"),
        Column("tranid", "MAX(t.tranid)"),
        Column("externalid", "MAX(t.externalid)"),
        Column("memo", "MAX(t.memo)"),
        Column("account", "tal.account"),
        _SUBSIDIARY,
        Column("amount", "SUM(tal.amount)"),
    ),
    _SOURCE,
)


async def movements(
    columns: AccountColumns, accounts: Sequence[int], through: date, *, book: int
) -> list[Movement]:
    """What moved these accounts in posting periods that end on or before `through`."""
    found: list[Movement] = []

    async def ask(after: int | None, offset: int) -> Page:
        beyond = "" if after is None else f"tal.account > {after}"
        text = where(*_posted(accounts, book), _ends_by(through), beyond)
        return await columns.ask(
            _MOVEMENTS,
            lambda missing: _grouped(
                _MOVEMENTS, missing, text, ("tal.account", "tl.subsidiary", "t.type", "t.postingperiod")
            ),
            offset=offset,
        )

    async for rows in groups_by_key(ask, lambda row: values.whole(row, "account"), what=_MOVEMENTS.what):
        found += [_read_movement(row) for row in rows]
    return found


async def entries(
    columns: AccountColumns, accounts: Sequence[int], after_day: date, through: date, *, book: int
) -> list[Entry]:
    """Transactions but invoices and credit memos that moved these accounts in posting periods that end after
    `after_day`, and on or before `through`, one row for each with account and subsidiary."""
    found: list[Entry] = []
    types = ", ".join(f"'{one}'" for one in DOCUMENTS)

    async def ask(after: int | None, offset: int) -> Page:
        beyond = "" if after is None else f"t.id > {after}"
        text = where(
            *_posted(accounts, book),
            f"t.type NOT IN ({types})",
            f"NOT ({_ends_by(after_day)})",
            _ends_by(through),
            beyond,
        )
        return await columns.ask(
            _ENTRIES,
            lambda missing: _grouped(_ENTRIES, missing, text, ("t.id", "tal.account", "tl.subsidiary")),
            offset=offset,
        )

    async for rows in groups_by_key(ask, lambda row: values.whole(row, "id"), what=_ENTRIES.what):
        found += [_read_entry(row) for row in rows]
    return found


def _posted(accounts: Sequence[int], book: int) -> tuple[str, ...]:
    return (
        f"tal.accountingbook = {int(book)}",
        "tal.posting = 'T'",
        f"tal.account IN ({id_list(accounts)})",
    )


def _ends_by(day: date) -> str:
    return f"ap.enddate < TO_DATE('{day + timedelta(days=1):%Y-%m-%d}', 'YYYY-MM-DD')"


def _grouped(select: Select, missing: frozenset[str], conditions: str, keys: tuple[str, ...]) -> str:
    listed = ", ".join(key for key in keys if key not in missing)
    return select.sql(missing, conditions, f"GROUP BY {listed} ORDER BY {listed}")


def _read_movement(row: Row) -> Movement:
    ends = values.day(row, "periodends")
    assert ends is not None, "every accounting period has its dates"
    return Movement(
        account=values.required(row, "account"),
        subsidiary=values.text(row, "subsidiary"),
        type=values.required(row, "type"),
        period_ends=ends,
        amount=values.decimal(row, "amount") or values.ZERO,
    )


def _read_entry(row: Row) -> Entry:
    return Entry(
        transaction=values.whole(row, "id"),
        type=values.required(row, "type"),
        number=values.text(row, "tranid") or "",
        external_id=values.text(row, "externalid") or "",
        memo=values.text(row, "memo") or "",
        account=values.required(row, "account"),
        subsidiary=values.text(row, "subsidiary"),
        amount=values.decimal(row, "amount") or values.ZERO,
    )

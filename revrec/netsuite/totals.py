"""Control totals: what NetSuite itself says it holds, added up by NetSuite, to be compared with what we loaded.

`gross` is the sum of main lines as people see them (positive on invoices, negative on credit memos) and `tax` the sum
of tax lines likewise, so that `net = gross - tax` is what the other lines bill. Both are in the group's currency.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from revrec.netsuite import values
from revrec.netsuite.columns import AccountColumns, Column, Select
from revrec.netsuite.currencies import CurrencyTable, nearest_minor
from revrec.netsuite.documents import CREDIT_MEMO, INVOICE, Money
from revrec.netsuite.keyset import Key, groups_by_key, pages_by_key
from revrec.netsuite.page import Page, Row
from revrec.netsuite.population import ALL, Population
from revrec.netsuite.suiteql import id_list, utc_text, where

_SOURCE = "transaction t INNER JOIN transactionline tl ON tl.transaction = t.id"
_AMOUNT = "tl.foreignamount"
_AMOUNT_OTHERWISE = "tl.netamount"
_CURRENCIES = "the Multiple Currencies feature"


def _sum_of(flag: str, amount: str) -> str:
    return f"SUM(CASE WHEN tl.{flag} = 'T' THEN {amount} ELSE 0 END)"


def sums() -> tuple[Column, ...]:
    """The columns of a total: count of lines, main lines, tax lines."""
    return (
        Column("line_count", "COUNT(tl.id)"),
        Column(
            "main_total", _sum_of("mainline", _AMOUNT), _CURRENCIES, _sum_of("mainline", _AMOUNT_OTHERWISE)
        ),
        Column("tax_total", _sum_of("taxline", _AMOUNT), _CURRENCIES, _sum_of("taxline", _AMOUNT_OTHERWISE)),
    )


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """What a total is of: posting period id, type, currency id (None without the feature) and customer id."""

    customer: int
    period: str
    type: str
    currency_id: str | None


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """NetSuite's totals of one group."""

    group: Group
    documents: int
    lines: int
    gross: Money
    tax: Money

    @property
    def net_minor(self) -> int | None:
        """Main lines less tax, in minor units; None where the currency is unknown."""
        if self.gross.minor is None or self.tax.minor is None:
            return None
        return self.gross.minor - self.tax.minor


@dataclass(frozen=True, slots=True)
class DocumentTotal:
    """NetSuite's totals of one document of a group that differs."""

    id: int
    number: str
    modified_at: datetime
    lines: int
    gross: Money
    tax: Money


_TOTALS = Select(
    "the query for control totals",
    (
        Column("entity", "t.entity"),
        Column("postingperiod", "t.postingperiod"),
        Column("type", "t.type"),
        Column("currency", "t.currency", _CURRENCIES),
        Column("document_count", "COUNT(DISTINCT t.id)"),
        *sums(),
    ),
    _SOURCE,
)
_OPENED = Select(
    "the query for the documents of a group",
    (
        Column("id", "t.id"),
        Column("tranid", "MAX(t.tranid)"),
        Column("modified", f"MAX({utc_text('t.lastmodifieddate')})"),
        *sums(),
    ),
    _SOURCE,
)


async def control_totals(
    columns: AccountColumns,
    currencies: CurrencyTable,
    *,
    periods: Sequence[str] | None = None,
    population: Population = ALL,
) -> AsyncIterator[list[ControlTotal]]:
    """Totals of the population by posting period, type, currency and customer, in pages by customer id.

    `periods` are posting period ids; None means all. A customer's groups are never split over pages.
    """
    if periods is not None and not periods:
        return
    chosen = "" if periods is None else f"t.postingperiod IN ({id_list(periods)})"

    async def ask(after: int | None, offset: int) -> Page:
        beyond = "" if after is None else f"t.entity > {after}"
        return await columns.ask(
            _TOTALS,
            lambda missing: _totals_sql(missing, where(*population.conditions, chosen, beyond)),
            offset=offset,
        )

    async for rows in groups_by_key(ask, lambda row: values.whole(row, "entity"), what=_TOTALS.what):
        yield [_read_total(row, currencies) for row in rows]


def _totals_sql(missing: frozenset[str], conditions: str) -> str:
    keys = ["t.entity", "t.postingperiod", "t.type", *(() if "t.currency" in missing else ("t.currency",))]
    listed = ", ".join(keys)
    return _TOTALS.sql(missing, conditions, f"GROUP BY {listed} ORDER BY {listed}")


def _read_total(row: Row, currencies: CurrencyTable) -> ControlTotal:
    group = Group(
        customer=values.whole(row, "entity"),
        period=values.required(row, "postingperiod"),
        type=values.required(row, "type"),
        currency_id=values.text(row, "currency"),
    )
    gross, tax = gross_and_tax(row, group.currency_id, currencies)
    return ControlTotal(
        group, values.whole(row, "document_count"), values.whole(row, "line_count"), gross, tax
    )


async def open_group(
    columns: AccountColumns, currencies: CurrencyTable, group: Group, *, population: Population = ALL
) -> AsyncIterator[list[DocumentTotal]]:
    """The documents of one group with their own totals and modified times, in pages by id."""
    if group.type not in (INVOICE, CREDIT_MEMO):
        raise ValueError(f"{group.type!r} is no type of the population")
    conditions = [
        *population.conditions,
        f"t.entity = {int(group.customer)}",
        f"t.postingperiod = {int(group.period)}",
        f"t.type = '{group.type}'",
        *(() if group.currency_id is None else (f"t.currency = {int(group.currency_id)}",)),
    ]

    async def ask(after: Key | None) -> Page:
        beyond = f"t.id > {after[0]}" if after else ""
        text = where(*conditions, beyond)
        return await columns.ask(
            _OPENED, lambda missing: _OPENED.sql(missing, text, "GROUP BY t.id ORDER BY t.id")
        )

    async for rows in pages_by_key(ask, lambda row: (values.whole(row, "id"),), what=_OPENED.what):
        yield [_read_document(row, group, currencies) for row in rows]


def _read_document(row: Row, group: Group, currencies: CurrencyTable) -> DocumentTotal:
    gross, tax = gross_and_tax(row, group.currency_id, currencies)
    modified = values.moment(row, "modified")
    assert modified is not None, "every transaction has a lastmodifieddate"
    return DocumentTotal(
        id=values.whole(row, "id"),
        number=values.text(row, "tranid") or "",
        modified_at=modified,
        lines=values.whole(row, "line_count"),
        gross=gross,
        tax=tax,
    )


def gross_and_tax(row: Row, currency_id: str | None, currencies: CurrencyTable) -> tuple[Money, Money]:
    """What the columns of `sums` come to, with the signs people see."""
    currency = currencies.find(currency_id)
    # NetSuite's main lines carry the sign people see; its tax lines the opposite one.
    amounts = (
        values.decimal(row, "main_total") or values.ZERO,
        -(values.decimal(row, "tax_total") or values.ZERO),
    )
    if currency is None:
        return Money(amounts[0], "", None), Money(amounts[1], "", None)
    # To the nearest: a document with too many digits is held, and must not cost its group the whole total.
    gross, tax = (
        Money(amount, currency.symbol, nearest_minor(amount, currency.precision)) for amount in amounts
    )
    return gross, tax

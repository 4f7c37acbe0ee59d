"""A sweep: every document that NetSuite holds, one row each, with what tells whether ours is the same.

Whether editing a line always moves the stamp of its header is not documented, a deletion may go unrecorded, and an
import can bring a document with an old stamp: none of that shows in a window of changes. A sweep lists documents
without their lines (a thousand a page), added up by NetSuite.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from revrec.netsuite import values
from revrec.netsuite.columns import AccountColumns, Column, Select
from revrec.netsuite.currencies import CurrencyTable
from revrec.netsuite.documents import Money
from revrec.netsuite.keyset import Key, pages_by_key
from revrec.netsuite.page import Page, Row
from revrec.netsuite.population import ALL, Population
from revrec.netsuite.suiteql import utc_text, where
from revrec.netsuite.totals import gross_and_tax, sums
from revrec.netsuite.window import IdRange


@dataclass(frozen=True, slots=True)
class SweptDocument:
    """One document as NetSuite adds it up. `stamp`: when it or one of its lines last changed, as far as NetSuite says.

    `gross` and `tax` have the signs people see, as control totals do.
    """

    id: int
    number: str
    type: str
    customer: int
    period: str | None
    currency_id: str | None
    modified_at: datetime
    stamp: datetime
    lines: int
    gross: Money
    tax: Money


_SWEEP = Select(
    "the query of the sweep",
    (
        Column("id", "t.id"),
        Column("tranid", "MAX(t.tranid)"),
        Column("type", "MAX(t.type)"),
        Column("entity", "MAX(t.entity)"),
        Column("postingperiod", "MAX(t.postingperiod)"),
        Column("currency", "MAX(t.currency)", "the Multiple Currencies feature"),
        Column("modified", f"MAX({utc_text('t.lastmodifieddate')})"),
        Column(
            "linemodified",
            f"MAX({utc_text('tl.linelastmodifieddate')})",
            "a column that some accounts hide",
        ),
        *sums(),
    ),
    "transaction t INNER JOIN transactionline tl ON tl.transaction = t.id",
)


async def sweep_documents(
    columns: AccountColumns, currencies: CurrencyTable, ids: IdRange, *, population: Population = ALL
) -> AsyncIterator[list[SweptDocument]]:
    """The population's documents in a range of ids, in pages of up to 1,000 by id."""

    async def ask(after: Key | None) -> Page:
        rest = IdRange(after[0] + 1 if after else ids.first, ids.last)
        text = where(rest.condition(), *population.conditions)
        return await columns.ask(
            _SWEEP, lambda missing: _SWEEP.sql(missing, text, "GROUP BY t.id ORDER BY t.id")
        )

    async for rows in pages_by_key(ask, lambda row: (values.whole(row, "id"),), what=_SWEEP.what):
        yield [_read(row, currencies) for row in rows]


def _read(row: Row, currencies: CurrencyTable) -> SweptDocument:
    currency_id = values.text(row, "currency")
    gross, tax = gross_and_tax(row, currency_id, currencies)
    modified = values.moment(row, "modified")
    assert modified is not None, "every transaction has a lastmodifieddate"
    of_lines = values.moment(row, "linemodified")
    return SweptDocument(
        id=values.whole(row, "id"),
        number=values.text(row, "tranid") or "",
        type=values.required(row, "type"),
        customer=values.whole(row, "entity"),
        period=values.text(row, "postingperiod"),
        currency_id=currency_id,
        modified_at=modified,
        stamp=max(modified, of_lines) if of_lines else modified,
        lines=values.whole(row, "line_count"),
        gross=gross,
        tax=tax,
    )

"""Reading invoices and credit memos: headers of a window, their lines, single documents again, and which ids exist.

Pages are by key: headers by id, lines by (transaction, line). The time a document was modified chooses documents and
never orders them, because it moves while we read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from revrec.netsuite import values
from revrec.netsuite.columns import AccountColumns, Select
from revrec.netsuite.currencies import CurrencyTable
from revrec.netsuite.document_rows import LineReader, header_columns, line_columns, read_header
from revrec.netsuite.documents import DocumentHeader, DocumentLine
from revrec.netsuite.fields import FieldSettings
from revrec.netsuite.keyset import Key, pages_by_key
from revrec.netsuite.page import Page, Row
from revrec.netsuite.population import ALL, Population
from revrec.netsuite.suiteql import MAX_IN_VALUES, between_instants, id_list, where
from revrec.netsuite.window import IdRange, Window

PRIMARY_BOOK = 1
_Read = TypeVar("_Read")


class InvoiceSource:
    """Reads the invoices and credit memos of one account.

    `columns` remembers what the account lacks (see `columns.notices`); `currencies` turns amounts into minor units;
    `book` is the id of the primary accounting book; `population` says which documents are read at all. Pages are typed
    in threads of `executor`, where there is one, so that the loop is free for the answers to other requests.
    """

    def __init__(
        self,
        columns: AccountColumns,
        fields: FieldSettings,
        currencies: CurrencyTable,
        *,
        book: int = PRIMARY_BOOK,
        population: Population = ALL,
        executor: Executor | None = None,
    ) -> None:
        self.population = population
        self._executor = executor
        self.columns = columns
        self.fields = fields
        self.currencies = currencies
        self._headers = Select("the query for document headers", header_columns(fields), "transaction t")
        self._lines = Select(
            "the query for document lines",
            line_columns(fields),
            "transactionline tl "
            "INNER JOIN transaction t ON t.id = tl.transaction "
            "LEFT JOIN transactionaccountingline tal ON tal.transaction = tl.transaction "
            f"AND tal.transactionline = tl.id AND tal.accountingbook = {int(book)}",
        )

    async def headers(
        self, ids: IdRange, window: Window | None = None
    ) -> AsyncGenerator[list[DocumentHeader], None]:
        """Pages of up to 1,000 headers in a range, by id: all statuses, those outside the population marked.

        A document that was voided since it was loaded is among them, with `left_out` saying so; so is, in a window of
        changes, one whose date has moved out of the population. Without a beginning old documents are not read.
        """
        whole = window is None or window.start is None
        conditions = [
            self.population.kind,
            self.population.dated if whole else "",
            *(window.conditions() if window else ()),
        ]
        async for rows in self._pages_of_headers(ids, conditions):
            yield await self._typed(self._headers_of, rows)

    async def headers_by_id(self, ids: Iterable[int]) -> list[DocumentHeader]:
        """The headers of these documents, of any status; one that is missing no longer exists, or is hidden from us."""
        found: list[DocumentHeader] = []
        for some in _chunks(ids):
            whole = IdRange(some[0], some[-1])
            async for rows in self._pages_of_headers(whole, [ALL.kind, f"t.id IN ({id_list(some)})"]):
                found += self._headers_of(rows)
        return found

    async def lines(
        self, ids: IdRange, since: datetime | None = None, asked_all: Callable[[], None] | None = None
    ) -> AsyncGenerator[list[DocumentLine], None]:
        """Pages of up to 1,000 lines of the population's documents in a range, by (document, line).

        While a page is worked on the next one is asked for, and no other: close the iterator where it is left early.
        `asked_all` is called once the last page has come, before it is given.

        `since` leaves out documents not modified since then; there is no upper bound, so that a document that moved
        after its header was read still shows its lines, with the later `modified_at`. For a window with changes, ask
        page by page: the range from the first to the last id of a page of headers.
        """
        conditions = between_instants("t.lastmodifieddate", since, None)
        async with aclosing(self._pages_of_lines(ids, conditions, asked_all)) as pages:
            async for page in pages:
                yield page

    async def lines_by_id(self, ids: Iterable[int]) -> list[DocumentLine]:
        """All lines of these documents that are in the population, by (document, line)."""
        found: list[DocumentLine] = []
        for some in _chunks(ids):
            whole = IdRange(some[0], some[-1])
            async for page in self._pages_of_lines(whole, [f"tl.transaction IN ({id_list(some)})"]):
                found += page
        return found

    async def _typed(self, read: Callable[[list[Row]], list[_Read]], rows: list[Row]) -> list[_Read]:
        if self._executor is None:
            return read(rows)
        return await asyncio.get_running_loop().run_in_executor(self._executor, read, rows)

    def _headers_of(self, rows: list[Row]) -> list[DocumentHeader]:
        return [self._header(row) for row in rows]

    def _header(self, row: Row) -> DocumentHeader:
        header = read_header(row)
        if not header.left_out and (reason := self.population.leaves_out(header.document_date)):
            return replace(header, left_out=reason)
        return header

    def _pages_of_headers(self, ids: IdRange, conditions: Sequence[str]) -> AsyncGenerator[list[Row], None]:
        select = self._headers

        async def ask(after: Key | None) -> Page:
            rest = IdRange(after[0] + 1 if after else ids.first, ids.last)
            text = where(rest.condition(), *conditions)
            return await self.columns.ask(select, lambda missing: select.sql(missing, text, "ORDER BY t.id"))

        return pages_by_key(ask, _header_key, what=select.what)

    async def _pages_of_lines(
        self, ids: IdRange, conditions: Sequence[str], asked_all: Callable[[], None] | None = None
    ) -> AsyncGenerator[list[DocumentLine], None]:
        select = self._lines

        async def ask(after: Key | None) -> Page:
            document, line = after or (ids.first, None)
            keyset = "" if line is None else f"(tl.transaction > {document} OR tl.id > {line})"
            text = where(
                IdRange(document, ids.last).condition("tl.transaction"),
                keyset,
                *self.population.conditions,
                *conditions,
            )
            order = "ORDER BY tl.transaction, tl.id"
            return await self.columns.ask(select, lambda missing: select.sql(missing, text, order))

        reader = LineReader(self.fields, self.currencies)
        pages = pages_by_key(ask, _line_key, what=select.what, ahead=True, asked_all=asked_all)
        async with aclosing(pages):
            async for rows in pages:
                yield await self._typed(reader.read_page, rows)


def _header_key(row: Row) -> Key:
    return (values.whole(row, "id"),)


def _line_key(row: Row) -> Key:
    return (values.whole(row, "transaction_id"), values.whole(row, "line_id"))


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), MAX_IN_VALUES):
        yield ordered[start : start + MAX_IN_VALUES]

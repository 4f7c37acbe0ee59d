"""Asking for columns that an account may not have.

Which columns exist depends on the account's features (OneWorld, revenue recognition, multiple currencies), on custom
fields and on the role. One that is missing fails the whole query: 400 with `Unknown identifier`, or at times a bare 500
`UNEXPECTED_ERROR`. Such a column is dropped, remembered for this client, and reported as a `Notice`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from revrec.netsuite.client import MAX_PAGE_ROWS, NetSuiteClient
from revrec.netsuite.errors import QueryRefused, RecordNotFound, ServerFailed, UnknownIdentifier
from revrec.netsuite.page import Page
from revrec.netsuite.problems import Notice

PROBES = 5
"""How often in a row a column must fail, alone, before a 500 is taken for its absence: on a line where a fifth of all
requests fail, two in a row are nothing rare, and what is dropped by mistake is data lost."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a query: `key` in the answer's rows, `sql` its expression.

    A column with `feature` (which feature or setting brings it) may be missing; `otherwise` is the expression to use in
    its place, if any. One without is required, and its absence is an error.
    """

    key: str
    sql: str
    feature: str = ""
    otherwise: str = ""

    @property
    def optional(self) -> bool:
        return bool(self.feature)


@dataclass(frozen=True, slots=True)
class Select:
    """`SELECT columns tail`, where `tail` is everything from FROM on."""

    what: str
    columns: tuple[Column, ...]
    source: str

    def sql(self, missing: frozenset[str], conditions: str = "", tail: str = "") -> str:
        """The query text, without the columns whose expressions are `missing`."""
        shown = (
            f"{expression} AS {column.key}"
            for column in self.columns
            if (expression := expression_of(column, missing))
        )
        return " ".join(
            part for part in (f"SELECT {', '.join(shown)} FROM {self.source}", conditions, tail) if part
        )


def expression_of(column: Column, missing: frozenset[str]) -> str:
    """The expression to ask for, or "" where neither the column nor its stand-in exists."""
    if column.sql not in missing:
        return column.sql
    return column.otherwise if column.otherwise not in missing else ""


class AccountColumns:
    """Asks queries whose columns may be missing, and remembers which are."""

    def __init__(self, client: NetSuiteClient) -> None:
        self.client = client
        self._missing: dict[str, Notice] = {}
        self._proven: set[Select] = set()

    @property
    def notices(self) -> list[Notice]:
        """What this account lacks, as far as it was asked for."""
        return list(self._missing.values())

    @property
    def missing(self) -> frozenset[str]:
        """The expressions that this account lacks."""
        return frozenset(self._missing)

    async def ask(
        self,
        select: Select,
        build: Callable[[frozenset[str]], str],
        params: Sequence[str] = (),
        *,
        limit: int = MAX_PAGE_ROWS,
        offset: int = 0,
    ) -> Page:
        """One page of `build(missing)`, asked again without the columns that NetSuite does not know.

        `build` makes the query text from the missing expressions, so that GROUP BY and ORDER BY can follow suit.
        """
        while True:
            used = self.missing
            sql = build(used)
            # Until a query has worked once, a 500 may mean a missing column: find out soon.
            proven = select in self._proven
            server_attempts = None if proven else 2
            try:
                page = await self.client.query(
                    sql, params, what=select.what, limit=limit, offset=offset, server_attempts=server_attempts
                )
                self._proven.add(select)
                return page
            except UnknownIdentifier as error:
                # Another request may have found the same column missing meanwhile: then just ask again.
                if self.missing == used and not await self._drop_named(select, error):
                    raise
            except ServerFailed as error:
                if self.missing != used:
                    continue
                dropped = error.code == "UNEXPECTED_ERROR" and await self._drop_probed(
                    select, self._candidates(select)
                )
                if (
                    not dropped and proven
                ):  # proven by another request meanwhile, it has not been asked so often yet
                    raise
                # Nothing was missing, so it was NetSuite's own trouble: from here on it is asked as often as any.
                self._proven.add(select)

    def _candidates(self, select: Select) -> list[Column]:
        return [
            column for column in select.columns if column.optional and expression_of(column, self.missing)
        ]

    async def _drop_named(self, select: Select, error: UnknownIdentifier) -> bool:
        # NetSuite names the bare column, without its table: two tables of one query may both have it.
        identifier = error.name.rsplit(".", 1)[-1]
        word = re.compile(rf"\b{re.escape(identifier)}\b", re.IGNORECASE)
        named = [
            column for column in self._candidates(select) if word.search(expression_of(column, self.missing))
        ]
        if len(named) == 1:
            self._forget(named[0], error.words)
            return True
        return bool(named) and await self._drop_probed(select, named)

    async def _drop_probed(self, select: Select, columns: Sequence[Column]) -> bool:
        dropped = False
        for column in columns:
            expression = expression_of(column, self.missing)
            if not expression:
                continue
            try:
                await self._probe(select, f"{expression} AS {column.key}", column.key)
            except UnknownIdentifier as error:
                self._forget(column, error.words)
                dropped = True
            except ServerFailed as error:
                # A column is to blame only where the query works without it, here and now: in an outage every probe
                # fails, and dropping what exists would lose data.
                required = next(one for one in select.columns if not one.optional)
                await self._probe(select, f"{required.sql} AS {required.key}", required.key)
                self._forget(column, error.words)
                dropped = True
        return dropped

    async def _probe(self, select: Select, shown: str, key: str) -> None:
        await self.client.query(
            f"SELECT {shown} FROM {select.source} WHERE 1 = 0",
            what=f"{select.what} (is there a column {key}?)",
            limit=1,
            server_attempts=PROBES,
        )

    def _forget(self, column: Column, words: str) -> None:
        expression = expression_of(column, self.missing)
        instead = (
            " Another column is read in its place." if column.otherwise and expression == column.sql else ""
        )
        self._missing[expression] = Notice(
            "column_missing",
            expression,
            f"This NetSuite account or role has no {expression} ({column.feature}), so {column.key} stays empty."
            f"{instead} NetSuite says: {words}",
        )


def table_notice(error: QueryRefused, feature: str) -> Notice:
    """The notice for a table that this account or role does not have."""
    name = error.name if isinstance(error, RecordNotFound) else "?"
    return Notice(
        "table_missing",
        name,
        f"This NetSuite account or role has no table {name} ({feature}). NetSuite says: {error.words}",
    )

"""Reading whole tables by key, whether or not the account has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from revrec.netsuite import values
from revrec.netsuite.columns import AccountColumns, Select, table_notice
from revrec.netsuite.errors import RecordNotFound
from revrec.netsuite.keyset import groups_by_key
from revrec.netsuite.page import Page, Row
from revrec.netsuite.problems import Notice
from revrec.netsuite.suiteql import where

T = TypeVar("T")
# What brings an optional column, for the notice of its absence.
ONE_WORLD = "the OneWorld feature"
HIDDEN = "a column that some accounts hide"


async def read_table(
    columns: AccountColumns,
    select: Select,
    read: Callable[[Row], T],
    *,
    key: str,
    order: str = "",
    conditions: tuple[str, ...] = (),
    feature: str = "",
) -> tuple[list[T], list[Notice]]:
    """A whole table by its numeric key column (given as `alias.column`), or empty with a notice where it is missing."""
    column = next(column.key for column in select.columns if column.sql == key)

    async def ask(after: int | None, offset: int) -> Page:
        text = where(*conditions, "" if after is None else f"{key} > {after}")
        return await columns.ask(
            select, lambda missing: select.sql(missing, text, f"ORDER BY {order or key}"), offset=offset
        )

    found: list[T] = []
    try:
        async for rows in groups_by_key(ask, lambda row: values.whole(row, column), what=select.what):
            found += [read(row) for row in rows]
    except RecordNotFound as error:
        if not feature:
            raise
        return [], [table_notice(error, feature)]
    return found, []

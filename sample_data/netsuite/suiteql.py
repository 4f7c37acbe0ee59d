"""Executing a SuiteQL query: compile, count, fetch one page, render."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from typing import Any

from sample_data.netsuite import rendering
from sample_data.netsuite.catalogue import View
from sample_data.netsuite.clock import Clock
from sample_data.netsuite.dialect import parse_query
from sample_data.netsuite.paging import Page, collection
from sample_data.netsuite.problems import unsupported_search
from sample_data.netsuite.scope import Context, Moment
from sample_data.netsuite.selects import Select, compile_statement
from sample_data.netsuite.settings import Settings, oracle_mask
from sample_data.netsuite.store import Store
from sample_data.netsuite.zones import Zone

_REMEMBERED = 4_096


class Engine:
    """SuiteQL over the store. Nothing is kept between pages but the number of rows, while no data changes."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._counts: OrderedDict[tuple[str, int], int] = OrderedDict()

    def compile(self, text: str, params: list[Any] | None) -> Select:
        """The query for SQLite, or the error that NetSuite answers."""
        settings = self._settings
        utc = self._clock.utc()
        now = Moment(
            server=Zone(settings.server_zone).from_utc(utc),
            session=Zone(settings.user_zone or self._store.zone.name).from_utc(utc),
            user_date_format=oracle_mask(settings.user_date_format),
            stamps_zone=settings.user_zone if settings.stamps_in == "user" else "",
        )
        view = View(settings.features, settings.denied)
        try:
            return compile_statement(
                parse_query(text, params), None, Context(view, now, settings, compile_statement)
            )
        except RecursionError as problem:
            raise unsupported_search() from problem

    def page(self, text: str, params: list[Any] | None, page: Page, url: str) -> dict[str, Any]:
        """One page of the query's rows, as the response body."""
        settings = self._settings
        query = self.compile(text, params)
        order = query.order
        if settings.shuffle_unordered and not query.fixes_order:
            # What ORDER BY leaves tied comes differently on every page.
            order = f"{order}, RANDOM()" if order else " ORDER BY RANDOM()"
        body = f"SELECT * FROM ({query.body})" if query.limited else query.body
        served = max(0, min(page.limit, settings.row_cap - page.offset))
        sql = f"{body}{order} LIMIT {served} OFFSET {page.offset}"
        try:
            with self._store.read() as connection:
                rows = connection.execute(sql).fetchall()
                whole = page.offset == 0 and len(rows) < served
                total = len(rows) if whole else self._count(connection, query.count)
        except sqlite3.Error as problem:
            raise unsupported_search() from problem
        renderers = [
            rendering.renderer(
                each.typed.kind, oracle_mask(settings.user_date_format), settings.leading_zero, settings
            )
            for each in query.fields
        ]
        items = rendering.items(rows, [each.name for each in query.fields], renderers, settings)
        reachable = min(total, settings.row_cap)
        return collection(
            items, page, total if settings.total_past_cap == "counted" else reachable, reachable, url
        )

    def _count(self, connection: sqlite3.Connection, count_sql: str) -> int:
        key = (count_sql, self._store.data_version)
        if key not in self._counts:
            self._counts[key] = int(connection.execute(count_sql).fetchone()[0])
            while len(self._counts) > _REMEMBERED:
                self._counts.popitem(last=False)
        return self._counts[key]

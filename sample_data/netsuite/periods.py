"""Accounting periods as they stop journals: closed, locked, or locked for receivables or payables alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from sample_data.netsuite.journal_body import invalid_value
from sample_data.netsuite.kinds import SECONDS_A_DAY
from sample_data.netsuite.problems import NetSuiteError, user_error
from sample_data.netsuite.settings import Settings

_LOCKED_KINDS = ("AcctRec", "AcctPay")
"""Types of accounts that the locks of receivables and of payables stop, in the order of their columns."""


class Periods:
    """The periods in one state of the database."""

    def __init__(self, connection: sqlite3.Connection, settings: Settings) -> None:
        self._run = connection.execute
        self._settings = settings

    def usable(self, period: int, accounts: Collection[int]) -> int:
        """The period that a journal on these accounts posts to; refuses one that is closed or locked to it."""
        if self._settings.unusable_period == "recompute":
            period = self._next_open(period)
        self.check_open(period, accounts)
        return period

    def _next_open(self, period: int) -> int:
        """The period, or the next one that is open: what NetSuite's preferences may make of a closed one."""
        row = self._run(
            "SELECT n.[id] FROM [accountingperiod] p JOIN [accountingperiod] n ON n.[startdate] >= p.[startdate]"
            " WHERE p.[id] = ? AND n.[isposting] = 'T' AND n.[isadjust] = 'F' AND n.[closed] = 'F'"
            " AND n.[alllocked] = 'F' ORDER BY n.[startdate] LIMIT 1",
            (period,),
        ).fetchone()
        return int(row[0]) if row else period

    def of_date(self, date: int) -> int:
        """The base period that a date falls in."""
        row = self._run(
            "SELECT [id] FROM [accountingperiod] WHERE [isposting] = 'T' AND [isadjust] = 'F'"
            " AND [startdate] <= ? AND [enddate] > ? - ?",
            (date, date, SECONDS_A_DAY),
        ).fetchone()
        if row is None:
            raise user_error(
                "The transaction date you specified is not within the date range of your accounting period."
            )
        return int(row[0])

    def check_open(self, period: int, accounts: Collection[int] = ()) -> None:
        """Refuse a closed period; a locked one needs *Override Period Restrictions*.

        Receivables and payables have locks of their own, which stop lines on accounts of those types.
        """
        closed, locked, *sub_locks = self._run(
            "SELECT [closed], [alllocked], [arlocked], [aplocked] FROM [accountingperiod] WHERE [id] = ?",
            (period,),
        ).fetchone()
        if closed == "T":
            raise self._closed(period)
        if "Override Period Restrictions" not in self._settings.denied:
            return
        listed = ", ".join(str(int(each)) for each in accounts)
        kinds = {row[0] for row in self._run(f"SELECT [accttype] FROM [account] WHERE [id] IN ({listed})")}
        if locked == "T" or any(
            lock == "T" and kind in kinds for lock, kind in zip(sub_locks, _LOCKED_KINDS, strict=True)
        ):
            raise user_error(
                "This transaction is in a period that has been locked. You may not edit it.",
                path="postingPeriod",
            )

    def _closed(self, period: int) -> NetSuiteError:
        way = self._settings.closed_period
        if way == "invalid_field":
            return invalid_value(str(period), "postingPeriod", "postingPeriod")
        words = (
            "You cannot change the G/L impact of a transaction in a closed period."
            if way == "gl_impact"
            else "This transaction is in a period that has been closed. You may not edit it."
        )
        return user_error(words, path="postingPeriod")

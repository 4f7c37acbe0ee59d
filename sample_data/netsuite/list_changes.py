"""Changes to lists: renamed, merged, added to, closed, deactivated."""

from __future__ import annotations

import sqlite3
from typing import Any

from sample_data.netsuite.change_requests import (
    AddCurrency,
    Deactivate,
    MergeCustomers,
    RenameCustomer,
    RenameItem,
    SetPeriod,
)
from sample_data.netsuite.clock import Clock
from sample_data.netsuite.document_editor import NoSuchThing
from sample_data.netsuite.kinds import SECONDS_A_DAY


class ListChanges:
    """Applies changes to lists inside the caller's transaction."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def rename_customer(self, run: sqlite3.Connection, change: RenameCustomer) -> dict[str, Any]:
        done = run.execute(
            "UPDATE [customer] SET [altname] = :n, [companyname] = CASE WHEN [isperson] = 'F' THEN :n END,"
            " [lastmodifieddate] = :l, [lastmodifieddate__utc] = :u WHERE [id] = :c",
            {"n": change.name, "l": self._clock.local(), "u": self._clock.utc(), "c": change.customer},
        )
        if done.rowcount != 1:
            raise NoSuchThing(f"there is no customer {change.customer}")
        return {"customer": change.customer}

    def merge_customers(self, run: sqlite3.Connection, change: MergeCustomers) -> dict[str, Any]:
        """The duplicate's transactions become the other's, their stamps move, and the duplicate is gone."""
        utc, local = self._clock.utc(), self._clock.local()
        moved = run.execute(
            "UPDATE [transaction] SET [entity] = ?, [lastmodifieddate] = ?, [lastmodifieddate__utc] = ?"
            " WHERE [entity] = ?",
            (change.into, local, utc, change.duplicate),
        ).rowcount
        run.execute(
            "UPDATE [transactionline] SET [entity] = ? WHERE [entity] = ? AND [transaction] IN"
            " (SELECT [id] FROM [transaction] WHERE [entity] = ?)",
            (change.into, change.duplicate, change.into),
        )
        name = run.execute("SELECT [altname] FROM [customer] WHERE [id] = ?", (change.duplicate,)).fetchone()
        if name is None:
            raise NoSuchThing(f"there is no customer {change.duplicate}")
        run.execute("DELETE FROM [customer] WHERE [id] = ?", (change.duplicate,))
        run.execute("DELETE FROM [customersubsidiaryrelationship] WHERE [entity] = ?", (change.duplicate,))
        run.execute(
            "INSERT INTO [deletedrecord] ([recordid], [recordtypeid], [type], [scriptid], [name], [deleteddate],"
            " [deleteddate__utc], [deletedby], [context], [iscustomrecord], [iscustomlist], [iscustomtransaction])"
            " VALUES (?, -2, 'Customer', 'CUSTOMER', ?, ?, ?, 11, 'UIF', 'F', 'F', 'F')",
            (change.duplicate, name[0], local, utc),
        )
        return {"moved": moved}

    def rename_item(self, run: sqlite3.Connection, change: RenameItem) -> dict[str, Any]:
        done = run.execute(
            "UPDATE [item] SET [itemid] = :n, [fullname] = :n, [displayname] = :n, [lastmodifieddate] = :l,"
            " [lastmodifieddate__utc] = :u WHERE [id] = :i",
            {"n": change.name, "l": self._clock.local(), "u": self._clock.utc(), "i": change.item},
        )
        if done.rowcount != 1:
            raise NoSuchThing(f"there is no item {change.item}")
        return {"item": change.item}

    def add_currency(self, run: sqlite3.Connection, change: AddCurrency) -> dict[str, Any]:
        """A row more in the list; the documents' headers name it and their stamps move."""
        number = int(run.execute("SELECT MAX([id]) FROM [currency]").fetchone()[0]) + 1
        run.execute(
            "INSERT INTO [currency] ([id], [symbol], [name], [displaysymbol], [currencyprecision], [isbasecurrency],"
            " [isinactive]) VALUES (?, ?, ?, ?, ?, 'F', 'F')",
            (number, change.symbol, change.name, change.symbol, change.precision),
        )
        for transaction in change.transactions:
            done = run.execute(
                "UPDATE [transaction] SET [currency] = ?, [lastmodifieddate] = ?, [lastmodifieddate__utc] = ?"
                " WHERE [id] = ?",
                (number, self._clock.local(), self._clock.utc(), transaction),
            )
            if done.rowcount != 1:
                raise NoSuchThing(f"there is no transaction {transaction}")
        return {"currency": number}

    def set_period(self, run: sqlite3.Connection, change: SetPeriod) -> dict[str, Any]:
        closed = "T" if change.state == "closed" else "F"
        locked = "T" if change.state in ("locked", "closed") else "F"
        now = self._clock.local()
        done = run.execute(
            "UPDATE [accountingperiod] SET [closed] = :c, [alllocked] = :k, [arlocked] = :r, [aplocked] = :a,"
            " [closedondate] = CASE WHEN :c = 'T' THEN :d END, [lastmodifieddate] = :l, [lastmodifieddate__utc] = :u"
            " WHERE [id] = :p",
            {
                "c": closed,
                "k": locked,
                "r": "T" if change.state == "ar_locked" else locked,
                "a": "T" if change.state == "ap_locked" else locked,
                "d": now // SECONDS_A_DAY * SECONDS_A_DAY,
                "l": now,
                "u": self._clock.utc(),
                "p": change.period,
            },
        )
        if done.rowcount != 1:
            raise NoSuchThing(f"there is no accounting period {change.period}")
        return {"period": change.period}

    def deactivate(self, run: sqlite3.Connection, change: Deactivate) -> dict[str, Any]:
        done = run.execute(
            f"UPDATE [{change.table}] SET [isinactive] = ? WHERE [id] = ?",
            ("T" if change.inactive else "F", change.id),
        )
        if done.rowcount != 1:
            raise NoSuchThing(f"there is no {change.table} {change.id}")
        return {change.table: change.id}

"""Changing one document so that it stays a document: lines balanced, header in step, stamps moved."""

from __future__ import annotations

import sqlite3
from typing import Any

from sample_data.netsuite.bookkeeping import primary_book
from sample_data.netsuite.clock import Clock
from sample_data.netsuite.units import in_base


class NoSuchThing(ValueError):
    """The change names something that is not there."""


class DocumentEditor:
    """Edits documents inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection, clock: Clock) -> None:
        self._run = connection.execute
        self._clock = clock
        self._book = primary_book(connection)

    def header(self, number: int) -> dict[str, Any]:
        """What of a transaction's header the changes need."""
        names = [
            "id",
            "type",
            "entity",
            "trandate",
            "currency",
            "exchangerate",
            "subsidiary",
            "postingperiod",
            "status",
            "posting",
            "tranid",
            "foreigntotal",
        ]
        row = self._run(
            f"SELECT {', '.join(f'[{n}]' for n in names)} FROM [transaction] WHERE [id] = ?", (number,)
        ).fetchone()
        if row is None:
            raise NoSuchThing(f"there is no transaction {number}")
        return dict(zip(names, row, strict=True))

    def base_precision(self, subsidiary: int) -> int:
        """Decimals of a subsidiary's base currency."""
        row = self._run(
            "SELECT c.[currencyprecision] FROM [subsidiary] s JOIN [currency] c ON c.[id] = s.[currency]"
            " WHERE s.[id] = ?",
            (subsidiary,),
        ).fetchone()
        return int(row[0])

    def check_precision(self, head: dict[str, Any], hundredths: int) -> None:
        """Refuse an amount with more decimals than the document's currency."""
        row = self._run(
            "SELECT [currencyprecision] FROM [currency] WHERE [id] = ?", (head["currency"],)
        ).fetchone()
        if row is not None and hundredths % 10 ** (2 - int(row[0])):
            raise NoSuchThing(
                f"the currency of transaction {head['id']} has {row[0]} decimals, so there is no such amount"
            )

    def stamp(self, number: int, *, line: int | None = None, header: bool = True) -> None:
        """Move the modification stamps of the header, and of the main line and one other."""
        utc, local = self._clock.utc(), self._clock.local()
        if header:
            self._run(
                "UPDATE [transaction] SET [lastmodifieddate] = ?, [lastmodifieddate__utc] = ?, [lastmodifiedby] = 11"
                " WHERE [id] = ?",
                (local, utc, number),
            )
        if line is not None:
            self._run(
                "UPDATE [transactionline] SET [linelastmodifieddate] = ?, [linelastmodifieddate__utc] = ?"
                " WHERE [transaction] = ? AND [id] IN (0, ?)",
                (local, utc, number, line),
            )

    def set_line(self, head: dict[str, Any], line: int, amount: int) -> None:
        """Give a line an amount (signed, hundredths) in the line, and in the primary book."""
        number = head["id"]
        base = in_base(amount, head["exchangerate"], self.base_precision(head["subsidiary"]))
        done = self._run(
            "UPDATE [transactionline] SET [foreignamount] = :a, [netamount] = :b, [debitforeignamount] = MAX(:a, 0),"
            " [creditforeignamount] = MAX(-:a, 0), [rateamount] = ABS(:a) WHERE [transaction] = :t AND [id] = :l",
            {"a": amount, "b": base, "t": number, "l": line},
        )
        if done.rowcount != 1:
            raise NoSuchThing(f"transaction {number} has no line {line}")
        self._set_books(number, line, base)

    def _set_books(self, number: int, line: int, base: int) -> None:
        self._run(
            "UPDATE [transactionaccountingline] SET [amount] = :b, [netamount] = :b,"
            " [debit] = CASE WHEN :b > 0 THEN :b END, [credit] = CASE WHEN :b < 0 THEN -:b END"
            " WHERE [transaction] = :t AND [transactionline] = :l AND [accountingbook] = :k",
            {"b": base, "t": number, "l": line, "k": self._book},
        )

    def balance(self, head: dict[str, Any]) -> None:
        """Bring the main line and the header back to the sum of the other lines."""
        number = head["id"]
        others = self._run(
            "SELECT COALESCE(SUM([foreignamount]), 0),"
            " COALESCE(SUM(CASE WHEN [taxline] = 'T' THEN [foreignamount] END), 0)"
            " FROM [transactionline] WHERE [transaction] = ? AND [id] > 0",
            (number,),
        ).fetchone()
        base = self._run(
            "SELECT COALESCE(SUM([amount]), 0) FROM [transactionaccountingline]"
            " WHERE [transaction] = ? AND [transactionline] > 0 AND [accountingbook] = ?",
            (number, self._book),
        ).fetchone()[0]
        main, tax, paid = -others[0], -others[1], head["status"] == "B"
        self._run(
            "UPDATE [transactionline] SET [foreignamount] = :m, [netamount] = :b, [foreignamountpaid] = :p,"
            " [foreignamountunpaid] = :u, [debitforeignamount] = MAX(:m, 0), [creditforeignamount] = MAX(-:m, 0)"
            " WHERE [transaction] = :t AND [id] = 0",
            {"m": main, "b": -base, "p": main if paid else 0, "u": 0 if paid else main, "t": number},
        )
        self._set_books(number, 0, -base)
        self._run(
            "UPDATE [transaction] SET [foreigntotal] = :m, [total] = :b, [taxtotal] = :x, [foreignamountpaid] = :p,"
            " [foreignamountunpaid] = :u WHERE [id] = :t",
            {
                "m": main,
                "b": -base,
                "x": tax,
                "p": main if paid else 0,
                "u": 0 if paid else main,
                "t": number,
            },
        )

    def period_of(self, date: int) -> int:
        """The base period that a date falls in."""
        row = self._run(
            "SELECT [id] FROM [accountingperiod] WHERE [isposting] = 'T' AND [startdate] <= ? AND [enddate] >= ?",
            (date, date),
        ).fetchone()
        if row is None:
            raise NoSuchThing("no accounting period holds that date")
        return int(row[0])


def copy_rows(run: sqlite3.Connection, table: str, where: str, key: int, changed: dict[str, Any]) -> None:
    """Copy the rows of a transaction, with some columns changed."""
    columns = [row[1] for row in run.execute(f"PRAGMA table_info([{table}])").fetchall()]
    picked = ", ".join("?" if name in changed else f"[{name}]" for name in columns)
    values = [changed[name] for name in columns if name in changed]
    names = ", ".join(f"[{name}]" for name in columns)
    run.execute(
        f"INSERT INTO [{table}] ({names}) SELECT {picked} FROM [{table}] WHERE {where}", (*values, key)
    )

"""What users of the account do to its data while nobody is looking: the other side of every pull.

Each change is one transaction, keeps documents balanced and moves modification stamps as NetSuite does. Amounts are
decimal texts as a person sees them on the document (positive on invoices and credit memos).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sample_data.netsuite.change_requests import (
    AddCredit,
    Approve,
    Change,
    Deactivate,
    Delete,
    EditLine,
    LockJournal,
    MergeCustomers,
    Pay,
    RenameCustomer,
    SetPeriod,
    Touch,
    Void,
)
from sample_data.netsuite.clock import Clock
from sample_data.netsuite.journals import (
    Journal,
    JournalLine,
    JournalTable,
    delete_transaction,
    post_to_second_book,
)
from sample_data.netsuite.kinds import SECONDS_A_DAY
from sample_data.netsuite.store import Store
from sample_data.netsuite.units import in_base, stored_date


class NoSuchThing(ValueError):
    """The change names something that is not there."""


class Changes:
    """Applies changes to the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._handlers: dict[type[Any], Callable[[sqlite3.Connection, Any], dict[str, Any]]] = {
            EditLine: self._edit_line,
            Delete: self._delete,
            Void: self._void,
            AddCredit: self._add_credit,
            Approve: self._approve,
            Pay: self._pay,
            RenameCustomer: self._rename_customer,
            MergeCustomers: self._merge_customers,
            Touch: self._touch,
            SetPeriod: self._set_period,
            Deactivate: self._deactivate,
            LockJournal: self._lock_journal,
        }

    def apply(self, change: Change) -> dict[str, Any]:
        """Do it; what it made or moved."""
        with self._store.write() as connection:
            return self._handlers[type(change)](connection, change)

    def set_second_book(self, present: bool) -> None:
        """Multi-Book Accounting on or off: every posting once more in book 2, or none there."""
        with self._store.write() as connection:
            if present:
                post_to_second_book(connection, None)
            else:
                connection.execute("DELETE FROM [transactionaccountingline] WHERE [accountingbook] <> 1")

    # -- documents ---------------------------------------------------------------------------------------------

    def _header(self, run: sqlite3.Connection, number: int) -> dict[str, Any]:
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
        row = run.execute(
            f"SELECT {', '.join(f'[{n}]' for n in names)} FROM [transaction] WHERE [id] = ?", (number,)
        ).fetchone()
        if row is None:
            raise NoSuchThing(f"there is no transaction {number}")
        return dict(zip(names, row, strict=True))

    def _base_precision(self, run: sqlite3.Connection, subsidiary: int) -> int:
        row = run.execute(
            "SELECT c.[currencyprecision] FROM [subsidiary] s JOIN [currency] c ON c.[id] = s.[currency] WHERE s.[id] = ?",
            (subsidiary,),
        ).fetchone()
        return int(row[0])

    def _stamp(
        self, run: sqlite3.Connection, number: int, *, line: int | None = None, header: bool = True
    ) -> None:
        utc, local = self._clock.utc(), self._clock.local()
        if header:
            run.execute(
                "UPDATE [transaction] SET [lastmodifieddate] = ?, [lastmodifieddate__utc] = ?, [lastmodifiedby] = 11"
                " WHERE [id] = ?",
                (local, utc, number),
            )
        if line is not None:
            run.execute(
                "UPDATE [transactionline] SET [linelastmodifieddate] = ?, [linelastmodifieddate__utc] = ?"
                " WHERE [transaction] = ? AND [id] IN (0, ?)",
                (local, utc, number, line),
            )

    def _set_line(self, run: sqlite3.Connection, head: dict[str, Any], line: int, amount: int) -> None:
        """Give a line an amount (signed, hundredths) in the line, and in every book."""
        number = head["id"]
        base = in_base(amount, head["exchangerate"], self._base_precision(run, head["subsidiary"]))
        done = run.execute(
            "UPDATE [transactionline] SET [foreignamount] = :a, [netamount] = :b, [debitforeignamount] = MAX(:a, 0),"
            " [creditforeignamount] = MAX(-:a, 0), [rateamount] = ABS(:a) WHERE [transaction] = :t AND [id] = :l",
            {"a": amount, "b": base, "t": number, "l": line},
        )
        if done.rowcount != 1:
            raise NoSuchThing(f"transaction {number} has no line {line}")
        self._set_books(run, number, line, base)

    def _set_books(self, run: sqlite3.Connection, number: int, line: int, base: int) -> None:
        run.execute(
            "UPDATE [transactionaccountingline] SET [amount] = :b, [netamount] = :b,"
            " [debit] = CASE WHEN :b > 0 THEN :b END, [credit] = CASE WHEN :b < 0 THEN -:b END"
            " WHERE [transaction] = :t AND [transactionline] = :l",
            {"b": base, "t": number, "l": line},
        )

    def _balance(self, run: sqlite3.Connection, head: dict[str, Any]) -> None:
        """Bring the main line and the header back to the sum of the other lines."""
        number = head["id"]
        others = run.execute(
            "SELECT COALESCE(SUM([foreignamount]), 0), COALESCE(SUM(CASE WHEN [taxline] = 'T' THEN [foreignamount] END), 0)"
            " FROM [transactionline] WHERE [transaction] = ? AND [id] > 0",
            (number,),
        ).fetchone()
        base = run.execute(
            "SELECT COALESCE(SUM([amount]), 0) FROM [transactionaccountingline]"
            " WHERE [transaction] = ? AND [transactionline] > 0 AND [accountingbook] = 1",
            (number,),
        ).fetchone()[0]
        main, tax, paid = -others[0], -others[1], head["status"] == "B"
        run.execute(
            "UPDATE [transactionline] SET [foreignamount] = :m, [netamount] = :b, [foreignamountpaid] = :p,"
            " [foreignamountunpaid] = :u, [debitforeignamount] = MAX(:m, 0), [creditforeignamount] = MAX(-:m, 0)"
            " WHERE [transaction] = :t AND [id] = 0",
            {"m": main, "b": -base, "p": main if paid else 0, "u": 0 if paid else main, "t": number},
        )
        self._set_books(run, number, 0, -base)
        run.execute(
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

    def _edit_line(self, run: sqlite3.Connection, change: EditLine) -> dict[str, Any]:
        head = self._header(run, change.transaction)
        sign = -1 if head["type"] == "CustInvc" else 1
        if change.amount is not None:
            self._set_line(run, head, change.line, sign * int(Decimal(change.amount) * 100))
            self._balance(run, head)
        for column, value in change.columns().items():
            stored = stored_date(value) if hasattr(value, "toordinal") else value
            run.execute(
                f"UPDATE [transactionline] SET [{column}] = ? WHERE [transaction] = ? AND [id] = ?",
                (stored, change.transaction, change.line),
            )
        self._stamp(run, change.transaction, line=change.line, header=change.moves_header_stamp)
        return {"transaction": change.transaction}

    def _delete(self, run: sqlite3.Connection, change: Delete) -> dict[str, Any]:
        self._header(run, change.transaction)
        delete_transaction(run, self._store.zone, change.transaction, self._clock.utc())
        return {"transaction": change.transaction}

    def _void(self, run: sqlite3.Connection, change: Void) -> dict[str, Any]:
        head = self._header(run, change.transaction)
        made: dict[str, Any] = {"transaction": change.transaction}
        if change.style == "direct":
            for (line,) in run.execute(
                "SELECT [id] FROM [transactionline] WHERE [transaction] = ? AND [foreignamount] IS NOT NULL",
                (change.transaction,),
            ).fetchall():
                self._set_line(run, head, line, 0)
                self._stamp(run, change.transaction, line=line)
            self._balance(run, head)
        else:
            made["journal"] = self._reversing_journal(run, head)
        run.execute(
            "UPDATE [transaction] SET [voided] = 'T', [void] = 'T', [status] = 'V', [memo] = 'VOID' WHERE [id] = ?",
            (change.transaction,),
        )
        self._stamp(run, change.transaction)
        return made

    def _reversing_journal(self, run: sqlite3.Connection, head: dict[str, Any]) -> int:
        today = self._clock.local() // SECONDS_A_DAY * SECONDS_A_DAY
        rows = run.execute(
            "SELECT [expenseaccount], -[foreignamount], [memo], [entity], [department], [class], [location], [cseg_region]"
            " FROM [transactionline] WHERE [transaction] = ? AND [foreignamount] <> 0 AND [expenseaccount] IS NOT NULL",
            (head["id"],),
        ).fetchall()
        journal = Journal(
            subsidiary=head["subsidiary"],
            date=today,
            period=self._period_of(run, today),
            currency=head["currency"],
            rate=head["exchangerate"],
            lines=tuple(JournalLine(*row) for row in rows),
            memo=f"VOID {head['tranid']}",
        )
        precision = self._base_precision(run, head["subsidiary"])
        return JournalTable(run, self._store.zone).insert(journal, self._clock.utc(), precision).id

    def _period_of(self, run: sqlite3.Connection, date: int) -> int:
        row = run.execute(
            "SELECT [id] FROM [accountingperiod] WHERE [isposting] = 'T' AND [startdate] <= ? AND [enddate] >= ?",
            (date, date),
        ).fetchone()
        if row is None:
            raise NoSuchThing("no accounting period holds that date")
        return int(row[0])

    def _add_credit(self, run: sqlite3.Connection, change: AddCredit) -> dict[str, Any]:
        """A credit memo made from an invoice, for a percentage of all its lines."""
        head = self._header(run, change.invoice)
        if head["type"] != "CustInvc":
            raise NoSuchThing(f"transaction {change.invoice} is no invoice")
        number = (
            run.execute(
                "SELECT MAX((SELECT MAX([id]) FROM [transaction]), COALESCE((SELECT MAX([recordid]) FROM [deletedrecord]), 0))"
            ).fetchone()[0]
            + 1
        )
        utc, local = self._clock.utc(), self._clock.local()
        date = stored_date(change.date) if change.date else local // SECONDS_A_DAY * SECONDS_A_DAY
        changed: dict[str, Any] = {
            "id": number,
            "tranid": f"CM-{number}",
            "transactionnumber": f"CM-{number}",
            "trandisplayname": f"Credit Memo #CM-{number}",
            "type": "CustCred",
            "recordtype": "creditmemo",
            "abbrevtype": "CREDMEM",
            "trandate": date,
            "duedate": None,
            "closedate": None,
            "status": "A",
            "approvalstatus": None,
            "posting": "T",
            "postingperiod": change.period or self._period_of(run, date),
            "externalid": None,
            "memo": change.memo,
            **dict.fromkeys(("createddate", "lastmodifieddate"), local),
            **dict.fromkeys(("createddate__utc", "lastmodifieddate__utc"), utc),
        }
        if not change.names_order:
            changed.update({"otherrefnum": None, "custbody_order_number": None})
        _copy(run, "transaction", "[id] = ?", change.invoice, changed)
        key = run.execute("SELECT MAX([uniquekey]) FROM [transactionline]").fetchone()[0]
        stamps: dict[str, Any] = {
            **dict.fromkeys(("linelastmodifieddate", "linecreateddate"), local),
            **dict.fromkeys(("linelastmodifieddate__utc", "linecreateddate__utc"), utc),
        }
        lines = run.execute(
            "SELECT [id], [foreignamount], [quantity] FROM [transactionline] WHERE [transaction] = ? ORDER BY [id]",
            (change.invoice,),
        ).fetchall()
        for place, (line, _, quantity) in enumerate(lines, 1):
            own = {
                "uniquekey": key + place,
                "transaction": number,
                "createdfrom": change.invoice if change.created_from else None,
                "quantity": None if quantity is None else -quantity,
                **stamps,
            }
            _copy(run, "transactionline", f"[id] = {int(line)} AND [transaction] = ?", change.invoice, own)
        _copy(
            run,
            "transactionaccountingline",
            "[transaction] = ?",
            change.invoice,
            {"transaction": number, "posting": "T", "lastmodifieddate": local, "lastmodifieddate__utc": utc},
        )
        credit = self._header(run, number)
        precision = run.execute(
            "SELECT [currencyprecision] FROM [currency] WHERE [id] = ?", (credit["currency"],)
        ).fetchone()[0]
        unit = 10 ** (2 - int(precision))
        for line, amount, _ in lines:
            if amount is not None and line > 0:
                part = abs(amount) * change.percent // 100 // unit * unit
                self._set_line(run, credit, line, part if amount < 0 else -part)
        self._balance(run, credit)
        if change.created_from:
            link = (change.invoice, 0, "CustInvc", number, 0, "CustCred", self._header(run, number)["foreigntotal"],
                    "Payment", local, utc)  # fmt: skip
            for table in ("nexttransactionlinelink", "previoustransactionlinelink"):
                run.execute(f"INSERT INTO [{table}] VALUES ({', '.join('?' * len(link))})", link)
        return {"transaction": number}

    def _approve(self, run: sqlite3.Connection, change: Approve) -> dict[str, Any]:
        head = self._header(run, change.transaction)
        status = "B" if head["type"] == "Journal" else "A"
        run.execute(
            "UPDATE [transaction] SET [status] = ?, [approvalstatus] = 2, [posting] = 'T' WHERE [id] = ?",
            (status, change.transaction),
        )
        run.execute(
            "UPDATE [transactionaccountingline] SET [posting] = 'T' WHERE [transaction] = ?",
            (change.transaction,),
        )
        self._stamp(run, change.transaction)
        return {"transaction": change.transaction}

    def _pay(self, run: sqlite3.Connection, change: Pay) -> dict[str, Any]:
        """Paid in full: the header's stamp moves, the lines' do not."""
        head = {**self._header(run, change.transaction), "status": "B"}
        run.execute("UPDATE [transaction] SET [status] = 'B' WHERE [id] = ?", (change.transaction,))
        self._balance(run, head)
        self._stamp(run, change.transaction)
        return {"transaction": change.transaction}

    def _touch(self, run: sqlite3.Connection, change: Touch) -> dict[str, Any]:
        utc = change.at_utc if change.at_utc is not None else self._clock.utc()
        local = self._store.zone.from_utc(utc)
        moved = 0
        for number in change.transactions:
            moved += run.execute(
                "UPDATE [transaction] SET [lastmodifieddate] = ?, [lastmodifieddate__utc] = ? WHERE [id] = ?",
                (local, utc, number),
            ).rowcount
        if change.first_id is not None and change.last_id is not None:
            moved += run.execute(
                "UPDATE [transaction] SET [lastmodifieddate] = ?, [lastmodifieddate__utc] = ? WHERE [id] BETWEEN ? AND ?",
                (local, utc, change.first_id, change.last_id),
            ).rowcount
        return {"moved": moved}

    # -- lists -------------------------------------------------------------------------------------------------

    def _rename_customer(self, run: sqlite3.Connection, change: RenameCustomer) -> dict[str, Any]:
        done = run.execute(
            "UPDATE [customer] SET [altname] = :n, [companyname] = CASE WHEN [isperson] = 'F' THEN :n END,"
            " [lastmodifieddate] = :l, [lastmodifieddate__utc] = :u WHERE [id] = :c",
            {"n": change.name, "l": self._clock.local(), "u": self._clock.utc(), "c": change.customer},
        )
        if done.rowcount != 1:
            raise NoSuchThing(f"there is no customer {change.customer}")
        return {"customer": change.customer}

    def _merge_customers(self, run: sqlite3.Connection, change: MergeCustomers) -> dict[str, Any]:
        """The duplicate's transactions become the other's, their stamps move, and the duplicate is gone."""
        utc, local = self._clock.utc(), self._clock.local()
        moved = run.execute(
            "UPDATE [transaction] SET [entity] = ?, [lastmodifieddate] = ?, [lastmodifieddate__utc] = ? WHERE [entity] = ?",
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

    def _set_period(self, run: sqlite3.Connection, change: SetPeriod) -> dict[str, Any]:
        closed = "T" if change.state == "closed" else "F"
        locked = "F" if change.state == "open" else "T"
        now = self._clock.local()
        done = run.execute(
            "UPDATE [accountingperiod] SET [closed] = :c, [alllocked] = :k, [arlocked] = :k, [aplocked] = :k,"
            " [closedondate] = CASE WHEN :c = 'T' THEN :d END, [lastmodifieddate] = :l, [lastmodifieddate__utc] = :u"
            " WHERE [id] = :p",
            {
                "c": closed,
                "k": locked,
                "d": now // SECONDS_A_DAY * SECONDS_A_DAY,
                "l": now,
                "u": self._clock.utc(),
                "p": change.period,
            },
        )
        if done.rowcount != 1:
            raise NoSuchThing(f"there is no accounting period {change.period}")
        return {"period": change.period}

    def _deactivate(self, run: sqlite3.Connection, change: Deactivate) -> dict[str, Any]:
        done = run.execute(
            f"UPDATE [{change.table}] SET [isinactive] = ? WHERE [id] = ?",
            ("T" if change.inactive else "F", change.id),
        )
        if done.rowcount != 1:
            raise NoSuchThing(f"there is no {change.table} {change.id}")
        return {change.table: change.id}

    def _lock_journal(self, run: sqlite3.Connection, change: LockJournal) -> dict[str, Any]:
        done = run.execute(
            "UPDATE [transaction] SET [workflow_locked] = ? WHERE [id] = ? AND [type] = 'Journal'",
            ("T" if change.locked else "F", change.journal),
        )
        if done.rowcount != 1:
            raise NoSuchThing(f"there is no journal entry {change.journal}")
        return {"journal": change.journal}


def _copy(run: sqlite3.Connection, table: str, where: str, key: int, changed: dict[str, Any]) -> None:
    """Copy rows, with some columns changed."""
    columns = [row[1] for row in run.execute(f"PRAGMA table_info([{table}])").fetchall()]
    picked = ", ".join("?" if name in changed else f"[{name}]" for name in columns)
    values = [changed[name] for name in columns if name in changed]
    names = ", ".join(f"[{name}]" for name in columns)
    run.execute(
        f"INSERT INTO [{table}] ({names}) SELECT {picked} FROM [{table}] WHERE {where}", (*values, key)
    )

"""Changes to documents: edited, deleted, voided, credited, approved, paid, touched."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from typing import Any

from sample_data.netsuite.bookkeeping import delete_transaction
from sample_data.netsuite.change_requests import (
    AddCredit,
    Approve,
    Delete,
    EditLine,
    LockJournal,
    Pay,
    Reject,
    Touch,
    Void,
)
from sample_data.netsuite.clock import Clock
from sample_data.netsuite.document_editor import DocumentEditor, NoSuchThing, copy_rows
from sample_data.netsuite.journals import Journal, JournalLine, JournalTable
from sample_data.netsuite.kinds import SECONDS_A_DAY
from sample_data.netsuite.settings import Settings
from sample_data.netsuite.units import stored_date
from sample_data.netsuite.zones import Zone


class DocumentChanges:
    """Applies changes to documents inside the caller's transaction."""

    def __init__(self, clock: Clock, zone: Zone, settings: Settings) -> None:
        self._clock = clock
        self._zone = zone
        self._settings = settings

    def edit_line(self, run: sqlite3.Connection, change: EditLine) -> dict[str, Any]:
        editor = DocumentEditor(run, self._clock)
        head = editor.header(change.transaction)
        sign = -1 if head["type"] == "CustInvc" else 1
        if change.amount is not None:
            hundredths = int(Decimal(change.amount) * 100)
            if not change.beyond_precision:
                editor.check_precision(head, hundredths)
            editor.set_line(head, change.line, sign * hundredths)
            editor.balance(head)
        for column, value in change.columns().items():
            stored = stored_date(value) if hasattr(value, "toordinal") else value
            run.execute(
                f"UPDATE [transactionline] SET [{column}] = ? WHERE [transaction] = ? AND [id] = ?",
                (stored, change.transaction, change.line),
            )
        moves = change.moves_header_stamp and self._settings.line_edit == "moves_header"
        editor.stamp(change.transaction, line=change.line, header=moves)
        return {"transaction": change.transaction}

    def delete(self, run: sqlite3.Connection, change: Delete) -> dict[str, Any]:
        editor = DocumentEditor(run, self._clock)
        editor.header(change.transaction)
        delete_transaction(run, self._zone, change.transaction, self._clock.utc())
        return {"transaction": change.transaction}

    def void(self, run: sqlite3.Connection, change: Void) -> dict[str, Any]:
        editor = DocumentEditor(run, self._clock)
        head = editor.header(change.transaction)
        made: dict[str, Any] = {"transaction": change.transaction}
        if change.style == "direct":
            for (line,) in run.execute(
                "SELECT [id] FROM [transactionline] WHERE [transaction] = ? AND [foreignamount] IS NOT NULL",
                (change.transaction,),
            ).fetchall():
                editor.set_line(head, line, 0)
                editor.stamp(change.transaction, line=line)
            editor.balance(head)
        else:
            made["journal"] = self._reversing_journal(run, head)
        run.execute(
            "UPDATE [transaction] SET [voided] = 'T', [void] = 'T', [status] = 'V', [memo] = 'VOID' WHERE [id] = ?",
            (change.transaction,),
        )
        editor.stamp(change.transaction)
        return made

    def _reversing_journal(self, run: sqlite3.Connection, head: dict[str, Any]) -> int:
        editor = DocumentEditor(run, self._clock)
        today = self._clock.local() // SECONDS_A_DAY * SECONDS_A_DAY
        rows = run.execute(
            "SELECT [expenseaccount], -[foreignamount], [memo], [entity], [department], [class],"
            " [location], [cseg_region]"
            " FROM [transactionline] WHERE [transaction] = ? AND [foreignamount] <> 0 AND [expenseaccount] IS NOT NULL",
            (head["id"],),
        ).fetchall()
        journal = Journal(
            subsidiary=head["subsidiary"],
            date=today,
            period=editor.period_of(today),
            currency=head["currency"],
            rate=head["exchangerate"],
            lines=tuple(JournalLine(*row) for row in rows),
            memo=f"VOID {head['tranid']}",
        )
        precision = editor.base_precision(head["subsidiary"])
        return JournalTable(run, self._zone).insert(journal, self._clock.utc(), precision).id

    def add_credit(self, run: sqlite3.Connection, change: AddCredit) -> dict[str, Any]:
        """A credit memo made from an invoice, for a percentage of all its lines."""
        editor = DocumentEditor(run, self._clock)
        head = editor.header(change.invoice)
        if head["type"] != "CustInvc":
            raise NoSuchThing(f"transaction {change.invoice} is no invoice")
        number = (
            run.execute(
                "SELECT MAX((SELECT MAX([id]) FROM [transaction]),"
                " COALESCE((SELECT MAX([recordid]) FROM [deletedrecord]), 0))"
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
            "postingperiod": change.period or editor.period_of(date),
            "externalid": None,
            "memo": change.memo,
            **dict.fromkeys(("createddate", "lastmodifieddate"), local),
            **dict.fromkeys(("createddate__utc", "lastmodifieddate__utc"), utc),
        }
        if not change.names_order:
            changed.update({"otherrefnum": None, "custbody_order_number": None})
        copy_rows(run, "transaction", "[id] = ?", change.invoice, changed)
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
            copy_rows(
                run, "transactionline", f"[id] = {int(line)} AND [transaction] = ?", change.invoice, own
            )
        copy_rows(
            run,
            "transactionaccountingline",
            "[transaction] = ?",
            change.invoice,
            {"transaction": number, "posting": "T", "lastmodifieddate": local, "lastmodifieddate__utc": utc},
        )
        credit = editor.header(number)
        precision = run.execute(
            "SELECT [currencyprecision] FROM [currency] WHERE [id] = ?", (credit["currency"],)
        ).fetchone()[0]
        unit = 10 ** (2 - int(precision))
        for line, amount, _ in lines:
            if amount is not None and line > 0:
                part = abs(amount) * change.percent // 100 // unit * unit
                editor.set_line(credit, line, part if amount < 0 else -part)
        editor.balance(credit)
        if change.created_from:
            link = (change.invoice, 0, "CustInvc", number, 0, "CustCred", editor.header(number)["foreigntotal"],
                    "Payment", local, utc)  # fmt: skip
            for table in ("nexttransactionlinelink", "previoustransactionlinelink"):
                run.execute(f"INSERT INTO [{table}] VALUES ({', '.join('?' * len(link))})", link)
        return {"transaction": number}

    def approve(self, run: sqlite3.Connection, change: Approve) -> dict[str, Any]:
        editor = DocumentEditor(run, self._clock)
        head = editor.header(change.transaction)
        status = "B" if head["type"] == "Journal" else "A"
        run.execute(
            "UPDATE [transaction] SET [status] = ?, [approvalstatus] = 2, [posting] = 'T' WHERE [id] = ?",
            (status, change.transaction),
        )
        run.execute(
            "UPDATE [transactionaccountingline] SET [posting] = 'T' WHERE [transaction] = ?",
            (change.transaction,),
        )
        editor.stamp(change.transaction)
        return {"transaction": change.transaction}

    def reject(self, run: sqlite3.Connection, change: Reject) -> dict[str, Any]:
        """Rejected: still not posting. A rejected journal keeps the status of a pending one."""
        editor = DocumentEditor(run, self._clock)
        head = editor.header(change.transaction)
        run.execute(
            "UPDATE [transaction] SET [status] = ?, [approvalstatus] = 3, [posting] = 'F' WHERE [id] = ?",
            ("A" if head["type"] == "Journal" else "E", change.transaction),
        )
        run.execute(
            "UPDATE [transactionaccountingline] SET [posting] = 'F' WHERE [transaction] = ?",
            (change.transaction,),
        )
        editor.stamp(change.transaction)
        return {"transaction": change.transaction}

    def pay(self, run: sqlite3.Connection, change: Pay) -> dict[str, Any]:
        """Paid in full: the header's stamp moves, the lines' do not."""
        editor = DocumentEditor(run, self._clock)
        head = {**editor.header(change.transaction), "status": "B"}
        run.execute("UPDATE [transaction] SET [status] = 'B' WHERE [id] = ?", (change.transaction,))
        editor.balance(head)
        editor.stamp(change.transaction)
        return {"transaction": change.transaction}

    def touch(self, run: sqlite3.Connection, change: Touch) -> dict[str, Any]:
        utc = change.at_utc if change.at_utc is not None else self._clock.utc()
        local = self._zone.from_utc(utc)
        moved = 0
        for number in change.transactions:
            moved += run.execute(
                "UPDATE [transaction] SET [lastmodifieddate] = ?, [lastmodifieddate__utc] = ? WHERE [id] = ?",
                (local, utc, number),
            ).rowcount
        if change.first_id is not None and change.last_id is not None:
            moved += run.execute(
                "UPDATE [transaction] SET [lastmodifieddate] = ?, [lastmodifieddate__utc] = ?"
                " WHERE [id] BETWEEN ? AND ?",
                (local, utc, change.first_id, change.last_id),
            ).rowcount
        return {"moved": moved}

    def lock_journal(self, run: sqlite3.Connection, change: LockJournal) -> dict[str, Any]:
        done = run.execute(
            "UPDATE [transaction] SET [workflow_locked] = ? WHERE [id] = ? AND [type] = 'Journal'",
            ("T" if change.locked else "F", change.journal),
        )
        if done.rowcount != 1:
            raise NoSuchThing(f"there is no journal entry {change.journal}")
        return {"journal": change.journal}

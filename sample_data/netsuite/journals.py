"""A journal entry as the record service keeps it, and its way into and out of the transaction tables.

In SuiteQL a journal is a transaction of type ``Journal`` whose lines count from 0 (the record service counts from 1);
debits are positive. An unapproved one is saved with ``posting`` F and has no effect on the ledger.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace
from typing import Any

from sample_data.netsuite.bookkeeping import delete_transaction, primary_book
from sample_data.netsuite.units import in_base
from sample_data.netsuite.zones import Zone


@dataclass(frozen=True)
class JournalLine:
    """``amount`` is in hundredths of the journal's currency: debits positive, credits negative."""

    account: int
    amount: int
    memo: str | None = None
    entity: int | None = None
    department: int | None = None
    class_: int | None = None
    location: int | None = None
    region: int | None = None
    eliminate: bool = False
    start: int | None = None
    end: int | None = None
    channel: int | None = None


@dataclass(frozen=True)
class Journal:
    """``date`` is a stored date, ``rate`` is scaled by 10**10, ``approval`` 1 (pending) or 2 (approved)."""

    subsidiary: int
    date: int
    period: int
    currency: int
    rate: int
    lines: tuple[JournalLine, ...]
    approval: int = 2
    external_id: str | None = None
    memo: str | None = None
    order_number: str | None = None
    reversal_date: int | None = None
    reversal_defer: bool = False
    reverses: int | None = None
    id: int = 0
    tran_id: str = ""
    created: int = 0
    modified: int = 0
    workflow_locked: bool = False
    reversal_entry: int | None = field(default=None, compare=False)

    @property
    def total(self) -> int:
        """The sum of the debits."""
        return sum(line.amount for line in self.lines if line.amount > 0)


def reversal_of(journal: Journal, period: int) -> Journal:
    """The reversing entry: sides swapped, same rate, dated on the reversal date."""
    assert journal.reversal_date is not None
    return replace(
        journal,
        id=0,
        tran_id="",
        external_id=None,
        date=journal.reversal_date,
        period=period,
        lines=tuple(replace(line, amount=-line.amount) for line in journal.lines),
        reversal_date=None,
        reverses=journal.id,
    )


class JournalTable:
    """Journals in the transaction tables, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection, zone: Zone) -> None:
        self._connection = connection
        self._zone = zone

    def find(self, key: str) -> int | None:
        """The id of a journal by ``123`` or ``eid:X``."""
        if key.startswith("eid:"):
            row = self._one(
                "SELECT [id] FROM [transaction] WHERE [externalid] = ? AND [type] = 'Journal'", key[4:]
            )
        elif key.isdigit() and len(key) < 19:
            row = self._one("SELECT [id] FROM [transaction] WHERE [id] = ? AND [type] = 'Journal'", int(key))
        else:
            return None
        return None if row is None else int(row[0])

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
        return row

    def insert(self, journal: Journal, now: int, base_precision: int) -> Journal:
        """Save a new journal (``id`` 0) or save an old one again; returns it with its id and number."""
        run = self._connection.execute
        if not journal.id:
            highest = run("SELECT MAX([id]) FROM [transaction]").fetchone()[0] or 0
            deleted = run("SELECT MAX([recordid]) FROM [deletedrecord]").fetchone()[0] or 0
            number = self._next_number()
            journal = replace(
                journal, id=max(highest, deleted) + 1, tran_id=f"JE{number}", created=now, modified=now
            )
        else:
            journal = replace(journal, modified=now)
            for table, column in (
                ("transactionaccountingline", "transaction"),
                ("transactionline", "transaction"),
                ("transaction", "id"),
            ):
                run(f"DELETE FROM [{table}] WHERE [{column}] = ?", (journal.id,))
        self._write(journal, base_precision)
        return journal

    def _next_number(self) -> int:
        run = self._connection.execute
        row = run("SELECT [value] FROM [stand_in] WHERE [name] = 'journal_number'").fetchone()
        number = int(row[0]) + 1 if row else 1001
        run("INSERT OR REPLACE INTO [stand_in] VALUES ('journal_number', ?)", (str(number),))
        return number

    def _write(self, journal: Journal, base_precision: int) -> None:
        run = self._connection.execute
        local, utc = self._zone.from_utc(journal.modified), journal.modified
        posting = "T" if journal.approval == 2 else "F"
        header = {
            "id": journal.id,
            "tranid": journal.tran_id,
            "transactionnumber": journal.tran_id,
            "trandisplayname": f"Journal #{journal.tran_id}",
            "type": "Journal",
            "recordtype": "journalentry",
            "abbrevtype": "GENJRNL",
            "trandate": journal.date,
            "createddate": self._zone.from_utc(journal.created),
            "createddate__utc": journal.created,
            "createdby": 3,
            "lastmodifieddate": local,
            "lastmodifieddate__utc": utc,
            "lastmodifiedby": 3,
            "currency": journal.currency,
            "exchangerate": journal.rate,
            "foreigntotal": journal.total,
            "total": in_base(journal.total, journal.rate, base_precision),
            "status": "B" if journal.approval == 2 else "A",
            "approvalstatus": journal.approval,
            "posting": posting,
            "postingperiod": journal.period,
            "voided": "F",
            "void": "F",
            "isreversal": "T" if journal.reverses else "F",
            "reversal": journal.reverses,
            "reversaldate": journal.reversal_date,
            "reversaldefer": "T" if journal.reversal_defer else "F",
            "memo": journal.memo,
            "externalid": journal.external_id,
            "subsidiary": journal.subsidiary,
            "custbody_order_number": journal.order_number,
            "workflow_locked": "T" if journal.workflow_locked else "F",
        }
        self._insert("transaction", header)
        key = run("SELECT COALESCE(MAX([uniquekey]), 0) FROM [transactionline]").fetchone()[0]
        base = [in_base(line.amount, journal.rate, base_precision) for line in journal.lines]
        book = primary_book(self._connection)
        base[-1] -= sum(base)  # what rounding leaves over goes to the last line, so that the ledger balances
        for number, (line, in_books) in enumerate(zip(journal.lines, base, strict=True)):
            self._insert("transactionline", self._line(journal, number, line, key + number + 1, local))
            self._insert(
                "transactionaccountingline",
                {
                    "transaction": journal.id,
                    "transactionline": number,
                    "accountingbook": book,
                    "account": line.account,
                    "amount": in_books,
                    "debit": in_books if in_books > 0 else None,
                    "credit": -in_books if in_books < 0 else None,
                    "netamount": in_books,
                    "posting": posting,
                    "exchangerate": journal.rate,
                    "processedbyrevcommit": "F",
                    "lastmodifieddate": local,
                    "lastmodifieddate__utc": utc,
                },
            )

    def _line(
        self, journal: Journal, number: int, line: JournalLine, key: int, local: int
    ) -> dict[str, object]:
        return {
            "uniquekey": key,
            "transaction": journal.id,
            "id": number,
            "linesequencenumber": number,
            "mainline": "T" if number == 0 else "F",
            "taxline": "F",
            "foreignamount": line.amount,
            "netamount": line.amount,
            "debitforeignamount": line.amount if line.amount > 0 else None,
            "creditforeignamount": -line.amount if line.amount < 0 else None,
            "memo": line.memo,
            "class": line.class_,
            "department": line.department,
            "location": line.location,
            "cseg_region": line.region,
            "custcol_channel": line.channel,
            "subsidiary": journal.subsidiary,
            "entity": line.entity,
            "expenseaccount": line.account,
            "iscogs": "F",
            "isclosed": "F",
            "eliminate": "T" if line.eliminate else "F",
            "donotdisplayline": "F",
            "linelastmodifieddate": local,
            "linelastmodifieddate__utc": journal.modified,
            "linecreateddate": self._zone.from_utc(journal.created),
            "linecreateddate__utc": journal.created,
            "cleared": "F",
            "amortizstartdate": line.start,
            "amortizationenddate": line.end,
        }

    def _insert(self, table: str, row: dict[str, object]) -> None:
        names = ", ".join(f"[{name}]" for name in row)
        self._connection.execute(
            f"INSERT INTO [{table}] ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values())
        )

    def load(self, number: int) -> Journal:
        """The journal of that id."""
        head = self._connection.execute(
            "SELECT [subsidiary], [trandate], [postingperiod], [currency], [exchangerate], [approvalstatus],"
            " [externalid], [memo], [custbody_order_number], [reversaldate], [reversaldefer], [reversal], [tranid],"
            " [createddate__utc], [lastmodifieddate__utc], [workflow_locked] FROM [transaction] WHERE [id] = ?",
            (number,),
        ).fetchone()
        rows = self._connection.execute(
            "SELECT [expenseaccount], [foreignamount], [memo], [entity], [department], [class], [location],"
            " [cseg_region], [eliminate], [amortizstartdate], [amortizationenddate], [custcol_channel]"
            " FROM [transactionline] WHERE [transaction] = ? ORDER BY [id]",
            (number,),
        ).fetchall()
        reversing = self._one(
            "SELECT [id] FROM [transaction] WHERE [reversal] = ? AND [type] = 'Journal'", number
        )
        return Journal(
            subsidiary=head[0],
            date=head[1],
            period=head[2],
            currency=head[3],
            rate=head[4],
            approval=head[5],
            external_id=head[6],
            memo=head[7],
            order_number=head[8],
            reversal_date=head[9],
            reversal_defer=head[10] == "T",
            reverses=head[11],
            id=number,
            tran_id=head[12],
            created=head[13],
            modified=head[14],
            workflow_locked=head[15] == "T",
            lines=tuple(_read_line(row) for row in rows),
            reversal_entry=int(reversing[0]) if reversing else None,
        )

    def delete(self, journal: Journal, now: int) -> None:
        """Delete it; only ``deletedrecord`` remembers."""
        delete_transaction(self._connection, self._zone, journal.id, now)


def _read_line(row: tuple[Any, ...]) -> JournalLine:
    return JournalLine(*(*row[:8], row[8] == "T", *row[9:]))

"""Seeding invoices and credit memos, streamed: memory does not grow with the size of the company."""

from __future__ import annotations

import sqlite3

from sample_data.netsuite.seed_entry import Books, Entry
from sample_data.netsuite.seed_part import Part
from sample_data.netsuite.zones import Zone

_BATCH = 20_000
_HEADER = [
    "id",
    "tranid",
    "transactionnumber",
    "trandisplayname",
    "type",
    "recordtype",
    "abbrevtype",
    "entity",
    "trandate",
    "duedate",
    "closedate",
    "createddate",
    "createddate__utc",
    "createdby",
    "lastmodifieddate",
    "lastmodifieddate__utc",
    "lastmodifiedby",
    "currency",
    "exchangerate",
    "foreigntotal",
    "foreignamountpaid",
    "foreignamountunpaid",
    "total",
    "taxtotal",
    "status",
    "approvalstatus",
    "posting",
    "postingperiod",
    "voided",
    "void",
    "isreversal",
    "memo",
    "source",
    "otherrefnum",
    "terms",
    "subsidiary",
    "custbody_order_number",
]
_LINE = [
    "uniquekey",
    "transaction",
    "id",
    "linesequencenumber",
    "mainline",
    "taxline",
    "item",
    "itemtype",
    "quantity",
    "rate",
    "rateamount",
    "netamount",
    "foreignamount",
    "foreignamountpaid",
    "foreignamountunpaid",
    "debitforeignamount",
    "creditforeignamount",
    "memo",
    "class",
    "department",
    "location",
    "subsidiary",
    "entity",
    "expenseaccount",
    "accountinglinetype",
    "transactionlinetype",
    "createdfrom",
    "iscogs",
    "isclosed",
    "eliminate",
    "donotdisplayline",
    "transactiondiscount",
    "linelastmodifieddate",
    "linelastmodifieddate__utc",
    "linecreateddate",
    "linecreateddate__utc",
    "isrevrectransaction",
    "revrecstartdate",
    "revrecenddate",
    "deferrevrec",
    "cleared",
    "custcol_service_start",
    "custcol_service_end",
    "cseg_region",
]
_ACCOUNTING = [
    "transaction",
    "transactionline",
    "accountingbook",
    "account",
    "amount",
    "debit",
    "credit",
    "netamount",
    "posting",
    "exchangerate",
    "amountpaid",
    "amountunpaid",
    "amountlinked",
    "processedbyrevcommit",
    "lastmodifieddate",
    "lastmodifieddate__utc",
]
_LINK = [
    "previousdoc",
    "previousline",
    "previoustype",
    "nextdoc",
    "nextline",
    "nexttype",
    "foreignamount",
    "linktype",
    "lastmodifieddate",
    "lastmodifieddate__utc",
]


def _insert(table: str, columns: list[str]) -> str:
    names = ", ".join(f"[{name}]" for name in columns)
    return f"INSERT INTO [{table}] ({names}) VALUES ({', '.join('?' * len(columns))})"


_STATEMENTS = {
    "transaction": _insert("transaction", _HEADER),
    "transactionline": _insert("transactionline", _LINE),
    "transactionaccountingline": _insert("transactionaccountingline", _ACCOUNTING),
    "nexttransactionlinelink": _insert("nexttransactionlinelink", _LINK),
    "previoustransactionlinelink": _insert("previoustransactionlinelink", _LINK),
}


class DocumentSeeder:
    """Turns the company's documents into rows, a batch at a time."""

    def __init__(self, connection: sqlite3.Connection, part: Part, zone: Zone) -> None:
        self._connection = connection
        self._part = part
        self._books = Books(part.company, zone, {name: [] for name in _STATEMENTS})

    def write(self) -> int:
        """All documents, then some of their payments; the number of lines written."""
        books, last_id = self._books, 0
        paid: list[tuple[Entry, int]] = []
        for document in self._part.documents():
            entry = Entry(books, document)
            main = entry.write()
            last_id = document.id
            if entry.has_payment:
                paid.append((entry, main))
            if len(books.rows["transactionline"]) >= _BATCH:
                self._flush()
        for number, (entry, main) in enumerate(paid, last_id + 1):
            entry.write_payment(number, main)
        self._flush()
        return books.lines_written

    def _flush(self) -> None:
        for name, rows in self._books.rows.items():
            self._connection.executemany(_STATEMENTS[name], rows)
            rows.clear()

"""What holds for transactions of every type: deleting one, and posting it to a second book."""

from __future__ import annotations

import sqlite3

from sample_data.netsuite.catalogue import TABLES
from sample_data.netsuite.zones import Zone

RECORD_TYPES = {"CustInvc": (7, "invoice", "Invoice"), "CustCred": (10, "creditmemo", "Credit Memo"),
                "CustPymt": (9, "customerpayment", "Payment"), "Journal": (1, "journalentry", "Journal")}  # fmt: skip


def delete_transaction(connection: sqlite3.Connection, zone: Zone, number: int, now: int) -> None:
    """Remove a transaction and everything of it, and note the deletion."""
    row = connection.execute(
        "SELECT [type], [tranid] FROM [transaction] WHERE [id] = ?", (number,)
    ).fetchone()
    type_id, script_id, label = RECORD_TYPES[row[0]]
    for table, columns in (
        ("transactionaccountingline", ("transaction",)),
        ("transactionline", ("transaction",)),
        ("nexttransactionlinelink", ("previousdoc", "nextdoc")),
        ("previoustransactionlinelink", ("previousdoc", "nextdoc")),
        ("transaction", ("id",)),
    ):
        for column in columns:
            connection.execute(f"DELETE FROM [{table}] WHERE [{column}] = ?", (number,))
    connection.execute(
        "INSERT INTO [deletedrecord] ([recordid], [recordtypeid], [type], [scriptid], [name], [deleteddate],"
        " [deleteddate__utc], [deletedby], [context], [iscustomrecord], [iscustomlist], [iscustomtransaction])"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 11, 'UIF', 'F', 'F', 'F')",
        (number, type_id, label, script_id.upper(), f"{label} #{row[1]}", zone.from_utc(now), now),
    )


def post_to_second_book(connection: sqlite3.Connection, number: int | None) -> None:
    """Copy the primary book's postings of one transaction (or of all) to book 2, where they are not there yet."""
    names = [name for name in TABLES["transactionaccountingline"].stored_names if name != "accountingbook"]
    columns = ", ".join(f"[{name}]" for name in names)
    connection.execute(
        f"INSERT OR IGNORE INTO [transactionaccountingline] ({columns}, [accountingbook])"
        f" SELECT {columns}, 2 FROM [transactionaccountingline]"
        " WHERE [accountingbook] = 1 AND (?1 IS NULL OR [transaction] = ?1)",
        (number,),
    )

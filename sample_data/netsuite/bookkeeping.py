"""What holds for transactions of every type: deleting one, and the accounting books that it is posted to."""

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


def primary_book(connection: sqlite3.Connection) -> int:
    """The id of the primary accounting book: 1 unless the account was set up otherwise."""
    row = connection.execute("SELECT [value] FROM [stand_in] WHERE [name] = 'primary_book'").fetchone()
    return int(row[0]) if row else 1


def has_second_book(connection: sqlite3.Connection) -> bool:
    """True where the account has Multi-Book Accounting."""
    row = connection.execute("SELECT [value] FROM [stand_in] WHERE [name] = 'second_book'").fetchone()
    return row is not None and row[0] == "T"


def set_books(connection: sqlite3.Connection, several: bool, primary: int) -> None:
    """One book of id 1; or two, of which ``primary`` is the primary one."""
    wanted = primary if several else 1
    before = primary_book(connection)
    if (before, has_second_book(connection)) == (wanted, several):
        return
    run = connection.execute
    run("DELETE FROM [transactionaccountingline] WHERE [accountingbook] <> ?", (before,))
    if before != wanted:
        run("UPDATE [transactionaccountingline] SET [accountingbook] = ?", (wanted,))
    for name, value in (("primary_book", str(wanted)), ("second_book", "T" if several else "F")):
        run("INSERT OR REPLACE INTO [stand_in] VALUES (?, ?)", (name, value))
    run("UPDATE [accountingbook] SET [isprimary] = CASE WHEN [id] = ? THEN 'T' ELSE 'F' END", (wanted,))
    run(
        "UPDATE [accountingbook] SET [name] = CASE WHEN [isprimary] = 'T' THEN 'Primary Accounting Book'"
        " ELSE 'IFRS Book' END"
    )
    post_to_second_book(connection, None)


_MONEY = ("amount", "debit", "credit", "netamount", "amountpaid", "amountunpaid")


def post_to_second_book(connection: sqlite3.Connection, number: int | None) -> None:
    """Post one transaction (or all) to the secondary book afresh, where the account has one.

    Its base currency is worth half of the primary book's, so its amounts are twice as large: who reads the wrong
    book, or both, is found out by any total.
    """
    if not has_second_book(connection):
        return
    primary = primary_book(connection)
    names = [name for name in TABLES["transactionaccountingline"].stored_names if name != "accountingbook"]
    columns = ", ".join(f"[{name}]" for name in names)
    values = ", ".join(f"2 * [{name}]" if name in _MONEY else f"[{name}]" for name in names)
    only = "(?1 IS NULL OR [transaction] = ?1)"
    connection.execute(
        f"DELETE FROM [transactionaccountingline] WHERE [accountingbook] <> ?2 AND {only}", (number, primary)
    )
    connection.execute(
        f"INSERT INTO [transactionaccountingline] ({columns}, [accountingbook])"
        f" SELECT {values}, 3 - [accountingbook] FROM [transactionaccountingline]"
        f" WHERE [accountingbook] = ?2 AND {only}",
        (number, primary),
    )

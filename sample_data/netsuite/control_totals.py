"""What the account holds, told by SQL of its own: no part of the SuiteQL code is used, so that it can judge it."""

from __future__ import annotations

from typing import Any

from sample_data.netsuite.store import Store

GROUPINGS = {
    "all": "",
    "period": "t.[postingperiod]",
    "customer": "t.[postingperiod], t.[entity]",
    "subsidiary": "t.[postingperiod], t.[subsidiary]",
}
_POSTED = "t.[type] IN ('CustInvc', 'CustCred') AND t.[posting] = 'T' AND t.[voided] = 'F'"


def totals(store: Store, by: str) -> list[dict[str, Any]]:
    """Posted, unvoided invoices and credit memos: documents, main-line and tax totals, in hundredths."""
    extra = GROUPINGS[by]
    columns = f"{extra}, t.[type], t.[currency]" if extra else "t.[type], t.[currency]"
    names = [part.split("[")[1].rstrip("]") for part in columns.split(", ")]
    with store.read() as connection:
        rows = connection.execute(
            f"SELECT {columns}, COUNT(DISTINCT t.[id]), COUNT(l.[uniquekey]),"
            " SUM(CASE WHEN l.[id] = 0 THEN l.[foreignamount] ELSE 0 END),"
            " SUM(CASE WHEN l.[taxline] = 'T' THEN l.[foreignamount] ELSE 0 END)"
            f" FROM [transaction] t JOIN [transactionline] l ON l.[transaction] = t.[id] WHERE {_POSTED}"
            f" GROUP BY {columns} ORDER BY {columns}"
        ).fetchall()
    names += ["documents", "lines", "main_hundredths", "tax_hundredths"]
    return [dict(zip(names, row, strict=True)) for row in rows]


def journals(store: Store) -> list[dict[str, Any]]:
    """All journal entries with their lines; amounts in hundredths, debits positive."""
    header = [
        "id",
        "tranid",
        "externalid",
        "subsidiary",
        "trandate",
        "postingperiod",
        "currency",
        "exchangerate",
        "status",
        "posting",
        "memo",
    ]
    line = [
        "id",
        "expenseaccount",
        "foreignamount",
        "memo",
        "entity",
        "department",
        "class",
        "location",
        "cseg_region",
        "custcol_channel",
    ]
    with store.read() as connection:
        rows = connection.execute(
            f"SELECT {', '.join(f'[{n}]' for n in header)} FROM [transaction] WHERE [type] = 'Journal' ORDER BY [id]"
        ).fetchall()
        found = [dict(zip(header, row, strict=True)) for row in rows]
        for journal in found:
            lines = connection.execute(
                f"SELECT {', '.join(f'[{n}]' for n in line)} FROM [transactionline]"
                " WHERE [transaction] = ? ORDER BY [id]",
                (journal["id"],),
            ).fetchall()
            journal["lines"] = [dict(zip(line, row, strict=True)) for row in lines]
    return found


def transaction(store: Store, number: int) -> dict[str, Any] | None:
    """One transaction as it is stored."""
    with store.read() as connection:
        found: dict[str, Any] = {}
        for table, column in (
            ("transaction", "id"),
            ("transactionline", "transaction"),
            ("transactionaccountingline", "transaction"),
        ):
            cursor = connection.execute(f"SELECT * FROM [{table}] WHERE [{column}] = ?", (number,))
            names = [each[0] for each in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found if found["transaction"] else None


def pick(
    store: Store, kind: str, status: str | None, period: int | None, item: int | None, limit: int
) -> list[dict[str, Any]]:
    """Headers of transactions of a kind, oldest first."""
    where, values = ["t.[type] = ?"], [kind]
    for column, wanted in (("status", status), ("postingperiod", period)):
        if wanted is not None:
            where.append(f"t.[{column}] = ?")
            values.append(str(wanted))
    if item is not None:
        where.append("t.[id] IN (SELECT [transaction] FROM [transactionline] WHERE [item] = ?)")
        values.append(str(item))
    names = [
        "id",
        "tranid",
        "entity",
        "trandate",
        "currency",
        "subsidiary",
        "postingperiod",
        "status",
        "posting",
        "voided",
        "foreigntotal",
    ]
    with store.read() as connection:
        rows = connection.execute(
            f"SELECT {', '.join(f't.[{n}]' for n in names)} FROM [transaction] t WHERE {' AND '.join(where)}"
            f" ORDER BY t.[id] LIMIT {limit}",
            values,
        ).fetchall()
    return [dict(zip(names, row, strict=True)) for row in rows]

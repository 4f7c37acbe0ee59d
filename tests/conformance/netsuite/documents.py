"""Invoices and credit memos as tables: lines, signs, books, statuses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .account import Account
from .facts import fact, help_page

LIBRARY = "SuiteQL query library"
BASE_LINES = (
    "SELECT tl.mainline, tl.taxline, tl.foreignamount AS amount, tl.quantity FROM transactionline tl"
    " JOIN transaction t ON t.id = tl.transaction WHERE t.type = '{}' AND t.posting = 'T' AND t.voided = 'F'"
    " AND tl.foreignamount <> 0 AND tl.accountinglinetype = '{}'"
)


@fact("The main line of a transaction is its line 0.", "dbt_netsuite staging macros")
def _(account: Account) -> None:
    rows = account.rows(
        f"SELECT id, mainline FROM transactionline WHERE transaction = {account.invoice} ORDER BY id"
    )
    assert [row["id"] for row in rows if row["mainline"] == "T"] == ["0"]


@fact("transactionline.uniquekey is unique in the account.", "tap-netsuite-rest")
def _(account: Account) -> None:
    row = account.one("SELECT COUNT(*) AS n, COUNT(DISTINCT uniquekey) AS k FROM transactionline")
    assert row["n"] == row["k"]


@fact("On invoices income lines and their quantities are negative, the main line positive.", LIBRARY)
def _(account: Account) -> None:
    rows = account.rows(BASE_LINES.format("CustInvc", "INCOME") + " AND tl.quantity IS NOT NULL")
    assert {(Decimal(row["amount"]) < 0, Decimal(row["quantity"]) < 0) for row in rows} == {(True, True)}
    main = account.one(
        f"SELECT foreignamount FROM transactionline WHERE transaction = {account.invoice} AND id = 0"
    )
    assert Decimal(main["foreignamount"]) > 0


@fact("On credit memos they are the other way round.", LIBRARY)
def _(account: Account) -> None:
    rows = account.rows(BASE_LINES.format("CustCred", "INCOME") + " AND tl.quantity IS NOT NULL")
    assert {(Decimal(row["amount"]) > 0, Decimal(row["quantity"]) > 0) for row in rows} == {(True, True)}


@fact("All lines of a document, main and tax too, sum to zero.", LIBRARY)
def _(account: Account) -> None:
    rows = account.rows(
        "SELECT tl.transaction FROM transactionline tl JOIN transaction t ON t.id = tl.transaction"
        " WHERE t.type IN ('CustInvc', 'CustCred') GROUP BY tl.transaction HAVING SUM(tl.foreignamount) <> 0"
    )
    assert rows == []


@fact("An accounting line's amount is debit less credit; income of an invoice is a credit.", "dbt_netsuite")
def _(account: Account) -> None:
    rows = account.rows(
        "SELECT tal.amount, tal.debit, tal.credit FROM transactionaccountingline tal JOIN account a"
        f" ON a.id = tal.account WHERE tal.transaction = {account.invoice}"
    )
    for row in rows:
        debit, credit = Decimal(row.get("debit", "0")), Decimal(row.get("credit", "0"))
        assert Decimal(row["amount"]) == debit - credit
    assert any("credit" in row for row in rows)


@fact("Accounting lines are in the subsidiary's base currency, lines in the transaction's.",
      help_page("section_1548805090"))  # fmt: skip
def _(account: Account) -> None:
    rows = account.rows(
        "SELECT tal.amount, tl.foreignamount, t.exchangerate FROM transaction t JOIN transactionline tl"
        " ON tl.transaction = t.id JOIN transactionaccountingline tal ON tal.transaction = tl.transaction"
        " AND tal.transactionline = tl.id WHERE t.exchangerate <> 1 AND t.type = 'CustInvc' AND tl.mainline = 'F'"
        " AND t.posting = 'T' AND t.voided = 'F'"
    )
    assert rows
    for row in rows:
        expected = Decimal(row["foreignamount"]) * Decimal(row["exchangerate"])
        assert abs(Decimal(row["amount"]) - expected) <= 1


@fact(
    "With Multi-Book every posting stands once in each book, and the primary book is marked.", "dbt_netsuite"
)
def _(account: Account, sim: Any) -> None:
    count = (
        "SELECT accountingbook, COUNT(*) AS n FROM transactionaccountingline GROUP BY accountingbook"
        " ORDER BY accountingbook"
    )
    (only,) = account.rows(count)
    sim.has("multibook")
    sim.settings(primary_book=2)
    assert [row["n"] for row in account.rows(count)] == [only["n"]] * 2
    assert account.rows("SELECT id FROM accountingbook WHERE isprimary = 'T'") == [{"id": "2"}]


@fact("approvalstatus is null where a type has no approval, so a filter on it drops such documents.", LIBRARY)
def _(account: Account) -> None:
    query = "SELECT COUNT(*) AS n FROM transaction WHERE type = 'CustCred'"
    whole, kept = (int(account.one(query + more)["n"]) for more in ("", " AND approvalstatus <> 99"))
    assert 0 <= kept < whole


@fact("Payment in full makes an invoice CustInvc:B and moves the header's stamp.", LIBRARY)
def _(account: Account, sim: Any) -> None:
    shown = "id, TO_CHAR(lastmodifieddate,'YYYY-MM-DD HH24:MI:SS') AS d, BUILTIN.CF(status) AS cf"
    query = f"SELECT {shown} FROM transaction"
    sql = f"{query} WHERE BUILTIN.CF(status) = 'CustInvc:A' ORDER BY id FETCH FIRST 1 ROWS ONLY"
    (before,) = account.rows(sql)
    sim.change("pay", transaction=int(before["id"]))
    after = account.one(f"{query} WHERE id = {before['id']}")
    assert after["cf"] == "CustInvc:B"
    assert after["d"] > before["d"]


@fact("A pending invoice is CustInvc:D and does not post.", "tap-netsuite-rest")
def _(account: Account) -> None:
    rows = account.rows(
        "SELECT posting, approvalstatus FROM transaction WHERE BUILTIN.CF(status) = 'CustInvc:D'"
    )
    assert {(row["posting"], row["approvalstatus"]) for row in rows} == {("F", "1")}


@fact("A credit memo names the invoice that it was made from in createdfrom, and is linked to it.", LIBRARY)
def _(account: Account, sim: Any) -> None:
    made = sim.change("add_credit", invoice=int(account.invoice), percent=50)["transaction"]
    row = account.one(f"SELECT DISTINCT createdfrom FROM transactionline WHERE transaction = {made}")
    assert row == {"createdfrom": account.invoice}
    links = account.rows(
        f"SELECT nextdoc, nexttype FROM NextTransactionLineLink WHERE previousdoc = {account.invoice}"
    )
    assert {"nextdoc": str(made), "nexttype": "CustCred"} in links


@fact("Base periods are isposting T, isquarter F, isyear F.", LIBRARY)
def _(account: Account) -> None:
    rows = account.rows(
        "SELECT TO_CHAR(startdate,'YYYY-MM') AS s, TO_CHAR(enddate,'YYYY-MM') AS e FROM accountingperiod"
        " WHERE isposting = 'T' AND isquarter = 'F' AND isyear = 'F' AND isadjust = 'F'"
    )
    assert rows
    assert all(row["s"] == row["e"] for row in rows)


@fact("A customer belongs to subsidiaries through customersubsidiaryrelationship.", "tap-netsuite-rest")
def _(account: Account) -> None:
    assert account.rows(
        "SELECT c.id FROM customer c JOIN customersubsidiaryrelationship r ON r.entity = c.id ORDER BY c.id"
    )


@fact("companyname is null for persons.", "tap-netsuite-rest")
def _(account: Account) -> None:
    rows = account.rows("SELECT companyname, lastname FROM customer WHERE isperson = 'T'")
    assert all("companyname" not in row and row["lastname"] for row in rows)


@fact("AccountSubsidiaryMap says which subsidiary may use which account.", "target-netsuite")
def _(account: Account) -> None:
    assert set(account.rows("SELECT account, subsidiary FROM AccountSubsidiaryMap")[0]) == {
        "account",
        "subsidiary",
    }


@fact("A custom segment names its own table of values, and is a column cseg_... of lines.", LIBRARY)
def _(account: Account) -> None:
    rows = account.rows(
        "SELECT s.scriptid AS field, r.scriptid AS source FROM customsegment s JOIN customrecordtype r"
        " ON r.internalid = s.recordtype WHERE s.isinactive = 'F'"
    )
    for row in rows:
        assert account.query(f"SELECT id, name FROM {row['source']}").status_code == 200
        assert account.query(f"SELECT {row['field']} FROM transactionline WHERE id = 0").status_code == 200

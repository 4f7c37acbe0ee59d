"""The seeded company in NetSuite's tables: signs, statuses, balance, and totals told twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sample_data.company import Company


def test_the_documents_are_the_companys(shared: Any) -> None:
    documents = list(Company(7, 1200).documents())
    rows = {
        row["id"]: row
        for page in range(3)
        for row in shared.query(
            "SELECT id, tranid, type, entity, subsidiary, postingperiod, TO_CHAR(trandate,'YYYY-MM-DD') d,"
            " custbody_order_number o, foreigntotal f, posting, voided, BUILTIN.DF(currency) c,"
            " TO_CHAR(SYS_EXTRACT_UTC(lastmodifieddate),'YYYY-MM-DD HH24:MI:SS') m"
            " FROM transaction WHERE type IN ('CustInvc','CustCred') ORDER BY id",
            offset=page * 1000,
        ).json()["items"]
    }
    assert len(rows) == len(documents)
    precision = {each.code: each.precision for each in Company(7, 1200).currencies}
    for document in documents:
        row = rows[str(document.id)]
        total = Decimal(document.total_minor).scaleb(-precision[document.currency])
        sign = 1 if document.kind == "invoice" else -1
        assert row["tranid"] == document.number
        assert Decimal(row["f"]) == (0 if document.voided else sign * total)
        assert (row["posting"], row["voided"]) == (
            "T" if document.posting else "F",
            "T" if document.voided else "F",
        )
        assert row["d"] == document.dated.isoformat()
        assert row.get("o") == document.order_number
        assert row["m"] == document.modified_at.strftime("%Y-%m-%d %H:%M:%S")


def test_sales_lines_of_invoices_are_negative_and_of_credit_memos_positive(shared: Any) -> None:
    rows = shared.rows(
        "SELECT t.type, tl.mainline, MIN(SIGN(tl.foreignamount)) a, MAX(SIGN(tl.foreignamount)) b,"
        " MIN(SIGN(tl.quantity)) q FROM transaction t JOIN transactionline tl ON tl.transaction = t.id"
        " WHERE t.type IN ('CustInvc','CustCred') AND t.voided = 'F' AND tl.iscogs = 'F' AND tl.foreignamount <> 0"
        " AND (tl.itemtype IS NULL OR tl.itemtype <> 'Discount') GROUP BY"
        " t.type, tl.mainline ORDER BY t.type, tl.mainline"
    )
    assert rows == [
        {"type": "CustCred", "mainline": "F", "a": "1", "b": "1", "q": "1"},
        {"type": "CustCred", "mainline": "T", "a": "-1", "b": "-1"},
        {"type": "CustInvc", "mainline": "F", "a": "-1", "b": "-1", "q": "-1"},
        {"type": "CustInvc", "mainline": "T", "a": "1", "b": "1"},
    ]


def test_discount_lines_have_the_other_sign_and_layout_lines_no_amount(shared: Any) -> None:
    found = shared.rows(
        "SELECT tl.itemtype, MIN(SIGN(tl.foreignamount)) a, COUNT(tl.foreignamount) n, COUNT(*) k FROM transaction t"
        " JOIN transactionline tl ON tl.transaction = t.id WHERE t.type = 'CustInvc' AND t.voided = 'F'"
        " AND tl.itemtype IN ('Discount','Subtotal','Description') GROUP BY tl.itemtype"
    )
    by_type = {row["itemtype"]: row for row in found}
    assert by_type["Discount"]["a"] == "1"
    assert by_type["Subtotal"]["n"] == by_type["Description"]["n"] == "0"
    assert int(by_type["Subtotal"]["k"]) > 0


def test_every_document_sums_to_zero_in_its_currency_and_in_base(shared: Any) -> None:
    for table, column in (("transactionline", "foreignamount"), ("transactionaccountingline", "amount")):
        unbalanced = shared.rows(
            f"SELECT s.t FROM (SELECT transaction t, SUM({column}) x FROM"
            f" {table} GROUP BY transaction) s WHERE s.x <> 0"
        )
        assert unbalanced == []


def test_lines_post_to_deferred_revenue_income_and_clearing(shared: Any) -> None:
    types = shared.rows(
        "SELECT DISTINCT a.accttype FROM transactionaccountingline tal JOIN account a ON a.id = tal.account"
        " ORDER BY a.accttype"
    )
    assert {row["accttype"] for row in types} >= {"AcctRec", "DeferRevenue", "Income", "OthCurrLiab", "COGS"}


def test_the_ledger_is_in_the_subsidiarys_currency(shared: Any) -> None:
    row = shared.rows(
        "SELECT t.exchangerate r, tl.foreignamount f, tal.amount a FROM transaction t JOIN transactionline tl"
        " ON tl.transaction = t.id JOIN transactionaccountingline tal ON tal.transaction = tl.transaction"
        " AND tal.transactionline = tl.id JOIN subsidiary s ON s.id = t.subsidiary WHERE t.currency <> s.currency"
        " AND tl.mainline = 'F' AND t.type = 'CustInvc' AND t.voided = 'F' ORDER BY tl.uniquekey"
    )[0]
    assert abs(Decimal(row["f"]) * Decimal(row["r"]) - Decimal(row["a"])) <= Decimal("0.005")


def test_all_statuses_occur(shared: Any) -> None:
    rows = shared.rows("SELECT DISTINCT BUILTIN.CF(status) s FROM transaction")
    assert {row["s"] for row in rows} >= {
        "CustInvc:A", "CustInvc:B", "CustInvc:D", "CustInvc:E", "CustInvc:V", "CustCred:A", "CustCred:B", "CustPymt:C",
    }  # fmt: skip


def test_approvalstatus_is_null_where_there_is_no_workflow(shared: Any) -> None:
    every = int(
        shared.one("SELECT COUNT(*) n FROM transaction WHERE type = 'CustCred' AND posting = 'T'")["n"]
    )
    assert every > 0
    filtered = shared.one(
        "SELECT COUNT(*) n FROM transaction WHERE type = 'CustCred' AND posting = 'T' AND approvalstatus = 2"
    )
    assert filtered == {"n": "0"}


def test_many_documents_share_a_second(shared: Any) -> None:
    rows = shared.rows(
        "SELECT lastmodifieddate m, COUNT(*) n FROM transaction GROUP BY lastmodifieddate HAVING COUNT(*) > 5"
    )
    assert rows


def test_base_months_can_be_told_from_quarters_and_years(shared: Any) -> None:
    rows = shared.rows(
        "SELECT periodname, TO_CHAR(startdate,'YYYY-MM-DD') a, TO_CHAR(enddate,'YYYY-MM-DD') b, closed"
        " FROM accountingperiod WHERE isposting = 'T' AND isquarter = 'F' AND"
        " isyear = 'F' AND isadjust = 'F' ORDER BY startdate"
    )
    assert len(rows) == 36
    assert rows[12] == {"periodname": "Jan 2026", "a": "2026-01-01", "b": "2026-01-31", "closed": "F"}
    assert rows[11]["closed"] == "T"


def test_suiteql_and_the_control_totals_agree(shared: Any) -> None:
    totals = {
        tuple(row[n] for n in ("postingperiod", "type", "currency")): tuple(
            row[n] for n in ("documents", "lines", "main_hundredths", "tax_hundredths")
        )
        for row in shared.sim("GET", "totals?by=period")
    }
    rows = shared.rows(
        "SELECT t.postingperiod p, t.type k, t.currency c, COUNT(DISTINCT t.id) d, COUNT(*) n,"
        " SUM(CASE WHEN tl.mainline = 'T' THEN tl.foreignamount ELSE 0 END) m,"
        " SUM(CASE WHEN tl.taxline = 'T' THEN tl.foreignamount ELSE 0 END) x"
        " FROM transaction t INNER JOIN transactionline tl ON tl.transaction = t.id"
        " WHERE t.type IN ('CustInvc','CustCred') AND t.posting = 'T' AND t.voided = 'F'"
        " GROUP BY t.postingperiod, t.type, t.currency ORDER BY t.postingperiod, t.type, t.currency"
    )
    told = {
        (int(row["p"]), row["k"], int(row["c"])): (
            int(row["d"]),
            int(row["n"]),
            int(Decimal(row["m"]) * 100),
            int(Decimal(row["x"]) * 100),
        )
        for row in rows
    }
    assert told == totals


def test_a_segment_of_lines_is_named_by_its_value_table(shared: Any) -> None:
    row = shared.one(
        "SELECT s.scriptid a, LOWER(t.scriptid) b FROM customsegment s JOIN"
        " customrecordtype t ON t.internalid = s.recordtype"
    )
    assert row["a"] == "cseg_region"
    names = shared.rows(f"SELECT id, name FROM {row['b']} ORDER BY id")
    assert [each["name"] for each in names] == ["North America", "Latin America", "EMEA", "APAC"]
    used = shared.rows("SELECT DISTINCT cseg_region r FROM transactionline WHERE cseg_region IS NOT NULL")
    assert {each["r"] for each in used} <= {each["id"] for each in names}

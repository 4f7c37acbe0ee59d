"""The SuiteQL that is executed, and the SQL that NetSuite refuses."""

from __future__ import annotations

from typing import Any

import pytest


def value(stand_in: Any, expression: str) -> str | None:
    """What an expression comes out as."""
    found = stand_in.one(f"SELECT {expression} AS v, 'row' AS r FROM dual").get("v")
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("NVL(NULL, 'x')", "x"),
        ("NVL2('a', 'present', 'absent')", "present"),
        ("COALESCE(NULL, NULL, 3)", "3"),
        ("DECODE('b', 'a', 1, 'b', 2, 9)", "2"),
        ("DECODE(NULL, NULL, 'null equals null here', 'no')", "null equals null here"),
        ("DECODE('z', 'a', 1)", None),
        ("NULLIF('a', 'a')", None),
        ("SUBSTR('invoice', 1, 3)", "inv"),
        ("SUBSTR('invoice', -3)", "ice"),
        ("SUBSTR('invoice', 0, 2)", "in"),
        ("INSTR('banana', 'n')", "3"),
        ("INSTR('banana', 'n', 1, 2)", "5"),
        ("UPPER('straße é')", "STRASSE É"),
        ("LOWER('ÉA')", "éa"),
        ("LENGTH('abc')", "3"),
        ("TRIM('  a ')", "a"),
        ("LPAD('7', 3, '0')", "007"),
        ("REPLACE('a-b-c', '-', '+')", "a+b+c"),
        ("'a' || NULL || 'b'", "ab"),
        ("NULL || NULL", None),
        ("REGEXP_SUBSTR('INV100', '[0-9]+')", "100"),
        ("REGEXP_REPLACE('a1b2', '[0-9]', '')", "ab"),
        ("ROUND(2.5)", "3"),
        ("ROUND(-2.5)", "-3"),
        ("ROUND(1234.567, 2)", "1234.57"),
        ("ROUND(1234.567, -2)", "1200"),
        ("TRUNC(-2.7)", "-2"),
        ("TRUNC(2.789, 1)", "2.7"),
        ("CEIL(2.1)", "3"),
        ("FLOOR(-2.1)", "-3"),
        ("MOD(-7, 3)", "-1"),
        ("ABS(-1.25)", "1.25"),
        ("GREATEST(1, 2.5)", "2.5"),
        ("7 / 2", "3.5"),
        ("TO_NUMBER('12.50') + 1", "13.5"),
        ("TO_CHAR(1234.5)", "1234.5"),
        ("TO_CHAR(1234.5, 'FM9,999.00')", "1,234.50"),
        ("CASE WHEN 1 = 2 THEN 'a' ELSE 'b' END", "b"),
        ("CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", "b"),
        ("TO_CHAR(ADD_MONTHS(TO_DATE('2026-01-31','YYYY-MM-DD'), 1),'YYYY-MM-DD')", "2026-02-28"),
        ("TO_CHAR(ADD_MONTHS(TO_DATE('2026-02-28','YYYY-MM-DD'), 1),'YYYY-MM-DD')", "2026-03-31"),
        ("TO_CHAR(LAST_DAY(TO_DATE('2028-02-03','YYYY-MM-DD')),'YYYY-MM-DD')", "2028-02-29"),
        ("MONTHS_BETWEEN(TO_DATE('2026-03-31','YYYY-MM-DD'), TO_DATE('2026-02-28','YYYY-MM-DD'))", "1"),
        ("TO_DATE('2026-03-02','YYYY-MM-DD') - TO_DATE('2026-03-01','YYYY-MM-DD')", "1"),
        ("TO_CHAR(TO_DATE('2026-03-01','YYYY-MM-DD') + 1.5,'YYYY-MM-DD HH24:MI')", "2026-03-02 12:00"),
        (
            "TO_CHAR(TRUNC(TO_DATE('2026-08-20 10:11','YYYY-MM-DD HH24:MI')),'YYYY-MM-DD HH24:MI')",
            "2026-08-20 00:00",
        ),
        ("TO_CHAR(TRUNC(TO_DATE('2026-08-20','YYYY-MM-DD'),'Q'),'YYYY-MM-DD')", "2026-07-01"),
        ("TO_CHAR(TO_DATE('2026-03-02','YYYY-MM-DD'),'DD-MON-YY')", "02-MAR-26"),
        ("TO_CHAR(TO_DATE('2026-03-02 15:04:05','YYYY-MM-DD HH24:MI:SS'),'DS TS')", "3/2/2026 3:04:05 PM"),
        ("TO_CHAR(TO_DATE('02-Mar-2026','DD-MON-YYYY'),'YYYY-MM-DD')", "2026-03-02"),
        ("EXTRACT(YEAR FROM TO_DATE('2026-03-02','YYYY-MM-DD'))", "2026"),
        ("CAST(12 AS VARCHAR2(10))", "12"),
        ("(SELECT COUNT(*) FROM dual)", "1"),
    ],
)
def test_an_expression_that_oracle_knows(shared: Any, expression: str, expected: str | None) -> None:
    assert value(shared, expression) == expected


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM item LIMIT 5",
        "WITH x AS (SELECT id FROM item) SELECT id FROM x",
        "SELECT [id] FROM item",
        "SELECT DATE '2026-01-01' d FROM dual",
        "SELECT id FROM transaction WHERE trandate >= TIMESTAMP '2026-01-01 00:00:00'",
        "SELECT itemid + '-' + displayname x FROM item",
        "SELECT LISTAGG(itemid, ',') WITHIN GROUP (ORDER BY itemid) x FROM item",
        "SELECT DATEDIFF(day, trandate, duedate) x FROM transaction",
        "SELECT LEFT(itemid, 2) x FROM item",
        "SELECT RIGHT(itemid, 2) x FROM item",
        "SELECT SUBSTRING(itemid, 1, 2) x FROM item",
        "SELECT CHARINDEX('a', itemid) x FROM item",
        "SELECT CEILING(1.5) x FROM dual",
        "SELECT CONVERT(VARCHAR, id) x FROM item",
        "SELECT UCASE(itemid) x FROM item",
        "SELECT LCASE(itemid) x FROM item",
        "SELECT POSITION('a' IN itemid) x FROM item",
        "SELECT no_such_function(id) x FROM item",
        "SELECT id FROM item WHERE id = :id",
        "SELECT id FROM transaction WHERE trandate >= '2026-01-01'",
        "SELECT id FROM transaction WHERE trandate > 5",
        "SELECT id FROM item WHERE itemid = TO_DATE('2026-01-01','YYYY-MM-DD')",
        "SELECT TO_DATE('2026-13-01','YYYY-MM-DD') d FROM dual",
        "SELECT TO_CHAR(SYSDATE,'nonsense') d FROM dual",
        "SELECT TO_NUMBER('abc') d FROM dual",
        "SELECT 1 / 0 x FROM dual",
        "SELECT id FROM item WHERE id = 'abc'",
        "SELECT a.id FROM item a, item b WHERE a.id = b.parent(+)",
        "SELECT id FROM item a JOIN item b ON a.id = b.id",
        "SELECT a.id, b.id FROM item a JOIN item b ON a.id = b.id",
        "SELECT type, id, COUNT(*) n FROM transaction GROUP BY type",
        "SELECT type, foreigntotal + 1 x FROM transaction GROUP BY type",
        "SELECT * FROM transaction GROUP BY type",
        "SELECT UPPER(type) AS kind, COUNT(*) n FROM transaction GROUP BY UPPER(type) ORDER BY kind",
        "SELECT DISTINCT type FROM transaction ORDER BY id",
        "SELECT SUM(COUNT(*)) x FROM transaction GROUP BY type",
        "SELECT ROW_NUMBER() OVER (PARTITION BY type) x FROM transaction",
        "SELECT 1",
        "",
        "SELECT",
        "DELETE FROM item",
        "UPDATE item SET itemid = 'x'",
        "INSERT INTO item VALUES (1)",
        "SELECT 1 FROM dual; SELECT 2 FROM dual",
        "SELECT id FROM item FOR UPDATE",
        "SELECT id FROM item MINUS SELECT id FROM item",
        "SELECT BUILTIN.CONSOLIDATE(amount) x FROM transactionaccountingline",
        "SELECT name FROM sqlite_master",
    ],
)
def test_what_netsuite_does_not_execute_is_refused(shared: Any, query: str) -> None:
    assert shared.refusal(query).startswith(
        "Invalid search query. Detailed unprocessed description follows. "
    )


def test_more_than_a_thousand_values_in_a_list_are_refused(shared: Any) -> None:
    many = ",".join(str(n) for n in range(1001))
    assert "1000" in shared.refusal(f"SELECT id FROM item WHERE id IN ({many})")
    fewer = many.rpartition(",")[0]
    assert len(shared.rows(f"SELECT id FROM item WHERE id IN ({fewer})")) > 0


def test_a_condition_may_have_a_thousand_parts(shared: Any) -> None:
    parts = " OR ".join(f"(t.id = {20_001 + n})" for n in range(1000))
    assert (
        shared.query(f"SELECT t.id FROM transaction t WHERE {parts} ORDER BY t.id").json()["totalResults"]
        > 100
    )


def test_sql_offset_is_ignored_without_a_word(shared: Any) -> None:
    plain = shared.rows("SELECT id FROM item ORDER BY id")
    assert shared.rows("SELECT id FROM item ORDER BY id OFFSET 5 ROWS") == plain


def test_top_and_fetch_first_cut_after_ordering(shared: Any) -> None:
    last = shared.rows("SELECT id FROM item ORDER BY id DESC")[:3]
    assert shared.rows("SELECT TOP 3 id FROM item ORDER BY id DESC") == last
    assert shared.rows("SELECT id FROM item ORDER BY id DESC FETCH FIRST 3 ROWS ONLY") == last


def test_rownum_is_given_before_ordering_and_grouping(shared: Any) -> None:
    some = shared.rows("SELECT id FROM transaction WHERE ROWNUM <= 5 ORDER BY id DESC")
    assert len(some) == 5
    assert [int(row["id"]) for row in some] == sorted((int(row["id"]) for row in some), reverse=True)
    highest = int(shared.one("SELECT MAX(id) m FROM transaction")["m"])
    assert int(some[0]["id"]) < highest, "the five were taken first, then sorted"
    grouped = shared.rows("SELECT type, COUNT(*) n FROM transaction WHERE ROWNUM <= 5 GROUP BY type")
    assert sum(int(row["n"]) for row in grouped) == 5


@pytest.mark.parametrize("condition", ["ROWNUM > 1", "ROWNUM = 2", "ROWNUM >= 2", "ROWNUM BETWEEN 2 AND 5"])
def test_rownum_beyond_one_lets_nothing_through(shared: Any, condition: str) -> None:
    assert shared.rows(f"SELECT id FROM transaction WHERE {condition}") == []


def test_oracles_paging_idiom_works(shared: Any) -> None:
    rows = shared.rows(
        "SELECT * FROM (SELECT ROWNUM AS rn, x.* FROM (SELECT id FROM transaction ORDER BY id) x WHERE ROWNUM <= 20)"
        " WHERE rn > 10 ORDER BY rn"
    )
    assert [row["rn"] for row in rows] == [str(n) for n in range(11, 21)]
    assert [int(row["id"]) for row in rows] == list(range(20_011, 20_021))


def test_nulls_sort_last_when_ascending_and_first_when_descending(shared: Any) -> None:
    up = shared.rows("SELECT id, otherrefnum FROM transaction ORDER BY otherrefnum, id")
    assert "otherrefnum" in up[0]
    assert (
        "otherrefnum"
        not in shared.rows("SELECT id, otherrefnum FROM transaction ORDER BY otherrefnum DESC, id")[0]
    )


def test_like_and_equality_mind_the_letter_case(shared: Any) -> None:
    assert shared.rows("SELECT id FROM item WHERE itemid LIKE 'plat%'") == []
    assert shared.rows("SELECT id FROM item WHERE itemid LIKE 'PLAT%'") != []


def test_names_do_not_mind_the_letter_case(shared: Any) -> None:
    assert shared.rows("SELECT T.ID FROM Transaction T WHERE t.Id = 20001") == [{"id": "20001"}]


def test_a_union_joins_rows_of_two_queries(shared: Any) -> None:
    both = shared.rows("SELECT id FROM department UNION ALL SELECT id FROM department")
    once = shared.rows("SELECT id FROM department UNION SELECT id FROM department ORDER BY id")
    assert len(both) == 2 * len(once)


def test_rollup_adds_totals(shared: Any) -> None:
    rows = shared.rows("SELECT type, COUNT(*) n FROM transaction GROUP BY ROLLUP(type)")
    (total,) = [row for row in rows if "type" not in row]
    assert int(total["n"]) == sum(int(row["n"]) for row in rows if "type" in row)


def test_having_and_exists_and_sub_selects(shared: Any) -> None:
    rows = shared.rows(
        "SELECT t.entity, COUNT(*) n FROM transaction t WHERE EXISTS (SELECT 1 FROM customer c WHERE c.id = t.entity)"
        " AND t.id NOT IN (SELECT nextdoc FROM nexttransactionlinelink) GROUP BY t.entity HAVING COUNT(*) > 3"
        " ORDER BY t.entity"
    )
    assert rows
    assert all(int(row["n"]) > 3 for row in rows)


def test_ranks_over_a_window(shared: Any) -> None:
    rows = shared.rows(
        "SELECT s.id, s.place FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY type ORDER BY id DESC) place"
        " FROM transaction) s WHERE s.place = 1"
    )
    assert len(rows) == len(shared.rows("SELECT DISTINCT type FROM transaction"))


def test_status_shows_its_letter_its_name_and_its_composite_key(shared: Any) -> None:
    row = shared.one(
        "SELECT status, BUILTIN.DF(status) name, BUILTIN.CF(status) code, BUILTIN.DF(type) kind FROM transaction"
        " WHERE id = (SELECT MIN(id) FROM transaction WHERE BUILTIN.CF(status) = 'CustInvc:B')"
    )
    assert row == {"status": "B", "name": "Invoice : Paid In Full", "code": "CustInvc:B", "kind": "Invoice"}


def test_display_values_need_no_join(shared: Any) -> None:
    row = shared.one(
        "SELECT BUILTIN.DF(t.entity) a, c.altname b, BUILTIN.DF(t.currency) d, cu.name e, BUILTIN.DF(t.trandate) f,"
        " t.trandate g FROM transaction t JOIN customer c ON c.id = t.entity JOIN currency cu ON cu.id = t.currency"
        " WHERE t.id = 20001"
    )
    assert (row["a"], row["d"], row["f"]) == (row["b"], row["e"], row["g"])


@pytest.mark.parametrize("clock", ["SYSDATE", "CURRENT_DATE", "CURRENT_TIMESTAMP", "SYSTIMESTAMP"])
def test_the_clock_can_be_asked(shared: Any, clock: str) -> None:
    assert value(shared, f"TO_CHAR({clock},'YYYY-MM-DD HH24:MI:SS')") is not None


def test_published_queries_of_others_run_as_they_are(shared: Any) -> None:
    for query in (
        "SELECT Transaction.ID, Transaction.TranID, Transaction.TranDate, BUILTIN.DF(Transaction.Entity) AS Customer,"
        " BUILTIN.DF(Transaction.Status) AS Status, Transaction.ForeignTotal AS Amount FROM Transaction"
        " WHERE ( Transaction.Type = 'CustInvc' ) AND ( Transaction.TranDate BETWEEN"
        " TO_DATE('2020-01-01','YYYY-MM-DD') AND TO_DATE('2026-12-31','YYYY-MM-DD') )"
        " ORDER BY Transaction.Trandate ASC, Transaction.ID ASC",
        "SELECT BUILTIN.DF(tal.Account) a, tal.Debit, tal.Credit,"
        " tal.Posting, tl.Memo FROM TransactionAccountingLine tal"
        " INNER JOIN TransactionLine tl ON (tl.Transaction=tal.Transaction) AND (tl.ID=tal.TransactionLine)"
        " WHERE tal.Transaction=20001 AND (tal.Debit IS NOT NULL OR tal.Credit IS NOT NULL) ORDER BY tl.ID",
        "SELECT AccountingPeriod.PeriodName, ParentPeriod.PeriodName AS Parent FROM AccountingPeriod INNER JOIN"
        " AccountingPeriod AS ParentPeriod ON (ParentPeriod.ID = AccountingPeriod.Parent)"
        " WHERE AccountingPeriod.IsInactive='F' AND AccountingPeriod.IsPosting='T' AND AccountingPeriod.IsQuarter='F'"
        " ORDER BY AccountingPeriod.StartDate",
        "SELECT DISTINCT Transaction.Type AS TransactionType, Status, BUILTIN.DF(Status) AS DFStatus,"
        " BUILTIN.CF(Status) AS CFStatus FROM Transaction ORDER BY TransactionType, Status",
        "SELECT Transaction.type as recordtype, transactionline.id, TO_CHAR(transactionline.linelastmodifieddate,"
        "'YYYY-MM-DD HH24:MI:SS') AS m FROM transactionline INNER JOIN Transaction ON"
        " ( Transaction.ID = TransactionLine.Transaction ) WHERE ( Transaction.type IN ( 'CustCred','CustInvc' ) )"
        " AND transactionline.linelastmodifieddate>=TO_TIMESTAMP('2026-01-01 00:00:00','YYYY-MM-DD HH24:MI:SS')"
        " ORDER BY transactionline.linelastmodifieddate, transactionline.uniquekey",
        "SELECT CustomSegment.name, CustomRecordType.scriptid FROM CustomSegment INNER JOIN CustomRecordType"
        " ON CustomRecordType.internalid = CustomSegment.recordtype",
        "SELECT COALESCE(altname, companyname, firstname||' '||lastname) n FROM customer WHERE id = 1001",
        "SELECT DISTINCT PreviousLine lineno, PreviousDoc, NextDoc,"
        " NextLine, ForeignAmount, LastModifiedDate, LinkType,"
        " NextType, PreviousType FROM NextTransactionLineLink",
        "SELECT account.id as internalId, account.acctName as name, account.acctNumber as number FROM account",
    ):
        assert shared.rows(query), query
    assert shared.rows("SELECT TO_CHAR(DeletedDate,'DS TS') AS d, Type, RecordID,"
    " BUILTIN.DF(DeletedBy) b FROM DeletedRecord"
                       " WHERE ( DeletedDate >="
                       " TO_DATE(TO_CHAR(SYSDATE,'YYYY-MM-DD'),'YYYY-MM-DD') )") == []  # fmt: skip

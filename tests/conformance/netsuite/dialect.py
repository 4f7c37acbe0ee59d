"""The SQL that SuiteQL takes, and what it does not."""

from __future__ import annotations

from .account import Account
from .facts import fact, help_page, refused, values

FUNCTIONS = help_page("section_158513731864")
SYNTAX = help_page("section_156257790831")
BUILTIN = help_page("section_157909186990")
ITEMS = "SELECT id FROM item"

values(
    FUNCTIONS,
    ("NVL takes the other where there is none.", "NVL(NULL, 'x')", "x"),
    ("NVL2 tells present from absent.", "NVL2('a', 'present', 'absent')", "present"),
    ("COALESCE takes the first there is.", "COALESCE(NULL, NULL, 'c')", "c"),
    ("DECODE chooses by value.", "DECODE('b', 'a', 1, 'b', 2, 9)", "2"),
    ("CASE chooses by condition.", "CASE WHEN 1 = 2 THEN 'a' ELSE 'b' END", "b"),
    ("SUBSTR counts from 1, and from the end.", "SUBSTR('invoice', -3)", "ice"),
    ("INSTR finds a place.", "INSTR('banana', 'n', 1, 2)", "5"),
    ("UPPER and LOWER change letters.", "UPPER('a') || LOWER('B')", "Ab"),
    ("ROUND rounds halves away from zero.", "ROUND(-2.5)", "-3"),
    ("TRUNC cuts a number.", "TRUNC(-2.7)", "-2"),
    ("ABS drops the sign.", "ABS(-1.25)", "1.25"),
    ("TO_NUMBER reads a text.", "TO_NUMBER('12.50') + 1", "13.5"),
    ("REGEXP_SUBSTR finds a pattern.", "REGEXP_SUBSTR('INV100', '[0-9]+')", "100"),
    ("REGEXP_REPLACE replaces one.", "REGEXP_REPLACE('a1b2', '[0-9]', '')", "ab"),
)
values(
    SYNTAX,
    ("Texts are joined with ||.", "'a' || 'b'", "ab"),
    ("An empty text is a null.", "NVL('', 'null')", "null"),
)

refused(
    FUNCTIONS,
    *((f"{name} is not supported.", f"SELECT {call} AS x FROM item") for name, call in (
        ("LISTAGG", "LISTAGG(itemid, ',')"), ("DATEDIFF", "DATEDIFF(day, lastmodifieddate, lastmodifieddate)"),
        ("LEFT", "LEFT(itemid, 2)"), ("RIGHT", "RIGHT(itemid, 2)"), ("SUBSTRING", "SUBSTRING(itemid, 1, 2)"),
        ("CHARINDEX", "CHARINDEX('a', itemid)"), ("CEILING", "CEILING(1.5)"), ("CONVERT", "CONVERT(itemid, 'UTF8')"),
        ("UCASE", "UCASE(itemid)"), ("LCASE", "LCASE(itemid)"), ("POSITION", "POSITION('a', itemid)"),
    )),
)  # fmt: skip
refused(
    SYNTAX,
    ("There is no LIMIT.", f"{ITEMS} LIMIT 5"),
    ("Texts are not joined with +.", "SELECT itemid + 'x' AS x FROM item"),
    ("Brackets quote nothing.", "SELECT [id] FROM item"),
    ("There are no date literals.", "SELECT id FROM transaction WHERE trandate >= DATE '2026-01-01'"),
    ("There are no timestamp literals.", "SELECT id FROM transaction WHERE createddate > TIMESTAMP '2026-01-01 00:00'"),
    ("More than 1,000 values in a list are refused.", f"{ITEMS} WHERE id IN ({', '.join(map(str, range(1001)))})"),
    ("Aliases are not quoted in a sub-select.", 'SELECT s.x FROM (SELECT id AS "x" FROM item) s'),
    ("SQL-92 joins and Oracle's commas are not mixed.",
     "SELECT t.id FROM transaction t, customer c INNER JOIN transactionline tl ON tl.transaction = t.id"),
    ("WITH is not supported.", "WITH x AS (SELECT id FROM item) SELECT id FROM x"),
)  # fmt: skip
refused(
    "live-verified connector notes of 2026",
    ("An alias of something computed cannot be ordered by together with GROUP BY.",
     "SELECT type, COUNT(*) AS n FROM transaction GROUP BY type ORDER BY n"),
)  # fmt: skip


@fact("1,000 values in a list are taken.", SYNTAX)
def _(account: Account) -> None:
    assert account.query(f"{ITEMS} WHERE id IN ({', '.join(map(str, range(1000)))})").status_code == 200


@fact("TOP n and FETCH FIRST n ROWS ONLY limit the rows.", SYNTAX)
def _(account: Account) -> None:
    assert len(account.rows("SELECT TOP 3 id FROM item ORDER BY id")) == 3
    assert len(account.rows(f"{ITEMS} ORDER BY id FETCH FIRST 3 ROWS ONLY")) == 3


@fact("OFFSET n in the SQL is ignored in silence.", "live-verified connector notes of 2026")
def _(account: Account) -> None:
    assert account.rows(f"{ITEMS} ORDER BY id OFFSET 2 ROWS FETCH FIRST 3 ROWS ONLY") == account.rows(
        f"{ITEMS} ORDER BY id FETCH FIRST 3 ROWS ONLY"
    )


@fact("ROWNUM counts before ORDER BY, and ROWNUM > n finds nothing.", "netsuite-suitecloud-sdk issue 1168")
def _(account: Account) -> None:
    assert len(account.rows(f"{ITEMS} WHERE ROWNUM <= 2")) == 2
    assert account.rows(f"{ITEMS} WHERE ROWNUM > 1") == []


@fact("UNION, sub-selects, EXISTS, HAVING, DISTINCT and joins work.", SYNTAX)
def _(account: Account) -> None:
    for query in (
        "SELECT 'a' AS x FROM dual UNION SELECT 'b' FROM dual",
        "SELECT s.id FROM (SELECT id FROM item) s ORDER BY s.id",
        "SELECT id FROM customer c WHERE EXISTS (SELECT 1 FROM transaction t WHERE t.entity = c.id)",
        "SELECT entity, COUNT(*) AS n FROM transaction GROUP BY entity HAVING COUNT(*) > 1",
        "SELECT DISTINCT type FROM transaction",
        "SELECT t.id, c.entityid FROM transaction t LEFT JOIN customer c ON c.id = t.entity",
    ):
        assert account.rows(query), query


@fact("Names of tables and columns have no letter case.", SYNTAX)
def _(account: Account) -> None:
    assert account.rows("SELECT ID FROM ITEM ORDER BY Id") == account.rows(f"{ITEMS} ORDER BY id")


@fact("BUILTIN.DF shows what a value points at.", BUILTIN)
def _(account: Account) -> None:
    row = account.one(f"SELECT BUILTIN.DF(entity) AS name FROM transaction WHERE id = {account.invoice}")
    assert not row["name"].isdigit()


@fact("A status is a letter; BUILTIN.CF puts the type before it.", help_page("article_1029114514"))
def _(account: Account) -> None:
    row = account.one(
        f"SELECT status, BUILTIN.CF(status) AS cf FROM transaction WHERE id = {account.invoice}"
    )
    assert row["cf"] == f"CustInvc:{row['status']}"


@fact("Composite keys are filtered through BUILTIN.CF.", help_page("article_1029114514"))
def _(account: Account) -> None:
    open_ones = account.rows("SELECT id, type FROM transaction WHERE BUILTIN.CF(status) = 'CustInvc:A'")
    assert open_ones
    assert {row["type"] for row in open_ones} == {"CustInvc"}

"""Values inside items: texts, nulls, letter case, dates and zones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .account import Account
from .facts import fact, help_page, values

QUERY_PAGE = help_page("section_157909186990")
MODELS = help_page("article_0824094533")


@fact("Every value is a text: ids, counts and amounts too.", QUERY_PAGE)
def _(account: Account) -> None:
    row = account.one(
        f"SELECT id, foreigntotal, COUNT(*) AS n, 1 AS one FROM transaction WHERE id = {account.invoice}"
        " GROUP BY id, foreigntotal"
    )
    assert {type(value) for value in row.values()} == {str}


@fact("Booleans are the letters T and F.", QUERY_PAGE)
def _(account: Account) -> None:
    row = account.one(f"SELECT posting, voided FROM transaction WHERE id = {account.invoice}")
    assert row == {"posting": "T", "voided": "F"}


@fact("A null is left out of its item, so a page may lack a key altogether.", "tap-netsuite-rest")
def _(account: Account) -> None:
    assert account.rows("SELECT NULL AS a, '' AS b, 'x' AS c FROM dual") == [{"c": "x"}]


@fact("Keys are lower-case whatever the alias.", help_page("section_156257796125"))
def _(account: Account) -> None:
    assert list(account.one("SELECT id AS internalId FROM item WHERE id = (SELECT MIN(id) FROM item)")) == [
        "internalid"
    ]


@fact("A bare date comes in the user's date format preference.", "airbyte issues 63697 and 17470")
def _(account: Account, sim: Any) -> None:
    query = "SELECT TO_DATE('2026-03-02','YYYY-MM-DD') AS d FROM dual"
    for preference, shown in (
        ("M/D/YYYY", "3/2/2026"),
        ("DD/MM/YYYY", "02/03/2026"),
        ("DD.MM.YYYY", "02.03.2026"),
    ):
        sim.settings(user_date_format=preference)
        assert account.one(query) == {"d": shown}


@fact("A bare date-time column loses its time.", "airbyte issue 63697")
def _(account: Account) -> None:
    shown = account.one(f"SELECT lastmodifieddate AS d FROM transaction WHERE id = {account.invoice}")["d"]
    assert ":" not in shown


@fact("TO_CHAR keeps the time; SYS_EXTRACT_UTC makes it UTC.", MODELS)
def _(account: Account) -> None:
    row = account.one(
        "SELECT TO_CHAR(lastmodifieddate,'YYYY-MM-DD HH24:MI:SS') AS here,"
        " TO_CHAR(SYS_EXTRACT_UTC(lastmodifieddate),'YYYY-MM-DD HH24:MI:SS') AS utc"
        f" FROM transaction WHERE id = {account.invoice}"
    )
    apart = datetime.fromisoformat(row["utc"]) - datetime.fromisoformat(row["here"])
    assert abs(apart) <= timedelta(hours=14)
    assert apart % timedelta(minutes=15) == timedelta(0)


@fact("A Z in the format model makes nothing UTC.", "live-verified connector notes of 2026")
def _(account: Account) -> None:
    row = account.one(
        'SELECT TO_CHAR(lastmodifieddate,\'YYYY-MM-DD"T"HH24:MI:SS"Z"\') AS lies,'
        " TO_CHAR(lastmodifieddate,'YYYY-MM-DD\"T\"HH24:MI:SS') AS here"
        f" FROM transaction WHERE id = {account.invoice}"
    )
    assert row["lies"] == row["here"] + "Z"


@fact(
    "SYSDATE is on the server's clock, CURRENT_DATE on the user's.",
    "SuiteQL query library, date format models",
)
def _(account: Account, sim: Any) -> None:
    query = "SELECT TO_CHAR(SYSDATE,'YYYY-MM-DD HH24') AS s, TO_CHAR(CURRENT_DATE,'YYYY-MM-DD HH24') AS c FROM dual"
    sim.settings(server_zone="America/Los_Angeles", user_zone="Pacific/Auckland")
    row = account.one(query)
    apart = datetime.fromisoformat(row["c"] + ":00") - datetime.fromisoformat(row["s"] + ":00")
    assert timedelta(hours=18) <= apart <= timedelta(hours=22)


@fact("A filter compares instants with TO_DATE or TO_TIMESTAMP of the session's clock.", MODELS)
def _(account: Account) -> None:
    stamp = account.one(
        f"SELECT TO_CHAR(lastmodifieddate,'YYYY-MM-DD HH24:MI:SS') AS d FROM transaction WHERE id = {account.invoice}"
    )["d"]
    for function in ("TO_DATE", "TO_TIMESTAMP"):
        model = f"{function}('{stamp}','YYYY-MM-DD HH24:MI:SS')"
        found = account.rows(
            f"SELECT id FROM transaction WHERE id = {account.invoice} AND lastmodifieddate = {model}"
        )
        assert found == [{"id": account.invoice}]


@fact("Thousands of documents may share one second of lastmodifieddate.", "salto netsuite-adapter")
def _(account: Account, sim: Any) -> None:
    first = int(account.invoice)
    sim.change("touch", first_id=first, last_id=first + 200, at_utc=1_780_000_000)
    row = account.one(
        "SELECT COUNT(DISTINCT TO_CHAR(lastmodifieddate,'YYYY-MM-DD HH24:MI:SS')) AS stamps, COUNT(*) AS n"
        f" FROM transaction WHERE id BETWEEN {first} AND {first + 200}"
    )
    assert (row["stamps"], int(row["n"]) > 100) == ("1", True)


MARCH = "TO_DATE('2026-03-17','YYYY-MM-DD')"
FEBRUARY = "TO_DATE('2026-02-28','YYYY-MM-DD')"


def iso(expression: str) -> str:
    """A date expression as text."""
    return f"TO_CHAR({expression},'YYYY-MM-DD')"


values(
    MODELS,
    ("TO_CHAR writes a date in a format model.", f"TO_CHAR({MARCH},'DD/MM/YYYY')", "17/03/2026"),
    ("TRUNC cuts a date to its month.", iso(f"TRUNC({MARCH},'MM')"), "2026-03-01"),
    ("LAST_DAY is a month's last day.", iso(f"LAST_DAY({MARCH})"), "2026-03-31"),
    ("ADD_MONTHS keeps the end of a month.", iso(f"ADD_MONTHS({FEBRUARY},1)"), "2026-03-31"),
    ("MONTHS_BETWEEN counts months.", f"MONTHS_BETWEEN({MARCH},TO_DATE('2026-01-17','YYYY-MM-DD'))", "2"),
)

"""What a journal entry is refused for."""

from __future__ import annotations

from typing import Any

from .account import JOURNALS, Account
from .facts import fact, help_page
from .journals import BROWSER, JOURNAL_PAGE, RECORDS, lines, refusal


@fact("Subsidiary is wanted in OneWorld.", JOURNAL_PAGE)
def _(account: Account) -> None:
    assert "Please enter a value for subsidiary" in refusal(account, account.journal(subsidiary=None))[1]


@fact("Without OneWorld there is no such property.", JOURNAL_PAGE)
def _(account: Account, sim: Any) -> None:
    sim.lacks("oneworld")
    code, detail = refusal(account, account.journal(), X_NetSuite_PropertyNameValidation="error")
    assert (code, "subsidiary" in detail) == ("INVALID_CONTENT", True)
    assert account.post(account.journal(subsidiary=None)).status_code == 204


@fact("Without Multiple Currencies there is no property currency.", JOURNAL_PAGE)
def _(account: Account, sim: Any) -> None:
    sim.lacks("multicurrency")
    body = account.journal(currency={"id": "1"})
    assert refusal(account, body, X_NetSuite_PropertyNameValidation="error")[0] == "INVALID_CONTENT"


@fact("The amounts must balance.", JOURNAL_PAGE)
def _(account: Account) -> None:
    body = account.journal(line=lines(account, {"debit": 100}, {"credit": 99.99}))
    assert "The amounts in a journal entry must balance" in refusal(account, body)[1]


@fact("There are two lines at least.", JOURNAL_PAGE)
def _(account: Account) -> None:
    assert refusal(account, account.journal(line=lines(account)))[0] == "USER_ERROR"


@fact("A line has a debit or a credit, one of the two.", JOURNAL_PAGE)
def _(account: Account) -> None:
    body = account.journal(line=lines(account, {"debit": 1, "credit": 1}, {"credit": 1}))
    assert refusal(account, body)[0] == "USER_ERROR"


@fact("An amount has no more decimals than its currency.", BROWSER)
def _(account: Account) -> None:
    body = account.journal(line=lines(account, {"debit": 1.005}, {"credit": 1.005}))
    assert refusal(account, body)[0] == "INVALID_CONTENT"


@fact("An account that does not exist is an Invalid Field Value, with the line's place.", "live replies")
def _(account: Account) -> None:
    items = account.journal()["line"]["items"]
    items[1]["account"] = {"id": "999999"}
    reply = account.post(account.journal(line={"items": items}))
    detail = account.detail_of(reply)
    assert (
        "You have entered an Invalid Field Value 999999 for the following field: account" in detail["detail"]
    )
    assert detail["o:errorPath"].startswith("line.items[1]")


@fact("An account of another subsidiary is refused.", help_page("section_4099136433"))
def _(account: Account, sim: Any) -> None:
    del sim
    rows = account.rows(
        "SELECT a.id FROM account a JOIN AccountSubsidiaryMap m ON m.account = a.id WHERE a.isinactive = 'F'"
        " AND a.accttype = 'Income' AND a.id NOT IN (SELECT account FROM AccountSubsidiaryMap WHERE subsidiary = 1)"
    )
    if not rows:
        return
    items = account.journal()["line"]["items"]
    items[1]["account"] = {"id": rows[0]["id"]}
    _, detail = refusal(account, account.journal(line={"items": items}))
    assert f"Invalid account reference key {rows[0]['id']} for subsidiary 1." in detail


@fact("An inactive account is refused.", "live replies")
def _(account: Account, sim: Any) -> None:
    sim.change("deactivate", table="account", id=int(account.accounts[1]))
    body = account.journal(subsidiary={"id": "1"})
    assert "Invalid Field Value" in refusal(account, body)[1]


@fact("A segment that the preferences make mandatory is asked for by its label.", "live replies")
def _(account: Account, sim: Any) -> None:
    sim.settings(mandatory_segments=["department"])
    code, detail = refusal(account, account.journal())
    assert (code, "Please enter value(s) for: Department" in detail) == ("USER_ERROR", True)


@fact("An unknown property is dropped with a warning in the headers, unless validation is error.",
      help_page("section_156570709583"), writes=True)  # fmt: skip
def _(account: Account) -> None:
    reply = account.post(account.journal(nosuch="x"))
    assert (reply.status_code, "nosuch" in reply.headers.get("warning", "")) == (204, True)
    code, _ = refusal(account, account.journal(nosuch="x"), X_NetSuite_PropertyNameValidation="error")
    assert code == "INVALID_CONTENT"


@fact("A body that is no JSON is INVALID_CONTENT.", RECORDS)
def _(account: Account) -> None:
    reply = account.send("POST", JOURNALS, b"no json")
    assert (reply.status_code, account.code_of(reply)) == (400, "INVALID_CONTENT")


@fact("A closed period takes no journal.", help_page("chapter_N1468455"))
def _(account: Account, sim: Any) -> None:
    day = account.one("SELECT TO_CHAR(MAX(enddate),'YYYY-MM-DD') AS d FROM accountingperiod"
                      " WHERE closed = 'T' AND isposting = 'T'")["d"]  # fmt: skip
    code, detail = refusal(account, account.journal(tranDate=day))
    assert (code, "closed" in detail) == ("USER_ERROR", True)
    del sim


@fact("A locked period takes one only with Override Period Restrictions.", help_page("chapter_N1468455"))
def _(account: Account, sim: Any) -> None:
    (row,) = account.rows(
        f"SELECT id FROM accountingperiod WHERE TO_CHAR(enddate,'YYYY-MM-DD') = '{account.open_day}'"
        " AND isquarter = 'F' AND isyear = 'F'"
    )
    sim.change("set_period", period=int(row["id"]), state="locked")
    assert "locked" in refusal(account, account.journal())[1]
    sim.settings(denied_permissions=[])
    assert account.post(account.journal()).status_code == 204


@fact(
    "Receivables may be locked alone: it stops journals with a line on them.", help_page("chapter_N1468455")
)
def _(account: Account, sim: Any) -> None:
    (row,) = account.rows(
        f"SELECT id FROM accountingperiod WHERE TO_CHAR(enddate,'YYYY-MM-DD') = '{account.open_day}'"
        " AND isquarter = 'F' AND isyear = 'F'"
    )
    sim.change("set_period", period=int(row["id"]), state="ar_locked")
    receivable = account.one(
        "SELECT MIN(id) AS id FROM account WHERE accttype = 'AcctRec' AND isinactive = 'F'"
    )["id"]
    customer = account.one(
        "SELECT MIN(entity) AS id FROM customersubsidiaryrelationship WHERE subsidiary = 1"
    )["id"]
    items = account.journal()["line"]["items"]
    assert account.post(account.journal()).status_code == 204
    items[0] |= {"account": {"id": receivable}, "entity": {"id": customer}}
    assert "locked" in refusal(account, account.journal(line={"items": items}))[1]

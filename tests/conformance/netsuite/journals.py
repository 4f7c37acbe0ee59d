"""The journal entry record: making, finding, reading, changing."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from .account import JOURNALS, Account
from .facts import fact, help_page

RECORDS = help_page("section_156335203191")
BROWSER = "REST API Browser"
JOURNAL_PAGE = help_page("section_4099136433")
IDEMPOTENCY = help_page("subsect_164494900632")


def refusal(account: Account, body: dict[str, Any], **headers: str) -> tuple[str, str]:
    """(o:errorCode, detail) of a journal that is refused with 400."""
    reply = account.post(body, **headers)
    assert reply.status_code == 400, f"{reply.status_code} {reply.text}"
    detail = account.detail_of(reply)
    return str(detail["o:errorCode"]), str(detail["detail"])


def search(account: Account, condition: str) -> httpx.Response:
    """The collection, filtered."""
    return account.send("GET", f"{JOURNALS}?q={quote(condition)}")


def lines(account: Account, *amounts: dict[str, Any]) -> dict[str, Any]:
    """A sublist of lines on the two accounts, in turn."""
    return {
        "items": [{"account": {"id": account.accounts[at % 2]}, **each} for at, each in enumerate(amounts)]
    }


@fact("POST answers 204 without a body, and the record's address in Location.", RECORDS, writes=True)
def _(account: Account) -> None:
    reply = account.post(account.journal())
    assert (reply.status_code, reply.content) == (204, b"")
    assert reply.headers["location"].rpartition("/")[0].endswith("/record/v1/journalentry")
    assert account.send("GET", reply.headers["location"]).status_code == 200


@fact(
    "GET shows typed values: numbers, booleans, dates as YYYY-MM-DD.",
    help_page("section_157305090645"),
    writes=True,
)
def _(account: Account) -> None:
    record = account.read(account.posted())
    (debit, credit) = record["line"]["items"]
    assert (debit["debit"], credit["credit"]) == (100.5, 100.5)
    assert (record["tranDate"], record["reversalDefer"]) == (account.open_day, False)
    assert "credit" not in debit
    assert record["lastModifiedDate"].endswith("Z")


@fact("Without expandSubResources a sublist is a link only.", RECORDS, writes=True)
def _(account: Account) -> None:
    assert set(account.read(account.posted(), "")["line"]) == {"links"}


@fact("An expanded sublist is a collection with items, count and totalResults.", BROWSER, writes=True)
def _(account: Account) -> None:
    line = account.read(account.posted())["line"]
    assert (line["count"], line["totalResults"], line["hasMore"]) == (2, 2, False)
    assert line["items"][0]["account"]["id"] == account.accounts[0]
    assert line["items"][0]["account"]["refName"]


@fact("fields= picks properties.", RECORDS, writes=True)
def _(account: Account) -> None:
    assert set(account.read(account.posted(), "?fields=tranDate")) <= {"links", "id", "tranDate"}


@fact("A record is found by eid:<externalId>.", RECORDS, writes=True)
def _(account: Account) -> None:
    external_id = account.external_id()
    number = account.posted(externalId=external_id)
    assert account.read(f"eid:{external_id}")["id"] == number


@fact(
    "A used externalId is refused: This record already exists.", help_page("section_4103386138"), writes=True
)
def _(account: Account) -> None:
    external_id = account.external_id()
    account.posted(externalId=external_id)
    code, detail = refusal(account, account.journal(externalId=external_id))
    assert (code, "This record already exists" in detail) == ("USER_ERROR", True)


@fact("PUT works with eid: only, and makes or overwrites.", RECORDS, writes=True)
def _(account: Account) -> None:
    external_id = account.external_id()
    for memo in ("first", "second"):
        body = account.journal(externalId=None, memo=memo)
        assert account.send("PUT", f"{JOURNALS}/eid:{external_id}", body).status_code == 204
        assert account.read(f"eid:{external_id}")["memo"] == memo
    number = account.read(f"eid:{external_id}")["id"]
    assert account.send("PUT", f"{JOURNALS}/{number}", account.journal()).status_code >= 400


@fact("PATCH changes what is given and leaves the rest.", RECORDS, writes=True)
def _(account: Account) -> None:
    number = account.posted(memo="before")
    assert account.send("PATCH", f"{JOURNALS}/{number}", {"memo": "after"}).status_code == 204
    record = account.read(number)
    assert (record["memo"], record["line"]["count"]) == ("after", 2)


@fact("?replace=line swaps the whole sublist.", RECORDS, writes=True)
def _(account: Account) -> None:
    number = account.posted()
    new = {"line": lines(account, {"debit": 7}, {"credit": 7})}
    assert account.send("PATCH", f"{JOURNALS}/{number}?replace=line", new).status_code == 204
    items = account.read(number)["line"]["items"]
    assert [(one.get("debit"), one.get("credit")) for one in items] == [(7.0, None), (None, 7.0)]


@fact("DELETE answers 204, and the record is gone.", RECORDS, writes=True)
def _(account: Account) -> None:
    number = account.posted()
    assert account.send("DELETE", f"{JOURNALS}/{number}").status_code == 204
    assert account.send("GET", f"{JOURNALS}/{number}").status_code == 404


@fact("The collection lists ids, filtered by q.", RECORDS, writes=True)
def _(account: Account) -> None:
    external_id = account.external_id()
    number = account.posted(externalId=external_id)
    reply = search(account, f'externalId IS "{external_id}"')
    assert [one["id"] for one in reply.json()["items"]] == [number]


@fact("q filters dates by day, in the user's format; another format says `failed with date format`.",
      "PyPI airbyte-source-netsuite 0.1.29", writes=True)  # fmt: skip
def _(account: Account) -> None:
    account.posted()
    found = search(account, 'lastModifiedDate ON_OR_AFTER "1/1/2020"')
    assert found.json()["count"] >= 1
    reply = search(account, 'lastModifiedDate AFTER "2020-01-01T00:00:00Z"')
    assert (reply.status_code, account.code_of(reply)) == (400, "INVALID_PARAMETER")
    assert "failed with date format" in account.detail_of(reply)["detail"]


@fact("A field that q does not know is NONEXISTENT_FIELD.", "airbyte issue 35401")
def _(account: Account) -> None:
    reply = search(account, 'nosuch IS "x"')
    assert (reply.status_code, account.code_of(reply)) == (400, "NONEXISTENT_FIELD")


@fact("The posting period follows from tranDate.", help_page("chapter_N1468455"), writes=True)
def _(account: Account) -> None:
    record = account.read(account.posted())
    row = account.one(
        f"SELECT TO_CHAR(enddate,'YYYY-MM-DD') AS d FROM accountingperiod WHERE id = {record['postingPeriod']['id']}"
    )
    assert row["d"] == account.open_day


@fact(
    "Where journals want approval, one is saved as pending and does not post.", help_page("chapter_N1471271")
)
def _(account: Account, sim: Any) -> None:
    sim.settings(approve_journals=True)
    number = account.posted()
    row = account.one(f"SELECT BUILTIN.CF(status) AS cf, posting FROM transaction WHERE id = {number}")
    assert row == {"cf": "Journal:A", "posting": "F"}
    sim.change("approve", transaction=int(number))
    row = account.one(f"SELECT BUILTIN.CF(status) AS cf, posting FROM transaction WHERE id = {number}")
    assert row == {"cf": "Journal:B", "posting": "T"}


@fact("approvalStatus 2 wants the permission Journal Approval.", help_page("chapter_N1471271"))
def _(account: Account, sim: Any) -> None:
    approved = {"approvalStatus": {"id": "2"}}
    sim.settings(approve_journals=True, denied_permissions=["Journal Approval"])
    assert "does not have permission" in refusal(account, account.journal(**approved))[1]
    sim.settings(denied_permissions=[])
    assert account.read(account.posted(**approved))["approvalStatus"]["id"] == "2"


@fact("Under Approval Routing a pending journal names its next approver.", help_page("chapter_N1471271"))
def _(account: Account, sim: Any) -> None:
    sim.settings(approve_journals=True, approval_by="routing")
    assert account.read(account.posted())["nextApprover"]["id"]


@fact("reversalDate makes the reversing entry at once, at the same rate, linked to the original.",
      help_page("section_N1471552"))  # fmt: skip
def _(account: Account, sim: Any) -> None:
    del sim
    number = account.posted(reversalDate=account.open_day)
    (row,) = account.rows(f"SELECT id, isreversal FROM transaction WHERE reversal = {number}")
    assert row["isreversal"] == "T"
    reply = account.send("PATCH", f"{JOURNALS}/{row['id']}", {"memo": "x"})
    assert reply.status_code == 400, "a reversing entry is not edited by itself"


@fact("With reversalDefer it is made when the date comes.", help_page("section_N1471552"))
def _(account: Account, sim: Any) -> None:
    now = account.one("SELECT TO_CHAR(ADD_MONTHS(SYSDATE, 1),'YYYY-MM-DD') AS d FROM dual")["d"]
    number = account.posted(reversalDate=now, reversalDefer=True)
    query = f"SELECT id FROM transaction WHERE reversal = {number}"
    assert account.rows(query) == []
    sim.ask("POST", "clock", {"skew_seconds": 40 * 86_400})
    assert len(account.rows(query)) == 1


@fact("A workflow's lock makes GET fail; SuiteQL still shows the journal.", "airbyte issue 79190")
def _(account: Account, sim: Any) -> None:
    number = account.posted()
    sim.change("lock_journal", journal=int(number))
    reply = account.send("GET", f"{JOURNALS}/{number}")
    assert (reply.status_code, account.code_of(reply)) == (400, "USER_ERROR")
    assert "This record has been locked by a user defined workflow." in account.detail_of(reply)["detail"]
    assert account.rows(f"SELECT id FROM transaction WHERE id = {number}") == [{"id": number}]


@fact(
    "A journal in SuiteQL is a transaction of type Journal, with accounting lines.",
    "target-netsuite",
    writes=True,
)
def _(account: Account) -> None:
    external_id = account.external_id()
    number = account.posted(externalId=external_id)
    row = account.one(
        f"SELECT id, recordtype FROM transaction WHERE type = 'Journal' AND externalid = '{external_id}'"
    )
    assert row == {"id": number, "recordtype": "journalentry"}
    rows = account.rows(
        f"SELECT debit, credit FROM transactionaccountingline WHERE transaction = {number} AND accountingbook = 1"
        " ORDER BY transactionline"
    )
    assert rows == [{"debit": "100.5"}, {"credit": "100.5"}]


@fact("An ordinary journal entry spans no subsidiaries: toSubsidiary and lineSubsidiary are not taken.",
      help_page("section_0902090936"))  # fmt: skip
def _(account: Account) -> None:
    body = account.journal(toSubsidiary={"id": "2"})
    assert account.post(body, X_NetSuite_PropertyNameValidation="error").status_code == 400
    items = account.journal()["line"]["items"]
    items[0]["lineSubsidiary"] = {"id": "2"}
    body = account.journal(line={"items": items})
    assert account.post(body, X_NetSuite_PropertyNameValidation="error").status_code == 400


@fact("A synchronous POST ignores X-NetSuite-Idempotency-Key.", IDEMPOTENCY, writes=True)
def _(account: Account) -> None:
    replies = [account.post(account.journal(), X_NetSuite_Idempotency_Key="one") for _ in range(2)]
    assert [reply.status_code for reply in replies] == [204, 204]
    assert replies[0].headers["location"] != replies[1].headers["location"]


@fact("With Prefer: respond-async a POST answers 202 with a job's address.", IDEMPOTENCY, writes=True)
def _(account: Account) -> None:
    reply = account.post(
        account.journal(), Prefer="respond-async", X_NetSuite_Idempotency_Key=account.external_id()
    )
    assert (reply.status_code, reply.headers["preference-applied"]) == (202, "respond-async")
    assert "/services/rest/async/v1/job/" in reply.headers["location"]
    job = account.send("GET", reply.headers["location"]).json()
    assert {"completed", "id", "progress", "task"} <= set(job)


@fact(
    "The same idempotency key again is 400 IDEMPOTENCY_ERROR with the first job's address.",
    IDEMPOTENCY,
    writes=True,
)
def _(account: Account) -> None:
    given = {"Prefer": "respond-async", "X_NetSuite_Idempotency_Key": account.external_id()}
    first = account.post(account.journal(), **given)
    again = account.post(account.journal(), **given)
    assert (again.status_code, again.json()["title"], account.code_of(again)) == (
        400,
        "Conflict",
        "IDEMPOTENCY_ERROR",
    )
    assert again.headers["location"] == first.headers["location"]


@fact("The metadata catalogue describes the record, custom segments too.", RECORDS)
def _(account: Account) -> None:
    path = "/services/rest/record/v1/metadata-catalog/journalEntry"
    reply = account.send("GET", path, headers={"Accept": "application/schema+json"})
    line = reply.json()["properties"]["line"]["properties"]["items"]["items"]["properties"]
    assert {"account", "debit", "credit"} <= set(line)

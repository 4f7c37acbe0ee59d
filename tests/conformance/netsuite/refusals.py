"""Error bodies, and what an account or a role lacks."""

from __future__ import annotations

from typing import Any

from .account import Account
from .facts import fact

LIVE = "live reply of a SuiteQL query, 2026"
PREFIX = "Invalid search query. Detailed unprocessed description follows."


def refusal(account: Account, query: str) -> str:
    """What a query is refused with: 400 INVALID_PARAMETER about q."""
    reply = account.query(query)
    assert reply.status_code == 400, reply.text
    detail = account.detail_of(reply)
    assert (detail["o:errorCode"], detail["o:errorQueryParam"]) == ("INVALID_PARAMETER", "q")
    return str(detail["detail"])


@fact("An error has type, title, status and o:errorDetails with detail and o:errorCode.", LIVE)
def _(account: Account) -> None:
    body = account.query("SELECT nosuch FROM item").json()
    assert (body["title"], body["status"]) == ("Bad Request", 400)
    assert body["type"].startswith("https://")
    assert {"detail", "o:errorCode"} <= set(body["o:errorDetails"][0])


@fact("A column that does not exist is an unknown identifier, with the query's sources.", LIVE)
def _(account: Account) -> None:
    assert refusal(account, "SELECT nosuch FROM item i") == (
        f"{PREFIX} Search error occurred: Unknown identifier 'nosuch'. Available identifiers are: {{i=item}}."
    )


@fact("A table that does not exist is an invalid search type.", LIVE)
def _(account: Account) -> None:
    assert refusal(account, "SELECT id FROM nosuch") == f"{PREFIX} Invalid search type: nosuch."


@fact("What cannot be executed is an invalid or unsupported search, without saying why.", LIVE)
def _(account: Account) -> None:
    assert refusal(account, "SELECT FROM WHERE").endswith(
        "Search error occurred: Invalid or unsupported search."
    )


@fact("A table that the role may not see was not found.", "tap-netsuite-rest; PostHog's NetSuite source")
def _(account: Account, sim: Any) -> None:
    sim.settings(denied_permissions=["Customers"])
    assert refusal(account, "SELECT id FROM customer").endswith("Record 'customer' was not found.")


@fact("Without OneWorld there is no table subsidiary, and transaction.subsidiary is an unknown identifier.",
      "live-verified connector notes of 2026")  # fmt: skip
def _(account: Account, sim: Any) -> None:
    sim.lacks("oneworld")
    assert refusal(account, "SELECT id FROM subsidiary").endswith("Record 'subsidiary' was not found.")
    assert "Unknown identifier 'subsidiary'" in refusal(account, "SELECT subsidiary FROM transaction")


@fact("Without Multiple Currencies there is no table currency.", "tap-netsuite-rest")
def _(account: Account, sim: Any) -> None:
    sim.lacks("multicurrency")
    assert refusal(account, "SELECT id FROM currency").endswith("Record 'currency' was not found.")


@fact("Without revenue recognition its columns are unknown identifiers.", "dbt_netsuite staging macros")
def _(account: Account, sim: Any) -> None:
    sim.lacks("revrec")
    assert "Unknown identifier" in refusal(account, "SELECT revrecstartdate FROM transactionline")


@fact("A feature may be off without a trace but its columns: departments, classes, locations, segments.",
      "tap-netsuite-rest")  # fmt: skip
def _(account: Account, sim: Any) -> None:
    for feature, column in (("departments", "department"), ("classes", "class"), ("locations", "location"),
                            ("cseg_region", "cseg_region")):  # fmt: skip
        sim.lacks(feature)
        assert "Unknown identifier" in refusal(account, f"SELECT {column} FROM transactionline")


@fact("A query may fail with a bare 500 UNEXPECTED_ERROR.", "tap-netsuite-rest")
def _(account: Account, sim: Any) -> None:
    sim.fault(status=500)
    reply = account.query("SELECT id FROM item")
    assert (reply.status_code, account.code_of(reply)) == (500, "UNEXPECTED_ERROR")
    assert "An unexpected error occurred. Error ID:" in account.detail_of(reply)["detail"]


@fact("A record that does not exist is 404 NONEXISTENT_ID.", "REST API Browser; live replies")
def _(account: Account) -> None:
    reply = account.send("GET", "/services/rest/record/v1/journalEntry/999999999")
    assert (reply.status_code, account.code_of(reply)) == (404, "NONEXISTENT_ID")


@fact("A record type that does not exist is 404.", "airbyte issue 69274")
def _(account: Account) -> None:
    reply = account.send("GET", "/services/rest/record/v1/bad-path")
    assert reply.status_code == 404
    assert "does not exist" in account.detail_of(reply)["detail"]


@fact("Deletions are rows of deletedrecord, and of nothing else.", "tap-netsuite-rest; SuiteQL query library")
def _(account: Account, sim: Any) -> None:
    number = int(account.invoice)
    sim.change("delete", transaction=number)
    assert account.rows(f"SELECT id FROM transaction WHERE id = {number}") == []
    (row,) = account.rows(f"SELECT recordid, type FROM deletedrecord WHERE recordid = {number}")
    assert row["recordid"] == str(number)


@fact("deletedrecord wants the permission Deleted Records.", "tap-netsuite-rest")
def _(account: Account, sim: Any) -> None:
    sim.settings(denied_permissions=["Deleted Records"])
    assert "was not found" in refusal(account, "SELECT recordid FROM deletedrecord")

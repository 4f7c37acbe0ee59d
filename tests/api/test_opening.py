"""Opening balances over HTTP and on the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

Revrec = Callable[..., Any]
Clients = dict[str, TestClient]
ROW = {"contract": "C-1", "order": "", "line": "1", "currency": "USD", "recognised": "12.50"}


def test_there_is_no_opening_before_a_first_period_is_set(clients: Clients) -> None:
    refused = clients["viewer"].get("/api/v1/opening")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    refused = clients["accountant"].put("/api/v1/opening", json={"rows": [ROW]})
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (409, "first_period")


def test_every_fault_of_a_list_is_named(clients: Clients) -> None:
    clients["controller"].put("/api/v1/periods/first", json={"period": "2026-03"})
    rows = [ROW, ROW | {"recognised": "a dozen"}, ROW | {"contract": ""}]
    refused = clients["accountant"].put("/api/v1/opening", json={"rows": rows})
    assert refused.status_code == 422
    assert {one["where"] for one in refused.json()["errors"]} == {
        "rows[1].recognised",
        "rows[0], column Contract",
        "rows[2], column Contract",
    }


def test_nothing_before_is_an_opening_without_balances(clients: Clients) -> None:
    clients["controller"].put("/api/v1/periods/first", json={"period": "2026-03"})
    shown = clients["viewer"].get("/api/v1/opening").json()
    assert shown == {
        "period": "2026-02",
        "loaded": False,
        "accepted": False,
        "totals": [],
        "general_ledger": [],
        "differences": [],
    }


@pytest.mark.parametrize("role", ["viewer", "accountant"])
def test_only_those_who_answer_for_the_books_accept(clients: Clients, role: str) -> None:
    assert clients[role].post("/api/v1/opening/accept", json={"reason": "x"}).status_code == 403


def test_a_sheet_is_refused_as_a_whole_on_the_command_line(revrec: Revrec, tmp_path: Path) -> None:
    sheet = tmp_path / "opening.csv"
    sheet.write_text(
        "Contract,Order,Line,Recognised,Recognised base,Billed,Billed base,Currency\nC-1,,,,,100.00,,USD\n"
    )
    assert "Set it first" in revrec("opening", "import", str(sheet)).err
    revrec("period", "set", "2026-03")
    refused = revrec("opening", "import", str(sheet))
    assert (refused.status, refused.out) == (2, "")
    assert "opening.csv, row 2, column Contract" in refused.err
    shown = revrec("opening", "show")
    assert "The opening of 2026-02 is computed" in shown.out

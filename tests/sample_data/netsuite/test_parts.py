"""Accounts of another shape: what is seeded, which books there are, and what the page about stand-ins says."""

from __future__ import annotations

from typing import Any

import pytest

from sample_data.company import Company
from sample_data.netsuite.reference import PAGE, written
from sample_data.netsuite.seed_part import Part

COUNT = (
    "SELECT accountingbook b, COUNT(*) n, SUM(debit) d FROM transactionaccountingline GROUP BY accountingbook"
)


@pytest.mark.parametrize(
    ("one_world", "currencies", "subsidiaries", "money"),
    [(True, True, 3, {"USD", "EUR", "GBP", "JPY"}), (False, True, 1, {"USD", "EUR"}), (True, False, 1, {"USD"}),
     (False, False, 1, {"USD"})],
)  # fmt: skip
def test_only_what_the_account_can_hold_is_seeded(
    one_world: bool, currencies: bool, subsidiaries: int, money: set[str]
) -> None:
    part = Part(Company(lines=1500), one_world, currencies)
    documents = list(part.documents())
    assert len({each.subsidiary for each in documents}) == subsidiaries == len(part.subsidiaries)
    assert {each.currency for each in documents} <= money | {"CAD", "AUD", "CHF"}
    assert (len({each.currency for each in documents}) > 1) is currencies
    assert {each.customer.id for each in documents} <= {each.id for each in part.customers()}


def test_the_secondary_book_is_worth_twice_as_much_and_the_primary_one_may_be_the_second(own: Any) -> None:
    (only,) = own.rows(COUNT)
    features = own.sim("GET", "settings")["features"]
    for primary in (1, 2):
        own.settings(features=[*features, "multibook"], primary_book=primary)
        books = {row["b"]: row for row in own.rows(COUNT)}
        secondary = str(3 - primary)
        assert {key: value for key, value in books[str(primary)].items() if key != "b"} == {
            "n": only["n"],
            "d": only["d"],
        }
        assert float(books[secondary]["d"]) == pytest.approx(2 * float(only["d"]))
        assert own.rows("SELECT id FROM accountingbook WHERE isprimary = 'T'") == [{"id": str(primary)}]
    own.settings(features=features, primary_book=1)
    assert own.rows(COUNT) == [only]


def test_what_happens_later_is_posted_to_both_books(own: Any, journal_body: dict[str, Any]) -> None:
    features = own.sim("GET", "settings")["features"]
    own.settings(features=[*features, "multibook"], primary_book=2)
    invoice = own.pick()[0]["id"]
    own.change("edit_line", transaction=invoice, line=1, amount="50.00")
    credit = own.change("add_credit", invoice=invoice, percent=50)["transaction"]
    reply = own.request("POST", "/services/rest/record/v1/journalEntry", journal_body)
    journal = reply.headers["location"].rpartition("/")[2]
    for number in (invoice, credit, journal):
        rows = own.rows(
            "SELECT accountingbook b, SUM(amount) a, SUM(ABS(amount)) v FROM transactionaccountingline"
            f" WHERE transaction = {number} GROUP BY accountingbook ORDER BY accountingbook"
        )
        assert [(row["b"], row["a"]) for row in rows] == [("1", "0"), ("2", "0")]
        assert float(rows[0]["v"]) == pytest.approx(2 * float(rows[1]["v"]))


def test_without_oneworld_journals_belong_to_the_company(own: Any, journal_body: dict[str, Any]) -> None:
    features = set(own.sim("GET", "settings")["features"]) - {"oneworld", "multicurrency"}
    own.settings(features=sorted(features))
    del journal_body["subsidiary"]
    reply = own.request("POST", "/services/rest/record/v1/journalEntry", journal_body)
    assert reply.status_code == 204, reply.text
    record = own.request(
        "GET", f"/services/rest/record/v1/journalEntry/{own.sim('GET', 'journals')[0]['id']}"
    ).json()
    assert {"subsidiary", "currency", "exchangeRate"}.isdisjoint(record)


def test_the_page_about_stand_ins_lists_settings_and_doubts() -> None:
    assert PAGE.read_text() == written()

"""What an account without a feature, or a role without a permission, gets to see."""

from __future__ import annotations

from typing import Any

import pytest

ALL = {"oneworld", "multicurrency", "revrec", "departments", "classes", "locations", "cseg_region"}


def test_an_unknown_column_names_the_sources_of_the_query(shared: Any) -> None:
    assert shared.refusal("SELECT nosuch FROM item i") == (
        "Invalid search query. Detailed unprocessed description follows. Search error occurred: "
        "Unknown identifier 'nosuch'. Available identifiers are: {i=item}."
    )


def test_an_unknown_table_is_an_invalid_search_type(shared: Any) -> None:
    assert shared.refusal("SELECT id FROM nosuch").endswith("Invalid search type: nosuch.")


@pytest.mark.parametrize(
    ("feature", "column"),
    [
        ("oneworld", "SELECT subsidiary FROM transaction"),
        ("oneworld", "SELECT subsidiary FROM transactionline"),
        ("multicurrency", "SELECT currency FROM transaction"),
        ("revrec", "SELECT revrecstartdate FROM transactionline"),
        ("departments", "SELECT department FROM transactionline"),
        ("classes", "SELECT class FROM transactionline"),
        ("locations", "SELECT location FROM transactionline"),
        ("cseg_region", "SELECT cseg_region FROM transactionline"),
    ],
)
def test_a_column_of_a_feature_that_is_off_is_unknown(shared: Any, feature: str, column: str) -> None:
    assert shared.query(column).status_code == 200
    shared.settings(features=sorted(ALL - {feature}))
    assert "Unknown identifier" in shared.refusal(column)


@pytest.mark.parametrize(
    ("feature", "table"),
    [
        ("oneworld", "subsidiary"),
        ("oneworld", "accountsubsidiarymap"),
        ("multicurrency", "currency"),
        ("multicurrency", "currencyrate"),
        ("departments", "department"),
        ("classes", "classification"),
        ("locations", "location"),
        ("cseg_region", "customrecord_cseg_region"),
    ],
)
def test_a_table_of_a_feature_that_is_off_is_not_found(shared: Any, feature: str, table: str) -> None:
    shared.settings(features=sorted(ALL - {feature}))
    assert shared.refusal(f"SELECT * FROM {table}").endswith(
        f"Search error occurred: Record '{table}' was not found."
    )


@pytest.mark.parametrize(
    ("permission", "table"),
    [
        ("Customers", "customer"),
        ("Deleted Records", "deletedrecord"),
        ("Find Transaction", "transactionline"),
    ],
)
def test_a_table_that_the_role_may_not_see_is_not_found(shared: Any, permission: str, table: str) -> None:
    shared.settings(denied_permissions=[permission])
    assert f"Record '{table}' was not found" in shared.refusal(f"SELECT * FROM {table}")


def test_without_the_permission_for_workbooks_there_are_no_queries(shared: Any) -> None:
    shared.settings(denied_permissions=["SuiteAnalytics Workbook"])
    reply = shared.query("SELECT 1 x FROM dual")
    assert (reply.status_code, reply.json()["o:errorDetails"][0]["o:errorCode"]) == (
        403,
        "INSUFFICIENT_PERMISSION",
    )


def test_service_dates_may_be_custom_columns_instead(shared: Any) -> None:
    standard = shared.rows("SELECT uniquekey, revrecstartdate d FROM transactionline ORDER BY uniquekey")
    shared.settings(features=sorted((ALL - {"revrec"}) | {"custcol_dates"}))
    assert (
        shared.rows("SELECT uniquekey, custcol_service_start d FROM transactionline ORDER BY uniquekey")
        == standard
    )


def test_the_stand_ins_own_columns_cannot_be_queried(shared: Any) -> None:
    for own in ("lastmodifieddate__utc", "workflow_locked", "rowid"):
        assert "Unknown identifier" in shared.refusal(f"SELECT {own} FROM transaction")
    assert not any(
        "__" in key for row in shared.rows("SELECT * FROM transaction WHERE id = 20001") for key in row
    )


def test_with_multi_book_every_posting_stands_in_each_book(own: Any) -> None:
    count = (
        "SELECT accountingbook, COUNT(*) n FROM transactionaccountingline"
        " GROUP BY accountingbook ORDER BY accountingbook"
    )
    (primary,) = own.rows(count)
    own.settings(features=sorted(ALL | {"multibook"}))
    assert [row["n"] for row in own.rows(count)] == [primary["n"], primary["n"]]
    assert len(own.rows("SELECT id FROM accountingbook")) == 2
    own.settings(features=sorted(ALL))
    assert own.rows(count) == [primary]

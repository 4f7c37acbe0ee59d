"""What the stand-in reads as SOQL, and how it refuses the rest."""

import pytest

from sample_data.salesforce.errors import Refusal
from sample_data.salesforce.soql import Combination, Comparison, Literal, parse
from sample_data.salesforce.soql_to_sql import compile_query


def refusal(soql: str) -> tuple[str, str]:
    with pytest.raises(Refusal) as caught:
        compile_query(parse(soql), multi_currency=True, with_deleted=False)
    return caught.value.code, caught.value.message


def test_reads_every_part_of_a_query():
    query = parse(
        "select Id, Account.Name FROM Order WHERE (Status = 'Draft' OR TotalAmount >= 10.5) AND Id NOT IN ('a', 'b') "
        "order by SystemModstamp desc nulls last, Id LIMIT 5 OFFSET 10"
    )
    assert [path.parts for path in query.fields] == [("Id",), ("Account", "Name")]
    assert query.entity == "Order" and query.limit == 5 and query.offset == 10
    assert isinstance(query.where, Combination) and query.where.operator == "and"
    either, outside = query.where.conditions
    assert isinstance(either, Combination) and either.operator == "or"
    assert isinstance(outside, Comparison) and outside.operator == "not in"
    assert outside.values == (Literal("string", "a"), Literal("string", "b"))
    assert [(o.descending, o.nulls_last) for o in query.order] == [(True, True), (False, False)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"'O\'Neil'", "O'Neil"),
        (r"'a\\b'", "a\\b"),
        (r"'line\nfeed'", "line\nfeed"),
        ("'say \"hi\"'", 'say "hi"'),
        ("''", ""),
        ("'SELECT ) FROM ( x'", "SELECT ) FROM ( x"),
    ],
)
def test_unescapes_strings(text, value):
    query = parse(f"SELECT Id FROM Account WHERE Name = {text}")
    assert isinstance(query.where, Comparison)
    assert query.where.values == (Literal("string", value),)


@pytest.mark.parametrize(
    "soql",
    [
        "",
        "SELECT",
        "SELECT Id",
        "SELECT Id FROM",
        "SELECT Id, FROM Order",
        "SELECT * FROM Order",
        "SELECT Id FROM Order WHERE",
        "SELECT Id FROM Order WHERE Status",
        "SELECT Id FROM Order WHERE Status = Draft",
        "SELECT Id FROM Order WHERE Status = 'Draft",
        "SELECT Id FROM Order WHERE Status IN ()",
        "SELECT Id FROM Order WHERE (Status = 'a'",
        "SELECT Id FROM Order WHERE Status = 'a' AND Status = 'b' OR Status = 'c'",
        "SELECT Id FROM Order ORDER Id",
        "SELECT Id FROM Order LIMIT x",
        "SELECT Id FROM Order LIMIT 5 5",
        "SELECT Id FROM Order; DROP TABLE Account",
        "SELECT Id FROM Order WHERE EffectiveDate = TODAY",
        "SELECT Id, (SELECT Id FROM OrderItems) FROM Order",
        "SELECT Status, COUNT(Id) FROM Order GROUP BY Status",
        "SELECT Id, id FROM Order",
        "SELECT Id FROM Order OFFSET 2001",
        "SELECT Id FROM Order WHERE EffectiveDate = 2026-02-30",
        r"SELECT Id FROM Account WHERE Name = 'a\qb'",
        "SELECT Id FROM Account WHERE Name = '" + "x" * 100_000 + "'",
    ],
)
def test_refuses_what_salesforce_calls_malformed(soql):
    assert refusal(soql)[0] == "MALFORMED_QUERY"


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        ("SELECT Id FROM Nothing", "INVALID_TYPE", "sObject type 'Nothing' is not supported"),
        ("SELECT Nothing FROM Order", "INVALID_FIELD", "No such column 'Nothing' on entity 'Order'"),
        (
            "SELECT Account.Nothing FROM Order",
            "INVALID_FIELD",
            "No such column 'Nothing' on entity 'Account'",
        ),
        ("SELECT Nobody.Name FROM Order", "INVALID_FIELD", "Didn't understand relationship 'Nobody'"),
        ("SELECT Id FROM Order WHERE Nothing = 1", "INVALID_FIELD", "No such column"),
        ("SELECT Id FROM Order ORDER BY Nothing", "INVALID_FIELD", "No such column"),
        (
            "SELECT Id FROM Order WHERE EffectiveDate = '2026-01-01'",
            "INVALID_FIELD",
            "not be enclosed in quotes",
        ),
        (
            "SELECT Id FROM Order WHERE SystemModstamp > 2026-01-01",
            "INVALID_FIELD",
            "must be of type dateTime",
        ),
        ("SELECT Id FROM Order WHERE Status = 5", "INVALID_FIELD", "must be quoted"),
        ("SELECT Id FROM Order WHERE TotalAmount = '5'", "INVALID_FIELD", "must be of type double"),
        ("SELECT Id FROM Order WHERE IsDeleted = 'true'", "INVALID_FIELD", "must be of type boolean"),
        (
            "SELECT Id FROM Order WHERE AccountId = 'abc'",
            "INVALID_QUERY_FILTER_OPERATOR",
            "invalid ID field: abc",
        ),
        ("SELECT Id FROM Order WHERE IsDeleted > true", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator"),
        ("SELECT Id FROM Order WHERE EffectiveDate LIKE '2026%'", "INVALID_QUERY_FILTER_OPERATOR", "like"),
    ],
)
def test_refuses_names_and_values_that_do_not_fit(soql, code, words):
    found, message = refusal(soql)
    assert found == code and words in message


def test_a_single_currency_org_has_no_currency_field():
    with pytest.raises(Refusal) as caught:
        compile_query(parse("SELECT CurrencyIsoCode FROM Order"), multi_currency=False, with_deleted=False)
    assert "No such column 'CurrencyIsoCode' on entity 'Order'" in caught.value.message

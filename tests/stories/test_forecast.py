"""What is expected is what the next closes book; a contract shows all that closes made of it."""

import json
from decimal import Decimal

import pytest

from api.cli import main
from jobs.closing.forecast import expected_revenue
from revrec.problems import Conflict, Invalid

REVENUE = (
    "SELECT b.contract_id, c.period, k.currency, sum(b.revenue_minor) FROM booked b"
    " JOIN period_close c ON c.id = b.period_close_id AND c.state = 'closed'"
    " JOIN balance k ON k.contract_id = b.contract_id AND k.period_close_id = b.period_close_id"
    " AND k.scope = 'contract'"
    " WHERE c.period IN ('2026-03', '2026-04') GROUP BY 1, 2, 3"
)


def by_contract(expected):
    return {(row.key, row.period, row.currency): row.amount_minor for row in expected.rows}


def test_what_is_expected_of_the_next_periods_is_what_their_closes_book(closed_books):
    books = closed_books
    expected = expected_revenue(books.store, through="2026-04", by="contract")
    assert expected.periods == ["2026-03", "2026-04"]
    for other in ("period", "product"):
        same = expected_revenue(books.store, through="2026-04", by=other)
        assert sum(row.amount_minor for row in same.rows) == sum(row.amount_minor for row in expected.rows)
    books.close("2026-03")
    books.close("2026-04")
    booked = {(key, period, symbol): int(amount) for key, period, symbol, amount in books.rows(REVENUE)}
    assert len(booked) > 20
    assert by_contract(expected) == {key: amount for key, amount in booked.items() if amount}


def test_books_that_never_closed_expect_what_the_opening_leaves(books):
    expected = by_contract(expected_revenue(books.store, through="2026-02", by="contract"))
    books.close("2026-01")
    rest = by_contract(expected_revenue(books.store, through="2026-02", by="contract"))
    assert rest
    assert rest == {key: amount for key, amount in expected.items() if key[1] == "2026-02"}


def test_twelve_periods_from_the_first_open_one_and_none_that_is_closed(closed_books):
    assert expected_revenue(closed_books.store).periods[::11] == ["2026-03", "2027-02"]
    with pytest.raises(Invalid, match="2026-02 is closed; a forecast begins with 2026-03"):
        expected_revenue(closed_books.store, through="2026-02")


def test_before_the_books_begin_nothing_is_expected(new_books):
    with pytest.raises(Conflict, match="No accounting period is set"):
        expected_revenue(new_books.store)


def test_people_see_forecasts_and_contracts_as_tables(closed_books, monkeypatch, capsys):
    books = closed_books
    monkeypatch.setenv("REVREC_DATA_DIR", str(books.config.data_dir))

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        return left.value.code, capsys.readouterr().out

    status, printed = run("forecast", "--through", "2026-04", "--by", "product")
    assert status == 0
    assert "Expected revenue from 2026-03 to 2026-04; not booked." in printed
    assert "In all:" in printed
    told = json.loads(run("forecast", "--json")[1])
    assert (told["first"], told["last"], told["by"]) == ("2026-03", "2027-02", "period")
    in_dollars = [Decimal(row["amount"]) for row in told["rows"] if row["currency"] == "USD"]
    assert {"currency": "USD", "amount": str(sum(in_dollars))} in told["totals"]
    assert run("forecast", "--by", "moon")[0] == 2

    contract, recognised = books.rows(
        "SELECT k.id, b.recognised_minor FROM balance b JOIN contract k ON k.id = b.contract_id"
        " JOIN period_close c ON c.id = b.period_close_id WHERE c.period = '2026-02' AND b.currency = 'USD'"
        " AND b.recognised_minor > 0 AND k.number IN (SELECT number FROM contract GROUP BY 1 HAVING count(*) = 1)"
        " ORDER BY 1"
    )[0]
    number = books.value("SELECT number FROM contract WHERE id = :id", id=contract)
    status, printed = run("contracts", "show", number)
    assert status == 0
    assert [word for word in ("Allocation:", "Booked:", "Balances:") if word not in printed] == []
    shown = json.loads(run("contracts", "show", number, "--json")[1])
    assert sum(Decimal(row["revenue"]) for row in shown["booked"]).scaleb(2) == recognised
    assert {row["line"] for row in shown["allocation"]} >= {row["line"] for row in shown["booked"]}

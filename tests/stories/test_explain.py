"""Every booked number is worked out again from the parts that an explanation gives."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest

from api.cli import main
from api.views.explain import explain_view
from jobs.closing.explain import explained_rows
from revrec.problems import Invalid, NotFound
from revrec.store.queries.promised import find_obligation, promised

BOOKED = (
    "SELECT b.obligation_id, b.target_minor, b.revenue_minor, b.adjustment_minor, v.currency FROM booked b"
    " JOIN period_close c ON c.id = b.period_close_id AND c.state = 'closed' AND c.period = :period"
    " JOIN order_version v ON v.id = b.order_version_id ORDER BY b.obligation_id"
)


def explained(books, obligation, period):
    """The explanation as JSON gives it."""
    with books.store.read() as session:
        (one,) = promised(session, [obligation])
    rows = explained_rows(books.store, one, period)
    with books.store.read() as session:
        return json.loads(explain_view(session, one, rows).model_dump_json())


def worked_out(told):
    """The running total, from the printed parts alone."""
    leg, fraction = told["leg"], told["fraction"]
    digits = -Decimal(told["target"]).as_tuple().exponent
    exact = Fraction(leg["rest"]) * fraction["numerator"] / fraction["denominator"] * 10**digits
    minor = int(abs(exact) + Fraction(1, 2)) * (1 if exact >= 0 else -1)
    lump = Decimal(leg["lump"]) if leg["lump_on"] and leg["lump_on"] <= told["period_ends"] else 0
    return Decimal(leg["fixed"]) + Decimal(minor).scaleb(-digits) + lump


def check(told):
    assert worked_out(told) == Decimal(told["target"]), told["name"]
    revenue, before = Decimal(told["revenue"]), Decimal(told["booked_before"])
    assert revenue == Decimal(told["target"]) - before
    assert revenue == Decimal(told["adjustment"]) + Decimal(told["current"])
    assert Decimal(told["should_have_been"]) == before + Decimal(told["adjustment"])
    shares = told["allocation"]
    assert [one["name" if "name" in one else "line"] for one in shares if one["this"]] == [told["line"]]
    price = sum(Decimal(one["price"]) for one in shares)
    assert price == Decimal(told["transaction_price"]) == sum(Decimal(one["inception"]) for one in shares)
    whole = sum(one["weight"] for one in shares)
    for one in shares:
        exact = Fraction(price) * one["weight"] / whole if whole else Fraction(one["inception"])
        assert abs(Fraction(one["inception"]) - exact) < 1, one
    moved = sum(
        Decimal(row["amount"]) * (1 if row["credit"] == "revenue" else -1)
        for row in told["ledger"]
        if "revenue" in (row["credit"], row["debit"])
    )
    assert moved == revenue


def test_every_number_of_two_closes_is_worked_out_again(closed_books):
    books = closed_books
    for period in ("2026-01", "2026-02"):
        rows = books.rows(BOOKED, period=period)
        assert len(rows) > 20
        for obligation, target, revenue, adjustment, currency in rows:
            told = explained(books, obligation, period)
            digits = 0 if currency == "JPY" else 2
            assert told["booked"]
            assert [Decimal(told[name]).scaleb(digits) for name in ("target", "revenue", "adjustment")] == [
                target,
                revenue,
                adjustment,
            ]
            check(told)


def test_an_open_period_is_computed_and_says_that_it_is_not_booked(closed_books):
    """What is told before the close is what the close then books, also by way of another open period."""
    books = closed_books
    known = [row[0] for row in books.rows(BOOKED, period="2026-02")][:6]
    march = {one: explained(books, one, "2026-03") for one in known}
    april = {one: explained(books, one, "2026-04") for one in known}
    assert not any(told["booked"] for told in [*march.values(), *april.values()])
    books.close("2026-03")
    books.close("2026-04")
    for before, period in ((march, "2026-03"), (april, "2026-04")):
        for one, told in before.items():
            check(told) if told["moved"] else None
            now = explained(books, one, period)
            assert now.pop("booked")
            same = {key: value for key, value in told.items() if key != "booked"}
            assert same == now


def test_the_documents_that_bill_it_are_named_with_their_amounts(closed_books):
    books = closed_books
    (obligation, total), *_ = books.rows(
        "SELECT obligation_id, sum(amount_minor) FROM billing_split WHERE obligation_id IS NOT NULL"
        " GROUP BY 1 HAVING count(DISTINCT document_id) > 1 ORDER BY 1"
    )
    told = explained(books, obligation, "2026-02")
    assert sum(Decimal(one["amount"]) for one in told["documents"]) == Decimal(told["billed"])
    assert Decimal(told["billed"]).scaleb(2) == total
    numbers = books.values(
        "SELECT v.tran_id FROM billing_split s JOIN source_document d ON d.id = s.document_id JOIN document_version v"
        " ON v.id = d.current_version_id WHERE s.obligation_id = :one",
        one=obligation,
    )
    assert {one["number"] for one in told["documents"]} == set(numbers)


def test_an_order_line_is_found_by_number_and_line_or_listed(closed_books):
    books = closed_books
    number, line, obligation = books.rows(
        "SELECT s.number, o.line_external_id, o.id FROM obligation o JOIN sales_order s ON s.id = o.order_id"
        " WHERE s.id IN (SELECT order_id FROM obligation GROUP BY 1 HAVING count(*) > 1) ORDER BY o.id"
    )[0]
    with books.store.read() as session:
        assert find_obligation(session, f"{number}/{line}").id == obligation
        assert find_obligation(session, f"{number}/1").order == number
        assert find_obligation(session, str(obligation)).id == obligation
        with pytest.raises(Invalid, match="can mean several obligations") as several:
            find_obligation(session, number)
        assert f"{number}/{line}" in several.value.message
        with pytest.raises(NotFound, match="has no line 999"):
            find_obligation(session, f"{number}/999")
        with pytest.raises(NotFound, match="There is no order SO-NONE"):
            find_obligation(session, "SO-NONE/1")


def test_people_read_it_as_sentences(closed_books, monkeypatch, capsys):
    books = closed_books
    monkeypatch.setenv("REVREC_DATA_DIR", str(books.config.data_dir))
    obligation = books.value(
        "SELECT b.obligation_id FROM booked b JOIN allocation a ON a.obligation_id = b.obligation_id"
        " WHERE a.method = 'daily' AND b.fraction_numerator = 31 AND b.fraction_denominator = 365 LIMIT 1"
    )
    with pytest.raises(SystemExit) as left:
        main(["explain", str(obligation), "2026-01"])
    assert left.value.code == 0
    printed = capsys.readouterr().out
    assert "2026-01 is closed: this is what stands in the books." in printed
    told = explained(books, obligation, "2026-01")
    rest = f"{Decimal(told['leg']['rest']):,}"
    assert f"{rest} x 31/365 days = {told['target']} {told['currency']}" in printed
    with pytest.raises(SystemExit) as left:
        main(["explain", str(obligation), "2026-03"])
    assert "NOT BOOKED" in capsys.readouterr().out
    with pytest.raises(SystemExit) as left:
        main(["explain", "SO-NONE/1", "2026-03"])
    assert left.value.code == 1

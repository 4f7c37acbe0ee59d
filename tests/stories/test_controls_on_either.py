"""Controls and explanations ask the same of either database."""

import json
from decimal import Decimal

import pytest
from sqlalchemy import text

from api.views.explain import explain_view
from jobs.closing.controls import check_books
from jobs.closing.explain import explained_rows
from revrec.store.queries.promised import promised


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_controls_and_explanations_of_two_closes_on_either_database(books_on):
    books = books_on
    books.run_orders()
    books.set_first_period("2026-01")
    books.run_invoices()
    books.map_accounts()
    books.run_invoices()
    books.close("2026-01")
    books.close("2026-02")
    books.run("gl_balances")
    assert failing(books) == set()
    with books.store.read() as session:
        (balances,) = [one for one in check_books(session, "2026-02") if one.name == "gl_balances"]
    assert (balances.status, balances.violations) == ("PASS", 0)
    assert balances.checked > 5
    rows = books.rows(
        "SELECT b.obligation_id, b.revenue_minor FROM booked b JOIN period_close c ON c.id = b.period_close_id"
        " JOIN order_version v ON v.id = b.order_version_id AND v.currency = 'USD'"
        " WHERE c.period = '2026-02' AND c.state = 'closed' ORDER BY 1 LIMIT 5"
    )
    for obligation, revenue in rows:
        closed, opened = explained(books, obligation, "2026-02"), explained(books, obligation, "2026-03")
        assert (closed["booked"], Decimal(closed["revenue"]).scaleb(2)) == (True, revenue)
        assert (opened["booked"], opened["booked_before"]) == (False, closed["target"])
    for table, column in (
        ("booked", "target_minor"),
        ("balance", "billed_minor"),
        ("journal_line", "debit_minor"),
        ("document_line", "amount_minor"),
        ("allocation", "inception_minor"),
    ):
        change(books, table, column, "+ 1")
        assert failing(books), table
        change(books, table, column, "- 1")
    assert failing(books) == set()


def failing(books):
    with books.store.read() as session:
        return {one.name for one in check_books(session) if one.status == "FAIL"}


IN_JANUARY = (
    " AND version_id IN (SELECT d.current_version_id FROM source_document d JOIN document_version v"
    " ON v.id = d.current_version_id WHERE v.period = '2026-01' AND d.state = 'loaded')"
)


def change(books, table, column, by):
    more = IN_JANUARY if table == "document_line" else ""
    with books.store.write() as session:
        session.execute(
            text(
                f"UPDATE {table} SET {column} = {column} {by}"
                f" WHERE id = (SELECT min(id) FROM {table} WHERE {column} > 100{more})"
            )
        )


def explained(books, obligation, period):
    with books.store.read() as session:
        (one,) = promised(session, [obligation])
    rows = explained_rows(books.store, one, period)
    with books.store.read() as session:
        return json.loads(explain_view(session, one, rows).model_dump_json())

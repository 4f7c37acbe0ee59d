"""One company's first months on either database: from nothing to posted journals, and a change of the source."""

import pytest

from jobs.closing.compute import CALENDAR, compute_period
from revrec.accounting.book import Prior
from revrec.accounting.carry import carry_forward
from revrec.store.books.prior import read_prior


@pytest.mark.parametrize(
    "database_url", [pytest.param("sqlite", marks=pytest.mark.slow), "postgresql"], indirect=True
)
def test_from_nothing_to_posted_journals_and_through_a_change(books_on, accounted_for):
    books = books_on
    books.run_orders()
    books.set_first_period("2026-01")
    books.run_invoices()
    books.map_accounts()
    books.run_invoices()
    accounted_for(books)
    assert books.run_invoices().result["changes"] == {}

    books.close("2026-01")
    books.close("2026-02")
    books.approve_and_post()
    assert books.values("SELECT DISTINCT state FROM journal") == ["posted"]
    posted = {one["externalid"] for one in books.netsuite.get("journals") if one["externalid"]}
    assert posted == set(books.values("SELECT external_id FROM journal"))

    before = books.closed_rows("2026-01", "2026-02")
    edited, deleted, voided, credited = books.documents("2026-01")[:4]
    books.netsuite.change("edit_line", transaction=edited, line=1, amount="9999.00")
    books.netsuite.change("delete", transaction=deleted)
    books.netsuite.change("void", transaction=voided, style="direct")
    books.netsuite.change("add_credit", invoice=credited, percent=50, date="2026-03-10")
    changed = books.run_invoices()
    assert changed.result["changes"] == {"changed": 1, "gone": 2, "new": 1}
    accounted_for(books)
    books.close("2026-03")
    assert [books.billed(one) for one in (edited, deleted, voided)] == [books.net_of(edited), 0, 0]
    books.reopen("2026-03")
    books.close("2026-03")
    books.approve_and_post()
    assert set(books.values("SELECT DISTINCT state FROM journal")) == {"posted", "cancelled"}
    assert books.closed_rows("2026-01", "2026-02") == before


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_a_conversion_on_either_database_is_loaded_once(books_on, accounted_for):
    books = books_on
    books.run_orders()
    conversion = books.run_invoices(ends="awaiting_load")
    books.load(conversion)
    accounted_for(books)
    assert "only a conversion that awaits loading is loaded" in books.load(conversion, ends="failed").error


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_what_a_close_wrote_is_what_the_next_one_reads(books_on):
    """Carrying a result forward in memory and reading it back from the tables come to the same."""
    books = books_on
    books.run_orders()
    books.set_first_period("2026-01")
    books.run_invoices()
    books.map_accounts()
    books.run_invoices()
    carried = None
    for period in ("2026-01", "2026-02"):
        computed = compute_period(books.store, period)
        if computed.opening:
            carried = carry_forward(Prior(), computed.opening.result)
        carried = carry_forward(carried, computed.result)
        books.close(period)
        with books.store.read() as session:
            codes = {symbol: key for key, symbol in books.rows("SELECT id, symbol FROM currency")}
            read, _ = read_prior(session, calendar=CALENDAR, currency_codes=codes)
        assert rows_of(read.booked) == rows_of(carried.booked)
        assert rows_of(read.splits) == rows_of(carried.splits)
        assert rows_of(read.balances) == rows_of(carried.balances)


def rows_of(table):
    """The rows of a column table, sorted: neither side promises an order."""
    columns = table.columns()
    assert len(table) > 10
    return sorted(zip(*(column.tolist() for column in columns.values()), strict=True))

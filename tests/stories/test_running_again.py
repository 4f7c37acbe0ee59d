"""Running twice changes nothing."""

import pytest

from reconciliation.columns import BILLING_SCHEDULE

COUNTED = (
    *("source_document", "document_version", "document_line", "document_change", "segment_set"),
    *("sales_order", "order_version", "order_line", "contract", "obligation", "product", "item"),
    *("customer_link", "netsuite_customer", "crm_customer", "currency_rate"),
)


def counts(books):
    return {table: books.value(f"SELECT count(*) FROM {table}") for table in COUNTED}


def test_a_second_run_changes_nothing(books):
    before = counts(books)
    second, third = books.run_invoices(), books.run_invoices()
    assert second.result["changes"] == third.result["changes"] == {}
    assert books.tab(second, BILLING_SCHEDULE) == []
    assert books.content_hash(second) == books.content_hash(third)
    assert counts(books) == before


def test_a_full_run_changes_nothing_either(books):
    before = counts(books)
    full = books.run_invoices(full=True)
    assert (full.result["full"], full.result["changes"]) == (True, {})
    assert full.result["pulled"]["same"] == before["source_document"]
    assert books.tab(full, BILLING_SCHEDULE) == []
    assert counts(books) == before


def test_a_second_orders_run_changes_nothing(books):
    before = counts(books)
    assert books.run_orders().result["versions"] == 0
    assert books.run_orders(full=True).result["orders"]["same"] == before["sales_order"]
    assert counts(books) == before


def test_a_payment_moves_a_stamp_and_changes_nothing(books, accounted_for):
    before = counts(books)
    for invoice in books.documents("2026-03")[:3]:
        books.netsuite.change("pay", transaction=invoice)
    again = books.run_invoices()
    assert (again.result["changes"], again.result["pulled"]["same"]) == ({}, 3)
    assert counts(books) == before
    accounted_for(books)


@pytest.mark.slow
def test_two_deployments_that_pull_the_same_company_write_the_same_file(chapter, connected_chapter):
    hashes = []
    for _ in range(2):
        with chapter(connected_chapter) as books:
            books.run_orders()
            hashes.append(books.content_hash(books.run_invoices(ends="awaiting_load")))
    assert hashes[0] == hashes[1]

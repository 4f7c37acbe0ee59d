"""Before an accounting period is set: a run pulls everything, loads nothing, and waits."""

import pytest

from jobs.start import start_job
from reconciliation.columns import BILLING_SCHEDULE, PENDING_DATA
from revrec.problems import Conflict


@pytest.fixture
def converted(new_books):
    """Books with their orders, and a conversion run that awaits loading."""
    new_books.run_orders()
    return new_books, new_books.run_invoices(ends="awaiting_load")


def test_a_conversion_run_shows_everything_and_loads_nothing(converted):
    books, conversion = converted
    assert set(books.values("SELECT state FROM source_document")) == {"new"}
    assert books.values("SELECT position FROM watermark WHERE kind = 'CustInvc'") == []
    lines = books.value("SELECT count(*) FROM document_line WHERE role = 'billing'")
    assert len(books.tab(conversion, BILLING_SCHEDULE)) == lines
    assert (
        len(books.tab(conversion, PENDING_DATA))
        == conversion.result["outcome"]["counts"]["documents_pending"]
    )


def test_a_conversion_run_is_loaded_once(converted, accounted_for):
    books, conversion = converted
    loaded = books.load(conversion)
    assert loaded.result["changes"] == {"new": conversion.result["pulled"]["new"]}
    assert books.value("SELECT state FROM job WHERE id = :id", id=conversion.id) == "done"
    accounted_for(books)
    again = books.load(conversion, ends="failed")
    assert "only a conversion that awaits loading is loaded" in again.error
    accounted_for(books)


def test_a_conversion_that_a_later_run_overtook_is_not_loaded_over_it(converted, accounted_for):
    books, older = converted
    edited = books.netsuite.picks(1)[0]["id"]
    books.netsuite.change("edit_line", transaction=edited, line=1, amount="4321.00")
    books.set_first_period()
    books.run_invoices()
    version = books.value("SELECT current_version_id FROM source_document WHERE external_id = :x", x=edited)
    assert books.value("SELECT state FROM job WHERE id = :id", id=older.id) == "superseded"
    refused = books.load(older, ends="failed").error
    assert f"Job {older.id} is superseded" in refused and "A newer run read what it read." in refused
    assert version == books.value(
        "SELECT current_version_id FROM source_document WHERE external_id = :x", x=edited
    )
    accounted_for(books)


@pytest.mark.slow
def test_a_newer_conversion_run_supersedes_the_older(converted, accounted_for):
    books, older = converted
    books.netsuite.change("edit_line", transaction=books.netsuite.picks(1)[0]["id"], line=1, amount="4321.00")
    newer = books.run_invoices(ends="awaiting_load")
    assert books.values("SELECT state FROM job WHERE kind = 'invoices' ORDER BY id") == [
        "superseded",
        "awaiting_load",
    ]
    assert f"Job {older.id} is superseded" in books.load(older, ends="failed").error
    books.load(newer)
    accounted_for(books)
    # What the superseded run had staged is cleared away by the next one.
    books.set_first_period()
    assert books.run_invoices().result["changes"] == {}
    assert books.values("SELECT DISTINCT job_id FROM document_version") == [newer.id]


def test_what_is_paired_while_a_conversion_waits_is_loaded_with_it(converted):
    books, conversion = converted
    ((customer, name),) = books.rows(
        "SELECT id, name FROM netsuite_customer WHERE match = 'ambiguous' ORDER BY id LIMIT 1"
    )
    crm_id = books.values("SELECT external_id FROM crm_customer WHERE name LIKE :name", name=name[:4] + "%")[
        0
    ]
    books.pair(customer, crm_id)
    books.load(conversion)
    states = books.values(
        "SELECT DISTINCT d.state FROM source_document d JOIN document_version v ON v.id = d.current_version_id"
        " WHERE v.customer_id = :customer",
        customer=customer,
    )
    assert states == ["loaded"]


def test_after_the_first_period_is_set_the_first_run_reads_all_and_moves_the_watermark(converted):
    books, conversion = converted
    books.load(conversion)
    books.set_first_period()
    first = books.run_invoices()
    assert (first.result["full"], first.result["changes"]) == (True, {})
    assert len(books.values("SELECT position FROM watermark WHERE kind = 'CustInvc'")) == 1
    assert books.run_invoices().result["full"] is False


def test_no_job_overlaps_a_load(converted):
    books, conversion = converted
    books.netsuite.post("faults", action="delay", delay_ms=1500, contains="COUNT(t.id)")
    running = start_job(books.config, books.store, "invoices", {}, books.preparer)
    with pytest.raises(Conflict, match=f"Job {running} .invoices. is still going"):
        start_job(books.config, books.store, "load", {"job": conversion.id}, books.preparer)
    assert books.wait(running).state == "awaiting_load"

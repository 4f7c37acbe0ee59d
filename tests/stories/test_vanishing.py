"""A full run that no longer finds a great part of the documents asks before it marks them gone."""

import pytest


@pytest.fixture
def half_sighted(books):
    """The role may no longer see the first half of the documents; gives how many that is, and all."""
    known = books.values("SELECT external_id FROM source_document ORDER BY 1")
    hidden = set(known[: len(known) // 2])

    def tamper(query, rows):
        return [
            row
            for row in rows
            if int(row.get("id") or 0) not in hidden and int(row.get("transaction_id") or 0) not in hidden
        ]

    books.netsuite.seen_through(lambda q, rows: tamper(q, rows) if "FROM transaction" in q else rows)
    return len(hidden), len(known)


def test_a_role_that_sees_less_loses_nothing(books, half_sighted):
    hidden, known = half_sighted
    before = books.rows("SELECT external_id, state FROM source_document ORDER BY 1")
    error = books.run_invoices(full=True, ends="failed").error
    assert f"{hidden} of {known} documents" in error
    assert "--accept-vanished" in error
    assert books.rows("SELECT external_id, state FROM source_document ORDER BY 1") == before


def test_what_is_confirmed_is_gone(books):
    gone = books.documents("2026-03", named=False)
    for one in gone:
        books.netsuite.change("delete", transaction=one)
    run = books.run_invoices(full=True, accept_vanished=True)
    assert run.result["changes"]["gone"] == len(gone)


def test_the_limit_is_a_policy(books, half_sighted):
    books.set_policy(vanish_limit_percent=100)
    job = books.run_invoices(full=True, ends="failed")
    assert "documents in NetSuite, and no record" not in job.error


def test_a_job_says_where_its_file_is_from_the_data_folder_on(books):
    run = books.run_invoices()
    assert run.result["file"]["path"] == f"files/job-{run.id}/invoices-job-{run.id}.xlsx"
    assert (books.config.data_dir / run.result["file"]["path"]).is_file()

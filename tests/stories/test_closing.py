"""A period closes when nothing speaks against it, and what does is named."""

import pytest

from jobs.closing.checklist import findings_at_once
from revrec.operations.map_account import MappingTarget
from revrec.operations.periods import MONTHS

ACCOUNT_OF_PLATFORM = 54
DEFERRED_REVENUE = 24
DEFAULT_REVENUE = MappingTarget("revenue", is_default=True)


def test_periods_close_in_order(books):
    assert "2026-01 is still open; close it first." in books.close("2026-02", ends="failed").error
    books.close("2026-01")
    books.close("2026-02")
    assert "2025-12 lies before it" in books.close("2025-12", ends="failed").error


def test_a_refused_close_leaves_nothing_behind(books):
    books.close("2026-02", ends="failed")
    assert books.values("SELECT count(*) FROM ledger_transfer") == [0]
    assert books.values("SELECT held_by_job FROM book_lock") in ([], [None])
    books.close("2026-01")


def test_a_closed_period_does_not_close_again(closed_books):
    before = closed_books.closed_rows("2026-01", "2026-02")
    closed_books.close("2026-02", ends="failed")
    assert closed_books.closed_rows("2026-01", "2026-02") == before


def test_warnings_are_acknowledged_each_by_its_name(books):
    error = books.close("2026-01", acknowledge=(), ends="failed").error
    assert "[pending] 2 documents" in error
    assert "[unverified_account]" in error
    assert "[pending]" not in books.close("2026-01", acknowledge=("pending",), ends="failed").error
    books.close("2026-01")
    kept = books.value("SELECT acknowledged FROM period_close WHERE period = '2026-01' AND state = 'closed'")
    assert "pending" in str(kept)
    assert "month end" in str(kept)


def test_a_default_account_that_nobody_verified_marks_its_lines(books):
    """Take the rule of a category away: its revenue falls to the default."""
    books.map(MappingTarget("revenue", category="Platform"), None)
    error = books.close("2026-01", acknowledge=("pending", "held", "unassigned_billing"), ends="failed").error
    assert "[unverified_account]" in error
    books.close("2026-01")
    assert books.values("SELECT DISTINCT account_id FROM journal_line WHERE unverified") == [
        ACCOUNT_OF_PLATFORM
    ]


def test_with_every_category_mapped_no_account_is_unverified(books):
    books.map(DEFAULT_REVENUE, None)
    error = books.close("2026-01", acknowledge=(), ends="failed").error
    assert "[unverified_account]" not in error


def test_missing_accounts_stop_the_close_with_the_list(books):
    books.map(DEFAULT_REVENUE, None)
    books.map(MappingTarget("revenue", category="Services"), None)
    books.map(MappingTarget("contract_asset"), None)
    job = books.close("2026-01", ends="failed")
    told = job.error + " ".join(message for _, message in books.notes(job))
    assert "contract asset" in told.lower() or "contract_asset" in told
    assert "revenue" in told
    assert books.values("SELECT count(*) FROM journal") == [0]
    assert books.values("SELECT count(*) FROM ledger_transfer") == [0]
    books.map_accounts()
    books.close("2026-01")


def test_a_close_without_a_loaded_run_is_refused(new_books):
    new_books.set_first_period()
    assert "[never_pulled]" in new_books.close("2026-01", ends="failed").error


def test_what_would_be_read_otherwise_now_is_read_again_before_a_close(books):
    books.set_policy(service_start_field="custcol_service_start", service_end_exclusive=True)
    assert (
        "[read_otherwise] The policy service_end_exclusive and the policy service_start_field changed after the last "
        "invoices run, so documents would be read otherwise now. Run invoices again (it reads all of them anew), then "
        "close."
    ) in books.close("2026-01", ends="failed").error
    books.set_policy(service_start_field="revrecstartdate", service_end_exclusive=False)
    books.close("2026-01")
    books.map(MappingTarget("clearing", category="Services"), DEFERRED_REVENUE)
    assert "[read_otherwise] The clearing account changed" in books.close("2026-02", ends="failed").error
    books.run_invoices()
    with books.store.read() as session:
        assert "read_otherwise" not in {one.code for one in findings_at_once(session, "2026-02")}


def test_a_close_without_a_first_period_is_refused(new_books):
    assert "[no_first_period]" in new_books.close("2026-01", ends="failed").error


def test_later_documents_wait_for_their_own_period(closed_books):
    booked = closed_books.values(
        "SELECT DISTINCT v.period FROM billing_split s JOIN source_document d ON d.id = s.document_id"
        " JOIN document_version v ON v.id = d.current_version_id ORDER BY 1"
    )
    assert booked == ["2026-01", "2026-02"]


def test_documents_before_the_first_period_come_in_by_the_opening(new_books):
    """Books that begin in March: what was billed and earned before stands in the opening and is never journalled."""
    books = new_books
    books.run_orders()
    books.set_first_period("2026-03")
    books.run_invoices()
    books.map_accounts()
    books.run_invoices()
    books.close("2026-03")
    assert books.values("SELECT period FROM period_close WHERE state = 'closed' ORDER BY period") == [
        "2026-02",
        "2026-03",
    ]
    assert books.values("SELECT DISTINCT event FROM ledger_transfer WHERE period = '2026-02'") == ["opening"]
    assert books.values("SELECT DISTINCT in_gl FROM ledger_transfer WHERE period = '2026-02'") == [True]
    assert books.values("SELECT DISTINCT period FROM journal") == ["2026-03"]
    assert books.values(ADJUSTED_IN_MARCH) == [0]


ADJUSTED_IN_MARCH = (
    "SELECT count(*) FROM booked b JOIN period_close c ON c.id = b.period_close_id"
    " WHERE c.period = '2026-03' AND b.adjustment_minor <> 0"
)
BALANCES = (
    "SELECT b.scope, k.number, b.customer_id, b.currency, b.billed_minor, b.recognised_minor, b.liability_minor,"
    " b.contract_asset_minor + b.unbilled_receivable_minor FROM balance b"
    " JOIN period_close c ON c.id = b.period_close_id AND c.state = 'closed' AND c.period = '2026-03'"
    " LEFT JOIN contract k ON k.id = b.contract_id ORDER BY 1, 2, 3, 4"
)


@pytest.mark.parametrize("first", [pytest.param("2026-02", marks=pytest.mark.slow), "2026-03"])
def test_books_that_begin_later_stand_where_those_that_began_earlier_do(
    chapter, connected_chapter, closed_chapter, first
):
    """The opening is what the closes before it would have come to, unassigned billing included."""
    with chapter(closed_chapter) as books:
        books.close("2026-03")
        from_january = books.rows(BALANCES)
    with chapter(connected_chapter) as books:
        books.run_orders()
        books.set_first_period(first)
        books.run_invoices()
        books.map_accounts()
        books.run_invoices()
        for period in MONTHS.between(first, "2026-03"):
            books.close(period)
        from_later = books.rows(BALANCES)
    assert len(from_later) > 20
    assert from_later == from_january


@pytest.mark.slow
def test_a_document_of_before_the_first_period_bills_only_through_the_opening(chapter, connected_chapter):
    """Edited or deleted after the opening, it moves nothing: the opening is what was loaded."""
    with chapter(connected_chapter) as books:
        books.run_orders()
        books.set_first_period("2026-02")
        books.run_invoices()
        books.map_accounts()
        books.run_invoices()
        books.close("2026-02")
        edited, deleted = books.documents("2026-01")[:2]
        billed = books.billed(edited), books.billed(deleted)
        assert all(billed)
        books.netsuite.change("edit_line", transaction=edited, line=1, amount="12345.00")
        books.netsuite.change("delete", transaction=deleted)
        books.run_invoices()
        books.close("2026-03")
        assert (books.billed(edited), books.billed(deleted)) == billed


@pytest.mark.parametrize("period", ["2026-13", "March", ""])
def test_what_is_no_period_is_refused_in_words(books, period):
    assert "is not a period" in books.close(period, ends="failed").error

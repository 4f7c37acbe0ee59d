"""Books kept by weeks, 4-4-5, beside NetSuite's months: a posting period is the one of ours in which it ends."""

from datetime import date

import pytest

FISCAL = ("FY2026-P01", "FY2026-P02", "FY2026-P03")
ENDS = {"FY2026-P01": "2026-01-31", "FY2026-P02": "2026-02-28", "FY2026-P03": "2026-04-04"}
WHOLE = """
SELECT b.revenue_minor, l.amount_minor, l.starts, l.ends
  FROM booked b
  JOIN period_close c ON c.id = b.period_close_id AND c.state = 'closed' AND c.period = :period
  JOIN order_line l ON l.obligation_id = b.obligation_id
  JOIN order_version v ON v.id = l.version_id
  JOIN allocation a ON a.obligation_id = b.obligation_id AND a.method = 'daily'
 WHERE l.starts <= '2026-03-01' AND l.ends >= '2026-04-04' AND b.cause = '' AND a.allocated_minor = l.amount_minor
   AND (SELECT count(*) FROM order_version w WHERE w.order_id = v.order_id) = 1
"""


@pytest.fixture
def weeks(new_books):
    books = new_books
    books.set_policy(fiscal_year_first_day="2026-01-04")
    books.set_policy(calendar="445")
    books.run_orders()
    books.set_first_period("FY2026-P01")
    books.run_invoices()
    books.map_accounts()
    books.run_invoices()
    return books


def test_fiscal_periods_close_in_order_and_earn_their_weeks(weeks):
    books = weeks
    assert "is not a period" in books.close("2026-01", ends="failed").error
    assert "FY2026-P01 is still open" in books.close("FY2026-P02", ends="failed").error
    for period in FISCAL:
        books.close(period)
    closed = books.values("SELECT period FROM period_close WHERE state = 'closed' ORDER BY period")
    assert closed == ["FY2025-P12", *FISCAL]
    ends = books.rows("SELECT DISTINCT period, journal_date FROM journal ORDER BY 1")
    assert {period: str(day) for period, day in ends} == ENDS
    posted = books.rows(
        "SELECT DISTINCT c.period, v.period FROM billing_split s JOIN period_close c ON c.id = s.period_close_id"
        " JOIN source_document d ON d.id = s.document_id JOIN document_version v ON v.id = d.current_version_id"
        " WHERE c.period <> 'FY2025-P12' ORDER BY 1"
    )
    assert posted == [(period, period) for period in FISCAL]
    rows = books.rows(WHOLE, period="FY2026-P03")
    assert len(rows) > 5
    for revenue, amount, starts, ends_on in rows:
        term = (day(ends_on) - day(starts)).days + 1
        assert abs(revenue - amount * 35 / term) <= 1


def day(value):
    return value if isinstance(value, date) else date.fromisoformat(value)


@pytest.mark.slow
def test_a_fiscal_period_reopens_and_posts(weeks):
    books = weeks
    books.close("FY2026-P01")
    books.reopen("FY2026-P01")
    books.close("FY2026-P01")
    books.approve_and_post()
    assert books.values("SELECT DISTINCT state FROM journal WHERE period = 'FY2026-P01' ORDER BY 1") == [
        "cancelled",
        "posted",
    ]
    assert books.value("SELECT min(number) FROM journal WHERE number <> ''").startswith("FY2026-P01-")

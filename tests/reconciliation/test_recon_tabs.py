"""The two reconciliation tabs: what each row adds up, and what it must not."""

from datetime import UTC, datetime

import pytest

from reconciliation.columns import RECON_DETAILS, RECON_SUMMARY
from reconciliation.control_totals import (
    DocumentKind,
    GroupKey,
    GroupResult,
    OurGroup,
    Share,
    SourceGroup,
    compare,
)
from reconciliation.opened_groups import DocumentDifference, ListedDocument, Verdict
from reconciliation.recon_details import ReconContext, add_up, recon_detail_rows
from reconciliation.recon_summary import recon_summary_rows
from reconciliation.tab_sheet import Cell

INVOICE, CREDIT = DocumentKind.INVOICE, DocumentKind.CREDIT_MEMO
PRECISIONS = {"USD": 2, "JPY": 0}


def group(
    customer: int, kind: DocumentKind, amount: int, *, currency: str = "USD", period: str = "2026-03"
) -> tuple[SourceGroup, OurGroup]:
    key = GroupKey(period, kind, currency, customer)
    return SourceGroup(key, 1, 2, amount, 0), OurGroup(key, 1, loaded=Share(2, amount))


def results_of(*groups: tuple[SourceGroup, OurGroup | None]) -> list[GroupResult]:
    return compare([source for source, _ in groups], [ours for _, ours in groups if ours])


def details(results: list[GroupResult], context: ReconContext | None = None) -> list[dict[str, Cell]]:
    shown = context or ReconContext(customers={1: "Zeta", 2: "Alpha"}, precisions=PRECISIONS)
    return [dict(zip(RECON_DETAILS.headers, row, strict=True)) for row in recon_detail_rows(results, shown)]


def test_a_row_joins_invoices_and_credits_of_a_customer_period_and_currency() -> None:
    [row] = details(results_of(group(1, INVOICE, 10_000), group(1, CREDIT, -2_500)))
    assert (row["Customer"], row["Source documents"], row["Source lines"]) == ("Zeta", 2, 4)
    assert (row["Source amount"], row["Loaded amount"], row["Difference"]) == (7_500, 7_500, 0)
    assert row["Status"] == "PASS"


def test_an_invoice_missing_is_not_hidden_by_a_credit_memo_too_many() -> None:
    invoice, _ = group(1, INVOICE, 10_000)
    _, credit_here = group(1, CREDIT, 10_000)
    [row] = details(compare([invoice], [credit_here]))
    assert (row["Difference documents"], row["Difference"]) == (0, 0)
    assert row["Status"] == "FAIL"


def test_rows_stand_by_period_then_name_then_currency() -> None:
    groups = [
        group(1, INVOICE, 1),
        group(2, INVOICE, 1),
        group(2, INVOICE, 1, currency="JPY"),
        group(1, INVOICE, 1, period="2026-02"),
    ]
    rows = details(results_of(*groups))
    assert [(row["Posting period"], row["Customer"], row["Currency"]) for row in rows] == [
        ("2026-02", "Zeta", "USD"),
        ("2026-03", "Alpha", "JPY"),
        ("2026-03", "Alpha", "USD"),
        ("2026-03", "Zeta", "USD"),
    ]


def test_documents_that_differ_are_named_with_both_amounts() -> None:
    now = datetime(2026, 3, 31, tzinfo=UTC)
    there = ListedDocument(7, "INV-7", 1, 11_000, now)
    here = ListedDocument(7, "INV-7", 1, 10_000, now)
    differing = (
        DocumentDifference(7, "INV-7", there, here, Verdict.HOLD, ""),
        DocumentDifference(9, "INV-9", ListedDocument(9, "INV-9", 1, -5, now), None, Verdict.PULL_AGAIN, ""),
    )
    context = ReconContext({1: "Zeta"}, PRECISIONS, {("2026-03", 1, "USD"): differing})
    [row] = details(results_of(group(1, INVOICE, 10_000)), context)
    assert row["Documents that differ"] == "INV-7: NetSuite 110, here 100; INV-9: NetSuite -0.05, here none"


def test_the_summary_counts_customers_and_those_that_differ() -> None:
    missing, _ = group(2, INVOICE, 300)
    results = results_of(
        group(1, INVOICE, 100), group(1, CREDIT, -50), (missing, None), group(1, INVOICE, 5, currency="JPY")
    )
    rows = [dict(zip(RECON_SUMMARY.headers, row, strict=True)) for row in recon_summary_rows(results)]
    assert [
        (row["Currency"], row["Customers"], row["Customers that differ"], row["Status"]) for row in rows
    ] == [
        ("JPY", 1, 0, "PASS"),
        ("USD", 2, 1, "FAIL"),
    ]
    assert (rows[1]["Source amount"], rows[1]["Difference"], rows[1]["Difference lines"]) == (350, 300, 2)


def test_amounts_of_two_currencies_are_never_added() -> None:
    with pytest.raises(ValueError, match="2 currencies"):
        add_up(results_of(group(1, INVOICE, 1), group(1, INVOICE, 1, currency="JPY")))

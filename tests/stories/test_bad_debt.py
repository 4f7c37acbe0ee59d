"""A credit memo that writes a receivable off is no credit: it bills nothing, and is counted as excluded."""

import pytest

from revrec.store.tables import CreditDecision, CreditRule

from .verbs import now


@pytest.fixture
def credit(books):
    """A credit memo of 40% of an invoice of January, in February, loaded; its NetSuite id."""
    books.close("2026-01")
    invoice = next(one for one in books.documents("2026-01") if books.billed(one) > 0)
    made = books.netsuite.change(
        "add_credit",
        invoice=invoice,
        percent=40,
        date="2026-02-10",
        period=books.netsuite.period_ids()[1],
        memo="written off",
    )
    books.run_invoices()
    return made["transaction"]


def test_a_decision_takes_the_credit_out_of_billing_and_counts_it_as_excluded(books, credit):
    said = books.run_invoices(full=True).result["outcome"]["counts"]
    with books.store.write() as session:
        document = books.value("SELECT id FROM source_document WHERE external_id = :id", id=credit)
        session.add(
            CreditDecision(
                document_id=document, treatment="bad_debt", reason="bankrupt", set_by="x", set_at=now()
            )
        )
    run = books.run_invoices(full=True)
    assert run.result["reconciliation"]["status"] == "PASS"
    lines = books.value(
        "SELECT count(*) FROM document_line l JOIN source_document d ON d.current_version_id = l.version_id"
        " WHERE d.external_id = :id AND l.role = 'billing'",
        id=credit,
    )
    counts = run.result["outcome"]["counts"]
    assert counts["lines_excluded"] - said.get("lines_excluded", 0) == lines
    assert said["lines_loaded"] - counts["lines_loaded"] == lines
    books.close("2026-02")
    assert books.billed(credit) == 0


def test_a_rule_by_memo_does_the_same(books, credit):
    with books.store.write() as session:
        rule = {"memo_text": "Written Off", "treatment": "bad_debt", "set_by": "x", "set_at": now()}
        session.add(CreditRule(position=1, **rule))
    books.close("2026-02")
    assert books.billed(credit) == 0


def test_without_either_the_credit_lowers_billing(books, credit):
    books.close("2026-02")
    assert books.billed(credit) == books.net_of(credit) < 0

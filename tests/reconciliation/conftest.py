"""A small job: three customers, two currencies, a credit memo, a pending customer, names that try to be formulas."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from reconciliation.control_totals import (
    DocumentKind,
    GroupKey,
    LineState,
    OurGroup,
    Share,
    SourceGroup,
    compare,
)
from reconciliation.job_file import JobData
from reconciliation.recon_details import ReconContext
from reconciliation.rows import BillingLine, Change, LookAlike, PendingDocument, PendingReason, ProductUsed
from reconciliation.summary import JobFacts

PRECISIONS = {"USD": 2, "JPY": 0, "KWD": 3, "GBP": 2}
INVOICE, CREDIT = DocumentKind.INVOICE, DocumentKind.CREDIT_MEMO


@pytest.fixture
def precisions() -> dict[str, int]:
    return dict(PRECISIONS)


@pytest.fixture
def billing_line() -> BillingLine:
    return BillingLine(
        kind=INVOICE,
        document_number="INV-00017",
        line=1,
        netsuite_id=90210,
        customer="Acme, Inc.",
        netsuite_customer_id=41,
        crm_customer="ACME Inc",
        crm_customer_id="0015g00000AcmeQAAS",
        match_basis="name_key",
        posting_period="2026-03",
        document_date=date(2026, 3, 4),
        product="Platform, annual",
        netsuite_item_id=7,
        description="Annual subscription",
        quantity_e6=12_000_000,
        service_start=date(2026, 3, 1),
        service_end=date(2027, 2, 28),
        currency="USD",
        amount_minor=1_200_000,
        exchange_rate_e10=10_000_000_000,
        base_currency="USD",
        base_minor=1_200_000,
        order_number="SO-0000012",
        contract="C-12",
        subsidiary="Parent Company : US",
        location="San Francisco",
        department="Sales",
        class_="Recurring",
        segments={"cseg_region": "AMER", "cseg_channel": "Direct"},
        posting_account="2400 Deferred Revenue",
        state=LineState.LOADED,
        change=Change.NEW,
    )


@pytest.fixture
def job_facts() -> JobFacts:
    return JobFacts(
        job="invoices-000042",
        kind="Invoices from NetSuite",
        state="done",
        started=datetime(2026, 4, 1, 6, 0, 0, tzinfo=UTC),
        finished=datetime(2026, 4, 1, 6, 2, 31, tzinfo=UTC),
        connection="NetSuite account TSTDRV1234567",
        actor="ada@example.com",
        window_start=datetime(2026, 3, 30, 6, 0, 0, tzinfo=UTC),
        window_end=datetime(2026, 4, 1, 6, 0, 0, tzinfo=UTC),
        parameters={"Use customer name mapping": "yes", "Exclude products": "Shipping; Setup fee"},
        counts={"Documents read": 4, "New": 3, "Changed": 1},
        rounding_rule="Running totals are rounded once, half away from zero.",
        version="0.1.0",
    )


@pytest.fixture
def job_data(billing_line: BillingLine, job_facts: JobFacts) -> JobData:
    lines = [
        billing_line,
        replace(
            billing_line,
            kind=CREDIT,
            document_number="CM-0003",
            netsuite_id=90377,
            description="=1+1 credited",
            quantity_e6=-1_500_000,
            amount_minor=-33_33,
            base_minor=-33_33,
            change=Change.CHANGED,
        ),
        replace(
            billing_line,
            document_number="INV-JP-9",
            netsuite_id=90400,
            customer="@山田商事 株式会社",
            netsuite_customer_id=42,
            crm_customer="",
            crm_customer_id="",
            match_basis="",
            currency="JPY",
            amount_minor=1_000_000,
            exchange_rate_e10=66_700_000,
            base_minor=6_670_00,
            service_start=None,
            service_end=None,
            state=LineState.PENDING,
            reason="No CRM customer has this name.",
        ),
    ]
    products = [
        ProductUsed(
            netsuite_item_id=7,
            product="Platform, annual",
            item_type="Service",
            category="subscription",
            income_account="4000 Revenue",
            deferred_account="2400 Deferred Revenue",
            is_excluded=False,
            is_active=True,
            lines=3,
        )
    ]
    pending = [
        PendingDocument(
            customer="@山田商事 株式会社",
            netsuite_customer_id=42,
            pending_reason=PendingReason.NO_MATCH,
            suggestions=(LookAlike("山田商事", "0015g00000YamaQAAS", 96.04),),
            kind=INVOICE,
            document_number="INV-JP-9",
            netsuite_id=90400,
            posting_period="2026-03",
            document_date=date(2026, 3, 4),
            lines=1,
            currency="JPY",
            amount_minor=1_000_000,
            pending_since=date(2026, 4, 1),
        )
    ]
    results = compare(
        [
            SourceGroup(GroupKey("2026-03", INVOICE, "USD", 41), 1, 1, 1_296_000, 96_000),
            SourceGroup(GroupKey("2026-03", CREDIT, "USD", 41), 1, 1, -36_00, -2_67),
            SourceGroup(GroupKey("2026-03", INVOICE, "JPY", 42), 1, 1, 1_100_000, 100_000),
        ],
        [
            OurGroup(GroupKey("2026-03", INVOICE, "USD", 41), 1, loaded=Share(1, 1_200_000)),
            OurGroup(GroupKey("2026-03", CREDIT, "USD", 41), 1, loaded=Share(1, -33_33)),
            OurGroup(GroupKey("2026-03", INVOICE, "JPY", 42), 1, pending=Share(1, 1_000_000)),
        ],
    )
    context = ReconContext(customers={41: "Acme, Inc.", 42: "@山田商事 株式会社"}, precisions=PRECISIONS)
    return JobData(
        facts=job_facts,
        billing_lines=lines,
        products=products,
        pending=pending,
        results=results,
        recon=context,
    )


@pytest.fixture
def many_lines(billing_line: BillingLine) -> Callable[[int], Iterator[BillingLine]]:
    def make(count: int) -> Iterator[BillingLine]:
        for number in range(count):
            yield replace(
                billing_line, netsuite_id=number, document_number=f"INV-{number:06d}", amount_minor=number
            )

    return make


@pytest.fixture
def workbook_path(tmp_path: Path) -> Path:
    return tmp_path / "job-000042.xlsx"

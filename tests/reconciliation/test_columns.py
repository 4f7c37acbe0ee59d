"""The list of columns that writer, importer and documentation share."""

from dataclasses import replace

import pytest

from reconciliation.billing_schedule import billing_rows
from reconciliation.columns import (
    BILLING_SCHEDULE,
    OPTIONAL_TABS,
    TABS,
    Column,
    Kind,
    Tab,
    check_tab,
)
from reconciliation.job_file import JobData


def test_the_tabs_stand_in_the_order_that_accountants_know() -> None:
    assert [tab.name for tab in TABS] == [
        "Summary",
        "BillingSchedule",
        "Product",
        "PendingData",
        "ReconDetails_Invoice",
        "ReconSummary_Invoice",
    ]
    assert {"PendingData"} == OPTIONAL_TABS


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)
def test_every_column_says_what_it_holds(tab: Tab) -> None:
    assert len(tab.name) <= 31 - len("_999") or tab.name == "ReconSummary_Invoice"
    assert tab.about and all(column.about.endswith(".") for column in tab.columns)
    assert all(len(column.header) + 2 <= column.width for column in tab.columns)
    check_tab(tab)


def test_a_tab_that_breaks_the_rules_is_refused_by_name() -> None:
    amount = Column("Amount", "amount", Kind.AMOUNT, "", currency="currency")
    currency = Column("Currency", "currency", Kind.TEXT, "")
    for columns, message in [
        ((amount,), "T, column Amount: the tab has no field currency"),
        ((replace(amount, currency=""), currency), "T, column Amount: an amount, and nothing else"),
        ((replace(currency, currency="currency"),), "T, column Currency: an amount, and nothing else"),
        ((currency, replace(currency, field="other")), "T: header currency stands twice"),
        ((currency, replace(currency, header="Other")), "T: field currency stands twice"),
    ]:
        with pytest.raises(ValueError, match=message):
            check_tab(Tab("T", "", columns))


def test_a_billing_line_fills_every_column(job_data: JobData) -> None:
    first = next(iter(billing_rows(job_data.billing_lines)))
    cells = dict(zip(BILLING_SCHEDULE.headers, first, strict=True))
    assert {header for header, cell in cells.items() if cell in (None, "")} == {"Reason"}
    assert (cells["Document type"], cells["Class"], cells["Change"]) == ("Invoice", "Recurring", "new")

"""The workbook of a run, opened again by another library."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from reconciliation.columns import BILLING_SCHEDULE, TABS
from reconciliation.job_file import JobData, write_job_file
from reconciliation.rows import BillingLine


def rows_of(path: Path, tab: str, *, data_only: bool = True) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(path, data_only=data_only)
    return list(book[tab].iter_rows(values_only=True))


def cell(path: Path, tab: str, row: int, header: str) -> object:
    sheet = openpyxl.load_workbook(path, data_only=True)[tab]
    headers = [one.value for one in sheet[2]]
    return sheet.cell(row=row, column=headers.index(header) + 1).value


def statements(path: Path) -> dict[tuple[object, object], object]:
    return {(row[0], row[1]): row[2] for row in rows_of(path, "Summary")[2:]}


class TestTabs:
    def test_the_tabs_stand_in_order_with_their_headers(self, job_data: JobData, workbook_path: Path) -> None:
        write_job_file(workbook_path, job_data)
        book = openpyxl.load_workbook(workbook_path)
        assert book.sheetnames == [tab.name for tab in TABS]
        for tab in TABS:
            assert tuple(one.value for one in book[tab.name][2]) == tab.headers

    def test_pending_data_is_left_out_when_nothing_waits(
        self, job_data: JobData, workbook_path: Path
    ) -> None:
        write_job_file(workbook_path, replace(job_data, pending=[]))
        sheets = openpyxl.load_workbook(workbook_path).sheetnames
        assert sheets == [tab.name for tab in TABS if tab.name != "PendingData"]

    def test_a_run_without_a_line_still_has_readable_tabs(
        self, job_data: JobData, workbook_path: Path
    ) -> None:
        empty = replace(job_data, billing_lines=[], products=[], pending=[], results=[])
        written = write_job_file(workbook_path, empty)
        assert written.tab_rows["BillingSchedule"] == 0
        book = openpyxl.load_workbook(workbook_path)
        assert [table.ref for table in book["BillingSchedule"].tables.values()] == ["A2:AG3"]
        assert cell(workbook_path, "BillingSchedule", 1, "Amount") == 0

    def test_a_full_tab_goes_on_in_a_second_one(
        self, job_data: JobData, workbook_path: Path, many_lines
    ) -> None:  # type: ignore[no-untyped-def]
        data = replace(job_data, billing_lines=many_lines(25))
        written = write_job_file(workbook_path, data, max_data_rows=10)
        names = [
            name for name in openpyxl.load_workbook(workbook_path).sheetnames if name.startswith("Billing")
        ]
        assert names == ["BillingSchedule", "BillingSchedule_2", "BillingSchedule_3"]
        assert written.tab_rows["BillingSchedule"] == 25
        ids = [row[3] for name in names for row in rows_of(workbook_path, name)[2:]]
        assert ids == [str(number) for number in range(25)]

    def test_a_tab_that_is_just_full_opens_no_empty_second_one(
        self,
        job_data: JobData,
        workbook_path: Path,
        many_lines,  # type: ignore[no-untyped-def]
    ) -> None:
        write_job_file(workbook_path, replace(job_data, billing_lines=many_lines(10)), max_data_rows=10)
        assert "BillingSchedule_2" not in openpyxl.load_workbook(workbook_path).sheetnames

    def test_splitting_does_not_change_the_content_hash(
        self,
        job_data: JobData,
        tmp_path: Path,
        many_lines,  # type: ignore[no-untyped-def]
    ) -> None:
        whole = write_job_file(tmp_path / "a.xlsx", replace(job_data, billing_lines=many_lines(25)))
        split = write_job_file(
            tmp_path / "b.xlsx", replace(job_data, billing_lines=many_lines(25)), max_data_rows=10
        )
        assert whole.content_hash == split.content_hash


class TestCells:
    @pytest.fixture(autouse=True)
    def write(self, job_data: JobData, workbook_path: Path) -> None:
        self.path = workbook_path
        write_job_file(workbook_path, job_data)

    def test_amounts_are_numbers_and_credits_are_negative(self) -> None:
        assert cell(self.path, "BillingSchedule", 3, "Amount") == 12000
        assert cell(self.path, "BillingSchedule", 4, "Amount") == -33.33
        assert cell(self.path, "BillingSchedule", 5, "Amount") == 1_000_000
        assert cell(self.path, "BillingSchedule", 5, "Base amount") == 6670

    def test_the_currency_stands_beside_and_sets_the_decimals(self) -> None:
        sheet = openpyxl.load_workbook(self.path)["BillingSchedule"]
        amount = BILLING_SCHEDULE.position("amount_minor") + 1
        assert [sheet.cell(row=row, column=amount - 1).value for row in (3, 5)] == ["USD", "JPY"]
        formats = [sheet.cell(row=row, column=amount).number_format for row in (3, 5)]
        assert formats == ["#,##0.00;[Red]-#,##0.00", "#,##0;[Red]-#,##0"]

    def test_dates_are_dates_and_absent_ones_are_empty(self) -> None:
        assert cell(self.path, "BillingSchedule", 3, "Service end") == datetime(2027, 2, 28)  # noqa: DTZ001
        assert cell(self.path, "BillingSchedule", 5, "Service end") is None

    def test_ids_are_text(self) -> None:
        for header in ("NetSuite id", "Line", "NetSuite customer id", "NetSuite item id"):
            assert isinstance(cell(self.path, "BillingSchedule", 3, header), str)

    def test_quantity_and_rate_are_unscaled_numbers(self) -> None:
        assert cell(self.path, "BillingSchedule", 4, "Quantity") == -1.5
        assert cell(self.path, "BillingSchedule", 5, "Exchange rate") == 0.00667

    def test_custom_segments_are_listed_by_script_id(self) -> None:
        value = cell(self.path, "BillingSchedule", 3, "Custom segments")
        assert value == "cseg_channel = Direct; cseg_region = AMER"

    def test_text_that_looks_like_a_formula_is_a_quoted_string(self) -> None:
        sheet = openpyxl.load_workbook(self.path)["BillingSchedule"]
        described = sheet.cell(row=4, column=BILLING_SCHEDULE.position("description") + 1)
        assert (described.value, described.data_type, described.quotePrefix) == ("=1+1 credited", "s", True)
        customer = sheet.cell(row=5, column=BILLING_SCHEDULE.position("customer") + 1)
        assert (customer.value, customer.quotePrefix) == ("@山田商事 株式会社", True)
        plain = sheet.cell(row=3, column=BILLING_SCHEDULE.position("customer") + 1)
        assert not plain.quotePrefix

    def test_subtotals_stand_above_with_their_value(self) -> None:
        sheet = openpyxl.load_workbook(self.path)["BillingSchedule"]
        at = BILLING_SCHEDULE.position("base_minor") + 1
        letter = sheet.cell(row=1, column=at).column_letter
        assert sheet.cell(row=1, column=at).value == f"=SUBTOTAL(109,{letter}3:{letter}5)"
        assert cell(self.path, "BillingSchedule", 1, "Base amount") == 12000 - 33.33 + 6670
        assert cell(self.path, "BillingSchedule", 1, "Currency") == "mixed"
        assert cell(self.path, "BillingSchedule", 1, "Base currency") is None

    def test_both_head_rows_are_frozen(self) -> None:
        book = openpyxl.load_workbook(self.path)
        assert [book[tab.name].freeze_panes for tab in TABS] == ["A3", "C3", "C3", "B3", "C3", "B3"]

    def test_the_table_and_its_filter_cover_header_and_rows(self) -> None:
        [table] = openpyxl.load_workbook(self.path)["BillingSchedule"].tables.values()
        assert (table.ref, table.autoFilter.ref) == ("A2:AG5", "A2:AG5")
        assert [column.name for column in table.tableColumns] == list(BILLING_SCHEDULE.headers)

    def test_pending_data_shows_who_it_might_be(self) -> None:
        assert cell(self.path, "PendingData", 3, "Suggestions") == "山田商事 (0015g00000YamaQAAS, 96.0)"
        assert cell(self.path, "PendingData", 3, "Reason") == "no match"


class TestSummary:
    def test_it_states_the_run_and_its_outcome(self, job_data: JobData, workbook_path: Path) -> None:
        written = write_job_file(workbook_path, job_data)
        said = statements(workbook_path)
        assert said["Job", "Job"] == "invoices-000042"
        assert said["Job", "Reconciliation"] == "PASS"
        assert said["Job", "Changes from (UTC)"] == "2026-03-30 06:00:00"
        assert said["Parameters", "Exclude products"] == "Shipping; Setup fee"
        assert said["Counts", "Documents read"] == "4"
        assert said["File", "Rows of BillingSchedule"] == "3"
        assert said["File", "Content hash"] == written.content_hash
        assert ("File", "Long numbers") not in said

    def test_control_totals_are_given_currency_by_currency(
        self, job_data: JobData, workbook_path: Path
    ) -> None:
        write_job_file(workbook_path, job_data)
        totals = [row[2:] for row in rows_of(workbook_path, "Summary") if row[0] == "Control totals"]
        assert totals == [("PASS", "JPY", 1_000_000, 1_000_000, 0), ("PASS", "USD", 11966.67, 11966.67, 0)]

    def test_a_full_pull_says_so(self, job_data: JobData, workbook_path: Path) -> None:
        facts = replace(job_data.facts, window_start=None)
        write_job_file(workbook_path, replace(job_data, facts=facts))
        assert "full pull" in str(statements(workbook_path)["Job", "Changes from (UTC)"])


class TestLongAmounts:
    def test_an_amount_beyond_excels_digits_stands_exactly_as_text(
        self, job_data: JobData, billing_line: BillingLine, workbook_path: Path
    ) -> None:
        lines = [
            replace(billing_line, amount_minor=999_999_999_999_999),
            replace(billing_line, amount_minor=1_000_000_000_000_001),
            replace(billing_line, amount_minor=-(10**18 - 1)),
        ]
        written = write_job_file(workbook_path, replace(job_data, billing_lines=lines))
        assert cell(workbook_path, "BillingSchedule", 3, "Amount") == 9_999_999_999_999.99
        assert cell(workbook_path, "BillingSchedule", 4, "Amount") == "10000000000000.01"
        assert cell(workbook_path, "BillingSchedule", 5, "Amount") == "-9999999999999999.99"
        assert cell(workbook_path, "BillingSchedule", 1, "Amount") == 9_999_999_999_999.99
        assert written.numbers_as_text == 2
        assert str(statements(workbook_path)["File", "Long numbers"]).startswith("2 with more than 15 digits")


def test_the_same_data_gives_the_same_hash_and_other_data_another(job_data: JobData, tmp_path: Path) -> None:
    first = write_job_file(tmp_path / "a.xlsx", job_data)
    later = replace(job_data.facts, job="invoices-000043")
    second = write_job_file(tmp_path / "b.xlsx", replace(job_data, facts=later))
    other = write_job_file(tmp_path / "c.xlsx", replace(job_data, products=[]))
    assert first.content_hash == second.content_hash != other.content_hash

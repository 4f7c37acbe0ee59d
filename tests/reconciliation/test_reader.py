"""What was written is read back as it was, and every fault in a file has its place named."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from reconciliation.billing_schedule import billing_rows
from reconciliation.columns import BILLING_SCHEDULE, PRODUCT
from reconciliation.job_file import JobData, write_job_file
from reconciliation.package_check import UnreadableWorkbook
from reconciliation.reader import ImportCheck, import_check, read_tab
from reconciliation.rows import BillingLine

Edit = Callable[[openpyxl.Workbook], None]


@pytest.fixture
def check_edited(
    job_data: JobData, workbook_path: Path, precisions: dict[str, int]
) -> Callable[[Edit], ImportCheck]:
    """Write the job file, let a person edit it in another program, check it."""

    def check(edit: Edit) -> ImportCheck:
        write_job_file(workbook_path, job_data)
        book = openpyxl.load_workbook(workbook_path)
        edit(book)
        book.save(workbook_path)
        return import_check(workbook_path, precisions)

    return check


def column(field: str) -> int:
    return BILLING_SCHEDULE.position(field) + 1


class TestUntouched:
    def test_a_job_file_is_recognised_by_its_hash(
        self, job_data: JobData, workbook_path: Path, precisions: dict[str, int]
    ) -> None:
        written = write_job_file(workbook_path, job_data)
        check = import_check(workbook_path, precisions)
        assert check.problems == ()
        assert (check.job, check.content_hash) == ("invoices-000042", written.content_hash)
        assert check.is_untouched
        assert dict(check.tab_rows) == dict(written.tab_rows)

    def test_rows_come_back_as_they_went(
        self, job_data: JobData, workbook_path: Path, precisions: dict[str, int]
    ) -> None:
        write_job_file(workbook_path, job_data)
        read = list(read_tab(workbook_path, BILLING_SCHEDULE, precisions))
        empty_is_none = [
            tuple(None if cell == "" else cell for cell in row)
            for row in billing_rows(job_data.billing_lines)
        ]
        assert [row.cells for row in read] == empty_is_none
        assert [(row.sheet, row.row) for row in read] == [("BillingSchedule", number) for number in (3, 4, 5)]

    def test_a_split_tab_is_read_as_one(
        self,
        job_data: JobData,
        workbook_path: Path,
        precisions: dict[str, int],
        many_lines,  # type: ignore[no-untyped-def]
    ) -> None:
        write_job_file(workbook_path, replace(job_data, billing_lines=many_lines(105)), max_data_rows=10)
        check = import_check(workbook_path, precisions)
        assert check.is_untouched and check.tab_rows["BillingSchedule"] == 105
        ids = [row.cells[3] for row in read_tab(workbook_path, BILLING_SCHEDULE, precisions)]
        assert ids == [str(number) for number in range(105)]

    def test_saving_in_another_program_leaves_the_hash(
        self, check_edited: Callable[[Edit], ImportCheck]
    ) -> None:
        assert check_edited(lambda book: None).is_untouched

    def test_an_amount_longer_than_excels_digits_comes_back_exactly(
        self, job_data: JobData, billing_line: BillingLine, workbook_path: Path, precisions: dict[str, int]
    ) -> None:
        amounts = [10**15 - 1, 10**15 + 1, -(10**18 - 1), 10**15]
        lines = [replace(billing_line, amount_minor=amount) for amount in amounts]
        write_job_file(workbook_path, replace(job_data, billing_lines=lines))
        at = BILLING_SCHEDULE.position("amount_minor")
        assert [row.cells[at] for row in read_tab(workbook_path, BILLING_SCHEDULE, precisions)] == amounts
        assert import_check(workbook_path, precisions).is_untouched


class TestEdited:
    def test_a_changed_amount_changes_the_hash(self, check_edited: Callable[[Edit], ImportCheck]) -> None:
        def edit(book: openpyxl.Workbook) -> None:
            book["BillingSchedule"].cell(row=3, column=column("amount_minor")).value = 12000.01

        check = check_edited(edit)
        assert check.is_readable and not check.is_untouched

    def test_a_dropped_row_and_a_changed_summary_hash_are_noticed(
        self, check_edited: Callable[[Edit], ImportCheck]
    ) -> None:
        assert not check_edited(lambda book: book["Product"].delete_rows(3)).is_untouched

        def forge(book: openpyxl.Workbook) -> None:
            for row in book["Summary"].iter_rows():
                if row[1].value == "Content hash":
                    row[2].value = "1:" + "0" * 64

        assert not check_edited(forge).is_untouched

    def test_a_file_without_the_subtotal_row_can_be_read(
        self, check_edited: Callable[[Edit], ImportCheck]
    ) -> None:
        def edit(book: openpyxl.Workbook) -> None:
            sheet = book["Product"]
            sheet.tables.clear()
            sheet.delete_rows(1)

        check = check_edited(edit)
        assert check.is_untouched

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("amount_minor", "lots", "expected a number such as 1234.50, found 'lots'"),
            ("amount_minor", 1.005, "1.005 has more than 2 decimals"),
            ("amount_minor", True, "expected a number such as 1234.50, found True"),
            ("currency", "XXX", "the amount's currency 'XXX' is not one of this account"),
            ("document_date", "soon", "expected a date, found 'soon'"),
            ("customer", date(2026, 1, 1), "expected text"),
        ],
    )
    def test_a_bad_cell_is_named(
        self, check_edited: Callable[[Edit], ImportCheck], field: str, value: object, message: str
    ) -> None:
        def edit(book: openpyxl.Workbook) -> None:
            book["BillingSchedule"].cell(row=4, column=column(field)).value = value

        check = check_edited(edit)
        assert not check.is_readable
        assert any(
            (problem.sheet, problem.row) == ("BillingSchedule", 4) and message in problem.message
            for problem in check.problems
        )

    def test_missing_unknown_and_doubled_columns_are_named(
        self, check_edited: Callable[[Edit], ImportCheck]
    ) -> None:
        def rename(book: openpyxl.Workbook) -> None:
            book["Product"].tables.clear()
            book["Product"].cell(row=2, column=2).value = "Produce"

        [problem] = check_edited(rename).problems
        assert str(problem) == "Product, row 2, column Product: The column is missing."

        def widen(book: openpyxl.Workbook) -> None:
            book["Product"].cell(row=2, column=11).value = "Comment"
            book["Product"].cell(row=2, column=12).value = "Lines"

        messages = [str(problem) for problem in check_edited(widen).problems]
        assert messages == [
            "Product, row 2, column Comment: The tab has no such column.",
            "Product, row 2, column Lines: The column stands twice.",
        ]

    def test_a_stray_cell_and_a_foreign_tab_are_named(
        self, check_edited: Callable[[Edit], ImportCheck]
    ) -> None:
        def edit(book: openpyxl.Workbook) -> None:
            book["Product"].cell(row=3, column=14).value = "note to self"
            book.create_sheet("Scratch")
            del book["ReconSummary_Invoice"]

        messages = [str(problem) for problem in check_edited(edit).problems]
        assert "Scratch: A job file has no such tab. Remove it." in messages
        assert "ReconSummary_Invoice: The tab is missing." in messages
        assert any(message.startswith("Product, row 3: Cell 14") for message in messages)

    def test_only_the_first_problems_are_kept_and_all_are_counted(
        self, check_edited: Callable[[Edit], ImportCheck]
    ) -> None:
        def edit(book: openpyxl.Workbook) -> None:
            for row in range(6, 406):
                book["BillingSchedule"].cell(row=row, column=column("document_date")).value = "never"

        check = check_edited(edit)
        assert (len(check.problems), check.problem_count) == (200, 400)

    def test_columns_may_stand_in_another_order(
        self, check_edited: Callable[[Edit], ImportCheck], workbook_path: Path, precisions: dict[str, int]
    ) -> None:
        def edit(book: openpyxl.Workbook) -> None:
            sheet = book["Product"]
            sheet.tables.clear()
            for row in (2, 3):
                one, other = sheet.cell(row=row, column=1), sheet.cell(row=row, column=2)
                one.value, other.value = other.value, one.value

        assert check_edited(edit).is_untouched
        [row] = read_tab(workbook_path, PRODUCT, precisions)
        assert row.cells[:2] == ("7", "Platform, annual")


class TestDamaged:
    def test_a_hostile_document_type_is_refused(
        self, job_data: JobData, workbook_path: Path, tmp_path: Path, precisions: dict[str, int]
    ) -> None:
        write_job_file(workbook_path, job_data)
        bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
        hostile = tmp_path / "hostile.xlsx"
        with zipfile.ZipFile(workbook_path) as source, zipfile.ZipFile(hostile, "w") as target:
            for entry in source.infolist():
                is_sheet = entry.filename.startswith("xl/worksheets/sheet")
                target.writestr(entry.filename, bomb if is_sheet else source.read(entry))
        with pytest.raises(UnreadableWorkbook, match=r"hostile\.xlsx is damaged"):
            import_check(hostile, precisions)

    def test_a_truncated_sheet_is_refused(
        self, job_data: JobData, workbook_path: Path, tmp_path: Path, precisions: dict[str, int]
    ) -> None:
        write_job_file(workbook_path, job_data)
        cut = tmp_path / "cut.xlsx"
        with zipfile.ZipFile(workbook_path) as source, zipfile.ZipFile(cut, "w") as target:
            for entry in source.infolist():
                content = source.read(entry)
                target.writestr(entry.filename, content[:600] if "sheet2" in entry.filename else content)
        with pytest.raises(UnreadableWorkbook, match="damaged"):
            import_check(cut, precisions)

    def test_two_cells_far_apart_cost_nothing(
        self, job_data: JobData, workbook_path: Path, tmp_path: Path, precisions: dict[str, int]
    ) -> None:
        write_job_file(workbook_path, job_data)
        sparse = tmp_path / "sparse.xlsx"
        far = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
        with zipfile.ZipFile(workbook_path) as source, zipfile.ZipFile(sparse, "w") as target:
            for entry in source.infolist():
                content = source.read(entry)
                if entry.filename == "xl/worksheets/sheet3.xml":
                    content = content.replace(b"</sheetData>", far)
                target.writestr(entry.filename, content)
        assert import_check(sparse, precisions).is_untouched

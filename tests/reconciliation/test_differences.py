"""What somebody changed in a job's file is named cell by cell."""

import shutil
from dataclasses import replace

import openpyxl
import pytest

from reconciliation.columns import BILLING_SCHEDULE, SUMMARY, TABS
from reconciliation.differences import KEYS, differing_cells
from reconciliation.job_file import write_job_file


@pytest.fixture
def changed(job_data, workbook_path, tmp_path, precisions, many_lines):
    """Write a file of 30 lines, let a person change a copy, and compare; gives the differences as text."""

    def compare(edit, most=200):
        write_job_file(workbook_path, replace(job_data, billing_lines=many_lines(30)))
        copy = tmp_path / "came-back.xlsx"
        shutil.copy(workbook_path, copy)
        book = openpyxl.load_workbook(copy)
        edit(book)
        book.save(copy)
        return [str(one) for one in differing_cells(workbook_path, copy, precisions, most=most)]

    return compare


def cell(book, row, field):
    return book["BillingSchedule"].cell(row=row, column=BILLING_SCHEDULE.position(field) + 1)


def test_an_untouched_file_differs_nowhere(changed):
    assert changed(lambda book: None) == []


def test_a_changed_amount_is_named_with_what_the_job_wrote(changed):
    def edit(book):
        cell(book, 5, "amount_minor").value = 12000.01
        cell(book, 9, "description").value = None

    found = changed(edit)
    assert found[0] == "BillingSchedule, row 5, column Amount: It is '12000.01'; the job wrote '0.02'."
    assert found[1].startswith("BillingSchedule, row 9, column Description: It is empty; the job wrote '")
    assert len(found) == 2


def test_a_removed_and_an_added_row_do_not_spoil_the_rows_after_them(changed):
    def edit(book):
        sheet = book["BillingSchedule"]
        sheet.delete_rows(7)
        sheet.append([value.value for value in sheet[3]])
        sheet.cell(row=sheet.max_row, column=BILLING_SCHEDULE.position("netsuite_id") + 1).value = "999999"

    assert changed(edit) == [
        "BillingSchedule, row 7: The row of NetSuite id 4, Line 1 was removed.",
        "BillingSchedule, row 32: The row of NetSuite id 999999, Line 1 was added.",
    ]


def test_a_changed_key_is_a_changed_cell(changed):
    def edit(book):
        cell(book, 4, "netsuite_id").value = "777"

    assert changed(edit) == [
        "BillingSchedule, row 4, column NetSuite id: It is '777'; the job wrote '1'.",
    ]


def test_no_more_are_named_than_asked_for(changed):
    def edit(book):
        for row in range(3, 20):
            cell(book, row, "product").value = "Another"

    assert len(changed(edit, most=5)) == 5


def test_every_tab_but_the_summary_has_a_key():
    assert set(KEYS) == {tab.name for tab in TABS} - {SUMMARY.name}

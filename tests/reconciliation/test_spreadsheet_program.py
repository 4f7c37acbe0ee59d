"""A real spreadsheet program opens a job file, computes its subtotals, and saves it without touching what it says."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from reconciliation.job_file import JobData, write_job_file
from reconciliation.reader import import_check
from reconciliation.rows import BillingLine

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice (soffice) is not installed: apt install libreoffice-calc"
)


def convert(source: Path, kind: str, folder: Path) -> Path:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [
        str(SOFFICE),
        profile,
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        str(folder),
        str(source),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    return folder / f"{source.stem}.{kind}"


def test_it_saves_the_file_with_the_same_cells_and_its_own_subtotals(
    job_data: JobData, billing_line: BillingLine, tmp_path: Path, precisions: dict[str, int]
) -> None:
    lines = [
        *job_data.billing_lines,
        replace(billing_line, amount_minor=10**15 + 1, description=" =tab\t, <r>x</r>\nline"),
    ]
    source = tmp_path / "job.xlsx"
    written = write_job_file(source, replace(job_data, billing_lines=lines))
    saved = convert(source, "xlsx", tmp_path / "saved")
    before = openpyxl.load_workbook(source, data_only=True)["BillingSchedule"]
    after = openpyxl.load_workbook(saved, data_only=True)["BillingSchedule"]
    assert [cell.value for cell in after[1]] == [cell.value for cell in before[1]]
    check = import_check(saved, precisions)
    assert [str(problem) for problem in check.problems] == []
    assert check.content_hash == written.content_hash
    assert check.is_untouched

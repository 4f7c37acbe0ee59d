"""What is refused before a byte of it is unpacked."""

import zipfile
from pathlib import Path

import pytest

from reconciliation.job_file import JobData, write_job_file
from reconciliation.package_check import PackageLimits, UnreadableWorkbook, check_package

MB = 1 << 20


def make_zip(path: Path, entries: dict[str, bytes], *, with_required: bool = True) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        if with_required:
            package.writestr("[Content_Types].xml", "<Types/>")
            package.writestr("xl/workbook.xml", "<workbook/>")
        for name, content in entries.items():
            package.writestr(name, content)
    return path


def test_a_job_file_passes(job_data: JobData, workbook_path: Path) -> None:
    write_job_file(workbook_path, job_data)
    check_package(workbook_path)


@pytest.mark.parametrize(
    ("entries", "limits", "message"),
    [
        ({"xl/worksheets/sheet1.xml": b"0" * 20 * MB}, PackageLimits(), "packed more densely"),
        ({f"xl/worksheets/s{n}.xml": b"0" * 9 * MB for n in range(3)}, PackageLimits(), "times its size"),
        (
            {"xl/a.xml": bytes(range(256)) * 8_000},
            PackageLimits(unpacked=MB),
            "unpacks to 2.0 MB; at most 1.0 MB",
        ),
        (
            {"xl/sharedStrings.xml": bytes(range(256)) * 8_000},
            PackageLimits(in_memory=MB),
            "too much to hold",
        ),
        ({f"xl/{n}.xml": b"" for n in range(50)}, PackageLimits(entries=20), "has 52 parts"),
        ({"xl/vbaProject.bin": b"macro"}, PackageLimits(), "holds macros"),
    ],
)
def test_it_refuses_what_no_workbook_is(
    tmp_path: Path, entries: dict[str, bytes], limits: PackageLimits, message: str
) -> None:
    with pytest.raises(UnreadableWorkbook, match=message):
        check_package(make_zip(tmp_path / "odd.xlsx", entries), limits)


def test_it_refuses_a_file_above_the_packed_size(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "big.xlsx", {"xl/a.xml": b"x"})
    with pytest.raises(UnreadableWorkbook, match=r"big\.xlsx has 0\.0 MB"):
        check_package(path, PackageLimits(packed=10))


def test_it_refuses_other_zips_and_other_files(tmp_path: Path) -> None:
    with pytest.raises(UnreadableWorkbook, match=r"it has no \[Content_Types\]"):
        check_package(make_zip(tmp_path / "other.xlsx", {"a.txt": b"hello"}, with_required=False))
    text = tmp_path / "text.xlsx"
    text.write_bytes(b"Document type,Amount\n")
    with pytest.raises(UnreadableWorkbook, match=r"text\.xlsx is not an \.xlsx workbook"):
        check_package(text)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_it_refuses_two_parts_of_one_name(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "twice.xlsx", {"xl/a.xml": b"1"})
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/a.xml", b"2")
    with pytest.raises(UnreadableWorkbook, match="two parts of one name"):
        check_package(path)


def test_it_refuses_an_encrypted_part(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "locked.xlsx", {"xl/a.xml": b"1"})
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    content[at + 8] |= 0x1
    path.write_bytes(bytes(content))
    with pytest.raises(UnreadableWorkbook, match="encrypted"):
        check_package(path)

"""Whether a file may be opened as a workbook at all, told from its zip directory before anything is unpacked or
parsed.

A workbook is a zip of XML: 300 kB can unpack to gigabytes, and a parser that meets a hostile document type can read
files of this machine. So: caps on packed size, unpacked size, ratio, number of entries and on the parts that a
reader holds in memory; no encryption, no macros; and openpyxl must run on defusedxml.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import openpyxl.xml

_MB = 1 << 20


class UnreadableWorkbook(ValueError):
    """The file is no workbook that may be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class PackageLimits:
    """Bytes, except the ratio. `in_memory` bounds each part that a reader holds whole (shared strings, styles)."""

    packed: int = 100 * _MB
    unpacked: int = 1536 * _MB
    ratio: int = 100
    entries: int = 1_000
    in_memory: int = 256 * _MB


LIMITS = PackageLimits()
# Below this an entry's ratio says nothing: a short run of equal bytes packs very well.
_RATIO_FROM = 10 * _MB
_REQUIRED = ("[Content_Types].xml", "xl/workbook.xml")


def check_package(path: Path, limits: PackageLimits = LIMITS, *, called: str = "") -> None:
    """Raise UnreadableWorkbook where the file is too big, too dense, or not an .xlsx workbook. `called`: its name to
    people, where that is not the one under which it lies here."""
    name = called or path.name
    if not openpyxl.xml.DEFUSEDXML:
        raise RuntimeError("openpyxl does not use defusedxml; install defusedxml before reading workbooks.")
    packed = path.stat().st_size
    if packed > limits.packed:
        raise UnreadableWorkbook(f"{name} has {_size(packed)}; at most {_size(limits.packed)} are read.")
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise UnreadableWorkbook(f"{name} is not an .xlsx workbook ({error}).") from None
    _check_entries(name, entries, limits)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked:
        raise UnreadableWorkbook(
            f"{name} unpacks to {_size(unpacked)}; at most {_size(limits.unpacked)} are read."
        )
    if unpacked > _RATIO_FROM and unpacked > limits.ratio * packed:
        raise UnreadableWorkbook(
            f"{name} unpacks to {unpacked // max(packed, 1)} times its size, as no workbook does."
        )


def _check_entries(name: str, entries: list[zipfile.ZipInfo], limits: PackageLimits) -> None:
    if len(entries) > limits.entries:
        raise UnreadableWorkbook(
            f"{name} has {len(entries):,} parts; a workbook has at most {limits.entries:,}."
        )
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise UnreadableWorkbook(f"{name} holds two parts of one name. Save it again as .xlsx.")
    missing = [part for part in _REQUIRED if part not in names]
    if missing:
        raise UnreadableWorkbook(f"{name} is not an .xlsx workbook: it has no {missing[0]}.")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise UnreadableWorkbook(f"{name} is encrypted. Save it without a password.")
        if entry.filename.lower().endswith("vbaproject.bin"):
            raise UnreadableWorkbook(f"{name} holds macros. Save it as .xlsx without them.")
        if entry.file_size > _RATIO_FROM and entry.file_size > limits.ratio * max(entry.compress_size, 1):
            raise UnreadableWorkbook(
                f"{name}: part {entry.filename} is packed more densely than any workbook's."
            )
        is_sheet = entry.filename.startswith("xl/worksheets/")
        if not is_sheet and entry.file_size > limits.in_memory:
            raise UnreadableWorkbook(
                f"{name}: part {entry.filename} has {_size(entry.file_size)}, too much to hold."
            )


def _size(count: int) -> str:
    return f"{count / _MB:,.1f} MB"

"""The content hash of a job file: two files are *identical* when their hashes are equal.

It is a SHA-256 over the cells of all tabs but Summary, in canonical text (see `cells.py`), and over nothing else:
not the subtotals of row 1, which follow from the rows, nor widths, colours, zip order or time stamps. For each tab,
in order, it takes a line `["tab", name]`, a line with the headers, and a line for each row, each a compact JSON
array in UTF-8 ended by a line feed. A tab that went on as `Name_2` counts as one tab. Opening a file in a
spreadsheet program and saving it leaves the hash; changing, adding, dropping or sorting rows changes it.
"""

import hashlib
import json
from collections.abc import Sequence

HASH_VERSION = "1"


class ContentHash:
    """Feed tabs and rows in the order of the file; `text` is what the Summary states."""

    def __init__(self) -> None:
        self._sha = hashlib.sha256()
        self._encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

    def begin_tab(self, name: str, headers: Sequence[str]) -> None:
        self._add(["tab", name])
        self._add(list(headers))

    def add_row(self, canonical: list[str]) -> None:
        self._add(canonical)

    @property
    def text(self) -> str:
        return f"{HASH_VERSION}:{self._sha.hexdigest()}"

    def _add(self, cells: list[str]) -> None:
        self._sha.update(self._encode(cells).encode())
        self._sha.update(b"\n")

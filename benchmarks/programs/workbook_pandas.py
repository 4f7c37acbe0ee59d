"""pandas with openpyxl, as it is mostly written: a frame, and `to_excel`."""

from pathlib import Path

import pandas as pd

from benchmarks.programs.sheet_values import kind_of, rows
from benchmarks.programs.sheet_written import measure


def write(path: Path, count: int, columns: int) -> None:
    frame = pd.DataFrame(rows(count, columns), columns=[f"Column {number}" for number in range(columns)])
    for number in range(columns):
        if kind_of(number) == "amount":
            frame[f"Column {number}"] /= 100
    frame.to_excel(path, sheet_name="Lines", index=False, engine="openpyxl")


if __name__ == "__main__":
    measure(write)

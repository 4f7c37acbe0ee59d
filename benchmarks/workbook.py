"""Writing one sheet: the job file's writer beside pandas with openpyxl, and openpyxl's own write-only mode."""

from collections.abc import Iterator

from benchmarks.bench_folder import scratch
from benchmarks.figures import Table, megabytes, rate, seconds
from benchmarks.measured import run_program
from benchmarks.sizes import Sizes

WRITERS = {
    "reconciliation.writer": "workbook_revrec",
    "openpyxl, write-only": "workbook_openpyxl",
    "pandas + openpyxl": "workbook_pandas",
}


def tables(sizes: Sizes) -> Iterator[Table]:
    """One table."""
    rows = []
    with scratch() as folder:
        for name, program in WRITERS.items():
            given = {
                "path": str(folder / f"{program}.xlsx"),
                "rows": sizes.workbook_rows,
                "columns": sizes.workbook_columns,
            }
            run = run_program(program, given)
            rows.append(
                [
                    name,
                    seconds(run["seconds"]),
                    rate(sizes.workbook_rows, run["seconds"]),
                    seconds(run["cpu_seconds"]),
                    megabytes(run["peak_bytes"]),
                    megabytes(run["grown_bytes"]),
                    megabytes(run["file_bytes"]),
                ]
            )
    yield Table(
        f"Workbook of {sizes.workbook_rows:,} rows x {sizes.workbook_columns} columns",
        ["writer", "s", "rows/s", "CPU s", "peak memory", "of it for the rows", "file"],
        rows,
        (
            "Ours writes besides: a native table, a subtotal row, frozen panes, number formats by currency, and a "
            "content hash of every cell.",
            "Columns in turn: text, id as text, date, amount, text. For the rows: peak less what the process held "
            "before the first one.",
        ),
    )

"""How large the benchmarks are: for figures, and for a smoke test that only shows that they still run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """`*_lines` are sizes of the made-up company, in lines of invoices and credit memos."""

    invoice_lines: tuple[int, ...]
    fetch_lines: int
    fetch_latency_ms: int
    workbook_rows: int
    workbook_columns: int
    close_lines: int
    """Sized so that its orders have about 100,000 lines in force in April 2026, each an obligation."""


FULL = Sizes((100_000, 300_000), 100_000, 150, 200_000, 20, 176_500)
QUICK = Sizes((600, 1_200), 600, 5, 500, 20, 900)

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
    schedules: int
    """Obligations whose schedules are written out; by plain Python and by a peer fewer, since they take long."""
    schedules_by_size: tuple[int, ...]
    schedules_python: int
    schedules_peer: int
    close_alone: int
    """Obligations of the book whose close is computed without a database."""
    posted_journals: int
    posting_latency_ms: int
    posting_company_lines: int = 600
    """Of the company whose account takes the journals: what matters is that it has its lists."""
    pull_lines: tuple[int, ...] = (250_000, 1_000_000)
    """Two sizes, to see whether memory grows with them."""
    pull_latency_ms: int = 600
    page_lines: int = 1_000_000
    """Billing lines of the books under the pages; everything else is in proportion."""


FULL = Sizes(
    (100_000, 300_000),
    100_000,
    150,
    200_000,
    20,
    176_500,
    schedules=1_000_000,
    schedules_by_size=(10_000, 100_000, 1_000_000, 3_000_000),
    schedules_python=50_000,
    schedules_peer=1_000,
    close_alone=1_000_000,
    posted_journals=1_000,
    posting_latency_ms=300,
)
QUICK = Sizes(
    (600, 1_200),
    600,
    5,
    500,
    20,
    900,
    schedules=2_000,
    schedules_by_size=(200, 2_000),
    schedules_python=200,
    schedules_peer=20,
    close_alone=2_000,
    posted_journals=20,
    posting_latency_ms=5,
    pull_lines=(600, 1_200),
    pull_latency_ms=20,
    page_lines=2_000,
)

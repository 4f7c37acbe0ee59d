"""The job file: the workbook of one run, its tabs in order."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeVar

from reconciliation.billing_schedule import billing_rows
from reconciliation.columns import (
    BILLING_SCHEDULE,
    PENDING_DATA,
    PRODUCT,
    RECON_DETAILS,
    RECON_SUMMARY,
    SUMMARY,
)
from reconciliation.control_totals import GroupResult
from reconciliation.pending_data import pending_rows
from reconciliation.product import product_rows
from reconciliation.recon_details import ReconContext, recon_detail_rows
from reconciliation.recon_summary import recon_summary_rows
from reconciliation.rows import BillingLine, PendingDocument, ProductUsed
from reconciliation.summary import JobFacts, summary_rows
from reconciliation.writer import MAX_DATA_ROWS, writing

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobData:
    """Everything a job file holds. Streams are read once, in the given order, which must be the same for the same
    data.
    """

    facts: JobFacts
    billing_lines: Iterable[BillingLine]
    products: Iterable[ProductUsed]
    pending: Iterable[PendingDocument]
    results: Iterable[GroupResult]
    recon: ReconContext


@dataclass(frozen=True, slots=True)
class JobFile:
    """The finished file. `tab_rows` are the data rows of each tab but Summary, in order."""

    path: Path
    content_hash: str
    tab_rows: Mapping[str, int]
    numbers_as_text: int


def write_job_file(path: Path, data: JobData, *, max_data_rows: int = MAX_DATA_ROWS) -> JobFile:
    """Write the workbook; it appears under `path` only when it is whole. PendingData is there only if anything
    waits.
    """
    results = list(data.results)
    created = data.facts.finished.replace(tzinfo=None)
    with writing(
        path, precisions=data.recon.precisions, created=created, max_data_rows=max_data_rows
    ) as book:
        book.reserve_tab(SUMMARY)
        book.add_tab(BILLING_SCHEDULE, billing_rows(data.billing_lines))
        book.add_tab(PRODUCT, product_rows(data.products))
        waiting = _if_any(data.pending)
        if waiting is not None:
            book.add_tab(PENDING_DATA, pending_rows(waiting))
        book.add_tab(RECON_DETAILS, recon_detail_rows(results, data.recon))
        book.add_tab(RECON_SUMMARY, recon_summary_rows(results))
        tab_rows = {tab.name: tab.rows for tab in book.tabs}
        numbers_as_text = sum(tab.numbers_as_text for tab in book.tabs)
        statements = summary_rows(
            data.facts,
            results,
            content_hash=book.content_hash,
            tab_counts=tab_rows,
            numbers_as_text=numbers_as_text,
        )
        book.add_tab(SUMMARY, statements, hashed=False, note=f"{data.facts.kind}: {data.facts.job}")
        content_hash = book.content_hash
    return JobFile(path, content_hash, tab_rows, numbers_as_text)


def _if_any(rows: Iterable[_Row]) -> Iterator[_Row] | None:
    stream = iter(rows)
    for first in stream:
        return chain([first], stream)
    return None

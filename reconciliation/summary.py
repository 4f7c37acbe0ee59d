"""The Summary tab: what ran, with what settings, what it moved, and whether it reconciles.

Its rows are statements (`section`, `item`, `value`), so that a person reads them and a program finds them by
section and item. `Content hash` under `File` is what bulk import recognises a job's own file by.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from reconciliation.cells import time_text
from reconciliation.control_totals import GroupResult, overall
from reconciliation.recon_details import add_up
from reconciliation.tab_sheet import Cell

HASH_ITEM = ("File", "Content hash")
JOB_ITEM = ("Job", "Job")
RECONCILIATION_ITEM = ("Job", "Reconciliation")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFacts:
    """What the Summary states about a run.

    `window_start` is None for a full pull. `parameters` and `counts` are shown in their own order; counts are whole
    numbers. `rounding_rule` is the sentence that accounting uses; `version` the program's.
    """

    job: str
    kind: str
    state: str
    started: datetime
    finished: datetime
    connection: str
    actor: str
    window_start: datetime | None
    window_end: datetime
    parameters: Mapping[str, str]
    counts: Mapping[str, int]
    rounding_rule: str
    version: str
    notices: tuple[str, ...] = ()


def summary_rows(
    facts: JobFacts,
    results: Iterable[GroupResult],
    *,
    content_hash: str,
    tab_counts: Mapping[str, int],
    numbers_as_text: int,
) -> Iterator[tuple[Cell, ...]]:
    """The statements, in the order of their sections."""
    groups = list(results)
    yield from _job_rows(facts, groups)
    for name, value in facts.parameters.items():
        yield _state("Parameters", name, value)
    for name, count in facts.counts.items():
        yield _state("Counts", name, f"{count:,}")
    yield from _control_rows(groups)
    yield _state("Rules", "Rounding", facts.rounding_rule)
    yield _state("Rules", "Amounts", "In the document's currency, net of tax; credits negative.")
    for notice in facts.notices:
        yield _state("Notices", "Notice", notice)
    for name, count in tab_counts.items():
        yield _state("File", f"Rows of {name}", f"{count:,}")
    if numbers_as_text:
        text = f"{numbers_as_text:,} with more than 15 digits: exact, as text, outside the subtotals."
        yield _state("File", "Long numbers", text)
    yield _state("File", "RevRec version", facts.version)
    yield _state(*HASH_ITEM, content_hash)


def _job_rows(facts: JobFacts, groups: list[GroupResult]) -> Iterator[tuple[Cell, ...]]:
    start = _moment(facts.window_start) if facts.window_start else "the beginning (full pull)"
    yield _state(*JOB_ITEM, facts.job)
    yield _state("Job", "Kind", facts.kind)
    yield _state("Job", "State", facts.state)
    yield _state(*RECONCILIATION_ITEM, overall(groups).value)
    yield _state("Job", "Connection", facts.connection)
    yield _state("Job", "Run by", facts.actor)
    yield _state("Job", "Started (UTC)", _moment(facts.started))
    yield _state("Job", "Finished (UTC)", _moment(facts.finished))
    yield _state("Job", "Changes from (UTC)", start)
    yield _state("Job", "Changes before (UTC)", _moment(facts.window_end))


def _control_rows(groups: list[GroupResult]) -> Iterator[tuple[Cell, ...]]:
    """One line a currency: no sum ever crosses currencies."""

    def currency(group: GroupResult) -> str:
        return group.key.currency

    for code, members in groupby(sorted(groups, key=currency), key=currency):
        line = add_up(members)
        ours = line.loaded + line.pending + line.excluded + line.held
        difference = line.source.amount_minor - ours.amount_minor
        yield (
            "Control totals",
            f"{code}: {line.source_documents:,} documents, {line.source.lines:,} lines",
            line.status.value,
            code,
            line.source.amount_minor,
            ours.amount_minor,
            difference,
        )


def _state(section: str, item: str, value: str) -> tuple[Cell, ...]:
    return section, item, value, None, None, None, None


def _moment(moment: datetime) -> str:
    return time_text(moment).replace("T", " ")

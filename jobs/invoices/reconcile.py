"""Reconciling a run before it publishes: NetSuite's own totals against our lines, group by group.

A group that differs is opened. Documents that NetSuite changed after we read them are read again, three rounds
at most; one that still differs is held by name; a difference that no document explains fails the run.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert

from jobs.invoices.account import Scope, open_account, scope_of
from jobs.invoices.groups import (
    compare_groups,
    group_of,
    ids_of,
    listed_here,
    result_row,
    source_total,
    with_emptied,
)
from jobs.invoices.reading import read_documents
from jobs.lifecycle import progress, tell
from jobs.resources import store
from jobs.runner import fan_out, step, workflow, workflow_id
from reconciliation.control_totals import (
    Status,
)
from reconciliation.opened_groups import ListedDocument, Verdict, open_group
from revrec.netsuite.totals import Group, control_totals
from revrec.netsuite.totals import open_group as ask_group
from revrec.operations.adjustment_note import closed_through
from revrec.problems import Conflict, Finding
from revrec.store.core import group_result
from revrec.store.queries.currencies import in_words, precisions
from revrec.store.queries.reconciliation import periods_to_reconcile
from revrec.store.staging.states import hold, resolve_states
from revrec.store.staging.totals import (
    SourceTotal,
    replace_source_totals,
    touched_periods,
    unbalanced_documents,
)

ROUNDS = 3
PERIODS_A_CHILD = 3
DOCUMENTS_A_CHILD = 500
SHOWN_DOCUMENTS = 20
STAGED_TABLES = ("source_document", "document_version", "document_line", "document_change")
MOST_GROUPS = 1000
"""More groups than this differing is no movement of the source: the role does not see what it should."""


async def reconcile(job_id: int, queue: str, plan: dict[str, Any]) -> dict[str, Any]:
    """Bring both sides to agree, or say which documents do not. Returns status and counts of groups."""
    me, scope = workflow_id(), scope_of(plan)
    everything = plan["full"] or plan["sweep"]
    await step(_resolve, job_id, name="resolve_states")
    held: dict[str, str] = {}
    for attempt in range(ROUNDS + 1):
        periods = await step(_periods, job_id, everything, plan["upper"], name="periods_to_reconcile")
        chunks = [periods[at : at + PERIODS_A_CHILD] for at in range(0, len(periods), PERIODS_A_CHILD)]
        await fan_out(
            queue,
            read_totals,
            [
                (f"{me}/totals-{attempt}-{number}", (job_id, some, scope))
                for number, some in enumerate(chunks)
            ],
            progress=lambda done, total: progress(job_id, "control totals", done, total),
        )
        differing = await step(
            _differing, job_id, periods, plan["excluded"], plan["kinds"], name="compare_totals"
        )
        if not differing:
            break
        opened = await fan_out(
            queue,
            read_group,
            [(f"{me}/group-{attempt}-{n}", (job_id, key, scope)) for n, key in enumerate(differing)],
            progress=lambda done, total: progress(job_id, "opening groups that differ", done, total),
        )
        again = sorted({one for found in opened for one in found["again"]})
        if again and attempt < ROUNDS:
            await read_again(job_id, queue, f"{me}/again-{attempt}", again, scope)
            await step(_resolve, job_id, name="resolve_states")
            continue
        for found in opened:
            held |= found["hold"]
            held |= found["unsettled"]
        unexplained = [found["unexplained"] for found in opened if found["unexplained"]]
        await step(_hold_or_fail, job_id, held, unexplained, name="hold_documents")
        break
    return dict(
        await step(
            _record,
            job_id,
            periods,
            plan["excluded"],
            held,
            plan["kinds"],
            name="record_reconciliation",
        )
    )


async def read_again(
    job_id: int, queue: str, prefix: str, ids: Sequence[int], scope: Scope
) -> dict[str, int]:
    """Read documents by id, in children of bounded size. Returns the sums of their counts."""
    chunks = [list(ids[at : at + DOCUMENTS_A_CHILD]) for at in range(0, len(ids), DOCUMENTS_A_CHILD)]
    calls = [(f"{prefix}-{number}", (job_id, some, scope)) for number, some in enumerate(chunks)]
    sums: dict[str, int] = defaultdict(int)
    for counts in await fan_out(queue, read_documents, calls):
        for name, count in counts.items():
            sums[name] += count
    return dict(sums)


@workflow("netsuite_totals")
async def read_totals(job_id: int, periods: Sequence[int], scope: Scope | None = None) -> int:
    """NetSuite's totals of these posting periods, kept for the comparison. Returns how many groups."""
    return int(await step(_read_totals, job_id, list(periods), scope, name="read_totals"))


async def _read_totals(job_id: int, periods: Sequence[int], scope: Scope | None) -> int:
    account = await open_account(scope)
    found: list[SourceTotal] = []
    async for some in control_totals(
        account.columns,
        account.currencies,
        periods=[str(one) for one in periods],
        population=account.population,
    ):
        found += [source_total(one, account.currencies) for one in some]

    def keep() -> None:
        with store().write() as session:
            replace_source_totals(session, job_id, periods, found)

    await asyncio.to_thread(keep)
    return len(found)


@workflow("netsuite_group")
async def read_group(job_id: int, key: Sequence[Any], scope: Scope | None = None) -> dict[str, Any]:
    """One group that differs, opened: which documents to read again, which to hold and why."""
    return dict(await step(_open, job_id, list(key), scope, name="open_group"))


async def _open(job_id: int, key: Sequence[Any], scope: Scope | None) -> dict[str, Any]:
    result = group_of(key)
    period, kind, symbol, customer_id = key[:4]
    account = await open_account(scope)
    theirs: list[ListedDocument] = []
    ours: list[ListedDocument] = []
    for period_id, currency_id in await asyncio.to_thread(ids_of, period, symbol):
        group = Group(customer_id, str(period_id), kind, str(currency_id) if currency_id else None)
        async for some in ask_group(
            account.columns, account.currencies, group, population=account.population
        ):
            theirs += [
                ListedDocument(
                    one.id,
                    one.number,
                    one.lines,
                    (one.gross.minor or 0) - (one.tax.minor or 0),
                    one.modified_at,
                )
                for one in some
            ]
        ours += await asyncio.to_thread(listed_here, job_id, (period_id, kind, currency_id, customer_id))
    opened = open_group(result, theirs, ours)
    again = [one for one in opened.differences if one.verdict is Verdict.PULL_AGAIN]
    where = f"period {period}, {kind}, {symbol}, customer {customer_id}"
    digits = {one.symbol: one.precision for one in account.currencies.by_id.values()}
    return {
        "again": [one.id for one in again],
        "hold": {
            str(one.id): f"Does not reconcile: {one.reason}"
            for one in opened.with_verdict(Verdict.HOLD)
            if one.ours is not None
        },
        # What could not be settled in all rounds: held where we have it, unexplained where we do not.
        "unsettled": {
            str(one.id): f"Does not reconcile: {one.reason}" for one in again if one.ours is not None
        },
        "unexplained": ""
        if opened.is_explained and all(one.ours is not None for one in opened.differences)
        else f"{where}: {in_words(opened.unexplained_minor, symbol, digits)}, {opened.unexplained_lines} lines and "
        f"{opened.unexplained_documents} documents; listed by NetSuite and not readable: "
        f"{', '.join(one.number for one in opened.differences if one.ours is None) or 'none'}",
    }


def _resolve(job_id: int) -> int:
    store().refresh_statistics(*STAGED_TABLES)
    with store().write() as session:
        moved = resolve_states(session, job_id)
        unbalanced, digits = unbalanced_documents(session, job_id), precisions(session)
        hold(
            session,
            job_id,
            {
                one: f"Its lines sum to {in_words(total, currency, digits)} and not to zero, main and tax included."
                for one, (total, currency) in unbalanced.items()
            },
        )
        return moved


def _periods(job_id: int, full: bool, upper: str) -> list[int]:
    with store().read() as session:
        return periods_to_reconcile(
            session,
            touched_periods(session, job_id),
            upper=upper,
            everything=full,
            closed_through=closed_through(session),
        )


def _differing(
    job_id: int, periods: Sequence[int], excluded: Sequence[str], kinds: Sequence[str]
) -> list[list[Any]]:
    """The groups that differ, each with both sides' figures, as `_group_of` reads them again."""
    with store().read() as session:
        results = compare_groups(session, job_id, periods, excluded, kinds)
    failing = [one for one in results if one.status is Status.FAIL]
    if len(failing) > MOST_GROUPS:
        first = failing[0].key
        raise Conflict(
            f"NetSuite's totals differ from what was read in {len(failing)} of {len(results)} groups, such as period "
            f"{first.period}, {first.currency}, customer {first.customer_id}. Nothing of this run loads. Run it "
            "again; if it stays, check that the role may see all transactions and their lines."
        )
    return [
        [
            *(one.key.period, one.key.kind.value, one.key.currency, one.key.customer_id),
            *(one.source.documents, one.source.lines, one.source.main_minor, one.source.tax_minor),
            *(one.ours.documents, one.ours.total.lines, one.ours.total.amount_minor),
        ]
        for one in failing
    ]


def _hold_or_fail(job_id: int, held: dict[str, str], unexplained: Sequence[str]) -> int:
    if unexplained:
        raise Conflict(
            "NetSuite's totals differ from what was read, and no document explains it: "
            + "; ".join(unexplained[:SHOWN_DOCUMENTS])
            + ". Nothing of this run loads. Run it again; if it stays, check that the role may see all documents."
        )
    with store().write() as session:
        hold(session, job_id, {int(one): reason for one, reason in held.items()})
    return len(held)


def _record(
    job_id: int,
    periods: Sequence[int],
    excluded: Sequence[str],
    held: dict[str, str],
    kinds: Sequence[str],
) -> dict[str, Any]:
    """Keep the results for the workbook, the pages and the close."""
    with store().write() as session:
        results = compare_groups(session, job_id, periods, excluded, kinds)
        results = with_emptied(session, results, periods, kinds)
        session.execute(delete(group_result).where(group_result.c.job_id == job_id))
        rows = [result_row(job_id, one) for one in results]
        if rows:
            session.execute(insert(group_result), rows)
        digits = precisions(session)
    failing = [one for one in results if one.status is Status.FAIL]
    findings = [
        Finding(
            "recon_difference",
            "blocking",
            f"period {one.key.period}, {one.key.kind.value}, {one.key.currency}, customer {one.key.customer_id}",
            "NetSuite's total differs from ours by "
            f"{in_words(one.difference_minor, one.key.currency, digits)}, "
            f"{one.difference_lines} lines and {one.difference_documents} documents.",
        )
        for one in failing
    ]
    findings += [Finding("held", "warning", f"document {one}", reason) for one, reason in held.items()]
    tell(job_id, findings, of="reconciliation")
    return {
        "status": Status.FAIL.value if failing else Status.PASS.value,
        "groups": len(results),
        "failing": len(failing),
        "held_by_reconciliation": len(held),
    }

"""Reconciling a run before it publishes: NetSuite's own totals against our lines, group by group.

A group that differs is opened. Documents that NetSuite changed after we read them are read again, three rounds
at most; one that still differs is held by name; a difference that no document explains fails the run.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from jobs.invoices.account import open_account
from jobs.invoices.reading import read_documents
from jobs.lifecycle import progress, tell
from jobs.resources import store
from jobs.runner import fan_out, step, workflow, workflow_id
from reconciliation.control_totals import (
    DocumentKind,
    GroupKey,
    GroupResult,
    OurGroup,
    Share,
    SourceGroup,
    Status,
    compare,
)
from reconciliation.opened_groups import ListedDocument, Verdict, open_group
from revrec.netsuite.currencies import CurrencyTable
from revrec.netsuite.totals import ControlTotal, Group, control_totals
from revrec.netsuite.totals import open_group as ask_group
from revrec.problems import Conflict, Finding
from revrec.store.core import currency, group_result, netsuite_period
from revrec.store.queries.reconciliation import periods_to_reconcile
from revrec.store.staging.states import hold, resolve_states
from revrec.store.staging.totals import (
    SourceTotal,
    our_documents,
    our_totals,
    replace_source_totals,
    source_totals,
    touched_periods,
    unbalanced_documents,
)

ROUNDS = 3
PERIODS_A_CHILD = 3
DOCUMENTS_A_CHILD = 500
SHOWN_DOCUMENTS = 20
MOST_GROUPS = 1000
"""More groups than this differing is no movement of the source: the role does not see what it should."""


async def reconcile(job_id: int, queue: str, plan: dict[str, Any]) -> dict[str, Any]:
    """Bring both sides to agree, or say which documents do not. Returns status and counts of groups."""
    me = workflow_id()
    await step(_resolve, job_id, name="resolve_states")
    held: dict[str, str] = {}
    for attempt in range(ROUNDS + 1):
        periods = await step(_periods, job_id, plan["full"], plan["upper"], name="periods_to_reconcile")
        chunks = [periods[at : at + PERIODS_A_CHILD] for at in range(0, len(periods), PERIODS_A_CHILD)]
        await fan_out(
            queue,
            read_totals,
            [(f"{me}/totals-{attempt}-{number}", (job_id, some)) for number, some in enumerate(chunks)],
            progress=lambda done, total: progress(job_id, "control totals", done, total),
        )
        differing = await step(_differing, job_id, periods, plan["excluded"], name="compare_totals")
        if not differing:
            break
        opened = await fan_out(
            queue,
            read_group,
            [(f"{me}/group-{attempt}-{n}", (job_id, key)) for n, key in enumerate(differing)],
            progress=lambda done, total: progress(job_id, "opening groups that differ", done, total),
        )
        again = sorted({one for found in opened for one in found["again"]})
        if again and attempt < ROUNDS:
            await read_again(job_id, queue, f"{me}/again-{attempt}", again)
            await step(_resolve, job_id, name="resolve_states")
            continue
        for found in opened:
            held |= found["hold"]
            held |= found["unsettled"]
        unexplained = [found["unexplained"] for found in opened if found["unexplained"]]
        await step(_hold_or_fail, job_id, held, unexplained, name="hold_documents")
        break
    return dict(await step(_record, job_id, periods, plan["excluded"], held, name="record_reconciliation"))


async def read_again(job_id: int, queue: str, prefix: str, ids: Sequence[int]) -> dict[str, int]:
    """Read documents by id, in children of bounded size. Returns the sums of their counts."""
    chunks = [list(ids[at : at + DOCUMENTS_A_CHILD]) for at in range(0, len(ids), DOCUMENTS_A_CHILD)]
    calls = [(f"{prefix}-{number}", (job_id, some)) for number, some in enumerate(chunks)]
    sums: dict[str, int] = defaultdict(int)
    for counts in await fan_out(queue, read_documents, calls):
        for name, count in counts.items():
            sums[name] += count
    return dict(sums)


@workflow("netsuite_totals")
async def read_totals(job_id: int, periods: Sequence[int]) -> int:
    """NetSuite's totals of these posting periods, kept for the comparison. Returns how many groups."""
    return int(await step(_read_totals, job_id, list(periods), name="read_totals"))


async def _read_totals(job_id: int, periods: Sequence[int]) -> int:
    account = await open_account()
    found: list[SourceTotal] = []
    async for some in control_totals(
        account.columns, account.currencies, periods=[str(one) for one in periods]
    ):
        found += [_source_total(one, account.currencies) for one in some]

    def keep() -> None:
        with store().write() as session:
            replace_source_totals(session, job_id, periods, found)

    await asyncio.to_thread(keep)
    return len(found)


@workflow("netsuite_group")
async def read_group(job_id: int, key: Sequence[Any]) -> dict[str, Any]:
    """One group that differs, opened: which documents to read again, which to hold and why."""
    return dict(await step(_open, job_id, list(key), name="open_group"))


async def _open(job_id: int, key: Sequence[Any]) -> dict[str, Any]:
    result = _group_of(key)
    period, kind, symbol, customer_id = key[:4]
    account = await open_account()
    theirs: list[ListedDocument] = []
    ours: list[ListedDocument] = []
    for period_id, currency_id in await asyncio.to_thread(_ids_of, period, symbol):
        group = Group(customer_id, str(period_id), kind, str(currency_id) if currency_id else None)
        async for some in ask_group(account.columns, account.currencies, group):
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
        ours += await asyncio.to_thread(_our_documents, job_id, (period_id, kind, currency_id, customer_id))
    opened = open_group(result, theirs, ours)
    again = [one for one in opened.differences if one.verdict is Verdict.PULL_AGAIN]
    where = f"period {period}, {kind}, {symbol}, customer {customer_id}"
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
        else f"{where}: {opened.unexplained_minor} minor units, {opened.unexplained_lines} lines and "
        f"{opened.unexplained_documents} documents; listed by NetSuite and not readable: "
        f"{', '.join(one.number for one in opened.differences if one.ours is None) or 'none'}",
    }


def _resolve(job_id: int) -> int:
    with store().write() as session:
        moved = resolve_states(session, job_id)
        unbalanced = unbalanced_documents(session, job_id)
        hold(
            session,
            job_id,
            {
                one: f"Its lines sum to {total} minor units and not to zero."
                for one, total in unbalanced.items()
            },
        )
        return moved


def _periods(job_id: int, full: bool, upper: str) -> list[int]:
    with store().read() as session:
        return periods_to_reconcile(session, touched_periods(session, job_id), upper=upper, everything=full)


def _differing(job_id: int, periods: Sequence[int], excluded: Sequence[str]) -> list[list[Any]]:
    """The groups that differ, each with both sides' figures, as `_group_of` reads them again."""
    with store().read() as session:
        results = _results(session, job_id, periods, excluded)
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


def _group_of(figures: Sequence[Any]) -> GroupResult:
    period, kind, symbol, customer_id, *rest = figures
    key = GroupKey(period, DocumentKind(kind), symbol, customer_id)
    documents, lines, main, tax, our_documents_, our_lines, our_amount = rest
    ours = OurGroup(key, our_documents_, loaded=Share(our_lines, our_amount))
    return GroupResult(SourceGroup(key, documents, lines, main, tax), ours)


def _results(
    session: Session, job_id: int, periods: Sequence[int] | None, excluded: Sequence[str]
) -> list[GroupResult]:
    symbols = {key: symbol for key, symbol in session.execute(select(currency.c.id, currency.c.symbol))}
    p = netsuite_period.c
    months = {key: f"{last:%Y-%m}" for key, last in session.execute(select(p.id, p.last_day))}
    theirs = source_totals(session, job_id)
    read = {one.period_id for one in theirs} if periods is None else set(periods)
    source: dict[GroupKey, SourceGroup] = {}
    for total in theirs:
        if total.period_id not in read:
            continue
        key = GroupKey(
            months.get(total.period_id, ""),
            DocumentKind(total.kind),
            symbols.get(total.currency_id, ""),
            total.customer_id,
        )
        known = source.get(key, SourceGroup(key, 0, 0, 0, 0))
        source[key] = SourceGroup(
            key,
            known.documents + total.documents,
            known.lines + total.lines,
            known.main_minor + total.main_minor,
            known.tax_minor + total.tax_minor,
        )
    return compare(source.values(), _our_groups(session, job_id, sorted(read), excluded, months, symbols))


def _our_groups(
    session: Session,
    job_id: int,
    periods: Sequence[int],
    excluded: Sequence[str],
    months: dict[int, str],
    symbols: dict[int, str],
) -> Iterable[OurGroup]:
    documents: dict[GroupKey, int] = defaultdict(int)
    shares: dict[GroupKey, dict[str, Share]] = defaultdict(dict)
    for total in our_totals(session, job_id, periods, excluded):
        key = GroupKey(
            months.get(total.period_id or 0, ""),
            DocumentKind(total.kind),
            symbols.get(total.currency_id, ""),
            total.customer_id,
        )
        if total.outcome != "excluded":  # every document has a main line, and that is never excluded
            documents[key] += total.documents
        share = Share(total.lines, total.amount_minor)
        shares[key][total.outcome] = shares[key].get(total.outcome, Share()) + share
    return [OurGroup(key, documents[key], **by_outcome) for key, by_outcome in shares.items()]


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
    job_id: int, periods: Sequence[int], excluded: Sequence[str], held: dict[str, str]
) -> dict[str, Any]:
    """Keep the results for the workbook, the pages and the close."""
    with store().write() as session:
        results = _results(session, job_id, periods, excluded)
        session.execute(delete(group_result).where(group_result.c.job_id == job_id))
        rows = [_row(job_id, one) for one in results]
        if rows:
            session.execute(insert(group_result), rows)
    failing = [one for one in results if one.status is Status.FAIL]
    findings = [
        Finding(
            "recon_difference",
            "blocking",
            f"period {one.key.period}, {one.key.kind.value}, {one.key.currency}, customer {one.key.customer_id}",
            f"NetSuite's total differs from ours by {one.difference_minor} minor units, "
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


def _row(job_id: int, one: GroupResult) -> dict[str, Any]:
    shares = {"loaded": one.ours.loaded, "pending": one.ours.pending}
    shares |= {"excluded": one.ours.excluded, "held": one.ours.held}
    row: dict[str, Any] = {
        "job_id": job_id,
        "period": one.key.period,
        "kind": one.key.kind.value,
        "currency": one.key.currency,
        "customer_id": one.key.customer_id,
        "source_documents": one.source.documents,
        "our_documents": one.ours.documents,
        "source_lines": one.source.lines,
        "source_main_minor": one.source.main_minor,
        "source_tax_minor": one.source.tax_minor,
        "source_minor": one.source.amount_minor,
        "difference_documents": one.difference_documents,
        "difference_lines": one.difference_lines,
        "difference_minor": one.difference_minor,
        "status": one.status.value,
        "documents_that_differ": "",
    }
    for name, share in shares.items():
        row |= {f"{name}_lines": share.lines, f"{name}_minor": share.amount_minor}
    return row


def _source_total(one: ControlTotal, currencies: CurrencyTable) -> SourceTotal:
    home = currencies.find(one.group.currency_id)
    return SourceTotal(
        period_id=int(one.group.period),
        kind=one.group.type,
        currency_id=int(one.group.currency_id or (home.id if home else 0) or 0),
        customer_id=one.group.customer,
        documents=one.documents,
        lines=one.lines,
        main_minor=one.gross.minor or 0,
        tax_minor=one.tax.minor or 0,
    )


def _ids_of(period: str, symbol: str) -> list[tuple[int, int]]:
    with store().read() as session:
        p, c = netsuite_period.c, currency.c
        periods = [
            key for key, last in session.execute(select(p.id, p.last_day)) if f"{last:%Y-%m}" == period
        ]
        currencies = list(session.execute(select(c.id).where(c.symbol == symbol)).scalars())
    return [(one, other) for one in periods for other in currencies]


def _our_documents(job_id: int, group: tuple[int, str, int, int]) -> list[ListedDocument]:
    with store().read() as session:
        return [
            ListedDocument(one.external_id, one.tran_id, one.lines, one.amount_minor, one.modified_at)
            for one in our_documents(session, job_id, group)
        ]

"""The full sweep: every document of NetSuite against what is held here, without reading lines.

It finds what windows of changes miss: a line that changed under a header whose stamp stayed, a deletion that nobody
recorded, a document that came with an old stamp. What disagrees is read again by id and named.

    ranges of ids -> pages of documents, each compared with the same ids here -> read again -> what came of it
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from jobs.invoices.account import Account, Scope, open_account, scope_of
from jobs.invoices.reading import RECHECK_DOCUMENTS, read_by_id, read_window
from jobs.lifecycle import progress, tell
from jobs.resources import store
from jobs.runner import fan_out, step, workflow, workflow_id
from revrec.netsuite.sweep import SweptDocument, sweep_documents
from revrec.netsuite.window import IdRange
from revrec.problems import Finding
from revrec.store.staging.sweep import (
    DIFFERING,
    MISSING,
    STAMPED,
    VANISHED,
    Listed,
    Settled,
    keep_disagreements,
    settle,
    swept_ids,
)

NAMES = {"CustInvc": "invoice", "CustCred": "credit memo"}


async def sweep(job_id: int, queue: str, plan: dict[str, Any]) -> dict[str, int]:
    """Compare everything, read again what disagrees, and say what it was. Returns `compared`, `missing`, `differing`,
    `vanished` and `read_again`, in documents."""
    me, scope = workflow_id(), scope_of(plan)
    (whole,) = await fan_out(queue, read_window, [(f"{me}/sweep", (job_id, None, True, scope))])
    calls = [
        (f"{me}/sweep-{number}", (job_id, first, last, scope))
        for number, (first, last, _) in enumerate(whole["ranges"])
    ]
    progress(job_id, "sweep", 0, len(calls), now=True)
    compared = kept = 0
    for found in await fan_out(
        queue, sweep_range, calls, progress=lambda done, total: progress(job_id, "sweep", done, total)
    ):
        compared += found["compared"]
        kept += found["kept"]
    chunks = -(-kept // RECHECK_DOCUMENTS)
    again = [(f"{me}/swept-{number}", (job_id, number, scope)) for number in range(chunks)]
    await fan_out(
        queue,
        read_swept,
        again,
        progress=lambda done, total: progress(job_id, "reading again", done, total),
    )
    counted = await step(_settle, job_id, plan["upper"], name="settle_sweep")
    return {"compared": compared, **counted}


@workflow("netsuite_sweep")
async def sweep_range(job_id: int, first: int, last: int, scope: Scope) -> dict[str, int]:
    """One range of ids, page by page: documents compared, and disagreements kept."""
    compared, kept, at = 0, 0, first
    while at <= last:
        page = await step(sweep_page, job_id, at, last, scope, name="sweep_page")
        compared += page["compared"]
        kept += page["kept"]
        at = page["next"]
    return {"compared": compared, "kept": kept}


async def sweep_page(job_id: int, first: int, last: int, scope: Scope) -> dict[str, int]:
    """Up to 1,000 documents from `first` on, compared with ours. `next`: where the next page begins."""
    account = await open_account(scope)
    pages = sweep_documents(
        account.columns, account.currencies, IdRange(first, last), population=account.population
    )
    listed: list[SweptDocument]
    try:
        listed = await anext(pages, [])
    finally:
        await pages.aclose()  # type: ignore[attr-defined]
    # Only an empty page speaks for the rest of the range: how full a page is, is NetSuite's business.
    through = listed[-1].id if listed else last
    kept = await asyncio.to_thread(_compare, job_id, first, through, account, listed)
    return {"compared": len(listed), "kept": kept, "next": through + 1}


@workflow("netsuite_swept")
async def read_swept(job_id: int, chunk: int, scope: Scope) -> dict[str, int]:
    """One chunk of the documents that disagree, read again by id."""
    return dict(await step(_read_swept, job_id, chunk, scope, name="read_swept"))


async def _read_swept(job_id: int, chunk: int, scope: Scope) -> dict[str, int]:
    def listed() -> list[int]:
        with store().read() as session:
            return swept_ids(session, job_id, chunk * RECHECK_DOCUMENTS, RECHECK_DOCUMENTS)

    return await read_by_id(job_id, await asyncio.to_thread(listed), scope)


def _compare(job_id: int, first: int, last: int, account: Account, listed: Sequence[SweptDocument]) -> int:
    home = account.currencies.find(None)
    alone = int(home.id or 0) if home else 0
    theirs = [
        Listed(
            external_id=one.id,
            kind=one.type,
            number=one.number,
            period_id=int(one.period) if one.period else None,
            currency_id=int(one.currency_id) if one.currency_id else alone,
            customer_id=one.customer,
            lines=one.lines,
            main_minor=one.gross.minor,
            tax_minor=one.tax.minor,
            stamp=one.stamp,
        )
        for one in listed
    ]
    kinds, dated_from = account.population.kinds, account.population.dated_from
    with store().write() as session:
        return keep_disagreements(session, job_id, first, last, theirs, kinds=kinds, dated_from=dated_from)


def _settle(job_id: int, upper: str) -> dict[str, int]:
    end = datetime.fromisoformat(upper)
    with store().read() as session:
        settled = settle(session, job_id)
    counts = Counter({MISSING: 0, DIFFERING: 0, VANISHED: 0})
    findings = []
    for one in settled:
        # What changed since the window ended was not missed: it moved while we looked, or is the next run's.
        if one.stamp is not None and one.stamp >= end:
            continue
        # A newer stamp alone says little: a payment moves it. It counts where something came of it.
        if one.what == STAMPED and not one.change:
            continue
        counts[DIFFERING if one.what == STAMPED else one.what] += 1
        where = f"{NAMES[one.kind]} {one.number}"
        findings.append(Finding("missed_by_pulls", "warning", where, _words(one)))
    tell(job_id, findings, of="sweep")
    return {**counts, "read_again": len(settled)}


def _words(one: Settled) -> str:
    what = {
        MISSING: "NetSuite holds it, and it was not here",
        DIFFERING: f"it differs (NetSuite first: {one.reason})",
        VANISHED: "NetSuite no longer counts it",
        STAMPED: "it was changed in NetSuite under an older stamp",
    }[one.what]
    came = {
        "new": "It was read and is new.",
        "changed": "It was read again and has changed.",
        "gone": f"It was read again and leaves: {one.left}.",
        "": "It was read again and is as it was here.",
    }[one.change]
    return f"Missed by incremental pulls: {NAMES[one.kind]} {one.number} (NetSuite {one.external_id}): {what}. {came}"

"""Children of a run on the account's queue: each reads one thing, one request in flight, and as seldom none as can be.

They write rows and return counts and keys. A page that is read again (a crash came before its record) replaces
what it wrote.
"""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any

from jobs.invoices.account import Account, Scope, open_account
from jobs.invoices.ahead import HeadersAhead
from jobs.invoices.vanished import VANISHED
from jobs.invoices.writing import Writer, whole_documents
from jobs.lifecycle import tell
from jobs.resources import store
from jobs.runner import step, workflow
from revrec.netsuite.deletions import deleted_documents
from revrec.netsuite.documents import DocumentHeader, DocumentLine
from revrec.netsuite.population import Population
from revrec.netsuite.window import IdRange, Window, plan_ranges, server_clock
from revrec.problems import Finding
from revrec.store.queries.documents import known_ids
from revrec.store.staging.documents import StagedCounts, recheck_ids, stage_gone

RECHECK_DOCUMENTS = 500
TRIES_WHILE_MOVING = 3
HIGHEST_ID = 2**53


@workflow("netsuite_window")
async def read_window(
    job_id: int, start: str | None, full: bool, scope: Scope | None = None
) -> dict[str, Any]:
    """NetSuite's clock, and the id ranges to read side by side; a full run's ranges leave no gap between ids."""
    return dict(await step(plan_window, start, full, scope, name="plan_window"))


async def plan_window(start: str | None, full: bool, scope: Scope | None = None) -> dict[str, Any]:
    account = await open_account(scope)
    upper = await server_clock(account.columns.client)
    window = Window(None if full else _moment(start), upper)
    ranges = await plan_ranges(account.columns.client, window, population=account.population)
    spans = [[one.first, one.last, one.documents] for one in ranges]
    if full:
        first = 0
        for span in spans:
            span[0], first = first, span[1] + 1
        spans.append([first, HIGHEST_ID, 0])
    return {"upper": upper.isoformat(), "ranges": spans}


@workflow("netsuite_range")
async def read_range(
    job_id: int,
    first: int,
    last: int,
    start: str | None,
    end: str,
    full: bool,
    scope: Scope | None = None,
) -> dict[str, int]:
    """All documents of an id range that changed in the window (`full`: all), page by page."""
    counts, left, at, ahead = StagedCounts(), 0, first, HeadersAhead()
    try:
        while at <= last:
            page = await step(read_page, job_id, at, last, start, end, full, scope, ahead, name="read_page")
            counts += StagedCounts(page["new"], page["changed"], page["same"], page["lines"])
            left += page["gone"]
            at = page["next"]
    finally:
        await ahead.close()
    return {**counts.__dict__, "gone": left}


async def read_page(
    job_id: int,
    first: int,
    last: int,
    start: str | None,
    end: str,
    full: bool,
    scope: Scope | None,
    ahead: HeadersAhead,
) -> dict[str, int]:
    """Up to 1,000 headers from `first` on, with their lines; staged. `next`: where the next page begins.

    The headers may have been read `ahead`, and those of the next page are asked for once all lines of this are here.
    """
    account = await open_account(scope)
    window = None if full else Window(_moment(start), datetime.fromisoformat(end))
    headers = await ahead.take(first)
    if headers is None:
        headers = await _headers(account, IdRange(first, last), window)
    # Only an empty page speaks for the rest of the range: how full a page is, is NetSuite's business.
    through = headers[-1].id if headers else last
    gone = {header.id: header.left_out for header in headers if header.left_out}
    standing = [header for header in headers if not header.left_out]

    def ask_on() -> None:
        if through < last:
            ahead.ask(through + 1, _headers(account, IdRange(through + 1, last), window))

    async with Writer(job_id, account) as writer:
        if standing:
            # Lines are read over the span of the page's ids: `since` leaves unchanged documents between them out.
            since = None if full else _moment(start)
            moving: list[DocumentHeader] = []
            span = IdRange(standing[0].id, standing[-1].id)
            async with aclosing(account.source.lines(span, since, ask_on)) as lines:
                async for batch in whole_documents(standing, lines):
                    moving += [header for header, found in batch if _moved(header, found)]
                    await writer.put(
                        [(header, found) for header, found in batch if not _moved(header, found)]
                    )
            if moving:
                await ahead.settle()
                await _put_moving(writer, account, moving, gone)
        if full:
            seen = {header.id for header in headers}
            held = await asyncio.to_thread(_known, first, through, account.population)
            if unseen := [one for one in held if one not in seen]:
                await ahead.settle()
                gone |= await _gone(account, unseen)
    left = await asyncio.to_thread(_stage_gone, job_id, gone)
    await asyncio.to_thread(_tell_lacking, job_id, account)
    return {**writer.counts.__dict__, "gone": left, "next": through + 1}


async def _headers(account: Account, ids: IdRange, window: Window | None) -> list[DocumentHeader]:
    """The first page of headers of a range; empty where there is none."""
    async with aclosing(account.source.headers(ids, window)) as pages:
        return await anext(pages, [])


async def _gone(account: Account, unseen: Sequence[int]) -> dict[int, str]:
    """Why documents that were not listed are none of the population any more: each is asked for by its id."""
    found = {header.id: header.left_out for header in await account.source.headers_by_id(unseen)}
    return {one: reason for one in unseen if (reason := found.get(one, VANISHED))}


@workflow("netsuite_documents")
async def read_documents(job_id: int, ids: Sequence[int], scope: Scope | None = None) -> dict[str, int]:
    """Documents by id, whatever the window: held ones, and those that moved while they were read."""
    return dict(await step(read_by_id, job_id, list(ids), scope, name="read_by_id"))


async def read_by_id(job_id: int, ids: Sequence[int], scope: Scope | None = None) -> dict[str, int]:
    account = await open_account(scope)
    headers = await account.source.headers_by_id(ids)
    lines: dict[int, list[DocumentLine]] = {}
    for line in await account.source.lines_by_id(ids):
        lines.setdefault(line.document_id, []).append(line)
    found = {header.id for header in headers}
    gone = {one: VANISHED for one in ids if one not in found}
    gone |= {header.id: header.left_out for header in headers if header.left_out}
    read = [(header, lines.get(header.id, [])) for header in headers if not header.left_out]
    async with Writer(job_id, account) as writer:
        moving = [header for header, found_lines in read if _moved(header, found_lines)]
        await writer.put([one for one in read if not _moved(*one)])
        await _put_moving(writer, account, moving, gone)
    left = await asyncio.to_thread(_stage_gone, job_id, gone)
    return {**writer.counts.__dict__, "gone": left}


@workflow("netsuite_recheck")
async def recheck_documents(job_id: int, chunk: int, scope: Scope | None = None) -> dict[str, int]:
    """One chunk of the re-pull list: documents that are held, or were seen moving. Publishing alone changes it."""
    return dict(await step(_recheck, job_id, chunk, scope, name="recheck"))


async def _recheck(job_id: int, chunk: int, scope: Scope | None) -> dict[str, int]:
    kinds = scope["kinds"] if scope else None

    def listed() -> list[int]:
        with store().read() as session:
            return recheck_ids(session, kinds)[chunk * RECHECK_DOCUMENTS : (chunk + 1) * RECHECK_DOCUMENTS]

    return await read_by_id(job_id, await asyncio.to_thread(listed), scope)


@workflow("netsuite_deletions")
async def read_deletions(
    job_id: int, start: str | None, end: str, scope: Scope | None = None
) -> dict[str, int]:
    """Documents that NetSuite's own record of deletions names."""
    return dict(await step(read_deleted, job_id, start, end, scope, name="read_deleted"))


async def read_deleted(
    job_id: int, start: str | None, end: str, scope: Scope | None = None
) -> dict[str, int]:
    account = await open_account(scope)
    window = Window(_moment(start), datetime.fromisoformat(end))
    deletions, notices = await deleted_documents(account.columns, window)
    kinds = account.population.kinds
    reasons = {deletion.document_id: "deleted" for deletion in deletions if deletion.kind in kinds}
    left = await asyncio.to_thread(_stage_gone, job_id, reasons)
    findings = [Finding(one.kind, "warning", one.what, one.message) for one in notices]
    await asyncio.to_thread(tell, job_id, findings, of="deletions")
    return {"gone": left}


async def _put_moving(
    writer: Writer, account: Account, moving: Sequence[DocumentHeader], gone: dict[int, str]
) -> None:
    """Read documents that moved between header and lines again, alone; one that never stands still comes as it is."""
    standing = {header.id: header for header in moving}
    lines: dict[int, list[DocumentLine]] = {}
    for _ in range(TRIES_WHILE_MOVING):
        again = [one for one, header in standing.items() if _moved(header, lines.get(one, ()))]
        if not again:
            break
        found = {header.id: header for header in await account.source.headers_by_id(again)}
        for one in again:
            lines.pop(one, None)
            header = found.get(one)
            if header is None or header.left_out:
                del standing[one]
                gone[one] = header.left_out if header else VANISHED
            else:
                standing[one] = header
        for line in await account.source.lines_by_id([one for one in again if one in standing]):
            lines.setdefault(line.document_id, []).append(line)
    await writer.put([(header, lines.get(one, ())) for one, header in standing.items()])


def _tell_lacking(job_id: int, account: Account) -> None:
    """Say which columns the account lacks, as far as this process has asked for them by now."""
    findings = [Finding(one.kind, "warning", one.what, one.message) for one in account.columns.notices]
    if findings:
        tell(job_id, findings, of="columns")


def _moved(header: DocumentHeader, lines: Sequence[DocumentLine]) -> bool:
    return not lines or any(line.modified_at != header.modified_at for line in lines)


def _stage_gone(job_id: int, reasons: dict[int, str]) -> int:
    if not reasons:
        return 0
    with store().write() as session:
        return stage_gone(session, job_id, reasons)


def _known(first: int, last: int, population: Population) -> list[int]:
    with store().read() as session:
        return known_ids(session, first, last, population.kinds, population.dated_from)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

"""The window of time a run reads, by NetSuite's clock, and its split into ranges of document ids.

A range is what one worker reads. Ranges are made by counting, so that each holds about as many documents as asked for,
whatever gaps other transactions leave in the ids, and whether or not thousands share one second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from revrec.netsuite import values
from revrec.netsuite.client import NetSuiteClient
from revrec.netsuite.errors import AnswerUnreadable, QueryRefused, ServerFailed
from revrec.netsuite.population import ALL, Population
from revrec.netsuite.suiteql import between_instants, utc_text, where

# About 2 pages of headers and 10 of lines: large enough that the bookkeeping of a range does not show.
RANGE_DOCUMENTS = 2_000
# Towards the end of the ids ranges get smaller: none is more than a share of what is left then, so that those that are
# read side by side end together, and few documents too are read side by side. Down to a page of headers and about two
# of lines; smaller ones would be more requests for the same rows.
_SHARE_OF_REST = 12
_LEAST_DOCUMENTS = 400
_BUCKETS = 500
Conditions = Sequence[str]
_CLOCK = "the query for NetSuite's clock"


@dataclass(frozen=True, slots=True)
class Window:
    """Documents modified in [start, end), instants in UTC; a `start` of None reads from the beginning."""

    start: datetime | None
    end: datetime

    def __post_init__(self) -> None:
        for moment in (self.start, self.end):
            if moment is not None and moment.utcoffset() is None:
                raise ValueError(f"{moment} has no time zone; a window is of instants")

    def conditions(self, column: str = "t.lastmodifieddate") -> list[str]:
        """SuiteQL conditions for this window."""
        return between_instants(column, self.start, self.end)


@dataclass(frozen=True, slots=True, order=True)
class IdRange:
    """Document ids from `first` to `last`, both included, with the number of documents counted in it."""

    first: int
    last: int
    documents: int = 0

    def condition(self, column: str = "t.id") -> str:
        """SuiteQL condition for this range."""
        return f"{column} BETWEEN {int(self.first)} AND {int(self.last)}"


async def server_clock(client: NetSuiteClient) -> datetime:
    """The end of the second that NetSuite's clock shows, in UTC: the upper end of a window.

    Asked of the database, which stamps the documents; the date in the reply's header serves where it has no clock to
    ask. Stamps are whole seconds, so the running second is taken in: what was changed just before a run is part of it.
    What changes later in that second, or what a zone that NetSuite takes for another hides for hours, is covered by the
    overlap of the next window, a day.
    """
    return await _read_clock(client) + timedelta(seconds=1)


async def _read_clock(client: NetSuiteClient) -> datetime:
    for clock in ("SYSTIMESTAMP", "SYSDATE"):
        try:
            page = await client.query(
                f"SELECT {utc_text(clock)} AS server_time FROM DUAL", what=_CLOCK, server_attempts=2
            )
        except (QueryRefused, ServerFailed):
            continue
        if page.rows and (moment := values.moment(page.rows[0], "server_time")) is not None:
            return moment
    # Any answer carries a Date header, and every account can answer this.
    await client.query("SELECT 1 AS one FROM DUAL", what=_CLOCK)
    if client.server_date is None:
        raise AnswerUnreadable(_CLOCK, "it tells no time, neither in a row nor in a Date header")
    return client.server_date


async def plan_ranges(
    client: NetSuiteClient, window: Window, size: int | None = None, population: Population = ALL
) -> list[IdRange]:
    """Ranges of about `size` documents that together hold all documents of the window, by id.

    Without a size: of at most `RANGE_DOCUMENTS`, and smaller towards the end of the ids. They are counted, not listed:
    a handful of queries however many documents there are.
    """
    if size is not None and size < 1:
        raise ValueError(f"size is {size}; a range holds at least one document")
    # In a window of changes a document that has left the population is wanted too: it may be one we hold.
    counted = [population.kind, population.dated if window.start is None else "", *window.conditions()]
    whole = await _count(client, counted, None)
    if whole is None:
        return []
    most = size or RANGE_DOCUMENTS
    least = size or _LEAST_DOCUMENTS
    ranges: list[IdRange] = []
    left = whole.documents
    for part in await _split(client, counted, whole, most) if left > least else [whole]:
        # Neighbours that are small together become one.
        if ranges and ranges[-1].documents + part.documents <= most:
            ranges[-1] = IdRange(ranges[-1].first, part.last, ranges[-1].documents + part.documents)
        else:
            ranges.append(part)
            most = size or min(RANGE_DOCUMENTS, max(least, left // _SHARE_OF_REST))
        left -= part.documents
    return ranges


async def _split(client: NetSuiteClient, counted: Conditions, whole: IdRange, size: int) -> list[IdRange]:
    if whole.first == whole.last:
        return [whole]
    try:
        found = await _count_buckets(client, counted, whole)
    except QueryRefused:
        # Grouping by an expression is not promised anywhere; counting halves gets there too, in more steps.
        found = await _count_halves(client, counted, whole)
    parts: list[IdRange] = []
    for part in found:
        parts += await _split(client, counted, part, size) if part.documents > size else [part]
    return parts


async def _count(client: NetSuiteClient, counted: Conditions, within: IdRange | None) -> IdRange | None:
    conditions = where(within.condition() if within else "", *counted)
    page = await client.query(
        f"SELECT COUNT(t.id) AS documents, MIN(t.id) AS first_id, MAX(t.id) AS last_id FROM transaction t {conditions}",
        what="the count of changed documents",
    )
    row = page.rows[0] if page.rows else {}
    if not row or values.whole(row, "documents") == 0:
        return None
    return IdRange(
        values.whole(row, "first_id"), values.whole(row, "last_id"), values.whole(row, "documents")
    )


async def _count_halves(client: NetSuiteClient, counted: Conditions, whole: IdRange) -> list[IdRange]:
    middle = (whole.first + whole.last) // 2
    halves = (IdRange(whole.first, middle), IdRange(middle + 1, whole.last))
    return [found for half in halves if (found := await _count(client, counted, half)) is not None]


async def _count_buckets(client: NetSuiteClient, counted: Conditions, whole: IdRange) -> list[IdRange]:
    width = max(1, -(-(whole.last - whole.first + 1) // _BUCKETS))
    bucket = f"TRUNC((t.id - {whole.first}) / {width})"
    page = await client.query(
        f"SELECT COUNT(t.id) AS documents, MIN(t.id) AS first_id, MAX(t.id) AS last_id FROM transaction t "
        f"{where(whole.condition(), *counted)} GROUP BY {bucket}",
        what="the count of changed documents by id range",
    )
    return sorted(
        IdRange(values.whole(row, "first_id"), values.whole(row, "last_id"), values.whole(row, "documents"))
        for row in page.rows
    )

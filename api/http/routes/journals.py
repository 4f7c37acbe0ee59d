"""Journals: the transaction hub."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from sqlmodel import col

from api.http.access import INT64_MAX, Id, Needs, Opened
from api.http.paging import Page, PageSize, PlaceCursor, SortBy, read_order, write_place
from api.http.requests import Body, ReasonBody
from api.http.routes.jobs import STARTED, started
from api.views.jobs import JobView
from api.views.journal_checks import JournalCheckView, journal_check_views
from api.views.journals import (
    JournalDetailView,
    JournalTotalView,
    JournalView,
    journal_detail_view,
    journal_total_views,
    journal_views,
)
from revrec.operations.actor import Actor
from revrec.operations.approve_journal import approve_journal
from revrec.problems import NotFound
from revrec.store.queries.journals import JOURNAL_SORTS, journal_totals, journals_where
from revrec.store.queries.ordered import one_page
from revrec.store.tables import Journal

router = APIRouter(tags=["journals"])
InPeriod = Annotated[str, Query(max_length=20)]
InState = Annotated[str, Query(max_length=40)]
Search = Annotated[
    str, Query(max_length=200, description="Part of the number, of the memo, or NetSuite's id.")
]


class PostBody(Body):
    """`journals`: ids; null: all that wait."""

    journals: list[Annotated[int, Field(ge=1, le=INT64_MAX)]] | None = Field(default=None, max_length=1000)


@router.get("/journals", operation_id="list_journals", summary="List journals, newest first unless sorted")
def list_journals(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    period: InPeriod = "",
    state: InState = "",
    search: Search = "",
    sort: SortBy = "",
    cursor: PlaceCursor = None,
    limit: PageSize = 50,
) -> Page[JournalView]:
    order = read_order(sort, cursor, "-drafted")
    with deployment.store.read() as session:
        query = journals_where(period=period, state=state, search=search)
        rows, place = one_page(session, query, JOURNAL_SORTS, col(Journal.id), order, limit)
        return Page(
            items=journal_views(session, [row[0] for row in rows]), next_cursor=write_place(order, place)
        )


@router.get(
    "/journals/totals", operation_id="total_journals", summary="The sums over a selection of journals"
)
def total_journals(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    period: InPeriod = "",
    state: InState = "",
    search: Search = "",
) -> list[JournalTotalView]:
    with deployment.store.read() as session:
        totals = journal_totals(session, period=period, state=state, search=search)
        return journal_total_views(session, totals)


@router.get("/journals/{journal_id}", operation_id="show_journal", summary="A journal with its lines")
def show_journal(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], journal_id: Id
) -> JournalDetailView:
    with deployment.store.read() as session:
        row = session.get(Journal, journal_id)
        if row is None:
            raise NotFound(f"There is no journal {journal_id}.", where="journal_id")
        return journal_detail_view(session, row)


@router.get(
    "/journals/{journal_id}/check",
    operation_id="check_journal",
    summary="What NetSuite would refuse of a journal, by what was last read of the account",
)
def check_journal(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], journal_id: Id
) -> JournalCheckView:
    with deployment.store.read() as session:
        found = journal_check_views(session, [journal_id])
        if not found:
            raise NotFound(f"There is no journal {journal_id}.", where="journal_id")
        return found[0]


@router.post(
    "/journals/{journal_id}/approve",
    operation_id="approve_journal",
    summary="Approve a draft; it gets its number",
)
def approve(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("approve_journal"))],
    journal_id: Id,
    body: ReasonBody,
) -> JournalView:
    with deployment.store.write() as session:
        row = approve_journal(session, actor, journal_id, now=deployment.now(), reason=body.reason)
        return journal_views(session, [row])[0]


@router.post(
    "/journals/post",
    operation_id="post_journals",
    summary="Send approved journals to NetSuite now, and retry those that failed",
    status_code=202,
    responses=STARTED,
)
def post(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("post_journal"))],
    body: PostBody,
    response: Response,
) -> JobView:
    return started(deployment, actor, "post", {"journals": body.journals}, response)

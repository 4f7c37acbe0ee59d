"""Journals: the transaction hub."""

from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from sqlmodel import col

from api.http.access import INT64_MAX, Id, Needs, Opened
from api.http.paging import Page, PageAsked, Paged, write_place
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


@dataclass
class _Selection:
    period: Annotated[str, Query(max_length=20)] = ""
    state: Annotated[str, Query(max_length=40)] = ""
    search: Annotated[
        str, Query(max_length=200, description="Part of the number, of the memo, or NetSuite's id.")
    ] = ""


Selected = Annotated[_Selection, Depends()]


class PostBody(Body):
    """`journals`: ids; null: all that wait."""

    journals: list[Annotated[int, Field(ge=1, le=INT64_MAX)]] | None = Field(default=None, max_length=1000)


@router.get("/journals", operation_id="list_journals", summary="List journals, newest first unless sorted")
def list_journals(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    asked: Annotated[PageAsked, Depends(Paged("-drafted"))],
    selected: Selected,
) -> Page[JournalView]:
    with deployment.store.read() as session:
        query = journals_where(**asdict(selected))
        rows, place = one_page(session, query, JOURNAL_SORTS, col(Journal.id), asked.order, asked.limit)
        return Page(
            items=journal_views(session, [row[0] for row in rows]),
            next_cursor=write_place(asked.order, place),
        )


@router.get(
    "/journals/totals", operation_id="total_journals", summary="The sums over a selection of journals"
)
def total_journals(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    selected: Selected,
) -> list[JournalTotalView]:
    with deployment.store.read() as session:
        totals = journal_totals(session, **asdict(selected))
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

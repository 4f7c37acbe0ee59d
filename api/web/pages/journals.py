"""Journals: drafts, lines, approving, posting."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session, col
from starlette.responses import Response

from api.http.access import Id, Needs, Opened
from api.views.journal_checks import journal_check_views
from api.views.journals import (
    JournalDetailView,
    JournalLineView,
    JournalView,
    journal_detail_view,
    journal_total_views,
    journal_views,
)
from api.web.download import Field
from api.web.forms import Form, Posted
from api.web.listing import ROWS, Listing, listing_of, totals_page
from api.web.render import page
from api.web.taking import take_list
from jobs.start import start_job
from revrec.operations.actor import Actor
from revrec.operations.approve_journal import approve_journal
from revrec.problems import NotFound
from revrec.store.queries.journals import JOURNAL_SORTS, journal_totals, journals_where
from revrec.store.queries.ordered import all_rows, one_page
from revrec.store.tables import Journal
from revrec.store.tables.journals import JOURNAL_STATES, UNSENT_STATES

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
_LINES = 200
FIELDS = (
    Field("Journal", lambda one: one.number or f"draft {one.id}"),
    Field("Period", lambda one: one.period),
    Field("Date", lambda one: one.date, "day"),
    Field("Subsidiary", lambda one: one.subsidiary),
    Field("State", lambda one: one.state),
    Field("Lines", lambda one: one.lines, "count"),
    Field("Total", lambda one: one.total, "amount"),
    Field("Currency", lambda one: one.currency),
    Field("NetSuite id", lambda one: str(one.netsuite_id or "")),
    Field("External id", lambda one: one.external_id),
    Field("Memo", lambda one: one.memo),
    Field("Says", lambda one: one.message),
)
TOTALS = (
    Field("Currency", lambda one: one.currency),
    Field("Journals", lambda one: one.journals, "count"),
    Field("Lines", lambda one: one.lines, "count"),
    Field("Total", lambda one: one.total, "amount"),
)


@router.get("/journals")
def journals(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        query = journals_where(**listing.filters)
        rows, place = one_page(session, query, JOURNAL_SORTS, col(Journal.id), listing.order, ROWS)
        views = journal_views(session, [row[0] for row in rows])
    return page(
        request, "journals.html", journals=views, list=listing.page(len(views), place), states=JOURNAL_STATES
    )


@router.get("/journals/totals")
def totals(request: Request, deployment: Opened, actor: Reader) -> Response:
    with deployment.store.read() as session:
        views = journal_total_views(session, journal_totals(session, **_listing(request).filters))
    return totals_page(request, _listing(request), "journals", TOTALS, views)


@router.get("/journals.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    listing = _listing(request)

    def rows(session: Session) -> Iterator[JournalView]:
        query = journals_where(**listing.filters)
        for part in all_rows(session, query, JOURNAL_SORTS, col(Journal.id), listing.order):
            yield from journal_views(session, [row[0] for row in part])

    return take_list(deployment, actor, kind, "journals", listing.filters, FIELDS, rows)


@router.get("/journals/{journal_id}")
def journal(
    request: Request,
    deployment: Opened,
    actor: Reader,
    journal_id: Id,
    after: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """`after`: the line below which the page of lines begins."""
    with deployment.store.read() as session:
        view = _detail(session, journal_id)
        checks = (
            journal_check_views(session, [journal_id]) if view.state in (*UNSENT_STATES, "conflict") else []
        )
    lines = [one for one in view.entries if one.line > after]
    return page(
        request,
        "journal.html",
        journal=view,
        lines=lines[:_LINES],
        after=after,
        following=lines[_LINES - 1].line if len(lines) > _LINES else 0,
        segments=_segments(view),
        check=checks[0] if checks else None,
    )


@router.get("/journals/{journal_id}/lines.{kind}")
def export_lines(
    request: Request,
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("export_list"))],
    journal_id: Id,
    kind: str,
) -> Response:
    with deployment.store.read() as session:
        view = _detail(session, journal_id)
    fields, filters = line_fields(view, _segments(view)), {"journal": str(journal_id)}
    name = view.external_id or f"journal-{view.id}"
    return take_list(
        deployment, actor, kind, "journal lines", filters, fields, lambda _: view.entries, name=name
    )


def line_fields(view: JournalDetailView, segments: Sequence[str]) -> list[Field]:
    """The columns of a journal's lines: one for each segment that any of them has."""

    def segment(name: str) -> Callable[[JournalLineView], str]:
        return lambda line: next((one.name or one.id for one in line.segments if one.segment == name), "")

    return [
        Field("Line", lambda one: one.line, "count"),
        Field("Account", lambda one: one.account_number),
        Field("Account name", lambda one: one.account_name),
        Field("Role", lambda one: one.role),
        *(Field(name, segment(name)) for name in segments),
        Field("Debit", lambda one: one.debit or None, "amount"),
        Field("Credit", lambda one: one.credit or None, "amount"),
        Field("Currency", lambda one: view.currency),
        Field("Memo", lambda one: one.memo),
        Field("Customer", lambda one: str(one.customer or "")),
        Field("Unverified", lambda one: "yes" if one.unverified else ""),
    ]


@router.post("/journals/approve")
def approve(form: Annotated[Form, Depends(Posted("approve_journal"))]) -> Response:
    """Approve what is ticked, all or none; each gets its number."""
    ids = form.numbers("journal")
    with form.deployment.store.write() as session:
        numbers = [
            approve_journal(
                session, form.actor, one, now=form.deployment.now(), reason=form.text("reason")
            ).number
            for one in ids
        ]
    what = f"Journal {numbers[0]} is" if len(ids) == 1 else f"{len(ids)} journals are"
    return form.done(_back(form), f"{what} approved and will be sent to NetSuite.")


@router.post("/journals/post")
def post(form: Annotated[Form, Depends(Posted("post_journal"))]) -> Response:
    """Send what waits now; or only what is named."""
    ids = form.numbers("journal") if form.texts("journal") else None
    job = start_job(form.deployment.config, form.deployment.store, "post", {"journals": ids}, form.actor)
    return form.done(f"/sync/jobs/{job}")


def _detail(session: Session, journal_id: int) -> JournalDetailView:
    row = session.get(Journal, journal_id)
    if row is None:
        raise NotFound(f"There is no journal {journal_id}.", where="journal")
    return journal_detail_view(session, row)


def _segments(view: JournalDetailView) -> list[str]:
    """Those that any line has, by name."""
    return sorted({one.segment for line in view.entries for one in line.segments})


def _listing(request: Request) -> Listing:
    return listing_of(request, "-drafted", "period", "state", "search", totals=True)


def _back(form: Form) -> str:
    chosen = form.texts("journal")
    return f"/journals/{chosen[0]}" if len(chosen) == 1 else "/journals"

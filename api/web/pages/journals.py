"""Journals: drafts, lines, approving, posting."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.http.access import Id, Needs, Opened
from api.http.paging import page_of, read_cursor
from api.views.journals import journal_detail_view, journal_views
from api.web.forms import Form, Posted
from api.web.render import page
from jobs.start import start_job
from revrec.operations.actor import Actor
from revrec.operations.approve_journal import approve_journal
from revrec.problems import Invalid, NotFound
from revrec.store.queries.journals import journals_before
from revrec.store.tables import Journal

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
STATES = ("draft", "approved", "queued", "posting", "posted", "failed", "conflict", "cancelled")
_ROWS = 50


@router.get("/journals")
def journals(
    request: Request,
    deployment: Opened,
    actor: Reader,
    period: Annotated[str, Query(max_length=20)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    with deployment.store.read() as session:
        found = journals_before(session, read_cursor(cursor), _ROWS + 1, period=period.strip(), state=state)
        rows, following = page_of(found, _ROWS, lambda row: row.id)
        views = journal_views(session, rows)
    return page(
        request,
        "journals.html",
        journals=views,
        period=period.strip(),
        state=state,
        states=STATES,
        cursor=cursor,
        following=following,
    )


@router.get("/journals/{journal_id}")
def journal(request: Request, deployment: Opened, actor: Reader, journal_id: Id) -> Response:
    with deployment.store.read() as session:
        row = session.get(Journal, journal_id)
        if row is None:
            raise NotFound(f"There is no journal {journal_id}.", where="journal")
        view = journal_detail_view(session, row)
    segments = sorted({one.segment for line in view.entries for one in line.segments})
    return page(request, "journal.html", journal=view, segments=segments)


@router.post("/journals/approve")
def approve(form: Annotated[Form, Depends(Posted("approve_journal"))]) -> Response:
    """Approve what is ticked, all or none; each gets its number."""
    ids = _ids(form)
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
    ids = _ids(form) if form.texts("journal") else None
    job = start_job(form.deployment.config, form.deployment.store, "post", {"journals": ids}, form.actor)
    return form.done(f"/sync/jobs/{job}")


def _ids(form: Form) -> list[int]:
    chosen = form.texts("journal")
    if not chosen or not all(one.isdigit() and len(one) < 19 for one in chosen):
        raise Invalid("Tick at least one journal.", where="journal")
    return sorted({int(one) for one in chosen})


def _back(form: Form) -> str:
    chosen = form.texts("journal")
    return f"/journals/{chosen[0]}" if len(chosen) == 1 else "/journals"

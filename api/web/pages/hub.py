"""The transaction hub: journals on their way to NetSuite, what became of each, and the next batch."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session, col
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Id, Needs, Opened
from api.posting import all_failed, retry_now, send_now
from api.views.hub import (
    HubJournalView,
    StateCode,
    batch_view,
    cross_check_view,
    hub_detail_view,
    hub_journal_views,
    hub_total_views,
    selection,
)
from api.views.netsuite_pages import netsuite_pages
from api.web.download import Field
from api.web.entry import FRESH, Entry, entry_again
from api.web.forms import Form, Posted, read_day
from api.web.listing import ROWS, Listing, listing_of, totals_page
from api.web.render import page
from api.web.taking import take_list
from revrec.operations.actor import Actor
from revrec.operations.hold_journals import hold_journals
from revrec.operations.hub_choice import Told
from revrec.operations.release_journals import release_journals
from revrec.problems import Invalid, NotFound, RevRecError
from revrec.store.queries.hub import HUB_SORTS, HubState, Selection, hub_counts, hub_where
from revrec.store.queries.journals import subsidiary_names
from revrec.store.queries.ordered import all_rows, one_page
from revrec.store.tables import Journal

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
FIELDS = (
    Field("Journal", lambda one: one.number),
    Field("State", lambda one: one.state),
    Field("Period", lambda one: one.period),
    Field("Date", lambda one: one.date, "day"),
    Field("Subsidiary", lambda one: one.subsidiary),
    Field("Lines", lambda one: one.lines, "count"),
    Field("Total", lambda one: one.total, "amount"),
    Field("Currency", lambda one: one.currency),
    Field("Approved by", lambda one: one.approved_by),
    Field("Approved (UTC)", lambda one: one.approved_at, "moment"),
    Field("First sent (UTC)", lambda one: one.first_sent_at, "moment"),
    Field("Last attempt (UTC)", lambda one: one.last_attempt_at, "moment"),
    Field("Attempts", lambda one: one.attempts, "count"),
    Field("Next attempt (UTC)", lambda one: one.next_attempt_at, "moment"),
    Field("Transferred (UTC)", lambda one: one.transferred_at, "moment"),
    Field("NetSuite id", lambda one: str(one.netsuite_id or "")),
    Field("NetSuite number", lambda one: one.netsuite_number),
    Field("External id", lambda one: one.external_id),
    Field("Held", lambda one: one.held),
    Field("Held by", lambda one: one.held_by),
    Field("NetSuite says", lambda one: one.message),
)
TOTALS = (
    Field("Currency", lambda one: one.currency),
    Field("Journals", lambda one: one.journals, "count"),
    Field("Lines", lambda one: one.lines, "count"),
    Field("Debits", lambda one: one.debits, "amount"),
)


@router.get("/hub")
def hub(request: Request, deployment: Opened, actor: Reader) -> Response:
    return _list(request, deployment)


def _list(
    request: Request, deployment: Deployment, entry: Entry = FRESH, chosen: Sequence[str] = ()
) -> Response:
    """The list; after a refusal with what was ticked and typed. What is acted on is sent to an address that carries
    what the list was asked."""
    listing = _listing(request)
    with deployment.store.read() as session:
        rows, place = one_page(
            session, hub_where(_chosen(session, listing)), HUB_SORTS, col(Journal.id), listing.order, ROWS
        )
        views = hub_journal_views(session, [row[0] for row in rows])
        counts = hub_counts(session, _chosen(session, listing, any_state=True))
        batch, checked = batch_view(session), cross_check_view(session)
        pages, subsidiaries = netsuite_pages(session, "journals"), subsidiary_names(session)
    tabs = [("", "All", sum(counts.values()), listing.filter_url("state", ""))]
    for state in HubState:
        held = counts.get(state, 0)
        tabs.append((state.code, state.value, held, listing.filter_url("state", state.code)))
    return page(
        request,
        "hub.html",
        entry.status,
        entry=entry,
        chosen=chosen,
        asked=listing.asked,
        journals=views,
        list=listing.page(len(views), place),
        tabs=tabs,
        batch=batch,
        checked=checked,
        netsuite=pages,
        subsidiaries=subsidiaries,
    )


@router.get("/hub/totals")
def totals(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        views = hub_total_views(session, _chosen(session, listing))
    return totals_page(request, listing, "transaction hub", TOTALS, views)


@router.get("/hub.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    listing = _listing(request)

    def rows(session: Session) -> Iterator[HubJournalView]:
        query = hub_where(_chosen(session, listing))
        for part in all_rows(session, query, HUB_SORTS, col(Journal.id), listing.order):
            yield from hub_journal_views(session, [row[0] for row in part])

    return take_list(deployment, actor, kind, "transaction hub", listing.filters, FIELDS, rows)


@router.get("/hub/{journal_id}")
def journal(request: Request, deployment: Opened, actor: Reader, journal_id: Id) -> Response:
    """A journal with every exchange about it."""
    with deployment.store.read() as session:
        row = session.get(Journal, journal_id)
        if row is None:
            raise NotFound(f"There is no journal {journal_id}.", where="journal")
        view = hub_detail_view(session, row)
        pages = netsuite_pages(session, "journals")
    return page(request, "hub_journal.html", journal=view, netsuite=pages)


@router.post("/hub/now")
def now(form: Annotated[Form, Depends(Posted("post_journal"))]) -> Response:
    """Send what waits, or what is named, without waiting for the batch."""

    def run() -> Response:
        # Those of the list's form send what is ticked there, so nothing ticked is a mistake.
        named = form.texts("journal") or form.on("chosen")
        sending = send_now(form.deployment, form.actor, form.numbers("journal") if named else None)
        if sending.job_id is None:
            return form.done(_back(form), sending.note)
        return form.done(f"/sync/jobs/{sending.job_id}")

    return _or_again(form, run)


@router.post("/hub/retry")
def retry(form: Annotated[Form, Depends(Posted("retry_journal"))]) -> Response:
    """Retry what is named, or all that failed; `again`: also what was posted and is gone in NetSuite."""

    def run() -> Response:
        ids = all_failed(form.deployment) if form.on("all_failed") else form.numbers("journal")
        told, sending = retry_now(
            form.deployment, form.actor, ids, form.text("reason"), again=form.on("again")
        )
        if sending.job_id is not None:
            return form.done(f"/sync/jobs/{sending.job_id}", _words(told))
        return form.done(_back(form), f"{_words(told)} {sending.note}".strip())

    return _or_again(form, run)


@router.post("/hub/hold")
def hold(form: Annotated[Form, Depends(Posted("hold_journal"))]) -> Response:
    def run() -> Response:
        with form.deployment.store.write() as session:
            told = hold_journals(
                session, form.actor, form.numbers("journal"), form.text("reason"), now=form.deployment.now()
            )
        return form.done(_back(form), _words(told))

    return _or_again(form, run)


@router.post("/hub/release")
def release(form: Annotated[Form, Depends(Posted("release_journal"))]) -> Response:
    def run() -> Response:
        with form.deployment.store.write() as session:
            told = release_journals(
                session,
                form.actor,
                form.numbers("journal"),
                now=form.deployment.now(),
                reason=form.text("reason"),
            )
        return form.done(_back(form), _words(told))

    return _or_again(form, run)


def _or_again(form: Form, run: Callable[[], Response]) -> Response:
    """Do it; refused, show the list again with what was ticked and typed. Forms of one journal's page, which only ask
    before something is done, are asked again where the refusal stands."""
    try:
        return run()
    except RevRecError as wrong:
        if not form.on("chosen"):
            raise
        return _list(form.request, form.deployment, entry_again(form, wrong), form.texts("journal"))


def _listing(request: Request) -> Listing:
    names = ("state", "period", "subsidiary", "search", "since", "until")
    return listing_of(request, "-number", *names, path="/hub", totals=True)


def _chosen(session: Session, listing: Listing, *, any_state: bool = False) -> Selection:
    """What the URL selects. Raises `Invalid` for a state or a day that is none, `NotFound` for a subsidiary."""
    asked = listing.filters
    if asked["state"] and asked["state"] not in get_args(StateCode):
        raise Invalid(f"The hub has no state '{asked['state']}'.", where="state")
    state = "" if any_state else asked["state"]
    days = {name: read_day(asked[name], name) for name in ("since", "until")}
    return selection(session, state, asked["period"], asked["subsidiary"], search=asked["search"], **days)


def _words(told: list[Told]) -> str:
    """What became of each journal: the same words once, for all that share them."""
    said: dict[str, list[str]] = {}
    for one in told:
        said.setdefault(one.message, []).append(one.number)
    return " ".join(
        f"{numbers[0] if len(numbers) == 1 else f'{len(numbers)} journals'}: {message}"
        for message, numbers in said.items()
    )


def _back(form: Form) -> str:
    """The page of the journal that a form of that page was about, else the list."""
    chosen = form.texts("journal")
    if form.on("stay") and chosen and chosen[0].isdigit():
        return f"/hub/{chosen[0]}"
    return f"/hub?{form.request.url.query}" if form.request.url.query else "/hub"

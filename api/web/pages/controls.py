"""Control checks: what must always hold of closed periods, run on demand; NetSuite's balances beside the ledger."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Needs, Opened
from api.views.clearing import clearing_view
from api.views.controls import controls_view
from api.views.general_ledger import GlBalanceView, GlPartView, gl_balance_views, gl_period_views
from api.views.periods import period_views
from api.web.download import Field
from api.web.entry import FRESH, Entry, carry_out
from api.web.forms import Form, Posted
from api.web.render import page
from api.web.taking import take_list
from jobs.closing.clearing import clearing_period
from jobs.closing.controls import check_books, closed_periods
from jobs.start import start_job
from revrec.operations.actor import Actor
from revrec.operations.sign_off_balance import sign_off_balance
from revrec.problems import Invalid
from revrec.store.queries.general_ledger import newest_period_read

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
Period = Annotated[str, Query(max_length=20)]
ALL = "all"
_CLOSES, _PARTS, _DOCUMENTS = 24, 20, 100
Row = tuple[GlBalanceView, GlPartView | None]
FIELDS = (
    Field("Period", lambda one: one[0].period),
    Field("Subsidiary", lambda one: one[0].subsidiary_name),
    Field("Account", lambda one: one[0].account_number),
    Field("Name", lambda one: one[0].account_name),
    Field("Role", lambda one: one[0].role),
    Field("Currency", lambda one: one[0].currency),
    Field("What", lambda one: one[1].kind if one[1] else "account"),
    Field("Document", lambda one: one[1].name if one[1] else ""),
    Field("NetSuite id", lambda one: str(one[1].reference or "") if one[1] else ""),
    Field("Memo", lambda one: one[1].memo if one[1] else ""),
    Field("Part", lambda one: one[1].amount if one[1] else None, "amount"),
    Field("In NetSuite", lambda one: None if one[1] else one[0].netsuite, "amount"),
    Field("Ledger", lambda one: None if one[1] else one[0].ledger or None, "amount"),
    Field("Explained", lambda one: None if one[1] else one[0].explained, "amount"),
    Field("Signed off", lambda one: None if one[1] else one[0].signed_off, "amount"),
    Field("Left", lambda one: None if one[1] else one[0].left or None, "amount"),
    Field("Status", lambda one: "" if one[1] else one[0].status),
)

CLEARING_FIELDS = (
    Field("At the end of", lambda one: one[0]),
    Field("Subsidiary", lambda one: one[1].subsidiary),
    Field("Account", lambda one: one[1].name),
    Field("Document", lambda one: one[2].number),
    Field("NetSuite id", lambda one: str(one[2].document)),
    Field("Customer", lambda one: one[2].customer),
    Field("Period", lambda one: one[2].period),
    Field("Why", lambda one: one[2].why),
    Field("Amount", lambda one: one[2].amount, "amount"),
    Field("Currency", lambda one: one[1].currency),
)


@router.get("/controls")
def controls(
    request: Request,
    deployment: Opened,
    actor: Reader,
    period: Period = "",
) -> Response:
    """The closes, and the checks of what is asked for; they come after the page, since they read all the books."""
    with deployment.store.read() as session:
        closed = closed_periods(session)
        views = [one for one in period_views(session, deployment.today()) if one.state == "closed"]
        balances = gl_period_views(session, [one.period for one in views[:_CLOSES]])
    if period and period != ALL and period not in closed:
        raise Invalid(f"{period} is not closed; controls check what closed periods hold.", where="period")
    return page(
        request,
        "controls.html",
        closed=closed[::-1],
        closes=views[:_CLOSES],
        balances={one.period: one for one in balances},
        period=period,
    )


@router.get("/controls/results")
def results(request: Request, deployment: Opened, actor: Reader, period: Period = ALL) -> Response:
    asked = "" if period == ALL else period
    with deployment.store.read() as session:
        found = check_books(session, asked)
        view = controls_view(session, [asked] if asked else closed_periods(session), found)
    template = "controls_part.html" if request.headers.get("hx-request") else "controls_results.html"
    return page(request, template, view=view, period=period)


@router.get("/controls/gl")
def balances(request: Request, deployment: Opened, actor: Reader, period: Period = "") -> Response:
    return _balances(request, deployment, period)


@router.get("/controls/gl.{kind}")
def export(
    request: Request,
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("export_list"))],
    kind: str,
    period: Period = "",
) -> Response:
    """Every account with each of its parts below it."""

    def rows(session: Session) -> Iterator[Row]:
        for one in gl_balance_views(session, period):
            yield one, None
            yield from ((one, part) for part in one.parts)

    return take_list(deployment, actor, kind, "balances", {"period": period}, FIELDS, rows)


@router.get("/controls/clearing")
def clearing(request: Request, deployment: Opened, actor: Reader, period: Period = "") -> Response:
    """Which period's clearing accounts are looked at; they come after the page, since every document is compared."""
    with deployment.store.read() as session:
        chosen, closed = clearing_period(session, period), closed_periods(session)
    return page(request, "controls_clearing.html", period=chosen, closed=closed[::-1])


@router.get("/controls/clearing/accounts")
def clearing_accounts(request: Request, deployment: Opened, actor: Reader, period: Period = "") -> Response:
    """Clearing accounts that do not net to zero, with the documents that make what is left."""
    with deployment.store.read() as session:
        view = clearing_view(session, period)
    part = request.headers.get("hx-request")
    template = "controls_clearing_part.html" if part else "controls_clearing_accounts.html"
    return page(request, template, view=view, shown=_DOCUMENTS)


@router.get("/controls/clearing.{kind}")
def export_clearing(
    request: Request,
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("export_list"))],
    kind: str,
    period: Period = "",
) -> Response:
    with deployment.store.read() as session:
        view = clearing_view(session, period)
    rows = [(view.period, account, one) for account in view.accounts for one in account.documents]
    filters = {"period": period}
    return take_list(deployment, actor, kind, "clearing", filters, CLEARING_FIELDS, lambda _: rows)


@router.post("/controls/gl/read")
def read(form: Annotated[Form, Depends(Posted("read_balances"))]) -> Response:
    parameters = {"period": form.text("period")}
    job = start_job(form.deployment.config, form.deployment.store, "gl_balances", parameters, form.actor)
    return form.done(f"/sync/jobs/{job}")


@router.post("/controls/gl/sign-off")
def sign_off(form: Annotated[Form, Depends(Posted("sign_off_balance"))]) -> Response:
    period, which = form.text("period"), "Say which account's difference is signed off."

    def run(session: Session) -> Response:
        sign_off_balance(
            session,
            form.actor,
            period,
            form.number("account", which),
            subsidiary_id=form.number("subsidiary", which),
            now=form.deployment.now(),
            reason=form.text("reason"),
        )
        words = "The difference is signed off. Another one of the account will fail again."
        return form.done(f"/controls/gl?period={period}", words)

    return carry_out(form, run, lambda entry: _balances(form.request, form.deployment, period, entry))


def _balances(request: Request, deployment: Deployment, period: str, entry: Entry = FRESH) -> Response:
    with deployment.store.read() as session:
        chosen = period or newest_period_read(session)
        views = gl_balance_views(session, chosen) if chosen else []
        closed = closed_periods(session)
    return page(
        request,
        "controls_gl.html",
        entry.status,
        balances=views,
        period=chosen,
        closed=closed[::-1],
        shown=_PARTS,
        entry=entry,
    )

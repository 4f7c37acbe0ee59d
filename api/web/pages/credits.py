"""Credit memos: which wait for a decision, by what they have in common; deciding them, and the rules that decide."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Id, Needs, Opened
from api.views.credits import (
    CreditMemoView,
    credit_memo_views,
    credit_rule_views,
)
from api.views.undecided_credits import credit_pattern_views, undecided_lines, undecided_memos
from api.web.download import Field
from api.web.entry import FRESH, Entry, carry_out
from api.web.forms import Form, Posted
from api.web.listing import ROWS, Listing, listing_of
from api.web.render import page
from api.web.taking import take_list
from revrec.operations.actor import Actor
from revrec.operations.add_credit_rule import CreditCondition, add_credit_rule
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.decide_credit import TREATMENTS, decide_credit
from revrec.operations.withdraw_credit_rule import withdraw_credit_rule
from revrec.problems import Invalid
from revrec.store.bulk import among
from revrec.store.core import source_document
from revrec.store.queries.accounts import product_by_code_or_name
from revrec.store.queries.credit_memos import (
    MEMO_SORTS,
    CreditMemo,
    credit_memos_where,
    credit_rules_on,
    find_credit_memo,
)
from revrec.store.queries.ordered import all_rows, one_page

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
_PATTERNS = 50
_POSITION = "A position is a whole number, 1 or more."
WORDS = {
    "billing_only": "Billing only: lowers what is billed, no revenue",
    "prospective": "Prospective: lowers what is still to be earned",
    "retrospective": "Retrospective: lowers the price from the beginning, the earned part at once",
    "immediate": "Immediate: lowers revenue at once, as a whole",
    "bad_debt": "Bad debt: outside billed and revenue",
}
CHOICES = [(one, WORDS.get(one, one.replace("_", " ").capitalize())) for one in TREATMENTS]
FIELDS = (
    Field("Credit memo", lambda one: one.number),
    Field("NetSuite id", lambda one: str(one.netsuite_id)),
    Field("Date", lambda one: one.date, "day"),
    Field("Period", lambda one: one.period),
    Field("Customer", lambda one: one.customer),
    Field("Amount", lambda one: one.amount, "amount"),
    Field("Undecided", lambda one: one.undecided, "amount"),
    Field("Currency", lambda one: one.currency),
    Field("Treatment", lambda one: one.treatment),
    Field("Reason", lambda one: one.credit_reason),
    Field("Memo", lambda one: one.memo),
)


@router.get("/credits")
def credits(request: Request, deployment: Opened, actor: Reader) -> Response:
    return _list(request, deployment)


@router.get("/credits.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    listing = _listing(request)

    def rows(session: Session) -> Iterator[CreditMemoView]:
        query = _chosen(session, listing, undecided_lines(session))
        for part in all_rows(session, query, MEMO_SORTS, source_document.c.id, listing.order):
            yield from credit_memo_views(session, [CreditMemo(*list(row)[:10]) for row in part])

    return take_list(deployment, actor, kind, "credit memos", listing.filters, FIELDS, rows)


@router.post("/credits/decide")
def decide(form: Annotated[Form, Depends(Posted("decide_credit"))]) -> Response:
    """Decide for every memo that is ticked, or for one line of one; all or none."""
    numbers, line = form.texts("memo"), form.text("line")

    def run(session: Session) -> Response:
        if not numbers:
            raise Invalid("Tick at least one credit memo.", where="memo")
        for number in numbers:
            decide_credit(
                session,
                form.actor,
                find_credit_memo(session, number),
                form.text("treatment"),
                now=form.deployment.now(),
                reason=form.text("reason"),
                line_id=form.number("line", "Choose a line of the list.") if line else None,
            )
        what = "One credit memo is" if len(numbers) == 1 else f"{len(numbers)} credit memos are"
        to = f"/credits/{numbers[0]}" if form.text("back") == "memo" else "/credits"
        return form.done(to, f"{what} decided. The next close books it.")

    return carry_out(form, run, lambda entry: _list(form.request, form.deployment, entry, numbers))


@router.get("/credits/rules")
def rules(request: Request, deployment: Opened, actor: Reader) -> Response:
    return _rules(request, deployment, Entry.asked(request))


@router.post("/credits/rules")
def add(form: Annotated[Form, Depends(Posted("set_credit_rule"))]) -> Response:
    def run(session: Session) -> Response:
        position = form.number("position", _POSITION) if form.text("position") else None
        row = add_credit_rule(
            session,
            form.actor,
            _condition(session, form),
            form.text("treatment"),
            now=form.deployment.now(),
            position=position,
            valid_from=form.day("valid_from"),
            retrospective=form.on("retrospective"),
            reason=form.text("reason"),
        )
        note = adjustment_note(session, row.valid_from)
        return form.done("/credits/rules", f"Rule {row.position} is set. {note}".strip())

    return carry_out(form, run, lambda entry: _rules(form.request, form.deployment, entry))


@router.post("/credits/rules/{position}/withdraw")
def withdraw(form: Annotated[Form, Depends(Posted("set_credit_rule"))], position: Id) -> Response:
    with form.deployment.store.write() as session:
        withdraw_credit_rule(
            session, form.actor, position, now=form.deployment.now(), reason=form.text("reason")
        )
    return form.done("/credits/rules", f"Rule {position} is withdrawn.")


@router.get("/credits/{number}")
def memo(request: Request, deployment: Opened, actor: Reader, number: Id) -> Response:
    with deployment.store.read() as session:
        found = find_credit_memo(session, str(number))
        view = credit_memo_views(session, [found])[0]
        note = adjustment_note(session, found.day)
    return page(request, "credit.html", memo=view, treatments=CHOICES, note=note)


def _list(
    request: Request,
    deployment: Deployment,
    entry: Entry = FRESH,
    ticked: Sequence[str] = (),
) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        lines = undecided_lines(session)
        query = _chosen(session, listing, lines)
        rows, place = one_page(session, query, MEMO_SORTS, source_document.c.id, listing.order, ROWS)
        views = credit_memo_views(session, [CreditMemo(*list(row)[:10]) for row in rows])
        patterns, waiting = credit_pattern_views(session), undecided_memos(session)
    return page(
        request,
        "credits.html",
        entry.status,
        memos=views,
        list=listing.page(len(views), place),
        patterns=patterns[:_PATTERNS],
        more=max(0, len(patterns) - _PATTERNS),
        waiting=waiting,
        treatments=CHOICES,
        entry=entry,
        ticked=ticked,
    )


def _listing(request: Request) -> Listing:
    return listing_of(request, "-loaded", "show", "reason", "product", "search", path="/credits")


def _chosen(session: Session, listing: Listing, lines: Sequence[Any]) -> Any:
    """The memos that the filters leave: those that wait unless all are asked for; a pattern is of what waits."""
    asked = listing.filters
    if asked["show"] == "all":
        return credit_memos_where(search=asked["search"])
    wanted = {
        one.document
        for one in lines
        if (not asked["reason"] or one.reason == asked["reason"])
        and (not asked["product"] or one.product_name == asked["product"])
    }
    return credit_memos_where(search=asked["search"]).where(among(session, source_document.c.id, wanted))


def _rules(request: Request, deployment: Deployment, entry: Entry) -> Response:
    with deployment.store.read() as session:
        views = credit_rule_views(session, credit_rules_on(session, deployment.today()))
    return page(request, "credit_rules.html", entry.status, rules=views, treatments=CHOICES, entry=entry)


def _condition(session: Session, form: Form) -> CreditCondition:
    text = form.text("product")
    found = product_by_code_or_name(session, text) if text else None
    if text and found is None:
        raise Invalid(f"No product has the code or name {text}.", where="product")
    return CreditCondition(form.text("credit_reason"), found.id if found else None, form.text("memo_text"))

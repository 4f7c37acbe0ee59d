"""Credit memos: what they do to revenue, by decision or by rule."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from api.http.access import INT64_MAX, Id, Needs, Opened
from api.http.paging import Cursor, Page, PageSize, page_of, read_cursor
from api.http.requests import Body, Text
from api.views.credits import (
    CreditMemoView,
    CreditRuleView,
    credit_memo_page,
    credit_rule_view,
    credit_rule_views,
    decided_view,
)
from api.views.undecided_credits import CreditPatternView, credit_pattern_views
from revrec.operations.actor import Actor
from revrec.operations.add_credit_rule import CreditCondition, add_credit_rule
from revrec.operations.decide_credit import decide_credit
from revrec.operations.withdraw_credit_rule import withdraw_credit_rule
from revrec.store.queries.credit_memos import credit_rules_on, find_credit_memo

router = APIRouter(tags=["credit memos"])


class DecisionBody(Body):
    """`line`: NetSuite's line id; null: all lines."""

    treatment: Text
    line: Annotated[int, Field(ge=0, le=INT64_MAX)] | None = None
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class WithdrawRuleBody(Body):
    valid_from: date | None = None
    retrospective: bool = False
    reason: Text = ""


class CreditRuleBody(WithdrawRuleBody):
    """Conditions that are left out fit all. `product` by our id; `position` null: after all others."""

    credit_reason: Text = ""
    product: Annotated[int, Field(ge=1, le=INT64_MAX)] | None = None
    memo_text: Text = ""
    treatment: Text
    position: Annotated[int, Field(ge=1, le=10**9)] | None = None


@router.get(
    "/credit-memos",
    operation_id="list_credit_memos",
    summary="Loaded credit memos, newest first, with their treatment and where it comes from",
)
def list_credit_memos(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    undecided: Annotated[bool, Query(description="Only those that wait for a decision.")] = False,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Page[CreditMemoView]:
    with deployment.store.read() as session:
        found = credit_memo_page(session, read_cursor(cursor), limit + 1, undecided=undecided)
        rows, following = page_of(found, limit, lambda row: row[0])
        return Page(items=[view for _, view in rows], next_cursor=following)


@router.get(
    "/credit-memos/patterns",
    operation_id="list_credit_patterns",
    summary="What waits for a decision, by credit reason and product",
)
def list_credit_patterns(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]
) -> list[CreditPatternView]:
    """Each is what one rule would treat, in one currency."""
    with deployment.store.read() as session:
        return credit_pattern_views(session)


@router.post(
    "/credit-memos/{number}/decision",
    operation_id="decide_credit",
    summary="Choose what a credit memo, or one line of it, does to revenue",
)
def post_decision(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("decide_credit"))],
    number: Annotated[str, Path(max_length=200, description="The memo's number, else NetSuite's id.")],
    body: DecisionBody,
) -> CreditMemoView:
    with deployment.store.write() as session:
        memo = find_credit_memo(session, number)
        decide_credit(
            session,
            actor,
            memo,
            body.treatment,
            now=deployment.now(),
            reason=body.reason,
            line_id=body.line,
        )
        return decided_view(session, memo)


@router.get("/credit-rules", operation_id="list_credit_rules", summary="The rules for credit memos of a day")
def list_credit_rules(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    day: Annotated[date | None, Query(description="Default: today.")] = None,
) -> list[CreditRuleView]:
    with deployment.store.read() as session:
        return credit_rule_views(session, credit_rules_on(session, day or deployment.today()))


@router.post(
    "/credit-rules",
    operation_id="add_credit_rule",
    summary="Say how credit memos of a kind are treated, from a day on",
)
def post_credit_rule(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("set_credit_rule"))], body: CreditRuleBody
) -> CreditRuleView:
    with deployment.store.write() as session:
        row = add_credit_rule(
            session,
            actor,
            CreditCondition(body.credit_reason, body.product, body.memo_text),
            body.treatment,
            now=deployment.now(),
            position=body.position,
            valid_from=body.valid_from,
            retrospective=body.retrospective,
            reason=body.reason,
        )
        return credit_rule_view(session, row)


@router.post(
    "/credit-rules/{position}/withdraw",
    operation_id="withdraw_credit_rule",
    summary="Take a rule back, from a day on",
)
def post_withdrawal(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("set_credit_rule"))],
    position: Id,
    body: WithdrawRuleBody,
) -> CreditRuleView:
    with deployment.store.write() as session:
        row = withdraw_credit_rule(
            session,
            actor,
            position,
            now=deployment.now(),
            valid_from=body.valid_from,
            retrospective=body.retrospective,
            reason=body.reason,
        )
        return credit_rule_view(session, row)

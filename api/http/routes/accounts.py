"""NetSuite's accounts and the account mapping."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.http.access import INT64_MAX, Needs, Opened
from api.http.paging import Cursor, Page, PageSize, page_of, read_cursor
from api.http.requests import Body, Text
from api.views.accounts import (
    AccountView,
    MappingAuditView,
    MappingView,
    account_view,
    audit_view,
    mapping_views,
)
from api.views.clearing import ClearingView, clearing_view
from api.views.mapping_effect import (
    MappedView,
    MappingPreviewView,
    active_subsidiaries,
    effect_views,
    preview_view,
)
from api.views.shape import View
from revrec.operations.actor import Actor
from revrec.operations.map_account import MappingTarget, map_account
from revrec.operations.reset_mapping import reset_mapping
from revrec.problems import NotFound
from revrec.store.queries.accounts import accounts_after
from revrec.store.queries.policies import mapping_in_force

router = APIRouter(tags=["accounts"])

Number = Annotated[int, Field(ge=1, le=INT64_MAX)]


class MappingBody(Body):
    """`account` null withdraws the rule. Ids: account, department and subsidiary are NetSuite's, product ours.
    `any_type`: take an account of a type that the role does not take, with a reason."""

    role: Text
    account: Number | None
    product: Number | None = None
    category: Text | None = None
    department: Number | None = None
    subsidiary: Number | None = None
    default: bool = False
    any_type: bool = False
    valid_from: date | None = None
    retrospective: bool = False
    reason: Text = ""


class ResetMappingBody(Body):
    """`confirm` has to be true."""

    confirm: bool = False
    valid_from: date | None = None
    retrospective: bool = False
    reason: Text = ""


class WithdrawnView(View):
    """How many rules were withdrawn."""

    withdrawn: int


@router.get("/accounts", operation_id="list_accounts", summary="NetSuite's chart of accounts")
def list_accounts(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    search: Annotated[str, Query(max_length=200, description="Number, or part of the name.")] = "",
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Page[AccountView]:
    with deployment.store.read() as session:
        found = accounts_after(session, read_cursor(cursor) or 0, limit + 1, search)
        rows, following = page_of(found, limit, lambda row: row.id)
        return Page(items=[account_view(row) for row in rows], next_cursor=following)


@router.get("/account-mapping", operation_id="list_account_mapping", summary="The mapping in force on a day")
def list_account_mapping(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    day: Annotated[date | None, Query(description="Default: today.")] = None,
) -> list[MappingView]:
    with deployment.store.read() as session:
        return mapping_views(session, mapping_in_force(session, day or deployment.today()))


@router.post(
    "/account-mapping", operation_id="map_account", summary="Map a role to an account, from a day on"
)
def post_account_mapping(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("map_account"))], body: MappingBody
) -> list[MappingView]:
    """Answers with the mapping in force from that day on."""
    with deployment.store.write() as session:
        row = map_account(
            session,
            actor,
            _target(body),
            body.account,
            now=deployment.now(),
            valid_from=body.valid_from,
            retrospective=body.retrospective,
            reason=body.reason,
            any_type=body.any_type,
        )
        return mapping_views(session, mapping_in_force(session, row.valid_from or deployment.today()))


@router.get(
    "/account-mapping/effect",
    operation_id="show_mapping_effect",
    summary="The account of every role, by product category, of a subsidiary",
)
def show_mapping_effect(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    day: Annotated[date | None, Query(description="Default: today.")] = None,
    subsidiary: Annotated[
        int | None, Query(ge=1, le=INT64_MAX, description="NetSuite's id; default: the first.")
    ] = None,
) -> list[MappedView]:
    """Without the rules of single products and departments."""
    with deployment.store.read() as session:
        homes = [one for one in active_subsidiaries(session) if subsidiary in (None, one.id)]
        if not homes:
            raise NotFound(
                f"NetSuite has no active subsidiary {subsidiary or ''}".rstrip() + ".", where="subsidiary"
            )
        return effect_views(session, day or deployment.today(), homes[:1])


@router.post(
    "/account-mapping/preview",
    operation_id="preview_mapping",
    summary="What mapping a role to an account would change; nothing is saved",
)
def preview_mapping(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("map_account"))], body: MappingBody
) -> MappingPreviewView:
    """Refuses what mapping it would refuse."""
    with deployment.store.write() as session:
        return preview_view(
            session,
            actor,
            _target(body),
            body.account,
            today=deployment.today(),
            now=deployment.now(),
            valid_from=body.valid_from,
            retrospective=body.retrospective,
            reason=body.reason,
            any_type=body.any_type,
        )


@router.get(
    "/account-mapping/audit",
    operation_id="audit_account_mapping",
    summary="The mapping held against the chart of accounts",
)
def audit_account_mapping(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]
) -> MappingAuditView:
    with deployment.store.read() as session:
        return audit_view(session, deployment.today())


@router.post(
    "/account-mapping/reset",
    operation_id="reset_account_mapping",
    summary="Withdraw every rule, from a day on",
)
def post_reset_mapping(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("reset_mapping"))], body: ResetMappingBody
) -> WithdrawnView:
    with deployment.store.write() as session:
        count = reset_mapping(
            session,
            actor,
            now=deployment.now(),
            confirmed=body.confirm,
            valid_from=body.valid_from,
            retrospective=body.retrospective,
            reason=body.reason,
        )
        return WithdrawnView(withdrawn=count)


@router.get(
    "/clearing",
    operation_id="show_clearing",
    summary="Clearing accounts that do not net to zero, by document",
)
def show_clearing(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    period: Annotated[str, Query(max_length=20, description="Default: the newest closed one.")] = "",
) -> ClearingView:
    with deployment.store.read() as session:
        return clearing_view(session, period)


def _target(body: MappingBody) -> MappingTarget:
    return MappingTarget(
        body.role, body.product, body.category, body.subsidiary, body.default, body.department
    )

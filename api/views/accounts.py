"""The chart of accounts and the account mapping."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from api.views.shape import View
from revrec.operations.audit_mapping import audit_mapping
from revrec.operations.map_account import account_name
from revrec.store.queries.accounts import accounts_by_id, product_names
from revrec.store.queries.closes import newest_closed_period
from revrec.store.queries.journals import subsidiary_names, unverified_lines
from revrec.store.queries.segments import segment_names
from revrec.store.tables import Account, AccountMapping


class AccountView(View):
    id: int
    number: str
    name: str
    type: str
    active: bool


class MappingView(View):
    """One rule of the mapping in force. `default`: what falls to it is marked unverified. `type_reason`: why an account
    of a type that the role does not take was chosen. `product_id` is ours, the other ids are NetSuite's."""

    role: str
    account: int
    account_number: str
    account_name: str
    product: str | None
    category: str | None
    department: str | None
    subsidiary: str | None
    product_id: int | None
    department_id: int | None
    subsidiary_id: int | None
    default: bool
    valid_from: date | None
    set_by: str
    set_at: datetime
    type_reason: str


class UnverifiedView(View):
    """What a role's default account took in the journals of a period."""

    period: str
    role: str
    account: str
    lines: int


class MappingProblemView(View):
    """A rule that the chart of accounts does not bear: which, and what is wrong."""

    code: str
    rule: str
    message: str


class MappingAuditView(View):
    """What is wrong with the rules in force on a day, and those that begin later. `unverified`: what default accounts
    took in the journals of the newest closed period."""

    day: date
    problems: list[MappingProblemView]
    unverified: list[UnverifiedView]


def audit_view(session: Session, day: date) -> MappingAuditView:
    found = audit_mapping(session, day, later=True)
    return MappingAuditView(
        day=day,
        problems=[
            MappingProblemView(
                code=one.code, rule=one.where.removeprefix("account mapping "), message=one.message
            )
            for one in found
        ],
        unverified=unverified_views(session),
    )


def unverified_views(session: Session) -> list[UnverifiedView]:
    """Of the newest closed period; none while nothing is closed."""
    period = newest_closed_period(session)
    if period is None:
        return []
    found = unverified_lines(session, period)
    names = accounts_by_id(session, {account for _, account, _ in found})
    return [
        UnverifiedView(
            period=period,
            role=role,
            account=account_name(names[account]) if account in names else f"account {account}",
            lines=lines,
        )
        for role, account, lines in found
    ]


def account_view(row: Account) -> AccountView:
    return AccountView.model_validate(row, from_attributes=True)


def mapping_views(session: Session, rows: Sequence[AccountMapping]) -> list[MappingView]:
    accounts = accounts_by_id(session, {row.account_id for row in rows if row.account_id is not None})
    products = product_names(session, {row.product_id for row in rows if row.product_id is not None})
    subsidiaries = subsidiary_names(session)
    departments = segment_names(session) if any(row.department_id is not None for row in rows) else {}
    views = []
    for row in sorted(rows, key=lambda one: (one.role, one.is_default, one.id)):
        if row.account_id is None:
            continue
        account = accounts.get(row.account_id)
        views.append(
            MappingView(
                role=row.role,
                account=row.account_id,
                account_number=account.number if account else "",
                account_name=account.name if account else "",
                product=None if row.product_id is None else products.get(row.product_id, str(row.product_id)),
                category=row.category,
                department=None
                if row.department_id is None
                else departments.get(("department", str(row.department_id)), str(row.department_id)),
                subsidiary=None
                if row.subsidiary_id is None
                else subsidiaries.get(row.subsidiary_id, str(row.subsidiary_id)),
                product_id=row.product_id,
                department_id=row.department_id,
                subsidiary_id=row.subsidiary_id,
                default=row.is_default,
                valid_from=row.valid_from,
                set_by=row.set_by,
                set_at=row.set_at,
                type_reason=row.type_reason,
            )
        )
    return views

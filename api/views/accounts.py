"""The chart of accounts and the account mapping."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from api.views.shape import View
from revrec.store.queries.accounts import accounts_by_id, product_names
from revrec.store.queries.journals import subsidiary_names
from revrec.store.tables import Account, AccountMapping


class AccountView(View):
    id: int
    number: str
    name: str
    type: str
    active: bool


class MappingView(View):
    """One rule of the mapping in force. `default`: what falls to it is marked unverified."""

    role: str
    account: int
    account_number: str
    account_name: str
    product: str | None
    category: str | None
    subsidiary: str | None
    default: bool
    valid_from: date | None
    set_by: str
    set_at: datetime


def account_view(row: Account) -> AccountView:
    return AccountView.model_validate(row, from_attributes=True)


def mapping_views(session: Session, rows: Sequence[AccountMapping]) -> list[MappingView]:
    accounts = accounts_by_id(session, {row.account_id for row in rows if row.account_id is not None})
    products = product_names(session, {row.product_id for row in rows if row.product_id is not None})
    subsidiaries = subsidiary_names(session)
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
                subsidiary=None
                if row.subsidiary_id is None
                else subsidiaries.get(row.subsidiary_id, str(row.subsidiary_id)),
                default=row.is_default,
                valid_from=row.valid_from,
                set_by=row.set_by,
                set_at=row.set_at,
            )
        )
    return views

"""What the account mapping comes to: the account of every role, by product or category and by subsidiary."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from sqlmodel import Session, col, select

from api.views.shape import View
from revrec.accounting.calendar import to_day
from revrec.accounting.columns import NONE
from revrec.accounting.mapping import map_accounts
from revrec.accounting.terms import Role
from revrec.operations.account_types import BY_PRODUCT, MAPPED_ROLES
from revrec.operations.actor import Actor
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.map_account import MappingTarget, account_name, map_account
from revrec.store.controls.journals import known_accounts
from revrec.store.queries.accounts import accounts_by_id
from revrec.store.tables import Product, Subsidiary

MOST = 4000
"""Places that a preview looks at: subsidiaries times what a rule may cover."""


class MappedView(View):
    """Where a role's amounts go. `product` and `category` are null for roles of whole contracts; category "" are the
    products without one. `account` null: nothing fits, and a close that needs it is stopped. `verified` false: the
    default took it."""

    role: str
    product: str | None
    category: str | None
    subsidiary: int
    subsidiary_name: str
    account: int | None
    account_name: str
    verified: bool


class MappingChangeView(View):
    """A place whose account another rule changes; "" is no account."""

    role: str
    product: str | None
    category: str | None
    subsidiary_name: str
    before: str
    after: str


class MappingPreviewView(View):
    """What a rule would do, from a day on (null: always). `note`: what becomes of closed periods. `looked_at`: of how
    many places; `changed` counts all, `changes` names at most fifty."""

    valid_from: date | None
    looked_at: int
    changed: int
    changes: list[MappingChangeView]
    note: str


@dataclass(frozen=True, slots=True)
class Home:
    """A subsidiary."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Where:
    """A place that the mapping gives an account to."""

    role: str
    subsidiary: Home
    category: str | None = None
    product: int = NONE
    product_name: str | None = None


def active_subsidiaries(session: Session) -> list[Home]:
    """In the order of their ids; the account's only one is its first."""
    query = select(Subsidiary.id, Subsidiary.name).where(col(Subsidiary.active)).order_by(col(Subsidiary.id))
    return [Home(key, name) for key, name in session.exec(query)]


def product_categories(session: Session) -> list[str]:
    """Categories that products have, by name."""
    query = select(Product.category).where(Product.category != "").distinct().order_by(col(Product.category))
    return list(session.exec(query))


def effect_views(session: Session, day: date, subsidiaries: Sequence[Home]) -> list[MappedView]:
    """Of these subsidiaries: every category and role, and the roles of whole contracts."""
    categories = [*product_categories(session), ""]
    places = [
        Where(role, home, category)
        for home in subsidiaries
        for role in MAPPED_ROLES
        for category in (categories if role in BY_PRODUCT else [None])
    ]
    return [
        MappedView(
            role=place.role,
            product=None,
            category=place.category,
            subsidiary=place.subsidiary.id,
            subsidiary_name=place.subsidiary.name,
            account=account,
            account_name=name,
            verified=verified,
        )
        for place, (account, name, verified) in zip(places, _resolved(session, day, places), strict=True)
    ]


def preview_view(
    session: Session,
    actor: Actor,
    target: MappingTarget,
    account_id: int | None,
    *,
    today: date,
    now: datetime,
    valid_from: date | None = None,
    reason: str = "",
    retrospective: bool = False,
    any_type: bool = False,
) -> MappingPreviewView:
    """What `map_account` with these words would do, by doing it and taking it back: `session` is rolled back. Refuses
    what that refuses."""
    row = map_account(
        session,
        actor,
        target,
        account_id,
        now=now,
        valid_from=valid_from,
        reason=reason,
        retrospective=retrospective,
        any_type=any_type,
    )
    start = row.valid_from
    note = adjustment_note(session, start)
    day = max(start or today, today)
    places = _covered(session, target)
    after = _resolved(session, day, places)
    session.rollback()
    before = _resolved(session, day, places)
    changes = [
        MappingChangeView(
            role=place.role,
            product=place.product_name,
            category=place.category,
            subsidiary_name=place.subsidiary.name,
            before=_told(old),
            after=_told(new),
        )
        for place, old, new in zip(places, before, after, strict=True)
        if old != new
    ]
    return MappingPreviewView(
        valid_from=start, looked_at=len(places), changed=len(changes), changes=changes[:50], note=note
    )


def _told(found: tuple[int | None, str, bool]) -> str:
    account, name, verified = found
    return name if verified or account is None else f"{name} (default, unverified)"


def _covered(session: Session, target: MappingTarget) -> list[Where]:
    """The places that a rule may change; those of departments are looked at without one."""
    homes = [one for one in active_subsidiaries(session) if target.subsidiary_id in (None, one.id)]
    if target.role not in BY_PRODUCT:
        return [Where(target.role, home) for home in homes][:MOST]
    if target.product_id is not None:
        product = session.get_one(Product, target.product_id)
        return [Where(target.role, home, product.category, product.id, product.name) for home in homes][:MOST]
    categories = [*product_categories(session), ""] if target.category is None else [target.category]
    return [Where(target.role, home, category) for home in homes for category in categories][:MOST]


def _resolved(session: Session, day: date, places: Sequence[Where]) -> list[tuple[int | None, str, bool]]:
    """The account of each place, its name, and whether a rule chose it."""
    if not places:
        return []
    accounts, codes = known_accounts(session, day, None)
    found = map_accounts(
        accounts,
        _column(Role[one.role.upper()] for one in places),
        _column(one.product for one in places),
        _column(codes.get(one.category or "", NONE) for one in places),
        _column(one.subsidiary.id for one in places),
        to_day(day),
    )
    ids = [None if one == NONE else int(one) for one in found.account.tolist()]
    known = accounts_by_id(session, {one for one in ids if one is not None})
    names = {key: account_name(one) for key, one in known.items()}
    return [
        (one, "" if one is None else names.get(one, f"account {one}"), bool(sure) and one is not None)
        for one, sure in zip(ids, found.verified.tolist(), strict=True)
    ]


def _column(values: Iterable[int]) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    return np.fromiter(values, dtype=np.int64)

"""Balances of NetSuite's general ledger beside ours, for people and programs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from api.views.amounts import amount_writer
from api.views.shape import View
from revrec.store.core import account, gl_balance, subsidiary
from revrec.store.general_ledger.accounts import compared_accounts
from revrec.store.general_ledger.kinds import EXPLAINING
from revrec.store.general_ledger.signed import signed_off
from revrec.store.queries.general_ledger import items_of, newest_period_read


class GlPartView(View):
    """A part of a difference. `kind`: pending, held, excluded, late, unposted, awaiting_approval explain; opening,
    documents, unlike, foreign, changed name what is wrong. `reference`: NetSuite's id."""

    kind: str
    explains: bool
    name: str
    reference: int | None
    memo: str
    amount: str


class GlBalanceView(View):
    """An account at the end of a period, debits positive. `left` = NetSuite's balance - ledger - explained - signed
    off; it fails the control check unless it is zero. `ledger` and `left` are empty for the opening before the first
    close."""

    period: str
    subsidiary: int
    subsidiary_name: str
    account: int
    account_number: str
    account_name: str
    role: str
    currency: str
    netsuite: str
    ledger: str
    explained: str
    signed_off: str
    signed_off_by: str
    signed_off_reason: str
    left: str
    status: str
    read_at: datetime
    parts: list[GlPartView]


class GlPeriodView(View):
    """How NetSuite's balances at the end of a period compare: PASS, or FAIL with how many accounts have something
    left."""

    period: str
    status: str
    accounts: int
    failing: int
    read_at: datetime


def gl_period_views(session: Session, periods: Sequence[str]) -> list[GlPeriodView]:
    """Of those periods whose balances were read and that have a ledger."""
    b = gl_balance.c
    rows = session.execute(
        select(gl_balance).where(b.period.in_(list(periods)), b.ledger_minor.is_not(None))
    ).all()
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.period, []).append(row)
    views = []
    for period, own in found.items():
        signed = signed_off(session, period)
        failing = sum(_left(row, signed.get((row.subsidiary_id, row.account_id))) != 0 for row in own)
        views.append(
            GlPeriodView(
                period=period,
                status="FAIL" if failing else "PASS",
                accounts=len(own),
                failing=failing,
                read_at=max(row.read_at for row in own),
            )
        )
    return views


def gl_balance_views(session: Session, period: str = "") -> list[GlBalanceView]:
    """The newest reading of a period; of the newest period that was read where none is named."""
    period = period or newest_period_read(session)
    b = gl_balance.c
    rows = session.execute(
        select(gl_balance, account.c.number, account.c.name, subsidiary.c.name.label("subsidiary"))
        .outerjoin(account, account.c.id == b.account_id)
        .outerjoin(subsidiary, subsidiary.c.id == b.subsidiary_id)
        .where(b.period == period)
        .order_by(b.subsidiary_id, account.c.number, b.account_id)
    ).all()
    signed, roles = signed_off(session, period), compared_accounts(session)
    parts = items_of(session, period)
    write = amount_writer(session)
    return [
        _view(row, signed, roles, parts.get((row.subsidiary_id, row.account_id), []), write) for row in rows
    ]


def _view(
    row: Any, signed: Mapping[Any, Any], roles: Mapping[int, str], parts: list[Any], write: Any
) -> GlBalanceView:
    one = signed.get((row.subsidiary_id, row.account_id))
    accepted = one.difference_minor if one else 0
    left = None if row.ledger_minor is None else _left(row, one)
    return GlBalanceView(
        period=row.period,
        subsidiary=row.subsidiary_id,
        subsidiary_name=row.subsidiary or str(row.subsidiary_id),
        account=row.account_id,
        account_number=row.number or "",
        account_name=row.name or "",
        role=roles.get(row.account_id, ""),
        currency=row.currency,
        netsuite=write.text(row.balance_minor, row.currency),
        ledger="" if row.ledger_minor is None else write.text(row.ledger_minor, row.currency),
        explained=write.text(row.explained_minor, row.currency),
        signed_off=write.text(accepted, row.currency),
        signed_off_by=one.set_by if one and accepted else "",
        signed_off_reason=one.reason if one and accepted else "",
        left="" if left is None else write.text(left, row.currency),
        status="" if left is None else "FAIL" if left else "PASS",
        read_at=row.read_at,
        parts=[
            GlPartView(
                kind=part.kind,
                explains=part.kind in EXPLAINING,
                name=part.name,
                reference=part.reference,
                memo=part.memo,
                amount=write.text(part.amount_minor, row.currency),
            )
            for part in parts
        ],
    )


def _left(row: Any, signed: Any) -> int:
    """What nothing explains and nobody answered for, minor units."""
    accepted: int = signed.difference_minor if signed else 0
    return int(row.balance_minor - row.ledger_minor - row.explained_minor - accepted)

"""Discount lines that NetSuite posted to another account than the lines they lower.

A contract is billed what its lines come to after discounts, but NetSuite credits the whole line to deferred revenue (or
the clearing account) and debits the discount elsewhere. What the ledger takes from the line's account is therefore less
than what NetSuite put there: the rest is moved to where the discount stands, or both would stay there for ever. Between
income accounts nothing is moved: the line and its discount are both revenue.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

import numpy as np
from sqlalchemy import func, select
from sqlmodel import Session

from revrec.accounting.columns import NONE, Column
from revrec.accounting.ledger import transfer
from revrec.accounting.result import Transfers
from revrec.accounting.terms import Event, Role
from revrec.store.core import (
    currency,
    document_line,
    document_version,
    item,
    ledger_transfer,
    netsuite_period,
    period_close,
    source_document,
    subsidiary,
)

Pair: TypeAlias = tuple[int, int, int]
"""Document (NetSuite's id), the account that is emptied, and the one that the amount goes to. The first is one of the
ledger's; where both are, the lower."""

Amounts: TypeAlias = tuple[int, int]
"""Minor units of the document's and of the base currency."""

_OFFSET, _DISCOUNT = Role.BILLING_OFFSET.name.lower(), Role.DISCOUNT.name.lower()


@dataclass(slots=True)
class _Document:
    """One document: what NetSuite posted to each account more than its lines bill there."""

    subsidiary: int
    currency: int
    base_currency: int
    version: int
    over: dict[int, list[int]] = field(default_factory=dict)
    kept_apart: set[int] = field(default_factory=set)
    segments: int = NONE


def move_discounts(
    session: Session, *, period: int, first_day: date, last_day: date, clearing: Collection[int]
) -> Transfers:
    """Transfers for loaded documents whose posting period lies within the days given, less what standing closes moved:
    a changed, voided or deleted document takes its own back."""
    documents = _documents(session, first_day, last_day, clearing)
    wanted = {pair: (amounts, one) for key, one in documents.items() for pair, amounts in _pairs(key, one)}
    rows: list[tuple[int, ...]] = []
    moved = _moved(session)
    for pair in sorted(wanted.keys() | moved.keys()):
        amounts, one = wanted.get(pair, ((0, 0), None))
        before, known = moved.get(pair, ((0, 0), one))
        home = one or known
        assert home is not None, "a pair is of a document that stands, or of one that was moved"
        amount, base = amounts[0] - before[0], amounts[1] - before[1]
        if amount or base:
            places = (*pair, home.subsidiary, home.currency, home.base_currency, home.segments, home.version)
            rows.append((amount, base, *places, int(pair[2] in home.kept_apart)))
    # Where both accounts are the ledger's own, neither is where a discount stands.
    own = np.asarray([row[-1] for row in rows], dtype=np.bool_)
    columns = np.asarray([row[:-1] for row in rows], dtype=np.int64).reshape(len(rows), 10).T
    return Transfers.concat(
        (
            _transfers(columns[:, ~own], Role.DISCOUNT, period),
            _transfers(columns[:, own], Role.BILLING_OFFSET, period),
        )
    )


def _transfers(columns: Column, target: Role, period: int) -> Transfers:
    return transfer(
        columns[0],
        columns[1],
        Role.BILLING_OFFSET,
        target,
        period=period,
        event=int(Event.RECLASS),
        document=columns[2],
        debit_account=columns[3],
        credit_account=columns[4],
        customer=NONE,
        subsidiary=columns[5],
        currency=columns[6],
        base_currency=columns[7],
        segments=columns[8],
        document_version=columns[9],
    )


def _pairs(key: int, document: _Document) -> Iterable[tuple[Pair, Amounts]]:
    """What goes from which account to which. Accounts that hold too much are emptied in order, those of the ledger
    (deferred revenue, clearing) first."""
    order = sorted(document.over, key=lambda account: (account not in document.kept_apart, account))
    found: dict[Pair, list[int]] = {}
    for place in (0, 1):
        left = {account: document.over[account][place] for account in order}
        giving = [account for account in order if left[account] > 0]
        taking = [account for account in order if left[account] < 0]
        while giving and taking:
            source, target = giving[0], taking[0]
            amount = min(left[source], -left[target])
            left[source] -= amount
            left[target] += amount
            if source in document.kept_apart or target in document.kept_apart:
                first, second = _in_order(source, target, document.kept_apart)
                sign = 1 if first == source else -1
                found.setdefault((key, first, second), [0, 0])[place] += sign * amount
            giving = giving[1:] if not left[source] else giving
            taking = taking[1:] if not left[target] else taking
    return [(pair, (amounts[0], amounts[1])) for pair, amounts in found.items()]


def _in_order(one: int, other: int, kept_apart: Collection[int]) -> tuple[int, int]:
    if (one in kept_apart) == (other in kept_apart):
        return min(one, other), max(one, other)
    return (one, other) if one in kept_apart else (other, one)


def _documents(
    session: Session, first_day: date, last_day: date, clearing: Collection[int]
) -> dict[int, _Document]:
    """Loaded documents that have a discount line, by NetSuite's id."""
    d, v, line, p = source_document.c, document_version.c, document_line.c, netsuite_period.c
    discounted = select(line.version_id).where(line.role == "discount", line.amount_minor != 0)
    rows = session.execute(
        select(
            d.external_id,
            v.id.label("version_id"),
            v.currency_id,
            func.coalesce(v.subsidiary_id, 0).label("subsidiary_id"),
            subsidiary.c.currency_id.label("base_currency_id"),
            line.role,
            line.account_id,
            line.account_type,
            line.amount_minor,
            line.billing_minor,
            func.coalesce(line.posted_minor, line.base_minor).label("posted_minor"),
            line.base_minor,
            line.segment_set_id,
        )
        .join_from(source_document, document_version, v.id == d.current_version_id)
        .join(netsuite_period, p.id == v.period_id)
        .join(document_line, line.version_id == v.id)
        .outerjoin(subsidiary, subsidiary.c.id == func.coalesce(v.subsidiary_id, 0))
        .outerjoin(item, item.c.id == line.item_id)
        .where(
            d.state == "loaded",
            p.last_day >= first_day,
            p.last_day <= last_day,
            v.id.in_(discounted),
            line.role.in_(("billing", "discount")),
            line.account_id.is_not(None),
            func.coalesce(item.c.excluded, False).is_(False),
        )
        .order_by(d.external_id, line.line_id)
    )
    found: dict[int, _Document] = {}
    for row in rows:
        one = found.setdefault(
            row.external_id,
            _Document(
                row.subsidiary_id, row.currency_id, row.base_currency_id or row.currency_id, row.version_id
            ),
        )
        over = one.over.setdefault(row.account_id, [0, 0])
        over[0] += row.amount_minor - row.billing_minor
        over[1] += row.posted_minor - row.base_minor
        if row.account_type == "DeferRevenue" or row.account_id in clearing:
            one.kept_apart.add(row.account_id)
        if row.role == "discount" and one.segments == NONE:
            one.segments = row.segment_set_id or NONE
    return found


def _moved(session: Session) -> Mapping[Pair, tuple[Amounts, _Document]]:
    """What standing closes have moved, with where it stands."""
    t, p, d = ledger_transfer.c, period_close.c, source_document.c
    codes = {symbol: key for key, symbol in session.execute(select(currency.c.id, currency.c.symbol))}
    keys = (
        d.external_id,
        t.debit_role,
        t.debit_account_id,
        t.credit_role,
        t.credit_account_id,
        t.subsidiary_id,
        t.currency,
        t.base_currency,
    )
    rows: Iterable[Any] = session.execute(
        select(
            *keys,
            func.max(t.segment_set_id).label("segment_set_id"),
            func.max(t.document_version_id).label("version_id"),
            func.sum(t.amount_minor).label("amount"),
            func.sum(t.base_minor).label("base"),
        )
        .join(period_close, p.id == t.period_close_id)
        .join(source_document, d.id == t.document_id)
        .where(
            p.state == "closed",
            t.event == Event.RECLASS.name.lower(),
            t.debit_role.in_((_OFFSET, _DISCOUNT)),
        )
        .group_by(*keys)
    )
    found: dict[Pair, tuple[Amounts, _Document]] = {}
    for row in rows:
        source, target = row.debit_account_id, row.credit_account_id
        own = {
            account
            for role, account in ((row.debit_role, source), (row.credit_role, target))
            if role == _OFFSET
        }
        first, second = _in_order(source, target, own)
        pair = (row.external_id, first, second)
        sign = 1 if first == source else -1
        before, home = found.get(pair, ((0, 0), None))
        amounts = (before[0] + sign * int(row.amount), before[1] + sign * int(row.base))
        found[pair] = (
            amounts,
            home
            or _Document(
                row.subsidiary_id,
                codes[row.currency],
                codes[row.base_currency],
                row.version_id or NONE,
                kept_apart=own,
                segments=row.segment_set_id or NONE,
            ),
        )
    return found

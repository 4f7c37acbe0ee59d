"""The totals of a close, as pages, journals and the command line show them."""

from typing import Any

from sqlalchemy import and_, case, func, select
from sqlmodel import Session

from revrec.store.core import balance, booked, journal, journal_line, ledger_transfer, waiting_item


def close_totals(session: Session, close_id: int) -> dict[str, Any]:
    """Revenue, adjustments by cause, billing, balances, what waits and the drafted journals; by currency, minor
    units of it (journals: of the base currency)."""
    b, t, w = booked.c, ledger_transfer.c, waiting_item.c
    balances = balance.c
    # A contract has one currency; its row among the balances of the same close says which.
    its_currency = and_(
        balances.contract_id == b.contract_id,
        balances.period_close_id == b.period_close_id,
        balances.scope == "contract",
    )
    earned = session.execute(
        select(balances.currency, func.sum(b.revenue_minor), func.sum(b.adjustment_minor), func.count())
        .join_from(booked, balance, its_currency)
        .where(b.period_close_id == close_id)
        .group_by(balances.currency)
        .order_by(balances.currency)
    ).all()
    adjusted = session.execute(
        select(b.cause, balances.currency, func.count(), func.sum(b.adjustment_minor))
        .join_from(booked, balance, its_currency)
        .where(b.period_close_id == close_id, b.adjustment_minor != 0)
        .group_by(b.cause, balances.currency)
        .order_by(b.cause, balances.currency)
    ).all()
    standing = session.execute(
        select(
            balances.currency,
            func.sum(balances.billed_minor),
            func.sum(balances.recognised_minor),
            func.sum(balances.liability_minor),
            func.sum(balances.contract_asset_minor + balances.unbilled_receivable_minor),
        )
        .where(balances.period_close_id == close_id)
        .group_by(balances.currency)
        .order_by(balances.currency)
    ).all()
    waiting = session.execute(
        select(w.kind, w.reason, w.currency, func.count(), func.sum(w.amount_minor))
        .where(w.period_close_id == close_id)
        .group_by(w.kind, w.reason, w.currency)
        .order_by(w.kind, w.reason, w.currency)
    ).all()
    journals = session.execute(
        select(
            journal.c.currency,
            func.count(func.distinct(journal.c.id)),
            func.count(),
            func.sum(journal_line.c.debit_minor),
        )
        .join(journal_line, journal_line.c.journal_id == journal.c.id)
        .where(journal.c.period_close_id == close_id)
        .group_by(journal.c.currency)
        .order_by(journal.c.currency)
    ).all()
    late = session.execute(
        select(
            t.currency,
            func.count(),
            func.sum(case((t.credit_role == "contract_liability", 1), else_=-1) * t.amount_minor),
        )
        .where(t.period_close_id == close_id, t.event == "billing", t.cause == "late")
        .group_by(t.currency)
        .order_by(t.currency)
    ).all()
    events = session.execute(
        select(t.event, func.count()).where(t.period_close_id == close_id).group_by(t.event).order_by(t.event)
    )
    return {
        "revenue": {symbol: int(amount) for symbol, amount, _, _ in earned},
        "adjustment": {symbol: int(amount) for symbol, _, amount, _ in earned if amount},
        "obligations": sum(int(count) for *_, count in earned),
        "adjustments": [
            {"cause": cause, "currency": symbol, "obligations": count, "amount": int(amount)}
            for cause, symbol, count, amount in adjusted
        ],
        "late_billing": [
            {"currency": symbol, "lines": count, "amount": int(amount)} for symbol, count, amount in late
        ],
        "balances": {
            symbol: {
                "billed": int(billed),
                "recognised": int(recognised),
                "contract_liability": int(liability),
                "contract_asset": int(asset),
            }
            for symbol, billed, recognised, liability, asset in standing
        },
        "waiting": [
            {"kind": kind, "reason": reason, "currency": symbol, "count": count, "amount": int(amount)}
            for kind, reason, symbol, count, amount in waiting
        ],
        "journals": {
            symbol: {"journals": count, "lines": lines, "total": int(total)}
            for symbol, count, lines, total in journals
        },
        "transfers": {event: count for event, count in events},
    }

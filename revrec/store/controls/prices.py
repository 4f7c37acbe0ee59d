"""Prices and schedules: what was shared is the price, and what was earned is what was shared."""

from sqlalchemy import Select, and_, case, func, or_, select
from sqlmodel import Session

from revrec.store.controls.check import ControlResult, Findings, Scope, contract_names, obligation_names
from revrec.store.core import allocation, booked, waiting_item


def allocated_is_price(session: Session, scope: Scope) -> ControlResult:
    """Per contract, in the newest state of its lines."""
    found = Findings(
        "allocated_is_price",
        "Amounts allocated at inception add up to the transaction price of each contract, and what a close booked "
        "rests on the allocation that it kept.",
    )
    if not scope.closes:
        return found.result()
    a, b = allocation.c, booked.c
    lines = select(a.contract_id, a.inception_minor, a.price_minor).where(a.id.in_(_newest(scope))).subquery()
    shared, price = func.sum(lines.c.inception_minor), func.sum(lines.c.price_minor)
    by_contract = select(lines.c.contract_id, shared.label("shared"), price.label("price")).group_by(
        lines.c.contract_id
    )
    found.checked = int(
        session.execute(select(func.count()).select_from(by_contract.subquery())).scalar_one()
    )
    rows = session.execute(by_contract.having(shared != price).order_by(lines.c.contract_id)).all()
    names = contract_names(session, [row.contract_id for row in rows])
    for row in rows:
        where = names.get(row.contract_id, f"contract id {row.contract_id}")
        found.violate(where, f"{where}: allocated {row.shared}, price {row.price} minor units.")
    ids = [one.id for one in scope.closes]
    apart = session.execute(
        select(b.obligation_id, b.allocated_minor, a.allocated_minor.label("kept"))
        .join(allocation, and_(a.obligation_id == b.obligation_id, a.period_close_id == b.period_close_id))
        .where(b.period_close_id.in_(ids), b.allocated_minor != a.allocated_minor)
        .order_by(b.id)
    ).all()
    lines_named = obligation_names(session, [row.obligation_id for row in apart])
    for row in apart:
        where = lines_named.get(row.obligation_id, f"obligation {row.obligation_id}")
        found.violate(where, f"{where}: booked on {row.allocated_minor}, allocated {row.kept} minor units.")
    return found.result()


def schedule_is_allocated(session: Session, scope: Scope) -> ControlResult:
    """Per obligation that moved in a close: its running total, and where it is finished its whole price."""
    found = Findings(
        "schedule_is_allocated",
        "Each running total is the one before plus the revenue of the period, revenue is its adjustment plus its "
        "current part with a cause where there is one, and a finished line has earned what was allocated to it.",
    )
    b, earlier, a, w = booked.c, booked.alias("earlier"), allocation.c, waiting_item.c
    waits = select(w.obligation_id).where(
        w.period_close_id == b.period_close_id, w.obligation_id.is_not(None)
    )
    for at, close in enumerate(scope.closes):
        before_ids = _through(scope, at)[:-1]
        before = (
            select(earlier.c.target_minor)
            .where(earlier.c.obligation_id == b.obligation_id, earlier.c.period_close_id.in_(before_ids))
            .order_by(earlier.c.id.desc())
            .limit(1)
            .correlate(booked)
            .scalar_subquery()
        )
        was = func.coalesce(before, 0)
        leg = (
            select(
                a.fixed_minor
                + a.rest_minor
                + case((or_(a.lump_on.is_(None), a.lump_on > close.last_day), 0), else_=a.lump_minor)
            )
            .where(a.obligation_id == b.obligation_id, a.period_close_id.in_(_through(scope, at)))
            .order_by(a.id.desc())
            .limit(1)
            .correlate(booked)
            .scalar_subquery()
        )
        finished = and_(b.fraction_numerator >= b.fraction_denominator, b.obligation_id.not_in(waits))
        wrong = or_(
            b.target_minor != was + b.revenue_minor,
            (b.cause == "") != (b.adjustment_minor == 0),
            and_(finished, b.target_minor != func.coalesce(leg, b.target_minor)),
        )
        mine = b.period_close_id == close.id
        found.checked += int(
            session.execute(select(func.count()).select_from(booked).where(mine)).scalar_one()
        )
        rows = session.execute(
            select(b.obligation_id, b.target_minor, b.revenue_minor, was.label("was"), leg.label("leg"))
            .where(mine, wrong)
            .order_by(b.id)
        ).all()
        names = obligation_names(session, [row.obligation_id for row in rows])
        for row in rows:
            where = f"{close.period}, {names.get(row.obligation_id, f'obligation {row.obligation_id}')}"
            told = f"{row.was} before + {row.revenue_minor} revenue = {row.target_minor} booked; allocated {row.leg}"
            found.violate(where, f"{where}: {told} minor units.")
    return found.result()


def _newest(scope: Scope) -> Select[int]:
    a = allocation.c
    return (
        select(func.max(a.id))
        .where(a.period_close_id.in_(_through(scope, len(scope.closes) - 1)))
        .group_by(a.obligation_id)
    )


def _through(scope: Scope, at: int) -> list[int]:
    """Ids of the standing closes up to one of the scope, those before the scope included."""
    return [*scope.before, *(one.id for one in scope.closes[: at + 1])]

"""Balances: opening + movements = closing, per contract and in total, and billed - recognised = liability - asset."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select, union_all
from sqlmodel import Session

from revrec.store.controls.check import ClosedPeriod, ControlResult, Findings, Scope, Sum, contract_names
from revrec.store.core import balance, billing_split, booked, ledger_transfer

LIABILITY = "contract_liability"
ASSETS = ("contract_asset", "unbilled_receivable")
PARTS = ("billed", "recognised", "net", "base_billed", "base_recognised", "base_net")


def roll_forward(session: Session, scope: Scope) -> ControlResult:
    """Each close on the one before: what balances moved by is what was billed, earned and written into the ledger."""
    found = Findings(
        "roll_forward",
        "Opening balance + billing - revenue +/- fx = closing balance by contract, in both currencies; the ledger "
        "moved contract liability by as much; and the closing of a period is the opening of the next.",
    )
    for close in scope.closes:
        _contracts(session, close, found)
        _unassigned(session, close, found)
    return found.result()


def balances_hold(session: Session, scope: Scope) -> ControlResult:
    """Every balance row, and all of a period together: what is netted by customer is no more than its contracts."""
    found = Findings(
        "billed_less_recognised",
        "Billed - recognised = liability - asset in every balance, in both currencies, and in total; no balance has "
        "both, and none is negative but of billing that is unassigned.",
    )
    b = balance.c
    asset = b.contract_asset_minor + b.unbilled_receivable_minor
    base_asset = b.contract_asset_base_minor + b.unbilled_receivable_base_minor
    wrong = or_(
        b.billed_minor - b.recognised_minor != b.liability_minor - asset,
        b.billed_base_minor - b.recognised_base_minor - b.fx_base_minor
        != b.liability_base_minor - base_asset,
        (asset != 0) & (b.liability_minor != 0),
        (b.scope != "unassigned") & or_(asset < 0, b.liability_minor < 0),
    )
    for close in scope.closes:
        mine = b.period_close_id == close.id
        by_customer = session.execute(select(b.id).where(mine, b.scope == "customer").limit(1)).first()
        holds = b.scope != "contract" if by_customer else literal(True)
        found.checked += _count(session, select(func.count()).select_from(balance).where(mine, holds))
        rows = session.execute(
            select(
                b.scope,
                b.contract_id,
                b.customer_id,
                b.currency,
                b.billed_minor,
                b.recognised_minor,
                b.liability_minor,
                asset.label("asset"),
                b.billed_base_minor,
                b.recognised_base_minor,
                b.fx_base_minor,
                b.liability_base_minor,
                base_asset.label("base_asset"),
            )
            .where(mine, holds, wrong)
            .order_by(b.id)
        ).all()
        names = contract_names(session, [row.contract_id for row in rows])
        for row in rows:
            owner = names.get(row.contract_id, f"customer {row.customer_id} ({row.scope})")
            found.violate(
                f"{close.period}, {owner}",
                f"{owner} at the end of {close.period}: billed {row.billed_minor} - recognised {row.recognised_minor} "
                f"stands as liability {row.liability_minor} - asset {row.asset} {row.currency} minor units; in base "
                f"currency billed {row.billed_base_minor} - recognised {row.recognised_base_minor} - fx "
                f"{row.fx_base_minor} as liability {row.liability_base_minor} - asset {row.base_asset}.",
            )
        _totals(session, close, found)
    return found.result()


def ledger_moves(session: Session, scope: Scope) -> ControlResult:
    """Debits = credits is built into a transfer as long as it moves a positive amount from one place to another."""
    found = Findings(
        "ledger_transfers",
        "Every ledger row moves a positive amount from a debit to a credit, so that the ledger balances in every "
        "currency and subsidiary.",
    )
    t = ledger_transfer.c
    ids = [close.id for close in scope.closes]
    same_account = func.coalesce(t.debit_account_id, -1) == func.coalesce(t.credit_account_id, -1)
    wrong = or_(
        t.amount_minor < 0,
        t.base_minor < 0,
        (t.amount_minor == 0) & (t.base_minor == 0),
        (t.debit_role == t.credit_role) & same_account,
    )
    mine = t.period_close_id.in_(ids)
    found.checked = _count(session, select(func.count()).select_from(ledger_transfer).where(mine))
    rows = session.execute(
        select(t.id, t.period, t.event, t.debit_role, t.credit_role, t.amount_minor, t.base_minor)
        .where(mine, wrong)
        .order_by(t.id)
    )
    for row in rows:
        found.violate(
            f"{row.period}, ledger row {row.id}",
            f"Ledger row {row.id} ({row.event}, {row.debit_role} to {row.credit_role}) moves {row.amount_minor}, in "
            f"base currency {row.base_minor} minor units.",
        )
    return found.result()


def _contracts(session: Session, close: ClosedPeriod, found: Findings) -> None:
    k, b, s, t = balance.c, booked.c, billing_split.c, ledger_transfer.c
    moved = _liability_moved(t.amount_minor), _liability_moved(t.base_minor)
    zero: ColumnElement[int] = literal(0)

    def part(contract: Any, *values: Any) -> Select[Any]:
        named = [value.label(name) for name, value in zip(PARTS, values, strict=True)]
        return select(contract.label("contract_id"), *named)

    def standing(close_id: int, sign: int) -> Select[Any]:
        net = k.billed_minor - k.recognised_minor
        base_net = k.billed_base_minor - k.recognised_base_minor - k.fx_base_minor
        values = (
            k.billed_minor,
            k.recognised_minor,
            net,
            k.billed_base_minor,
            k.recognised_base_minor,
            base_net,
        )
        return part(k.contract_id, *(sign * value for value in values)).where(
            k.period_close_id == close_id, k.scope == "contract"
        )

    selects = [
        standing(close.id, 1),
        part(s.contract_id, -s.amount_minor, zero, zero, -s.base_minor, zero, zero).where(
            s.period_close_id == close.id, s.contract_id.is_not(None)
        ),
        part(b.contract_id, zero, -b.revenue_minor, zero, zero, -b.revenue_base_minor, zero).where(
            b.period_close_id == close.id
        ),
        part(t.contract_id, zero, zero, -moved[0], zero, zero, -moved[1]).where(
            t.period_close_id == close.id,
            t.contract_id.is_not(None),
            t.debit_role.not_in(ASSETS),
            t.credit_role.not_in(ASSETS),
        ),
    ]
    if close.previous is not None:
        selects.append(standing(close.previous, -1))
    rows = union_all(*selects).subquery()
    sums = [func.sum(rows.c[name]).label(name) for name in PARTS]
    added = select(rows.c.contract_id, *sums).group_by(rows.c.contract_id).subquery()
    wrong = or_(*(added.c[name] != 0 for name in PARTS))
    apart = session.execute(select(added).where(wrong).order_by(added.c.contract_id)).mappings().all()
    found.checked += _count(
        session,
        select(func.count()).select_from(balance).where(k.period_close_id == close.id, k.scope == "contract"),
    )
    names = contract_names(session, [row["contract_id"] for row in apart])
    for row in apart:
        where = names.get(row["contract_id"], f"contract id {row['contract_id']}")
        told = ", ".join(f"{name.replace('_', ' ')} by {int(row[name])}" for name in PARTS if row[name])
        found.violate(
            f"{close.period}, {where}",
            f"{where}: its balance moved in {close.period} otherwise than its billing, revenue and ledger rows say: "
            f"{told} minor units.",
        )


def _unassigned(session: Session, close: ClosedPeriod, found: Findings) -> None:
    k, s = balance.c, billing_split.c
    selects = [
        select(k.customer_id, k.subsidiary_id, k.currency, k.billed_minor.label("amount")).where(
            k.period_close_id == close.id, k.scope == "unassigned"
        ),
        select(s.customer_id, s.subsidiary_id, s.currency, -s.amount_minor).where(
            s.period_close_id == close.id, s.contract_id.is_(None)
        ),
    ]
    if close.previous is not None:
        selects.append(
            select(k.customer_id, k.subsidiary_id, k.currency, -k.billed_minor).where(
                k.period_close_id == close.previous, k.scope == "unassigned"
            )
        )
    rows = union_all(*selects).subquery()
    total = func.sum(rows.c.amount)
    apart = session.execute(
        select(rows.c.customer_id, rows.c.currency, total.label("amount"))
        .group_by(rows.c.customer_id, rows.c.subsidiary_id, rows.c.currency)
        .having(total != 0)
    )
    for row in apart:
        found.violate(
            f"{close.period}, customer {row.customer_id}",
            f"Unassigned billing of customer {row.customer_id} moved in {close.period} by {int(row.amount)} "
            f"{row.currency} minor units more than its billing lines.",
        )


def _totals(session: Session, close: ClosedPeriod, found: Findings) -> None:
    k = balance.c
    # Under netting by customer a contract's figures stand once more on its customer's row.
    net = func.sum(case((k.scope == "customer", 0), else_=k.billed_minor - k.recognised_minor))
    asset = func.sum(k.liability_minor - k.contract_asset_minor - k.unbilled_receivable_minor)
    rows = session.execute(
        select(k.currency, net, asset)
        .where(k.period_close_id == close.id)
        .group_by(k.currency)
        .order_by(k.currency)
    )
    for currency, billed, standing in rows:
        found.sums.append(
            Sum(
                f"{close.period}: billed - recognised, liability - asset",
                currency,
                int(billed),
                int(standing),
            )
        )
        if billed != standing:
            found.violate(
                f"{close.period}, {currency}",
                f"All balances at the end of {close.period}: billed - recognised is {int(billed)}, liability - asset "
                f"{int(standing)} {currency} minor units.",
            )


def _liability_moved(amount: Any) -> Any:
    t = ledger_transfer.c
    credit = case((t.credit_role == LIABILITY, amount), else_=0)
    debit = case((t.debit_role == LIABILITY, amount), else_=0)
    return credit - debit


def _count(session: Session, statement: Select[Any]) -> int:
    return int(session.execute(statement).scalar_one())

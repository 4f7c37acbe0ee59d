"""Children of an orders run, on the CRM's queue."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from jobs.orders.shape import order_forms
from jobs.pausing import require_open
from jobs.resources import salesforce_client, store
from jobs.runner import step, workflow
from revrec.crm.mapping import FieldMapping, read_mapping
from revrec.crm.orders import CrmCustomer, OrderState
from revrec.crm.salesforce_pull import (
    detect_currencies,
    find_changes,
    position_from_json,
    pull_customers,
    read_orders,
    split,
)
from revrec.matching.keys import KEY_RULE_VERSION, KeyRule
from revrec.operations.periods import periods_of
from revrec.operations.policies import policy_value
from revrec.operations.set_first_period import first_period
from revrec.store.core import crm_customer, currency, order_to_read, sales_order
from revrec.store.queries.closes import newest_closed_period
from revrec.store.reference.upsert import upsert
from revrec.store.staging.orders import StagedOrder, stage_cancellations, stage_orders

ORDERS_A_CHILD = 1000
_mappings: dict[int, FieldMapping] = {}


@workflow("crm_customers")
async def read_customers(job_id: int) -> int:
    """All customers of the CRM: a rename decides whether invoices find their orders."""
    return int(await step(_customers, name="read_customers"))


async def _customers() -> int:
    client, mapping = await _open()
    count = 0
    with store().read() as session:
        rule = KeyRule(bool(policy_value(session, "strip_legal_forms")))
    async for some in pull_customers(client, mapping):
        await asyncio.to_thread(_keep_customers, some, rule)
        count += len(some)
    return count


@workflow("crm_changes")
async def read_changes(job_id: int, since: dict[str, Any] | None) -> dict[str, Any]:
    """Which orders to read: written to the database in chunks; `chunks`, `position` and counts come back."""
    return dict(await step(_changes, job_id, since, name="find_changes"))


async def _changes(job_id: int, since: dict[str, Any] | None) -> dict[str, Any]:
    client, mapping = await _open()
    changes = await find_changes(client, mapping, position_from_json(since) if since else None)
    wanted = set(changes.order_ids)
    gone = {one.external_id: one.deleted_at for one in changes.gone}

    def keep() -> tuple[int, int]:
        with store().write() as session:
            session.execute(delete(order_to_read).where(order_to_read.c.job_id == job_id))
            lost = (
                set(session.execute(select(sales_order.c.external_id)).scalars()) - wanted
                if changes.full
                else set()
            )
            chunks = list(split(sorted(wanted | lost), ORDERS_A_CHILD))
            rows = [
                {"job_id": job_id, "chunk": number, "external_id": one}
                for number, some in enumerate(chunks)
                for one in some
            ]
            if rows:
                session.execute(insert(order_to_read), rows)
            return len(chunks), _cancel(session, job_id, gone, "deleted")

    chunks, cancelled = await asyncio.to_thread(keep)
    return {
        "chunks": chunks,
        "orders": len(wanted),
        "deleted": cancelled,
        "position": changes.position.to_json(),
    }


@workflow("crm_orders")
async def read_chunk(job_id: int, chunk: int) -> dict[str, int]:
    """The orders of one chunk, each whole, staged where they differ."""
    return dict(await step(_read_chunk, job_id, chunk, name="read_orders"))


async def _read_chunk(job_id: int, chunk: int) -> dict[str, int]:
    client, mapping = await _open()
    ids, decimals, zone = await asyncio.to_thread(_chunk, job_id, chunk)
    counts = {"new": 0, "changed": 0, "same": 0, "cancelled": 0}
    for some in split(ids):
        batch = await read_orders(client, mapping, some, decimals)
        active = [order_forms(one, zone) for one in batch.orders if one.state is OrderState.ACTIVE]
        ended = {
            one.external_id: one.changed_at for one in batch.orders if one.state is not OrderState.ACTIVE
        }
        ended |= dict.fromkeys(batch.missing, datetime.now(UTC))

        staged, cancelled = await asyncio.to_thread(_keep_orders, job_id, active, ended)
        for name, count in staged.items():
            counts[name] += count
        counts["cancelled"] += cancelled
    return counts


def _keep_orders(
    job_id: int, active: list[list[StagedOrder]], ended: dict[str, datetime]
) -> tuple[dict[str, int], int]:
    with store().write() as session:
        return stage_orders(session, job_id, active), _cancel(session, job_id, ended, "not active")


def _cancel(session: Session, job_id: int, ended: Mapping[str, datetime], reason: str) -> int:
    """An order that the CRM lost is a cancel as of the open period: earned through the day before it was lost,
    or before the open period began, whichever is later."""
    zone = ZoneInfo(str(policy_value(session, "company_time_zone")))
    closed = newest_closed_period(session)
    periods = periods_of(session)
    begin = periods.next(closed) if closed else first_period(session)
    floor = periods.first_day(begin) if begin else date.min
    days: dict[str, tuple[date, date]] = {}
    for external_id, moment in ended.items():
        lost = max(moment.astimezone(zone).date(), floor)
        days[external_id] = (lost - timedelta(days=1), lost)
    return stage_cancellations(session, job_id, days, reason) if days else 0


def _chunk(job_id: int, chunk: int) -> tuple[list[str], Mapping[str, int], ZoneInfo]:
    with store().read() as session:
        row = order_to_read.c
        ids = session.execute(
            select(row.external_id).where(row.job_id == job_id, row.chunk == chunk).order_by(row.external_id)
        )
        decimals = {
            symbol: p for symbol, p in session.execute(select(currency.c.symbol, currency.c.precision))
        }
        return (
            list(ids.scalars()),
            Decimals(decimals),
            ZoneInfo(str(policy_value(session, "company_time_zone"))),
        )


ISO_DECIMALS = {
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
}


class Decimals(Mapping[str, int]):
    """Decimals of every currency: as NetSuite has them; before its first run by ISO 4217."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known = known

    def __getitem__(self, symbol: str) -> int:
        return self._known.get(symbol, ISO_DECIMALS.get(symbol, 2))

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


async def _open() -> tuple[Any, FieldMapping]:
    client = await salesforce_client()
    await asyncio.to_thread(_require_open)
    known = _mappings.get(id(client))
    if known is None:
        with store().read() as session:
            setting = dict(policy_value(session, "order_fields"))
            setting.setdefault("source", policy_value(session, "salesforce_source"))
        known = _mappings[id(client)] = await detect_currencies(client, read_mapping(setting))
    return client, known


def _require_open() -> None:
    """Raise `Conflict` where the connection was paused since the run began."""
    with store().read() as session:
        require_open(session, "orders")


def _keep_customers(customers: tuple[CrmCustomer, ...], rule: KeyRule) -> None:
    rows = [
        {
            "external_id": one.external_id,
            "name": one.name,
            "key": rule.key(one.name),
            "key_version": KEY_RULE_VERSION,
            "active": not one.deleted,
        }
        for one in customers
    ]
    with store().write() as session:
        upsert(session, crm_customer, rows, ["external_id"])

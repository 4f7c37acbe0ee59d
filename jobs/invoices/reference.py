"""Reference data of the account, brought up to date before documents are read: what they name by id."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session

from jobs.invoices.account import account_columns
from jobs.lifecycle import tell
from jobs.resources import store
from jobs.runner import step, workflow
from revrec.matching.keys import KEY_RULE_VERSION, KeyRule
from revrec.netsuite import reference
from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.currency_tables import currencies, exchange_rates
from revrec.netsuite.problems import Notice
from revrec.netsuite.segments import custom_segment_values, custom_segments, standard_segment_values
from revrec.operations.policies import policy_value
from revrec.problems import Finding
from revrec.store import core
from revrec.store.reference.products import pair_items
from revrec.store.reference.upsert import deactivate_missing, upsert

ONLY_COMPANY = 0
"""The id we give the company of an account without subsidiaries."""


@workflow("netsuite_reference")
async def read_reference(job_id: int) -> dict[str, int]:
    """Everything that documents and journals name by id, table by table; returns how many rows each has."""
    counts: dict[str, int] = {}
    for name in READERS:
        counts[name] = await step(_read_one, job_id, name, name=f"read_{name}")
    return counts


async def _read_one(job_id: int, name: str) -> int:
    columns = await account_columns("invoices")
    rows, notices = await READERS[name](columns)
    await asyncio.to_thread(_say, job_id, name, notices)
    return rows


def _say(job_id: int, name: str, notices: Sequence[Notice]) -> None:
    tell(
        job_id,
        [Finding(one.kind, "warning", one.what, one.message) for one in notices],
        of=f"reference {name}",
    )


def _home_currency() -> str:
    with store().read() as session:
        return str(policy_value(session, "home_currency"))


async def _subsidiaries(columns: AccountColumns) -> tuple[int, list[Notice]]:
    """Subsidiaries with their base currencies, and the currencies. Without OneWorld the company is one."""
    found, notices = await reference.subsidiaries(columns)
    table, more = await currencies(columns, found, home_symbol=await asyncio.to_thread(_home_currency))
    home = table.home
    money = [
        {
            "id": int(one.id or 0),
            "symbol": one.symbol,
            "name": one.name,
            "precision": one.precision,
            "active": not one.inactive,
        }
        # An account without many currencies lists none; its own is then known by our number 0.
        for one in table.by_id.values() or ([home] if home else [])
    ]
    rows: list[dict[str, Any]] = [
        {
            "id": int(one.id),
            "name": one.name,
            "currency_id": int(one.currency_id or (home.id if home else 0) or 0),
            "active": not one.inactive and not one.elimination,
        }
        for one in found
    ]
    if not rows:
        only = int(home.id or 0) if home else 0
        rows = [{"id": ONLY_COMPANY, "name": "The company", "currency_id": only, "active": True}]

    def keep(session: Session) -> None:
        upsert(session, core.currency, money, ["id"])
        upsert(session, core.subsidiary, rows, ["id"])
        deactivate_missing(session, core.subsidiary, "id", [row["id"] for row in rows])

    await _write(keep)
    return len(rows), notices + more


async def _rates(columns: AccountColumns) -> tuple[int, list[Notice]]:
    found, notices = await exchange_rates(columns, date(1990, 1, 1))
    rows = [
        {
            "base_currency_id": int(one.base_currency),
            "currency_id": int(one.transaction_currency),
            "effective": one.effective,
            "rate_e10": one.rate_scaled,
        }
        for one in found
    ]
    key = ["base_currency_id", "currency_id", "effective"]
    await _write(lambda session: upsert(session, core.currency_rate, rows, key))
    return len(rows), notices


async def _periods(columns: AccountColumns) -> tuple[int, list[Notice]]:
    found, notices = await reference.periods(columns)
    rows = [
        {
            "id": int(one.id),
            "name": one.name,
            "first_day": one.start,
            "last_day": one.end,
            "closed": one.closed,
            "all_locked": one.all_locked,
            "ar_locked": one.ar_locked,
        }
        for one in found
    ]
    await _write(lambda session: upsert(session, core.netsuite_period, rows, ["id"]))
    return len(rows), notices


async def _accounts(columns: AccountColumns) -> tuple[int, list[Notice]]:
    found, notices = await reference.accounts(columns)
    rows = [
        {
            "id": int(one.id),
            "number": one.number,
            "name": one.name,
            "type": one.type,
            "active": not one.inactive,
            "summary": one.summary,
        }
        for one in found
    ]
    pairs = [{"account_id": int(one.id), "subsidiary_id": int(s)} for one in found for s in one.subsidiaries]

    def keep(session: Session) -> None:
        upsert(session, core.account, rows, ["id"])
        deactivate_missing(session, core.account, "id", [row["id"] for row in rows])
        session.execute(delete(core.account_subsidiary))
        upsert(session, core.account_subsidiary, pairs, ["account_id", "subsidiary_id"])

    await _write(keep)
    return len(rows), notices


async def _segments(columns: AccountColumns) -> tuple[int, list[Notice]]:
    found, notices = await standard_segment_values(columns)
    with store().read() as session:
        wanted = set(policy_value(session, "custom_segments"))
    defined, more = await custom_segments(columns)
    notices += more
    for segment in (one for one in defined if one.field in wanted):
        some, more = await custom_segment_values(columns, segment)
        found += some
        notices += more
    rows = [
        {"segment": one.segment, "value_id": int(one.id), "name": one.name, "active": not one.inactive}
        for one in found
    ]

    def keep(session: Session) -> None:
        upsert(session, core.segment_value, rows, ["segment", "value_id"])
        for segment in {row["segment"] for row in rows}:
            present = [row["value_id"] for row in rows if row["segment"] == segment]
            deactivate_missing(session, core.segment_value, "value_id", present, segment=segment)

    await _write(keep)
    return len(rows), notices


async def _items(columns: AccountColumns) -> tuple[int, list[Notice]]:
    found, notices = await reference.items(columns)
    rows = [
        {
            "id": int(one.id),
            "name": one.item_id,
            "display_name": one.name,
            "type": one.item_type,
            "income_account_id": int(one.income_account) if one.income_account else None,
            "deferral_account_id": int(one.deferral_account) if one.deferral_account else None,
            "active": not one.inactive,
        }
        for one in found
    ]

    def keep(session: Session) -> None:
        known = set(session.execute(select(core.item.c.id)).scalars())
        upsert(session, core.item, [row for row in rows if row["id"] in known], ["id"])
        # A new item is not excluded before the run that brought it publishes.
        upsert(
            session, core.item, [row | {"excluded": False} for row in rows if row["id"] not in known], ["id"]
        )
        pair_items(session)

    await _write(keep)
    return len(rows), notices


async def _customers(columns: AccountColumns) -> tuple[int, list[Notice]]:
    found, notices = await reference.customers(columns)
    with store().read() as session:
        rule = KeyRule(bool(policy_value(session, "strip_legal_forms")))
    rows = [
        {
            "id": int(one.id),
            "name": one.name,
            "key": rule.key(one.name),
            "key_version": KEY_RULE_VERSION,
            "crm_id": one.external_id or "",
            "subsidiary_id": int(one.subsidiaries[0]) if len(one.subsidiaries) == 1 else None,
            "active": not one.inactive,
        }
        for one in found
    ]

    def keep(session: Session) -> None:
        known = set(session.execute(select(core.netsuite_customer.c.id)).scalars())
        upsert(session, core.netsuite_customer, [row for row in rows if row["id"] in known], ["id"])
        fresh = [row | {"match": ""} for row in rows if row["id"] not in known]
        upsert(session, core.netsuite_customer, fresh, ["id"])

    await _write(keep)
    return len(rows), notices


async def _write(keep: Callable[[Session], Any]) -> None:
    def write() -> None:
        with store().write() as session:
            keep(session)

    await asyncio.to_thread(write)


READERS = {
    "subsidiaries": _subsidiaries,
    "rates": _rates,
    "periods": _periods,
    "accounts": _accounts,
    "segments": _segments,
    "items": _items,
    "customers": _customers,
}

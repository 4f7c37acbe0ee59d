"""Reference data of the account, brought up to date before documents are read: what they name by id.

What NetSuite no longer has goes out of use here. A table that could not be read at all (its feature is off, or the
role lost a permission: NetSuite does not tell which) is left as it was, with a notice.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from jobs.invoices.account import account_columns
from jobs.invoices.reference_records import read_accounts, read_customers, read_items, read_segments
from jobs.invoices.reference_tables import Reader, Reading, in_thread, is_unread, keep
from jobs.lifecycle import progress, tell
from jobs.resources import store
from jobs.runner import fan_out, patched, step, workflow, workflow_id
from revrec.netsuite import reference
from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.currency_tables import currencies, exchange_rates
from revrec.operations.audit_mapping import audit_mapping
from revrec.operations.policies import policy_value
from revrec.problems import Finding
from revrec.store import core
from revrec.store.queries.readings import note_reading
from revrec.store.reference.upsert import deactivate_missing, upsert
from revrec.store.reference.vanished import remove_rates, retire_periods

ONLY_COMPANY = 0
"""The id we give the company of an account without subsidiaries."""


async def read_lists(job_id: int, queue: str) -> dict[str, int]:
    """For a job: everything that documents and journals name by id; how many rows each table has. Then the account
    mapping is audited against it.

    The tables are read side by side, each by a child of its own, since one after the other they take more of a small
    pull's time than its documents do. Subsidiaries and currencies come first: the others name them.
    """
    me = workflow_id()
    if not await patched("lists side by side"):
        (found,) = await fan_out(queue, read_reference, [(f"{me}/reference", (job_id,))])
        return dict(found)
    first, *others = READERS
    counts = await fan_out(queue, read_list, [(f"{me}/list-{first}", (job_id, first))])
    counts += await fan_out(
        queue,
        read_list,
        [(f"{me}/list-{name}", (job_id, name)) for name in others],
        progress=lambda done, _: progress(job_id, "reference data", done + 1, len(READERS)),
    )
    await step(_audit, job_id, name="audit_mapping")
    return dict(zip(READERS, counts, strict=True))


@workflow("netsuite_list")
async def read_list(job_id: int, name: str) -> int:
    """One table; returns how many rows it has."""
    return int(await step(_read_one, job_id, name, name=f"read_{name}"))


@workflow("netsuite_reference")
async def read_reference(job_id: int) -> dict[str, int]:
    """All tables one after the other, as runs have it that were begun before there was `read_list`."""
    counts: dict[str, int] = {}
    for name in READERS:
        counts[name] = await step(_read_one, job_id, name, name=f"read_{name}")
    if await patched("audit the account mapping"):
        await step(_audit, job_id, name="audit_mapping")
    return counts


async def _read_one(job_id: int, name: str) -> int:
    columns = await account_columns("invoices")
    found = await READERS[name](columns)
    await in_thread(_note, job_id, name, found)
    return found.rows


def _note(job_id: int, name: str, found: Reading) -> None:
    with store().write() as session:
        note_reading(session, name, job_id, found.rows, datetime.now(UTC))
    notices = [Finding(one.kind, "warning", one.what, one.message) for one in found.notices]
    tell(job_id, [*notices, *found.findings], of=f"reference {name}")


def _audit(job_id: int) -> int:
    """Say which rules of the account mapping the chart of accounts no longer bears. Returns how many problems."""
    with store().read() as session:
        found = audit_mapping(session, datetime.now(UTC).date(), later=True)
    tell(job_id, found, of="account mapping")
    return len(found)


def _home_currency() -> str:
    with store().read() as session:
        return str(policy_value(session, "home_currency"))


async def _subsidiaries(columns: AccountColumns) -> Reading:
    """Subsidiaries with their base currencies, and the currencies. Without OneWorld the company is one."""
    found, notices = await reference.subsidiaries(columns)
    table, more = await currencies(columns, found, home_symbol=await in_thread(_home_currency))
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

    kept = is_unread(notices) and await in_thread(_has_subsidiaries)

    def write(session: Session) -> None:
        upsert(session, core.currency, money, ["id"])
        if not is_unread(more):
            deactivate_missing(session, core.currency, "id", [row["id"] for row in money])
        if not kept:
            upsert(session, core.subsidiary, rows, ["id"])
            deactivate_missing(session, core.subsidiary, "id", [row["id"] for row in rows])

    await keep(write)
    return Reading(len(rows), [*notices, *more], [_KEPT] if kept else [])


_KEPT = Finding(
    "subsidiaries_not_read",
    "warning",
    "subsidiary",
    "The role no longer shows the account's subsidiaries; those of the last reading stay. Give it the permission "
    "Lists > Subsidiaries (View).",
)


def _has_subsidiaries() -> bool:
    """Whether the account was read as one of several subsidiaries before, which no account ceases to be."""
    s = core.subsidiary.c
    with store().read() as session:
        return session.execute(select(s.id).where(s.id != ONLY_COMPANY, s.active)).first() is not None


async def _rates(columns: AccountColumns) -> Reading:
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
    present = [(int(one.base_currency), int(one.transaction_currency), one.effective) for one in found]
    key = ["base_currency_id", "currency_id", "effective"]

    def write(session: Session) -> None:
        upsert(session, core.currency_rate, rows, key)
        if not is_unread(notices):
            remove_rates(session, present)

    await keep(write)
    return Reading(len(rows), notices)


async def _periods(columns: AccountColumns) -> Reading:
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
            "active": True,
        }
        for one in found
    ]
    retired: list[str] = []

    def write(session: Session) -> None:
        upsert(session, core.netsuite_period, rows, ["id"])
        # An account has periods: none at all is a reading that went wrong.
        retired[:] = retire_periods(session, [int(one.id) for one in found]) if found else []

    await keep(write)
    return Reading(len(rows), notices, _retired(retired))


def _retired(names: Sequence[str]) -> list[Finding]:
    return [
        Finding(
            "period_vanished",
            "warning",
            f"period {name}",
            f"NetSuite no longer lists the posting period {name}. Documents were read in it and keep it; no journal is "
            "posted into it. Run invoices with --full, so that they are read where they are now.",
        )
        for name in names
    ]


READERS: dict[str, Reader] = {
    "subsidiaries": _subsidiaries,
    "rates": _rates,
    "periods": _periods,
    "accounts": read_accounts,
    "segments": read_segments,
    "items": read_items,
    "customers": read_customers,
}

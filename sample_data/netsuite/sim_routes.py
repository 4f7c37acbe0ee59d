"""``/_sim``: what NetSuite does not have. Orders to the stand-in and questions to it, for tests, demos and benches.

No sign-in, because it listens on loopback only.
"""

from __future__ import annotations

import os
import resource
import time
from typing import Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, ValidationError

from sample_data.netsuite import control_totals
from sample_data.netsuite.account import Account
from sample_data.netsuite.change_requests import AnyChange
from sample_data.netsuite.document_editor import NoSuchThing
from sample_data.netsuite.faults import Fault
from sample_data.netsuite.hooks import Hook
from sample_data.netsuite.settings import Settings


class ClockOrder(BaseModel):
    """Skews in seconds: of the data's clock, and of the one that sign-in is checked by."""

    model_config = ConfigDict(extra="forbid")

    skew_seconds: int | None = None
    auth_skew_seconds: int | None = None


def sim_routes(account: Account) -> APIRouter:
    """The routes over one account."""
    router = APIRouter(prefix="/_sim")
    started = time.time()
    _add_orders(router, account)
    _add_questions(router, account)

    @router.get("/stats")
    async def stats() -> dict[str, Any]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "pid": os.getpid(),
            "uptime_seconds": time.time() - started,
            "cpu_seconds": used.ru_utime + used.ru_stime,
            "peak_concurrency": account.concurrency.peak,
            "peak_asked": account.concurrency.asked_peak,
            "blocked": account.concurrency.blocked,
            "in_flight": account.concurrency.in_flight,
            "requests_by_status": account.log.statuses,
            "struck": dict(account.dice.struck),
            "logins_accepted": account.gate.audit.accepted,
            "data_version": account.store.data_version,
        }

    @router.post("/reset-stats")
    async def reset_stats() -> dict[str, Any]:
        """Start peaks, totals, the dice and the log afresh."""
        account.concurrency.start_afresh()
        account.dice.start_afresh()
        account.log.clear()
        return {}

    return router


def _add_orders(router: APIRouter, account: Account) -> None:
    @router.post("/faults")
    async def order_fault(fault: Fault) -> dict[str, Any]:
        return {"id": account.faults.order(fault)}

    @router.get("/faults")
    async def list_faults() -> list[dict[str, Any]]:
        return account.faults.listed()

    @router.delete("/faults")
    async def clear_faults() -> dict[str, Any]:
        account.faults.clear()
        account.hooks.clear()
        return {}

    @router.post("/hooks")
    async def add_hook(hook: Hook) -> dict[str, Any]:
        account.hooks.add(hook)
        return {}

    @router.get("/hooks")
    async def list_hooks() -> list[dict[str, Any]]:
        return account.hooks.listed()

    @router.post("/change")
    async def change(change: AnyChange) -> dict[str, Any]:
        try:
            return await run_in_threadpool(account.changes.apply, change)
        except NoSuchThing as problem:
            raise HTTPException(404, str(problem)) from problem

    @router.get("/settings")
    async def show_settings() -> dict[str, Any]:
        return account.settings.model_dump(mode="json")

    @router.post("/settings")
    async def change_settings(changed: dict[str, Any]) -> dict[str, Any]:
        """Any of the settings; all are checked before one is taken."""
        try:
            checked = Settings.model_validate({**account.settings.model_dump(), **changed})
        except ValidationError as problem:
            raise HTTPException(422, str(problem)) from problem
        if {"features", "primary_book"} & changed.keys():
            several = "multibook" in checked.features
            await run_in_threadpool(account.changes.set_books, several, checked.primary_book)
        if {"fault_rate", "fault_seed", "fault_kinds"} & changed.keys():
            account.dice.start_afresh()
        if "calls_per_minute" in changed:
            account.pace.start_afresh()
        for name in changed:
            setattr(account.settings, name, getattr(checked, name))
        return account.settings.model_dump(mode="json")

    @router.post("/clock")
    async def set_clock(order: ClockOrder) -> dict[str, Any]:
        if order.skew_seconds is not None:
            account.clock.skew_seconds = order.skew_seconds
        if order.auth_skew_seconds is not None:
            account.clock.auth_skew_seconds = order.auth_skew_seconds
        await run_in_threadpool(account.records.reverse_what_is_due)
        return {
            "skew_seconds": account.clock.skew_seconds,
            "auth_skew_seconds": account.clock.auth_skew_seconds,
            "utc": account.clock.utc(),
        }

    @router.post("/snapshot")
    async def snapshot() -> dict[str, Any]:
        """Keep the data as it is, for ``/_sim/restore``."""
        await run_in_threadpool(account.store.take_snapshot)
        return {}

    @router.post("/restore")
    async def restore() -> dict[str, Any]:
        """Data as in the snapshot, everything else as at the start: one process serves many tests."""
        if not await run_in_threadpool(account.start_afresh):
            raise HTTPException(409, "no snapshot was taken")
        return {}

    @router.post("/unlock")
    async def unlock() -> dict[str, Any]:
        """Forget failed sign-ins and locks."""
        account.gate.signatures.unlock()
        return {}


def _add_questions(router: APIRouter, account: Account) -> None:
    @router.get("/log")
    async def log(last: int = Query(1000, ge=1, le=20_000)) -> list[dict[str, Any]]:
        return account.log.listed(last)

    @router.get("/audit")
    async def audit() -> list[dict[str, Any]]:
        return account.gate.audit.listed()

    @router.get("/totals")
    async def totals(by: str = "period") -> list[dict[str, Any]]:
        if by not in control_totals.GROUPINGS:
            raise HTTPException(422, f"by is one of {', '.join(control_totals.GROUPINGS)}")
        return await run_in_threadpool(control_totals.totals, account.store, by)

    @router.get("/journals")
    async def journals() -> list[dict[str, Any]]:
        return await run_in_threadpool(control_totals.journals, account.store)

    @router.get("/transactions/{number}")
    async def transaction(number: int) -> dict[str, Any]:
        found = await run_in_threadpool(control_totals.transaction, account.store, number)
        if found is None:
            raise HTTPException(404, f"there is no transaction {number}")
        return found

    @router.get("/pick")
    async def pick(
        type: str = "CustInvc",
        status: str | None = None,
        period: int | None = None,
        item: int | None = None,
        limit: int = Query(10, ge=1, le=1000),
    ) -> list[dict[str, Any]]:
        """Some transactions of a kind, oldest first, for a test that needs one to change."""
        return await run_in_threadpool(control_totals.pick, account.store, type, status, period, item, limit)

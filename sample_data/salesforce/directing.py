"""The `/_sim/` routes, by which a test or the demo directs the stand-in. They need no session and are not logged."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Body, Request

from sample_data.salesforce.answers import Answers
from sample_data.salesforce.faults import Fault, Watch
from sample_data.salesforce.sessions import Sessions
from sample_data.salesforce.story import Story


def routes(watch: Watch, story: Story, sessions: Sessions, answers: Answers) -> APIRouter:
    """Faults, log, statistics, sessions, and everything that may happen to records."""
    sim = APIRouter(prefix="/_sim")

    @sim.post("/faults")
    async def order_fault(fault: Fault) -> Any:
        watch.faults.append(fault)
        return {"faults": len(watch.faults)}

    @sim.delete("/faults")
    async def drop_faults() -> Any:
        watch.faults.clear()
        return {"faults": 0}

    @sim.get("/log")
    async def read_log() -> Any:
        return watch.entries()

    @sim.get("/stats")
    async def read_stats() -> Any:
        return watch.stats()

    @sim.post("/reset")
    async def reset() -> Any:
        watch.reset()
        return watch.stats()

    @sim.post("/expire-sessions")
    async def expire_sessions() -> Any:
        return {"expired": sessions.expire()}

    @sim.post("/forget-cursors")
    async def forget_cursors() -> Any:
        return {"forgotten": answers.forget_cursors()}

    @sim.post("/certificate")
    async def register_certificate(pem: str = Body(embed=True)) -> Any:
        sessions.register(pem)
        return {"registered": True}

    @sim.get("/records/{entity}")
    async def find_records(request: Request, entity: str) -> Any:
        return story.records(entity, dict(request.query_params))

    @sim.post("/records/{entity}")
    async def create_record(entity: str, values: dict[str, Any]) -> Any:
        return story.create(entity, values)

    @sim.patch("/records/{entity}/{record_id}")
    async def change_record(entity: str, record_id: str, values: dict[str, Any]) -> Any:
        return story.change(entity, record_id, values)

    @sim.delete("/records/{entity}/{record_id}")
    async def delete_record(entity: str, record_id: str) -> Any:
        return story.delete(entity, record_id)

    @sim.post("/orders")
    async def add_order(values: dict[str, Any]) -> Any:
        return story.add_order(values)

    @sim.post("/orders/{order}/amend")
    async def amend_order(order: str, values: dict[str, Any]) -> Any:
        return story.amend(order, values)

    @sim.post("/orders/{order}/activate")
    async def activate_order(order: str) -> Any:
        return story.set_status(order, "Activated")

    @sim.post("/orders/{order}/deactivate")
    async def deactivate_order(order: str) -> Any:
        return story.set_status(order, "Draft")

    @sim.post("/orders/{order}/cancel")
    async def cancel_order(order: str) -> Any:
        return story.set_status(order, "Cancelled")

    @sim.delete("/orders/{order}")
    async def delete_order(order: str) -> Any:
        return story.delete_order(order)

    return sim

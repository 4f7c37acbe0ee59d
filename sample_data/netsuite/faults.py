"""Faults that can be ordered over HTTP: what goes wrong, for which requests, how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Action = Literal["status", "drop_reply_after_commit", "reset_connection", "slow", "delay", "truncate"]


class Fault(BaseModel):
    """One order. A request matches when all given conditions hold; ``after`` matching requests pass first.

    ``status``: answer ``status`` with ``body`` (default: NetSuite's UNEXPECTED_ERROR shape) without doing anything.
    ``drop_reply_after_commit``: do the work, then cut the connection. ``reset_connection``: cut it before any work.
    ``delay``: wait ``delay_ms``, then serve. ``slow``: serve, with the body trickling over ``delay_ms``.
    ``truncate``: serve, and cut the connection in the middle of the body.
    """

    model_config = ConfigDict(extra="forbid")

    action: Action = "status"
    method: str | None = None
    path: str | None = None
    """A part of the path, whatever its letter case."""
    contains: str | None = None
    """A part of the query ``q`` or of the body."""
    times: int = Field(1, ge=1)
    after: int = Field(0, ge=0)
    status: int = Field(500, ge=200, le=599)
    body: Any = None
    headers: dict[str, str] = {}
    delay_ms: float = Field(0, ge=0)


@dataclass
class _Order:
    number: int
    fault: Fault
    seen: int = 0
    used: int = 0


@dataclass
class Faults:
    """The orders that are still open."""

    _orders: list[_Order] = field(default_factory=list)
    _next: int = 1

    def order(self, fault: Fault) -> int:
        """Add an order and return its number."""
        number, self._next = self._next, self._next + 1
        self._orders.append(_Order(number, fault))
        return number

    def clear(self) -> None:
        """Forget all orders."""
        self._orders.clear()

    def listed(self) -> list[dict[str, Any]]:
        """The orders with how often they matched and struck."""
        return [
            {"id": each.number, "seen": each.seen, "used": each.used, **each.fault.model_dump()}
            for each in self._orders
        ]

    def take(self, method: str, path: str, content: str) -> Fault | None:
        """The fault that strikes this request, if any; the first that matches."""
        for each in self._orders:
            fault = each.fault
            if each.used >= fault.times or not _matches(fault, method, path, content):
                continue
            each.seen += 1
            if each.seen > fault.after:
                each.used += 1
                return fault
        return None


def _matches(fault: Fault, method: str, path: str, content: str) -> bool:
    return (
        (fault.method is None or fault.method.upper() == method.upper())
        and (fault.path is None or fault.path.lower() in path.lower())
        and (fault.contains is None or fault.contains in content)
    )

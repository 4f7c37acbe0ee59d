"""What is asked of NetSuite, before it is signed; one attempt at it; and what the world gives for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from revrec.netsuite.tba import Method


@dataclass(frozen=True, slots=True)
class Ask:
    """A request before it is signed. `what` names it in messages; the two `attempts` lower the defaults."""

    what: str
    method: Method
    path: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    writes: bool = False
    signed: bool = True
    attempts: int | None = None
    server_attempts: int | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the world gives: time, waiting, chance."""

    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    nonce: Callable[[], str]
    jitter: Callable[[], float]


@dataclass(slots=True)
class Attempt:
    """One attempt, for its event. `started` by the performance counter; `turn` seconds were waited before."""

    ask: Ask
    number: int
    started: float
    turn: float
    status: int | None = None
    size: int = 0

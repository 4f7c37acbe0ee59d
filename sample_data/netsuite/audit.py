"""The login audit trail: why a request was refused. The API only ever answers *Invalid login attempt*."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class LoginAttempt:
    """One attempt; ``reason`` is NetSuite's word, e.g. InvalidSignature, or ``ok``."""

    at: float
    reason: str
    detail: str
    consumer_key: str | None
    token: str | None


class LoginAudit:
    """The latest attempts, refused ones in full."""

    def __init__(self, keep: int = 500) -> None:
        self._attempts: deque[LoginAttempt] = deque(maxlen=keep)
        self.accepted = 0

    def refuse(self, attempt: LoginAttempt) -> None:
        """Note a refused attempt."""
        self._attempts.append(attempt)

    def accept(self) -> None:
        """Count an accepted one."""
        self.accepted += 1

    def listed(self) -> list[dict[str, Any]]:
        """Newest last."""
        return [asdict(each) for each in self._attempts]

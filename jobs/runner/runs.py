"""A run of a workflow as seen from outside: its state and how it ended."""

from dataclasses import dataclass
from typing import Any, Literal

from jobs.runner.failures import Words

State = Literal["queued", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class Run:
    """One run. `slot` is the worker slot that took it last; `attempts` counts the times a worker began it.

    `result` is there when `done`, `failure` when `failed`. Times are milliseconds since 1970 UTC by the
    database's clock. `parent` is the run that it is a child of.
    """

    workflow_id: str
    name: str
    state: State
    queue: str | None
    slot: str | None
    attempts: int
    parent: str | None
    created_ms: int | None
    finished_ms: int | None
    result: Any = None
    failure: Words | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ("done", "failed", "cancelled")

"""Changes that happen in the middle of someone's pull: after so many matching requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from sample_data.netsuite.change_requests import AnyChange, Change


class Hook(BaseModel):
    """Apply the changes once, right before the request that follows ``after`` matching ones."""

    model_config = ConfigDict(extra="forbid")

    changes: list[AnyChange] = Field(min_length=1)
    after: int = Field(0, ge=0)
    method: str | None = None
    path: str | None = None
    contains: str | None = None


@dataclass
class Hooks:
    """The hooks that have not gone off."""

    _waiting: list[tuple[Hook, list[int]]] = field(default_factory=list)

    def add(self, hook: Hook) -> None:
        """Set a hook."""
        self._waiting.append((hook, [0]))

    def clear(self) -> None:
        """Remove all."""
        self._waiting.clear()

    def listed(self) -> list[dict[str, Any]]:
        """Hooks with the number of requests seen."""
        return [{"seen": seen[0], **hook.model_dump(mode="json")} for hook, seen in self._waiting]

    def due(self, method: str, path: str, content: str) -> list[Change]:
        """The changes to apply before this request is served."""
        changes: list[Change] = []
        for entry in list(self._waiting):
            hook, seen = entry
            if (
                (hook.method is None or hook.method.upper() == method.upper())
                and (hook.path is None or hook.path.lower() in path.lower())
                and (hook.contains is None or hook.contains in content)
            ):
                if seen[0] >= hook.after:
                    changes.extend(hook.changes)
                    self._waiting.remove(entry)
                seen[0] += 1
        return changes

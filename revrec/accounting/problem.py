"""What is wrong with the data, as a value that is collected and shown, never raised half way."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One finding.

    ``kind`` is a stable word for programs, ``where`` names the thing (``obligation 17``), ``message`` is a sentence
    for the person who has to act. A blocking problem stops the close; any other is a warning to be acknowledged.
    """

    kind: str
    where: str
    message: str
    blocking: bool = True


def blockers(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Those that stop the close."""
    return tuple(p for p in problems if p.blocking)

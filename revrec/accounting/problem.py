"""What is wrong with the data, as a value that is collected and shown, never raised half way."""

from __future__ import annotations

from dataclasses import dataclass

from revrec.accounting.columns import Column, distinct

SHOWN = 10
"""At most this many ids are named in one message."""


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


def name_some(ids: Column) -> str:
    """The first few ids as text: in order, and each once, however the rows came."""
    ids = distinct(ids)
    return ", ".join(str(i) for i in ids[:SHOWN].tolist()) + (", ..." if ids.size > SHOWN else "")


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun: ``1 credit memo``, ``2 credit memos``."""
    return f"{number} {one if number == 1 else many}"


def report(kind: str, noun: str, ids: Column, sentence: str) -> tuple[Problem, ...]:
    """One problem that names these ids, where there are any. ``sentence`` says ``{named}`` where they stand, and
    ``{noun}`` where several kinds of thing share it.
    """
    if not ids.size:
        return ()
    named = name_some(ids)
    return (Problem(kind, f"{noun} {named}", sentence.format(noun=noun, named=named)),)

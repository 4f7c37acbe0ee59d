"""The checklist of a close for whoever looks at it: at once what a few look-ups tell, and what takes a computation.

Computing a close goes through the whole books: half a minute for a million billing lines. What it found is kept by this
process for as long as nothing moves that it rests on, so that who ticks the warnings and closes does not wait again.
The job that closes asks everything anew.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from weakref import WeakKeyDictionary

from api.closing import findings_of
from api.deployment import Deployment
from jobs.closing.checklist import findings_at_once
from revrec.problems import Finding
from revrec.store.engine import Store
from revrec.store.queries.kept import figures_state


@dataclass(frozen=True, slots=True)
class Checklist:
    """What speaks against a close. `computed_at`: when all of it was looked at; None: only what is known at once."""

    findings: tuple[Finding, ...]
    computed_at: datetime | None


@dataclass
class _Held:
    """Of one database, by period: what it rests on, and what was found. Who comes meanwhile waits for the first."""

    found: dict[str, tuple[Hashable, Checklist]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


_HELD: WeakKeyDictionary[Store, _Held] = WeakKeyDictionary()


def known_checklist(deployment: Deployment, period: str) -> Checklist:
    """Everything, where it was computed and nothing moved since; else what is known at once."""
    kept = _kept(deployment, period, _state(deployment))
    if kept is not None:
        return kept
    with deployment.store.read() as session:
        return Checklist(tuple(findings_at_once(session, period)), None)


def computed_checklist(deployment: Deployment, period: str, *, anew: bool = False) -> Checklist:
    """Everything: as it was computed if nothing moved since and nobody wants it `anew`, else computed now."""
    asked = deployment.now()
    held = _HELD.setdefault(deployment.store, _Held())
    with held.lock:
        state = _state(deployment)
        kept = _kept(deployment, period, state)
        if kept is not None and kept.computed_at and (not anew or kept.computed_at > asked):
            return kept
        found = Checklist(tuple(findings_of(deployment, period)), deployment.now())
        if state is not None and state == _state(deployment):
            held.found[period] = state, found
        return found


def _kept(deployment: Deployment, period: str, state: Hashable | None) -> Checklist | None:
    held = _HELD.get(deployment.store)
    kept = held.found.get(period) if held and state is not None else None
    return kept[1] if kept and kept[0] == state else None


def _state(deployment: Deployment) -> Hashable | None:
    with deployment.store.read() as session:
        return figures_state(session)

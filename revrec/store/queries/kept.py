"""What is dear to compute and seldom changes: kept per database until a cheap look says that what it rests on moved."""

from collections.abc import Callable, Collection, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlmodel import Session

from revrec.store.core import audit_event, job
from revrec.store.tables.jobs import OPEN_JOB_STATES

T = TypeVar("T")
_EVERYTHING: list["Kept[Any]"] = []


class Kept(Generic[T]):
    """`state`: a few indexed look-ups whose answers differ whenever `make` would make something else. Both are asked
    in the caller's transaction, so that what is kept belongs to one snapshot. What `make` gives is never changed.
    `ready`: works out what follows from it and is asked for at once, where there is time for that."""

    def __init__(
        self,
        state: Callable[[Session], Hashable],
        make: Callable[[Session], T],
        ready: Callable[[T], object] = lambda _: None,
    ) -> None:
        self._state, self._make, self._ready = state, make, ready
        self._held: WeakKeyDictionary[Engine, tuple[Hashable, T]] = WeakKeyDictionary()
        self._lock = Lock()
        _EVERYTHING.append(self)

    def of(self, session: Session) -> T:
        """As the session's snapshot has it. Who comes while it is being made waits for it instead of making it too."""
        engine, state = session.get_bind().engine, self._state(session)
        with self._lock:
            held = self._held.get(engine)
            if held is None or held[0] != state:
                held = (state, self._make(session))
                self._held[engine] = held
        return held[1]

    def make_ready(self, session: Session) -> None:
        self._ready(self.of(session))


def keep_ready(session: Session) -> None:
    """Make everything anew that what it rests on has moved under, so that nobody waits for it."""
    for kept in _EVERYTHING:
        kept.make_ready(session)


def books_state(session: Session, *, but: Collection[str] = ()) -> Hashable:
    """What differs once anybody changed anything (every change is an event; `but` those aside) or a run published."""
    runs = select(job.c.id, job.c.published_at).order_by(job.c.id.desc()).limit(20)
    return newest_event(session, but), tuple(tuple(row) for row in session.execute(runs))


def newest_event(session: Session, but: Collection[str]) -> int | None:
    """Id of the newest event that is none of these actions."""
    event = audit_event.c
    newest = select(event.id).where(event.action.not_in(but)).order_by(event.id.desc()).limit(1)
    return session.execute(newest).scalar()


def figures_state(session: Session) -> Hashable | None:
    """What differs once anything moved that the figures of a close rest on: a change by a person other than of how
    somebody signs in or what somebody takes away, or a run. None while a run goes on, or waits for its turn."""
    if session.execute(select(job.c.id).where(job.c.state.in_(OPEN_JOB_STATES)).limit(1)).first():
        return None
    runs = (
        select(job.c.id, job.c.state, job.c.finished_at, job.c.published_at)
        .order_by(job.c.id.desc())
        .limit(20)
    )
    return newest_event(session, NO_FIGURES), tuple(tuple(row) for row in session.execute(runs))


NO_FIGURES = (
    "sign_in",
    "sign_out",
    "sign_in_refused",
    "create_sign_in_link",
    "refused",
    "export_list",
    "export_audit",
    "set_preferences",
)
"""Events that change no figure."""

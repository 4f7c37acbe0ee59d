"""What pages keep is made ready at the start and again once anything moved, before anybody asks."""

import gc
import threading
from typing import Any

from sqlmodel import Session

from api.cli import importing
from api.deployment import Deployment
from api.http.keeping_ready import KeepingReady
from revrec.operations.actor import SERVICE
from revrec.operations.add_user import add_user
from revrec.store.queries import kept
from revrec.store.queries.kept import Kept, books_state

MINUTE = 60


def test_it_is_made_before_anybody_asks_and_once_for_each_change(
    deployment: Deployment, monkeypatch: Any
) -> None:
    made: list[str] = []
    looked = [threading.Event(), threading.Event()]

    def users(session: Session) -> int:
        made.append("made")
        return len(made)

    def state(session: Session) -> Any:
        for one in looked:
            if not one.is_set():
                one.set()
                break
        return books_state(session)

    monkeypatch.setattr(kept, "_EVERYTHING", [])
    counted = Kept(state, users, lambda _: made.append("ready"))
    beside = KeepingReady(deployment.store, every=0.01)
    beside.start()
    assert looked[1].wait(MINUTE), "it looks again and again"
    beside.stop()
    assert made[:2] == ["made", "ready"] and made.count("made") == 1
    with deployment.store.read() as session:
        assert counted.of(session) == 1
    with deployment.store.write() as session:
        add_user(session, SERVICE, "new@books.test", "New", "viewer", now=deployment.now())
    beside = KeepingReady(deployment.store, every=MINUTE)
    looked[1].clear()
    beside.start()
    assert looked[1].wait(MINUTE)
    beside.stop()
    assert made.count("made") == 2


def test_a_failure_stops_nothing_and_stopping_what_never_began_neither(
    deployment: Deployment, monkeypatch: Any, caplog: Any
) -> None:
    asked = threading.Event()
    tried: list[int] = []

    def fails(session: Session) -> None:
        tried.append(1)
        if len(tried) == 2:
            asked.set()
        raise RuntimeError("The database went away.")

    monkeypatch.setattr(kept, "_EVERYTHING", [])
    Kept(fails, fails)
    beside = KeepingReady(deployment.store, every=0.01)
    beside.start()
    assert asked.wait(MINUTE), "it tries again"
    beside.stop()
    KeepingReady(deployment.store).stop()


def test_modules_are_loaded_without_looking_for_dead_objects() -> None:
    with importing():
        assert not gc.isenabled()
    assert gc.isenabled()

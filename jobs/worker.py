"""A worker: holds a slot, takes work from queues, looks after dead ones.

start    take a slot -> on_start hooks -> engine (first gives back what the slot had begun) -> watch
watch    every few seconds: is the slot's lock still ours? every minute: take over dead slots
lost     stop taking work, let running steps end, drop the engine; begin again with a slot that can be had
stop     stop taking work, let running steps end, on_stop hooks, drop the engine, give the rest back, free the slot
"""

import gc
import inspect
import logging
import sys
import threading
import time
from collections.abc import Callable, Sequence

from jobs import slots
from jobs.runner import RunnerSettings, engine
from jobs.runner.engine import Hook
from jobs.takeover import claimed_by, give_back_own, take_over

_LOCK_CHECK_SECONDS = 5.0
_RETRY_SECONDS = 5.0
_LOST_WAIT_SECONDS = 60.0
_COLLECT_AFTER = (50_000, 20, 20)
"""Python looks for dead cycles after 700 new objects. A page of NetSuite's rows is a hundred thousand of them, without
a cycle: looking took a quarter of a pull's time."""
_SWITCH_SECONDS = 0.001
"""How long a thread that computes keeps the loop waiting that talks HTTP; by default five times as long."""

_log = logging.getLogger(__name__)


class Worker:
    """One worker; one at a time in a process, since the engine is a singleton.

    `queues` None takes work from all queues, also from those made later. `on_start` and `on_stop` run around each
    life of the engine (it begins anew if a PostgreSQL lock is lost); an async `on_stop` runs on the loop of the async
    workflows after their last step, the place to close HTTP clients. `on_look` runs with each look after dead workers,
    at the start and every `takeover_seconds`, for what must be put right from time to time. `threads` bounds the store
    calls and sync workflows that go at once. `start` and `stop` may be called from any thread.
    """

    def __init__(
        self,
        settings: RunnerSettings,
        queues: Sequence[str] | None = None,
        on_start: Sequence[Callable[[], object]] = (),
        on_stop: Sequence[Hook] = (),
        *,
        on_look: Sequence[Callable[[], object]] = (),
        takeover_seconds: float = 60.0,
        threads: int = 16,
    ) -> None:
        self._settings = settings
        self._queues = queues
        self._on_start = on_start
        self._on_stop = on_stop
        self._on_look = on_look
        self._takeover_seconds = takeover_seconds
        self._threads = threads
        self._slot: slots.Slot | None = None
        self._stop = threading.Event()
        self._idle_before: set[str] = set()
        self._engine_up = False
        self._watcher: threading.Thread | None = None

    @property
    def slot(self) -> str | None:
        """The slot it holds, None while it holds none."""
        return None if self._slot is None else self._slot.name

    def start(self) -> None:
        """Take a slot and begin. Raises if the database cannot be reached or no slot is free."""
        gc.set_threshold(*_COLLECT_AFTER)
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._in_thread(self._begin)
        self._watcher = threading.Thread(target=self._watch, name="worker-watch", daemon=True)
        self._watcher.start()

    def stop(self, wait_seconds: float = 30.0) -> bool:
        """Stop cleanly: running steps have so long to end; each run then goes on at its next step elsewhere or later.

        False if a step still ran: the slot then stays locked until the process ends, so that nobody takes its runs
        over while it works on them.
        """
        self._stop.set()
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None
        if self._slot is None:
            return True
        idle = self._end(wait_seconds)
        if not idle:
            _log.warning(
                "A step still runs after %.0f s; %s stays locked until it ends.", wait_seconds, self.slot
            )
            return False
        try:
            # Without the lock the slot may already be another worker's, and so may the runs under its name.
            returned = give_back_own(self._settings, self._slot.name) if self._slot.held() else []
            if returned:
                _log.info("Stopped with %d runs given back to their queues.", len(returned))
        except Exception as error:
            _log.warning("Runs could not be given back, another worker will take them over: %s", error)
        finally:
            self._slot.release()
            self._slot = None
        return True

    def _begin(self) -> None:
        self._slot = slots.take_first(self._settings)
        try:
            for hook in self._on_start:
                hook()
            engine.launch(self._settings, self._slot.name, self._queues, self._threads)
            self._engine_up = True
        except BaseException:
            self._slot.release()
            self._slot = None
            raise
        self._idle_before = set()
        _log.info("Worker started as %s.", self._slot.name)

    def _end(self, wait_seconds: float) -> bool:
        engine.stop_claiming()
        idle = engine.wait_idle(wait_seconds)
        if not self._engine_up:  # a second call, after steps that would not end
            return idle
        self._engine_up = False
        self._run_stop_hooks(on_loop=True)
        engine.shut_down()
        self._run_stop_hooks(on_loop=False)
        return idle

    def _run_stop_hooks(self, *, on_loop: bool) -> None:
        for hook in self._on_stop:
            if inspect.iscoroutinefunction(hook) is on_loop:
                try:
                    engine.call_on_loop(hook) if on_loop else hook()
                except Exception:
                    _log.exception("A hook failed as the worker stopped; it stops all the same.")

    def _watch(self) -> None:
        next_look = time.monotonic()
        while not self._stop.is_set():
            try:
                if self._slot is None:
                    self._in_thread(self._begin)
                elif not self._slot.held():
                    self._lose()
                    continue
                elif time.monotonic() >= next_look:
                    next_look = time.monotonic() + self._takeover_seconds
                    take_over(self._settings, own_slot=self._slot.name)
                    self._return_stranded(self._slot.name)
                    for hook in self._on_look:
                        hook()
            except Exception:
                _log.exception("The worker's watch failed; it tries again in %.0f s.", _RETRY_SECONDS)
            self._stop.wait(min(_LOCK_CHECK_SECONDS, self._takeover_seconds))

    def _return_stranded(self, slot: str) -> None:
        """Give back what the engine claimed but does not run, found so at two looks.

        It happens where the database fails between a claim and its start, or where another release submitted a
        workflow that this one does not know; the run would wait for as long as this worker lives.
        """
        idle = claimed_by(self._settings, slot) - set(engine.active())
        stranded = idle & self._idle_before
        if stranded:
            returned = give_back_own(self._settings, slot, stranded)
            _log.warning("%s did not start what it had claimed; given back: %s", slot, ", ".join(returned))
        self._idle_before = idle

    def _lose(self) -> None:
        """The lock is gone: another may already go on with our runs, so end ours and begin anew."""
        _log.error("%s has lost its lock; the worker stops taking work and begins anew.", self.slot)
        while not self._end(_LOST_WAIT_SECONDS) and not self._stop.is_set():
            _log.error("A step of %s still runs; the worker waits for it before it begins anew.", self.slot)
        if self._slot is not None and not self._stop.is_set():
            self._slot.release()
            self._slot = None

    @staticmethod
    def _in_thread(action: Callable[[], None]) -> None:
        """Run away from any event loop of the caller, which the engine would otherwise adopt."""
        failure: list[BaseException] = []

        def run() -> None:
            try:
                action()
            except BaseException as error:
                failure.append(error)

        thread = threading.Thread(target=run, name="worker-start")
        thread.start()
        thread.join()
        if failure:
            raise failure[0]

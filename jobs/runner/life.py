"""The engine's life in this process. DBOS is a process-wide singleton, and so is this."""

import asyncio
import threading

from jobs.runner.desk import Desk
from jobs.runner.failures import Interrupted


class Life:
    """Flags and counts that the workflows of this process share with the worker that runs them."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        """Set: no further step begins; each run stops at its next step."""
        self.closing = threading.Event()
        """Set: the wait for running steps is over, and what fails now fails because of the stop."""
        self.loop: asyncio.AbstractEventLoop | None = None
        """The loop on which async workflows run, once one has."""
        self.desk: Desk | None = None
        """A connection of our own, past the engine's recording."""
        self._busy = 0
        self._changed = threading.Condition()

    def stop_steps(self) -> None:
        """Let no further step begin."""
        with self._changed:
            self.stopping.set()

    def begin_step(self) -> None:
        """Count a step. Raises `Interrupted` once the worker stops, so that a stop that saw none running is right."""
        with self._changed:
            if self.stopping.is_set():
                raise Interrupted("The worker is stopping.")
            self._busy += 1

    def end_step(self) -> None:
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()

    def wait_idle(self, seconds: float) -> bool:
        """Wait until no step runs, at most so long. False if one still does."""
        with self._changed:
            return self._changed.wait_for(lambda: self._busy == 0, timeout=seconds)

    def reset(self) -> None:
        """Back to the state before a launch."""
        self.stopping.clear()
        self.closing.clear()
        self.loop = None
        self.desk = None


life = Life()

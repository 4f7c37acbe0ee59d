"""What pages keep, made ready beside them: at the start, and soon after anything moved, so that nobody waits for it."""

import logging
import threading

from revrec.store.engine import Store
from revrec.store.queries.kept import keep_ready

EVERY_SECONDS = 5.0
"""How often is looked at whether anything moved: a few indexed look-ups."""

_log = logging.getLogger(__name__)


class KeepingReady:
    """A thread beside the server, from `start` to `stop`. A page that is asked for meanwhile waits for what is being
    made instead of making it too."""

    def __init__(self, store: Store, every: float = EVERY_SECONDS) -> None:
        self._store, self._every = store, every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeping-ready", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Harmless where it never started."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                with self._store.read() as session:
                    keep_ready(session)
            except Exception:  # a page that needs it says what is wrong
                _log.warning("What pages keep could not be made ready", exc_info=True)
            if self._over.wait(self._every):
                return

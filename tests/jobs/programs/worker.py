"""A worker in a process of its own: `worker.py <database url> <data folder> [module]`, until SIGTERM.

Prints `started <slot>` when it takes work, and again if it had to begin anew.
"""

import importlib
import logging
import signal
import sys
import threading
from pathlib import Path

from jobs.runner import RunnerSettings
from jobs.worker import Worker

TAKEOVER_SECONDS = 0.3


def main() -> None:
    database_url, data_dir, module, queues = sys.argv[1:5]
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    sys.path.insert(0, str(Path(__file__).parent))
    importlib.import_module(module)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker = Worker(
        RunnerSettings(database_url, Path(data_dir)),
        queues.split(",") if queues else None,
        on_start=[lambda: print("starting", flush=True)],
        on_stop=[lambda: print("stopped", flush=True)],
        takeover_seconds=TAKEOVER_SECONDS,
    )
    worker.start()
    print(f"started {worker.slot}", flush=True)
    stop.wait()
    worker.stop(wait_seconds=5)


if __name__ == "__main__":
    main()

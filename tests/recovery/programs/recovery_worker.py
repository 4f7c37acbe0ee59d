"""A worker, until SIGTERM. Waits for a line of JSON: `environ`, which names the deployment, and `point` (or null).

With a kill point it kills itself there. Prints `started <slot>` when it takes work. Ranges and chunks are small, so
that a few hundred lines are read by several children, as a company's lines are.
"""

import functools
import json
import logging
import os
import signal
import sys
import threading

from kill_point import KillPoint, arm

import jobs.invoices.reading
import jobs.orders.reading
import jobs.workflows
from jobs.start import make_worker
from revrec.config import load_config

TAKEOVER_SECONDS = 0.5
DOCUMENTS_A_RANGE = 40
ORDERS_A_CHILD = 25


def main() -> None:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    reading = jobs.invoices.reading
    reading.plan_ranges = functools.partial(reading.plan_ranges, size=DOCUMENTS_A_RANGE)  # type: ignore[assignment]
    jobs.orders.reading.ORDERS_A_CHILD = ORDERS_A_CHILD
    line = sys.stdin.readline()
    if not line:
        return
    order = json.loads(line)
    os.environ.update(order["environ"])
    worker = make_worker(load_config(), takeover_seconds=TAKEOVER_SECONDS)
    if order["point"]:
        arm(KillPoint(**order["point"]))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker.start()
    print(f"started {worker.slot}", flush=True)
    stop.wait()
    worker.stop(wait_seconds=5)


if __name__ == "__main__":
    main()

"""A second worker that takes only an account's calls, until its standard input ends; `ready` once it works."""

import json
import sys

from benchmarks.programs.deployment import config_of
from benchmarks.programs.own_usage import cpu_seconds, peak_memory_bytes
from jobs.runner import account_queue
from jobs.start import make_worker


def main() -> None:
    given = json.loads(sys.stdin.readline())
    worker = make_worker(config_of(given), [account_queue(given["netsuite"]["account_id"])])
    worker.start()
    print("ready", flush=True)
    sys.stdin.read()
    worker.stop()
    print(json.dumps({"cpu_seconds": cpu_seconds(), "peak_bytes": peak_memory_bytes()}), flush=True)


if __name__ == "__main__":
    main()

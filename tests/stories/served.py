"""`revrec serve` and `revrec worker` as processes of their own, as an installation runs them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REVREC = str(Path(sys.executable).with_name("revrec"))
READY = {"serve": "RevRec serves ", "worker": "Working as "}
PATIENCE_SECONDS = 60


@dataclass
class Running:
    """A process. `said`: its address, or its slot; `log`: what it wrote."""

    process: "subprocess.Popen[bytes]"
    said: str
    log: Path

    def says(self, words: str) -> str:
        """Wait for a line that begins with `words`; gives the rest of it."""
        return _wait_for(self.process, self.log, words)

    def kill(self) -> None:
        """`kill -9`: it has no time for anything."""
        self.process.kill()
        self.process.wait()


def command(environment: Mapping[str, str], *arguments: str) -> str:
    """Run a `revrec` command to its end; gives what it printed."""
    done = subprocess.run(
        [REVREC, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def running(environment: Mapping[str, str], log: Path, *arguments: str) -> Iterator[Running]:
    """`revrec serve` or `revrec worker`, once it says that it is ready. Stopped at the end."""
    with log.open("w") as output:
        process = subprocess.Popen(
            [REVREC, *arguments], env={**os.environ, **environment}, stdout=output, stderr=output
        )
    try:
        yield Running(process, _wait_for(process, log, READY[arguments[0]]), log)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: "subprocess.Popen[bytes]", log: Path, words: str) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        for line in log.read_text().splitlines():
            if line.startswith(words):
                return line.removeprefix(words).rstrip(".")
        assert process.poll() is None and time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.05)

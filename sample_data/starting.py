"""Starts a stand-in as a process of its own, for tests, benchmarks and the demo."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, Self


@dataclass(slots=True)
class StandIn:
    """A running stand-in; `ready` is what it said when it could be reached (url, credentials, pid, ...)."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]

    @property
    def url(self) -> str:
        return str(self.ready["url"])

    def stop(self) -> None:
        """Ends it and waits until it has gone."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        _output(self.process).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(name: str, *options: str, errors: IO[str] | None = None) -> StandIn:
    """Starts `python -m sample_data.<name>` and waits for its line of JSON; it ends when this process does.

    `errors` takes what it writes to standard error (default: nowhere). Raises RuntimeError where it does not come up.
    """
    command = [sys.executable, "-m", f"sample_data.{name}", "--exit-with-parent", *options]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=errors or subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    line = _output(process).readline()
    if not line:
        status = process.wait()
        _output(process).close()
        raise RuntimeError(f"The stand-in for {name} ended with status {status} before it could be reached.")
    return StandIn(process, json.loads(line))


def _output(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout

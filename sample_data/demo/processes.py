"""Processes of the demonstration: started on free ports, stopped with it whatever happens."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from sample_data.starting import start

REVREC = str(Path(sys.executable).with_name("revrec"))
STOP_SECONDS = 15


class ProcessFailed(Exception):
    """A process of the demonstration ended when it should not have; what it said is in the message."""


class Processes(AbstractContextManager["Processes"]):
    """All processes that were started; leaving the block stops them, the newest first. Logs go to the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()
        self._service: subprocess.Popen[str] | None = None

    def stand_in(self, system: str, *options: str) -> dict[str, Any]:
        """Start a stand-in; returns what it says of itself: url and credentials."""
        started = self._stack.enter_context(start(system, *options))
        return started.ready

    def service(self, environment: Mapping[str, str]) -> str:
        """Start `revrec serve` on a free port; returns its address."""
        log = self.folder / "revrec.log"
        process = subprocess.Popen(
            [REVREC, "serve", "--port", "0"],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=self._stack.enter_context(log.open("w")),
            text=True,
        )
        self._service = process
        self._stack.callback(_stop, process)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            process.wait()
            raise ProcessFailed(
                f"revrec serve ended with status {process.returncode}:\n{log.read_text()[-2000:]}"
            )
        return line.split()[-1].rstrip("/")

    def run(self, arguments: Sequence[str], environment: Mapping[str, str]) -> Any:
        """Run one `revrec` command and give its JSON. Raises `ProcessFailed` with its words."""
        printed = self.words([*arguments, "--json"], environment)
        return json.loads(printed) if printed.strip() else None

    def words(self, arguments: Sequence[str], environment: Mapping[str, str]) -> str:
        """Run one `revrec` command and give what it prints for people. Raises `ProcessFailed` with its words."""
        done = subprocess.run(
            [REVREC, *arguments],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ProcessFailed(f"revrec {' '.join(arguments[:2])}: {done.stderr.strip()}")
        return done.stdout

    def wait(self) -> None:
        """Until the service ends."""
        assert self._service is not None
        self._service.wait()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

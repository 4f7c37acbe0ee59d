"""A program of `programs/` run as a process of its own, and what it said: one line of JSON, its peak memory within."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def run_program(name: str, given: Mapping[str, Any], *, python: str = sys.executable) -> dict[str, Any]:
    """Run `benchmarks/programs/<name>.py` with `given` as JSON on its standard input; its figures.

    `python` is another interpreter for a peer that wants its own packages; such a program imports nothing of ours.
    Raises RuntimeError with the end of what it wrote where it fails.
    """
    command = [python, str(ROOT / "benchmarks" / "programs" / f"{name}.py")]
    if python == sys.executable:
        command = [python, "-m", f"benchmarks.programs.{name}"]
    done = subprocess.run(
        command, input=json.dumps(given), capture_output=True, text=True, cwd=ROOT, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures

"""Environments of other people's packages, made on first use and kept: what we are measured and tried against.

They live in `REVREC_PEERS_DIR`, else in a folder of this user under the temporary folder. Processes that need the same
one wait for each other.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


class NotInstalled(Exception):
    """A package could not be had: its installer's own words."""


def python_of(name: str, *requirements: str) -> str:
    """The interpreter of a virtual environment with these packages. Raises `NotInstalled`."""

    def make(folder: Path) -> None:
        _run(sys.executable, "-m", "venv", str(folder))
        pip = str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"
        _run(*pip, *requirements)

    return str(_made(f"python-{name}", requirements, make) / "bin" / "python")


def node_folder(name: str, *requirements: str) -> Path:
    """A folder whose `node_modules` has these npm packages. Raises `NotInstalled`, also where there is no npm."""

    def make(folder: Path) -> None:
        if shutil.which("npm") is None:
            raise NotInstalled("npm is not installed (Node.js 18 or later brings it).")
        folder.mkdir()
        (folder / "package.json").write_text('{"private": true}\n')
        _run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *requirements)

    return _made(f"node-{name}", requirements, make)


def _made(name: str, requirements: tuple[str, ...], make: Callable[[Path], None]) -> Path:
    given = os.environ.get("REVREC_PEERS_DIR")
    root = Path(given) if given else Path(tempfile.gettempdir()) / f"revrec-peers-{os.getuid()}"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder, wanted = root / name, "\n".join(requirements)
    done = folder / "installed"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.write_text(wanted)
    return folder


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        words = (done.stderr or done.stdout).strip()[-500:]
        raise NotInstalled(f"`{' '.join(command[-4:])}` ended with {done.returncode}: {words}")

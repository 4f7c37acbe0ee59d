"""The folder that benchmarks keep: seeded databases of the stand-ins; and scratch space."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sample_data
from sample_data.starting import StandIn, start

SEED = 7


def bench_folder() -> Path:
    """`REVREC_BENCH_DIR`, else a folder of this user under the temporary folder."""
    given = os.environ.get("REVREC_BENCH_DIR")
    folder = Path(given) if given else Path(tempfile.gettempdir()) / f"revrec-bench-{os.getuid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=bench_folder(), prefix="run-") as folder:
        yield Path(folder)


def seeded(name: str, lines: int) -> Path:
    """The database of a stand-in filled with a company of this size: made once, and only ever copied.

    Made anew where the made-up company, or the stand-in's own tables, are others than they were.
    """
    file = bench_folder() / f"{name}-{lines}-{_made_of(name)}.db"
    if not file.exists():
        part = file.with_suffix(".part")
        for left in (*file.parent.glob(f"{name}-{lines}-*"), *file.parent.glob(f"{name}-{lines}.*")):
            left.unlink()
        with start(name, "--db", str(part), "--lines", str(lines), "--seed", str(SEED)):
            pass
        part.rename(file)
    return file


def _made_of(name: str) -> str:
    """What tells the sources that a database is filled from."""
    own, company = Path(sample_data.__file__).parent / name, Path(sample_data.__file__).parent / "company"
    sources = [*company.rglob("*.py")] + [
        one for pattern in ("seed*.py", "schema*.py", "tables*.py", "store*.py") for one in own.glob(pattern)
    ]
    digest = hashlib.sha256(b"".join(one.read_bytes() for one in sorted(sources)))
    return digest.hexdigest()[:8]


@contextmanager
def stand_in(name: str, lines: int, folder: Path, *options: str) -> Iterator[StandIn]:
    """A stand-in over its own copy of a seeded database."""
    file = folder / f"{name}.db"
    shutil.copy(seeded(name, lines), file)
    with start(name, "--db", str(file), "--lines", str(lines), "--seed", str(SEED), *options) as running:
        yield running

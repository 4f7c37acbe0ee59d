"""The databases under the pages: filled once per size, kept, only ever copied; a copy is brought to this release."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import page_books
from benchmarks.bench_folder import bench_folder
from benchmarks.page_books import Size, seed_books
from benchmarks.postgres import filled_postgres
from revrec.store.engine import Store
from revrec.store.migrate import upgrade


def kept_sqlite(size: Size, folder: Path) -> str:
    """The URL of a copy in `folder`."""
    kept = bench_folder() / f"{_name(size)}.sqlite3"
    if not kept.exists():
        for left in bench_folder().glob(f"pages_{size.lines}_*.sqlite3*"):
            left.unlink()
        part = folder / "part.sqlite3"
        _fill(f"sqlite:///{part}", size)
        part.rename(kept)
    shutil.copy(kept, folder / "revrec.sqlite3")
    return f"sqlite:///{folder / 'revrec.sqlite3'}"


@contextmanager
def kept_postgres(size: Size) -> Iterator[tuple[str, str]]:
    """The URL of a copy, dropped afterwards; or none, and why."""
    with filled_postgres(bench_folder() / "postgresql", _name(size), lambda url: _fill(url, size)) as found:
        yield found


def _fill(url: str, size: Size) -> None:
    store = Store(url.replace("postgresql://", "postgresql+psycopg://"))
    upgrade(store)
    seed_books(store, size)
    store.close()


def _name(size: Size) -> str:
    """Tells the size, and what the books are made of."""
    sources = sorted(Path(page_books.__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(one.read_bytes() for one in sources))
    return f"pages_{size.lines}_{digest.hexdigest()[:8]}"

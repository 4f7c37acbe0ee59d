"""A PostgreSQL database for a benchmark: on the server of `REVREC_BENCH_POSTGRES_URL`, else on one of its own, which is
thrown away, or kept with a filled database that the next run copies.

The server runs with its ordinary settings, fsync included, since figures are what it is for.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

NAME = f"revrec_bench_{os.getpid()}"


@contextmanager
def postgres() -> Iterator[tuple[str, str]]:
    """The URL of an empty database, dropped afterwards; or no URL, and why there is none."""
    given = os.environ.get("REVREC_BENCH_POSTGRES_URL")
    if given:
        with _database(given) as url:
            yield url, ""
        return
    binaries = sorted(Path("/").glob("usr/lib/postgresql/*/bin/initdb"))
    if not binaries:
        yield "", "its server programs are not installed, and REVREC_BENCH_POSTGRES_URL is not set."
        return
    with _server(binaries[-1].parent) as server, _database(server) as url:
        yield url, ""


@contextmanager
def filled_postgres(kept: Path, name: str, fill: Callable[[str], None]) -> Iterator[tuple[str, str]]:
    """The URL of a copy of the database `name`, dropped afterwards; or no URL, and why there is none.

    The database is filled once and kept, with its server's files, in the folder `kept`. A server that was given keeps
    nothing, nor does one whose user cannot walk to the folder: there it is filled each time.
    """
    binaries = sorted(Path("/").glob("usr/lib/postgresql/*/bin/initdb"))
    if os.environ.get("REVREC_BENCH_POSTGRES_URL") or not binaries or not _can_walk_to(kept):
        with postgres() as (url, missing):
            if url:
                fill(url)
            yield url, missing
        return
    with _server(binaries[-1].parent, kept) as server:
        with psycopg.connect(server, autocommit=True) as connection:
            databases = [row[0] for row in connection.execute("SELECT datname FROM pg_database")]
            for left in databases:  # of a run that was killed, or from other books
                if left.startswith(("revrec_bench_", "pages_")) and left != name:
                    connection.execute(f"DROP DATABASE {left} WITH (FORCE)")
        if name not in databases:
            with _database(server) as url:
                fill(url)
                with psycopg.connect(server, autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE {name} TEMPLATE {NAME}")
        with _database(server, name) as url:
            yield url, ""


def _can_walk_to(folder: Path) -> bool:
    """Whether the server's user can; the folder is made, and the one that it lies in opened for walking through."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.parent.chmod(folder.parent.stat().st_mode | 0o011)
    return subprocess.run([*_run_as(), "test", "-x", str(folder)], cwd="/", check=False).returncode == 0


def _run_as() -> list[str]:
    """What goes before a server's command: PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []


@contextmanager
def _database(server: str, template: str = "template1") -> Iterator[str]:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME} TEMPLATE {template}")
    try:
        yield server.rpartition("/")[0] + f"/{NAME}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


@contextmanager
def _server(binaries: Path, kept: Path | None = None) -> Iterator[str]:
    """A server of its own. Its files are gone afterwards but for those in `kept`."""
    # Directly under the temporary folder: the server's user, who is not root, must be able to walk to it.
    folder = kept or Path(tempfile.mkdtemp(prefix="revrec-bench-pg-"))
    run_as = _run_as()
    if run_as:
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = str(folder / "data")

    def run(*command: str) -> None:
        subprocess.run(
            [*run_as, *command], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/"
        )

    try:
        if not (folder / "data" / "PG_VERSION").exists():
            run(f"{binaries}/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        options = f"-c port={port} -c unix_socket_directories={folder} -c listen_addresses=127.0.0.1"
        run(f"{binaries}/pg_ctl", "-D", data, "-l", f"{folder}/log", "-w", "start", "-o", options)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            run(f"{binaries}/pg_ctl", "-D", data, "-m", "fast" if kept else "immediate", "-w", "stop")
    finally:
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)

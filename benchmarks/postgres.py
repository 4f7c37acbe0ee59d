"""A PostgreSQL database for a benchmark: on the server of `REVREC_BENCH_POSTGRES_URL`, else on a throw-away one.

The throw-away server runs with its ordinary settings, fsync included, since figures are what it is for.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
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
def _database(server: str) -> Iterator[str]:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME}")
    try:
        yield server.rpartition("/")[0] + f"/{NAME}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


@contextmanager
def _server(binaries: Path) -> Iterator[str]:
    # Directly under the temporary folder: the server's user, who is not root, must be able to walk to it.
    folder = Path(tempfile.mkdtemp(prefix="revrec-bench-pg-"))
    run_as: list[str] = []
    if os.getuid() == 0:
        run_as = ["runuser", "-u", "postgres", "--"]
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
        run(f"{binaries}/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        options = f"-c port={port} -c unix_socket_directories={folder} -c listen_addresses=127.0.0.1"
        run(f"{binaries}/pg_ctl", "-D", data, "-l", f"{folder}/log", "-w", "start", "-o", options)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            run(f"{binaries}/pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

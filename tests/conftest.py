"""Databases for every room's tests.

    postgres_url          the server (its maintenance database): REVREC_TEST_POSTGRES_URL, else a throw-away cluster
    new_database          make a fresh PostgreSQL database, empty or as a copy of a template; dropped after the test
    database_url          a database at this release's schema, without a row: twice, SQLite file and PostgreSQL
    empty_database_url    the same, without any table
    sqlite_url            a SQLite database at this release's schema

Scratch folders and the cluster are kept in memory where it is large enough: every commit of a SQLite file waits until
it is on the disk, and here nothing has to survive.

The cluster is shared by the processes of one pytest run. The first that needs it starts it, under a file lock; it stops
when the process that began the run ends, however it ends: a shell loop watches that process.
"""

import fcntl
import gc
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from revrec.store.engine import Store
from revrec.store.migrate import upgrade

from .kept_databases import KeptDatabases, copy_of

NewDatabase = Callable[[str | None], str]

BINARY_FOLDERS = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/pgsql/bin")
SERVER_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "max_wal_size": "4GB",
    "listen_addresses": "127.0.0.1",
    "timezone": "UTC",
    "log_min_messages": "warning",
}
STOP_WITH_OWNER = """
while kill -0 "$1" 2>/dev/null; do sleep 0.3; done
$4 "$2/pg_ctl" -D "$3/data" -m immediate -w stop
rm -rf "$3"
"""


def pytest_configure() -> None:
    if folder := folder_in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)  # where tmp_path is made


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # modules and thousands of tests stay to the end; nobody need look through them again


def folder_in_memory() -> str | None:
    """A folder of this machine's memory that holds a run's files, some hundred megabytes; none if it is small."""
    shared = Path("/dev/shm")
    fits = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > ENOUGH_BYTES
    return str(shared) if fits else None


ENOUGH_BYTES = 3_000_000_000

gc.set_threshold(50_000, 20, 20)  # as in a worker; importing makes a million objects and no dead ones


@pytest.fixture(scope="session")
def postgres_url() -> str:
    given = os.environ.get("REVREC_TEST_POSTGRES_URL")
    if given:
        return make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    in_worker = "PYTEST_XDIST_WORKER" in os.environ
    owner = os.getppid() if in_worker else os.getpid()
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"pid-{owner}")
    folder = Path(tempfile.gettempdir()) / f"revrec-tests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    address = folder / f"{run}.postgres"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not address.exists():
            forget_ended_runs(folder)
            address.write_text(f"{owner}\n{start_cluster(owner)}")
        return address.read_text().splitlines()[1]


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a database at this release's schema, one for each process of the run."""
    name = f"revrec_template_{os.getpid()}"
    administer(postgres_url, "CREATE DATABASE {}", name)
    store = Store(address_of(postgres_url, name))
    try:
        upgrade(store)
    finally:
        store.close()
    yield name
    administer(postgres_url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at this release's schema, to be copied."""
    file = tmp_path_factory.mktemp("template") / "revrec.sqlite3"
    store = Store(f"sqlite:///{file}")
    upgrade(store)
    store.close()
    return file


@pytest.fixture
def new_database(postgres_url: str) -> Iterator[NewDatabase]:
    """`new_database(template)` makes a database and gives its URL; `None` makes an empty one."""
    made: list[str] = []

    def make(template: str | None) -> str:
        name = f"revrec_test_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(conninfo(postgres_url), autocommit=True) as connection:
            connection.execute(copy_of(connection, name, template or "template0"))
        made.append(name)
        return address_of(postgres_url, name)

    yield make
    for name in made:
        administer(postgres_url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def kept_databases(postgres_url: str, postgres_template: str) -> Iterator[KeptDatabases]:
    def connect(name: str) -> psycopg.Connection:
        return psycopg.connect(conninfo(address_of(postgres_url, name)), autocommit=True)

    kept = KeptDatabases(connect, str(make_url(postgres_url).database), postgres_template)
    yield kept
    kept.close()


@pytest.fixture
def postgres_database(postgres_url: str, kept_databases: KeptDatabases) -> Iterator[str]:
    """The URL of a database at this release's schema."""
    name = kept_databases.take()
    yield address_of(postgres_url, name)
    kept_databases.give_back(name)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "revrec.sqlite3")
    return f"sqlite:///{tmp_path / 'revrec.sqlite3'}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'revrec.sqlite3'}"
    make: NewDatabase = request.getfixturevalue("new_database")
    return make(None)


_numbers = itertools.count(1)


def conninfo(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def address_of(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


def administer(server: str, statement: str, database: str) -> None:
    with psycopg.connect(conninfo(server), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(database)))  # type: ignore[arg-type]


def forget_ended_runs(folder: Path) -> None:
    for file in folder.glob("*.postgres"):
        try:
            os.kill(int(file.read_text().splitlines()[0]), 0)
        except ProcessLookupError:
            file.unlink()


def start_cluster(owner: int) -> str:
    """Start a cluster that ends with the process `owner`; gives the URL of its maintenance database."""
    binaries = find_binaries()
    # Directly under the temporary folder: the server's user, who is not root, must be able to walk to it.
    folder = Path(tempfile.mkdtemp(prefix="revrec-pg-", dir=folder_in_memory()))
    as_server: list[str] = []
    if os.getuid() == 0:
        as_server = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres", "postgres")
    data, port = folder / "data", free_port()
    options = [f"-c {name}={value}" for name, value in SERVER_SETTINGS.items()]
    options += [f"-c port={port}", f"-c unix_socket_directories={folder}"]
    run_quietly(*as_server, f"{binaries}/initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync",
                "-E", "UTF8", "--locale=C")  # fmt: skip
    run_quietly(*as_server, f"{binaries}/pg_ctl", "-D", str(data), "-l", f"{folder}/log", "-w", "start",
                "-o", " ".join(options))  # fmt: skip
    subprocess.Popen(
        [
            "sh",
            "-c",
            STOP_WITH_OWNER,
            "stop-with-owner",
            str(owner),
            str(binaries),
            str(folder),
            " ".join(as_server),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    ).returncode = 0  # never waited for: it outlives us by design
    return f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"


def find_binaries() -> Path:
    for _ in range(2):
        found = [match for pattern in BINARY_FOLDERS for match in Path("/").glob(pattern[1:])]
        if on_path := shutil.which("initdb"):
            found.append(Path(on_path).parent)
        usable = [folder for folder in found if (folder / "initdb").exists() and (folder / "pg_ctl").exists()]
        if usable:
            return max(usable, key=lambda folder: [int(part) for part in folder.parts if part.isdigit()])
        if os.getuid() != 0 or shutil.which("apt-get") is None:
            break
        run_quietly("apt-get", "install", "-y", "-q", "postgresql")
    pytest.fail(
        "PostgreSQL's server programs are not installed. Install them (Debian: apt-get install postgresql; macOS: "
        "brew install postgresql@17), or set REVREC_TEST_POSTGRES_URL to a server where databases may be created.",
        pytrace=False,
    )


def run_quietly(*command: str) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/"
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout.decode(errors='replace')}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

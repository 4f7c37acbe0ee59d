"""Where the engine keeps its rows, and who may speak to it."""

import ast
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

import jobs
from jobs.runner import RunnerSettings
from jobs.runner.desk import prepare

JOBS = Path(jobs.__file__).parent


def test_the_embedded_engine_has_a_file_of_its_own_in_wal(sqlite_settings: RunnerSettings) -> None:
    prepare(sqlite_settings)
    prepare(sqlite_settings)
    with sqlite3.connect(sqlite_settings.data_dir / "jobs.sqlite3") as connection:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        queues = connection.execute("SELECT name FROM queues").fetchall()
    connection.close()
    assert mode == "wal"
    assert queues == [("jobs",)]
    assert not Path(sqlite_settings.database_url.removeprefix("sqlite:///")).exists()


@pytest.mark.postgres
def test_on_postgresql_the_engine_stays_in_its_schema(postgres_settings: RunnerSettings) -> None:
    prepare(postgres_settings)
    with psycopg.connect(postgres_settings.conninfo) as connection:
        schemas = connection.execute(
            "SELECT DISTINCT table_schema FROM information_schema.tables"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
    assert schemas == [("dbos",)]
    assert not postgres_settings.data_dir.exists()


def test_processes_that_start_at_once_make_the_tables_once(empty_database_url: str, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from jobs.runner import RunnerSettings;"
        "from jobs.submit import ensure_queue;"
        "ensure_queue(RunnerSettings(sys.argv[1], Path(sys.argv[2])), 'made', global_concurrency=2)"
    )
    command = [sys.executable, "-c", program, empty_database_url, str(tmp_path / "data")]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    ended = [(process.communicate(timeout=60)[1], process.returncode) for process in started]
    assert ended == [("", 0)] * 4


def test_only_the_runner_knows_the_engine() -> None:
    importers = {
        file.relative_to(JOBS).as_posix()
        for file in JOBS.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if (isinstance(node, ast.Import) and any(name.name.split(".")[0] == "dbos" for name in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dbos")
    }
    assert importers
    assert all(name.startswith("runner/") for name in importers), importers

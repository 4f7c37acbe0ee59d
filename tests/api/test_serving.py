"""The real server, as a process, over loopback."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.http.serving import _listen

ENTRY = [sys.executable, "-c", "from api.cli import main; main()"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "REVREC_DATA_DIR": str(tmp_path),
        "REVREC_DATABASE_URL": "",
        "REVREC_PORT": "0",
        "REVREC_LOG_FORMAT": "json",
    }


@pytest.fixture
def server(environment: dict[str, str], tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`revrec serve` on a free port with its worker; gives its address and process."""
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [*ENTRY, "serve"], env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("RevRec serves http://127.0.0.1:"), (tmp_path / "log").read_text()
            yield line.split()[-1], process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stdout.close()


def test_it_serves_works_jobs_and_stops(
    server: tuple[str, subprocess.Popen[str]], environment: dict[str, str], tmp_path: Path
) -> None:
    address, process = server
    made = subprocess.run(
        [*ENTRY, "tokens", "create", "erp"], env=environment, capture_output=True, text=True, timeout=60
    )
    token = made.stdout.strip()
    transport = httpx.HTTPTransport(retries=20)
    with httpx.Client(base_url=address, transport=transport, trust_env=False, timeout=30) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/api/v1/me").status_code == 401
        client.headers["Authorization"] = f"Bearer {token}"
        assert client.get("/api/v1/me").json()["email"] == "admin@localhost"
        started = client.post("/api/v1/jobs/orders", json={})
        assert started.status_code == 202
        for _ in range(200):
            job = client.get(started.headers["location"]).json()
            if job["state"] not in ("queued", "running"):
                break
            client.get("/api/v1/me")  # something to do while it works; no sleep
        assert (job["state"], "not connected" in job["error"]) == ("failed", True)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=40)
    log = (tmp_path / "log").read_text()
    assert '"job_id": 1' in log
    assert token not in log
    assert "Traceback" not in log


@pytest.mark.slow
def test_a_port_in_use_is_said(
    server: tuple[str, subprocess.Popen[str]], environment: dict[str, str]
) -> None:
    address, _ = server
    taken = {**environment, "REVREC_PORT": address.rpartition(":")[2]}
    ran = subprocess.run(
        [*ENTRY, "serve", "--no-worker"], env=taken, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 1
    assert "cannot be bound" in ran.stderr


def test_postgresql_without_a_key_refuses_to_start(environment: dict[str, str], postgres_url: str) -> None:
    given = {**environment, "REVREC_DATABASE_URL": postgres_url, "REVREC_SECRET_KEY": ""}
    ran = subprocess.run([*ENTRY, "db", "upgrade"], env=given, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert "REVREC_SECRET_KEY is not set" in ran.stderr


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """asyncio turns delay off only on sockets that say that they are TCP."""
    listener = _listen("127.0.0.1", 0)
    with listener:
        assert listener.proto == socket.IPPROTO_TCP

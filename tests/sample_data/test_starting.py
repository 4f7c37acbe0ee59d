"""Stand-ins start, stop, and leave no process behind."""

import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

from sample_data.starting import start

PARENT = """
import time
from sample_data.starting import start
print(start("salesforce", "--lines", "100").ready["pid"], flush=True)
time.sleep(600)
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_answers_until_it_is_stopped():
    with start("salesforce", "--lines", "100") as stand_in:
        assert stand_in.ready["pid"] == stand_in.process.pid
        assert httpx.get(f"{stand_in.url}/services/data/", trust_env=False).status_code == 200
    assert stand_in.process.returncode is not None
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{stand_in.url}/services/data/", trust_env=False)


def test_one_that_cannot_start_is_said():
    with pytest.raises(RuntimeError, match="salesforce ended with status 2"):
        start("salesforce", "--lines", "many")


def test_the_ready_file_says_the_same(tmp_path):
    ready = tmp_path / "ready.json"
    with start("salesforce", "--lines", "100", "--ready-file", str(ready)) as stand_in:
        assert stand_in.url in ready.read_text()


def test_records_live_on_in_a_database_file(tmp_path):
    database = str(tmp_path / "org.sqlite3")
    with start("salesforce", "--lines", "100", "--db", database) as stand_in:
        body = {"Name": "Kept Ltd", "CurrencyIsoCode": "GBP"}
        made = httpx.post(f"{stand_in.url}/_sim/records/Account", json=body, trust_env=False).json()
    with start("salesforce", "--lines", "100", "--db", database) as stand_in:
        url = f"{stand_in.url}/_sim/records/Account?Id={made['id']}"
        assert httpx.get(url, trust_env=False).json()[0]["Name"] == "Kept Ltd"


def test_it_ends_when_its_parent_is_killed():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert alive(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive(pid)

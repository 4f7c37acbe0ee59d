"""Clients of other people, unmodified, against the stand-in: what it answers is what they were written for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_INSTALLED = 3


@pytest.mark.slow  # each is installed from its registry on first use
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "client", ["netsuite", "netsuite-oauth-python", "restsuite", "netsuite-rest", "pyjwt"]
)
def test_a_public_client_finds_what_it_expects(client: str) -> None:
    command = [sys.executable, "-m", "tests.conformance.try_clients", "--json", "--only", client]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    if done.returncode == NOT_INSTALLED:
        pytest.skip(f"{client} cannot be installed here, so it was not tried: {found['not_installed']}")
    assert [one for one in found["checks"] if not one["ok"]] == []
    assert done.returncode == 0
    assert len(found["checks"]) >= 5

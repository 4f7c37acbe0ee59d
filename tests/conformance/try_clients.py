"""Public NetSuite clients against the stand-in: `python -m tests.conformance.try_clients [--only NAME] [--json]`.

Each client runs unmodified, in an environment of its own that is made on first use, and tries what it does for its
users: queries, pages, journals, refusals. Exit status: 0 all as NetSuite would have it, 1 something was not, 3 a
client could not be installed (its registry cannot be reached).
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from benchmarks.peers import NotInstalled, node_folder, python_of
from revrec.netsuite import M2mCredentials
from revrec.netsuite.m2m import sign_assertion
from sample_data.starting import start

CLIENTS = Path(__file__).parent / "clients"
CLIENT_SECONDS = 120
LINES = 4000


@dataclass(frozen=True)
class PublicClient:
    """A client of a registry, and the program that uses it."""

    name: str
    registry: str
    requirements: tuple[str, ...]
    program: str


PUBLIC_CLIENTS = (
    PublicClient("netsuite", "PyPI", ("netsuite==0.12.0",), "netsuite_client.py"),
    PublicClient(
        "netsuite-oauth-python", "PyPI", ("netsuite-oauth-python==1.0.0",), "netsuite_oauth_client.py"
    ),
    PublicClient(
        "restsuite", "PyPI", ("restsuite==1.0.0", "requests", "requests-oauthlib"), "restsuite_client.py"
    ),
    PublicClient("netsuite-rest", "npm", ("netsuite-rest@1.0.9",), "netsuite_rest_client.cjs"),
    PublicClient("pyjwt", "PyPI", ("pyjwt[crypto]==2.10.1",), "pyjwt_client.py"),
)


def try_client(client: PublicClient) -> list[dict[str, Any]]:
    """Run one client against a stand-in of its own; its checks. Raises `NotInstalled`."""
    if client.registry == "npm":
        folder = node_folder(client.name, *client.requirements)
        command, environ = (
            ["node", str(CLIENTS / client.program)],
            {"NODE_PATH": str(folder / "node_modules")},
        )
    else:
        command, environ = [python_of(client.name, *client.requirements), str(CLIENTS / client.program)], {}
    with start("netsuite", "--lines", str(LINES)) as running:
        given = {**running.ready, "assertions": signed_assertions()}
        done = subprocess.run(
            command,
            input=json.dumps(given),
            capture_output=True,
            text=True,
            timeout=CLIENT_SECONDS,
            env={**os.environ, "NO_PROXY": "127.0.0.1", **environ},
            check=False,
        )
    try:
        return list(json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError):
        return [{"check": "the program answered", "ok": False, "detail": (done.stderr or done.stdout)[-800:]}]


def signed_assertions() -> list[dict[str, str]]:
    """What our own client signs for OAuth 2.0, for another library to read."""
    audience = "https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/auth/oauth2/v1/token"
    keys = {
        "PS256": rsa.generate_private_key(public_exponent=65537, key_size=3072),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
    }
    signed = []
    for algorithm, key in keys.items():
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        credentials = M2mCredentials("1234567_SB1", "a-client", "a-certificate", pem)
        text = sign_assertion(credentials, audience, now=time.time(), token_id=f"one-{algorithm}")
        signed.append({"text": text, "public_pem": public, "audience": audience, "algorithm": algorithm})
    return signed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.try_clients", description=__doc__)
    parser.add_argument("--only", action="append", choices=[one.name for one in PUBLIC_CLIENTS])
    parser.add_argument("--json", action="store_true", help="one line of JSON a client, for programs")
    options = parser.parse_args()
    failed = missing = False
    for client in PUBLIC_CLIENTS:
        if options.only and client.name not in options.only:
            continue
        try:
            checks, why = try_client(client), ""
        except NotInstalled as error:
            checks, why, missing = [], str(error), True
        failed = failed or not all(one["ok"] for one in checks)
        if options.json:
            print(json.dumps({"client": client.name, "checks": checks, "not_installed": why}), flush=True)
        else:
            show(client, checks, why)
    return 1 if failed else 3 if missing else 0


def show(client: PublicClient, checks: list[dict[str, Any]], why: str) -> None:
    print(f"\n{client.registry} {client.name} ({', '.join(client.requirements)})", flush=True)
    if why:
        print(f"  not installed: {why}")
    for one in checks:
        print(
            f"  {'ok    ' if one['ok'] else 'FAILED'} {one['check']}"
            + (f": {one['detail']}" if one["detail"] else "")
        )


if __name__ == "__main__":
    sys.exit(main())

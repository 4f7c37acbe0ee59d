"""Starts the stand-in as a process: `python -m sample_data.salesforce --port 0 --lines 4000 --seed 7`.

Prints one line of JSON when it can be reached: its url, credentials and process id.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from sample_data.company import Company
from sample_data.salesforce.answers import Answers
from sample_data.salesforce.app import NEWEST, Org, make_app
from sample_data.salesforce.clock import run_clock_from
from sample_data.salesforce.faults import Watch
from sample_data.salesforce.seed import seed_store
from sample_data.salesforce.sessions import Sessions
from sample_data.salesforce.store import Store
from sample_data.salesforce.story import Story

CLIENT_ID = "3MVG9demoKestrelSystems.RevRec"
CLIENT_SECRET = "A1B2C3D4E5F6-stand-in-only"
USERNAME = "integration@kestrel.example"
FIELD_MAPPING = {
    "order": {"subsidiary": "Subsidiary__c", "amendment_on": "Amendment_Effective__c"},
    "line": {"method": "Recognition_Method__c"},
    "segments": {
        "department": "Department__c",
        "class": "Class__c",
        "location": "Location__c",
        "cseg_region": "Region__c",
    },
    "customer": {"netsuite_id": "NetSuite_Id__c"},
}
"""What an admin of this org would fill in as the connection's field mapping."""


def main() -> None:
    """Seeds the org, binds the port, says where it is, and serves until it is ended."""
    options = _read_options()
    company = Company(seed=options.seed, lines=options.lines)
    store = Store(options.db, run_clock_from(options.now or company.as_of))
    if store.is_empty():
        seed_store(store, company, single_currency=options.single_currency)
    sessions = Sessions(
        CLIENT_ID, CLIENT_SECRET, USERNAME, options.certificate.read_text() if options.certificate else None
    )
    multi_currency = options.single_currency is None
    org = Org(
        store,
        sessions,
        Answers(store, multi_currency=multi_currency),
        Watch(),
        Story(store),
        multi_currency,
        options.daily_limit,
    )
    listener = _listen(options.host, options.port)
    port = listener.getsockname()[1]
    if options.exit_with_parent:
        threading.Thread(target=_follow_parent, args=(os.getppid(),), daemon=True).start()
    ready = {
        "url": f"http://{options.host}:{port}",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "username": USERNAME,
        "api_version": f"v{NEWEST}.0",
        "multi_currency": multi_currency,
        "field_mapping": FIELD_MAPPING,
        "pid": os.getpid(),
    }
    if options.ready_file:
        partial = options.ready_file.with_suffix(".partial")
        partial.write_text(json.dumps(ready))
        partial.replace(options.ready_file)
    print(json.dumps(ready), flush=True)
    config = uvicorn.Config(make_app(org), log_level="error", access_log=False, timeout_keep_alive=30)
    uvicorn.Server(config).run(sockets=[listener])
    store.close()


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket that says it is TCP: asyncio sends without delay only on those, else answers take 40 ms."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(256)
    return listener


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sample_data.salesforce", description="A stand-in for Salesforce"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--lines", type=int, default=4_000, help="size of the made-up company, in invoice lines"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--db", default=":memory:", help="SQLite file to keep records in; seeded only when empty"
    )
    parser.add_argument("--single-currency", metavar="CODE", help="an org without the multi-currency feature")
    parser.add_argument(
        "--certificate", type=Path, help="PEM certificate or public key that JWT assertions are for"
    )
    parser.add_argument("--daily-limit", type=int, default=100_000, help="API calls a day")
    parser.add_argument(
        "--now", type=_moment, help="where the org's clock starts (default: the end of its history)"
    )
    parser.add_argument("--ready-file", type=Path, help="also write the line of JSON here")
    parser.add_argument(
        "--exit-with-parent", action="store_true", help="end when the process that started this ends"
    )
    return parser.parse_args()


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _follow_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.3)
    os._exit(0)


if __name__ == "__main__":
    main()

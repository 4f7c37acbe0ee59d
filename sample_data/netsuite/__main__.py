"""``python -m sample_data.netsuite``: start the stand-in and print one JSON line once it listens."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import uvicorn

from sample_data.company import Company
from sample_data.netsuite.account import Account, make_credentials, open_account
from sample_data.netsuite.app import make_app
from sample_data.netsuite.clock import Clock
from sample_data.netsuite.seed import fill
from sample_data.netsuite.settings import DEFAULT_FEATURES, Settings
from sample_data.netsuite.store import Store
from sample_data.netsuite.zones import Zone


def read_arguments(given: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m sample_data.netsuite", description=__doc__)
    add = parser.add_argument
    add(
        "--db",
        default=":temp:",
        help="database file; an empty one is filled. :temp: is made and removed again",
    )
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=0, help="0 picks a free one")
    add("--lines", type=int, default=4000, help="size of the made-up company in invoice lines")
    add("--seed", type=int, default=7)
    add("--ready-file", type=Path, help="also write the JSON line here")
    add("--account-id", default="1234567_SB1")
    add("--user-date-format", default="M/D/YYYY")
    add("--zone", default="America/Los_Angeles", help="the account's time zone, for an empty database")
    add("--concurrency", type=int, default=5)
    add("--latency-ms", type=float, default=0)
    add("--without", action="append", default=[], metavar="FEATURE", help="a feature the account lacks")
    add(
        "--with", dest="also", action="append", default=[], metavar="FEATURE", help="a feature it has besides"
    )
    add(
        "--set", action="append", default=[], metavar="NAME=VALUE", type=_pair,
        help="any other setting, e.g. fault_rate=0.2 (docs/stand-ins.md lists them)",
    )  # fmt: skip
    add(
        "--exit-with-parent",
        action="store_true",
        help="stop when stdin closes or the parent process goes away",
    )
    return parser.parse_args(given)


def _pair(text: str) -> str:
    """A setting by its name: known, so that a misspelt one does not start."""
    name = text.partition("=")[0]
    if "=" not in text or name not in Settings.model_fields:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no setting; settings are {', '.join(Settings.model_fields)}"
        )
    return text


def prepare(arguments: argparse.Namespace, path: Path) -> Account:
    """Open the database, filling it if it is empty."""
    company = Company(seed=arguments.seed, lines=arguments.lines)
    features = (DEFAULT_FEATURES | frozenset(arguments.also)) - frozenset(arguments.without)
    store = Store(path, Zone(arguments.zone))
    if store.is_filled:
        zone = store.note("zone")
        if zone is not None and zone != store.zone.name:
            raise SystemExit(
                f"{path} was filled for the zone {zone}; start with --zone {zone} or another file"
            )
    else:
        fill(store, company, features)
    settings = Settings(
        account_id=arguments.account_id,
        user_date_format=arguments.user_date_format,
        concurrency=arguments.concurrency,
        latency_ms=arguments.latency_ms,
        features=features,
        **dict(pair.split("=", 1) for pair in arguments.set),
    )
    clock = Clock(store.zone, earliest=int(company.as_of.timestamp()))
    account = open_account(store, settings, clock, make_credentials(arguments.seed))
    account.changes.set_books("multibook" in settings.features, settings.primary_book)
    return account


def announce(account: Account, port: int, host: str, ready_file: Path | None) -> dict[str, Any]:
    """Say where it listens and with what it can be signed in to."""
    credentials = account.credentials
    line = {
        "url": f"http://{host}:{port}",
        "account_id": account.settings.account_id,
        "consumer_key": credentials.consumer_key,
        "consumer_secret": credentials.consumer_secret,
        "token_id": credentials.token_id,
        "token_secret": credentials.token_secret,
        "client_id": account.gate.tokens.client_id,
        "zone": account.store.zone.name,
        "pid": os.getpid(),
    }
    print(json.dumps(line), flush=True)
    if ready_file is not None:
        part = ready_file.with_name(f"{ready_file.name}.part")
        part.write_text(json.dumps(line))
        part.replace(ready_file)
    return line


class _Server(uvicorn.Server):
    """uvicorn, telling once it listens."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT and return, so that the temporary database is removed.

        uvicorn's own handler raises the signal once more at the end, which would end the process before that.
        """
        before = {each: signal.signal(each, self._stop) for each in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _stop(self, number: int, frame: object) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._when_ready()


def watch_parent(server: uvicorn.Server) -> None:
    """Stop the server when a piped stdin closes, or when the parent process is another one."""
    parent = os.getppid()

    def stop_at_end_of_input() -> None:
        # Not sys.stdin: its lock, held by this thread, would abort the interpreter's shutdown.
        while os.read(0, 1024):
            pass
        server.should_exit = True

    def stop_when_orphaned() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        server.should_exit = True

    kind = os.fstat(0).st_mode
    if stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind):
        threading.Thread(target=stop_at_end_of_input, daemon=True).start()
    threading.Thread(target=stop_when_orphaned, daemon=True).start()


def serve(arguments: argparse.Namespace, path: Path) -> None:
    """Serve until told to stop."""
    # Named TCP, or asyncio leaves Nagle's algorithm on and every reply waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((arguments.host, arguments.port))
    account = prepare(arguments, path)
    config = uvicorn.Config(
        make_app(account),
        log_level="warning",
        access_log=False,
        date_header=False,  # the account's own clock is in its replies
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    port = listener.getsockname()[1]
    server = _Server(config, lambda: announce(account, port, arguments.host, arguments.ready_file))
    if arguments.exit_with_parent:
        watch_parent(server)
    try:
        server.run(sockets=[listener])
    finally:
        account.store.close()


def main() -> None:
    """Run the stand-in."""
    arguments = read_arguments()
    if arguments.db == ":temp:":
        with tempfile.TemporaryDirectory(prefix="netsuite-stand-in-") as folder:
            serve(arguments, Path(folder) / "netsuite.db")
    else:
        serve(arguments, Path(arguments.db))


if __name__ == "__main__":
    main()

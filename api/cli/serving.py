"""`revrec serve`, `revrec worker`: the processes that stay."""

import signal
import sys
import threading
from typing import Annotated

import typer

from api.cli import importing
from api.cli.database import DEFAULT_ADMIN, prepare
from api.cli.exits import OK
from api.deployment import Deployment, open_deployment
from api.logs import configure_logs
from api.sign_in_links import FIRST_LINK_FILE, first_link, hand_over
from jobs.start import make_worker
from revrec.config import load_config
from revrec.store.migrate import check_schema


def serve(
    host: Annotated[str | None, typer.Option(help="Address to bind; default: the setting.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0 picks a free one.")] = None,
    with_worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Whether this process works jobs off, too.")
    ] = True,
) -> int:
    """Serve the web UI and the HTTP API, with a worker in the same process."""
    with importing():
        from api.http.serving import run_server

    deployment = _ready()
    bound = host or deployment.config.host
    run_server(
        deployment,
        bound,
        deployment.config.port if port is None else port,
        with_worker=with_worker,
        announce=lambda address: _announce(deployment, address),
    )
    return OK


def worker() -> int:
    """Work jobs off until told to stop."""
    deployment = _ready()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    running = make_worker(deployment.config)
    running.start()
    print(f"Working as {running.slot}.", file=sys.stderr, flush=True)
    stop.wait()
    running.stop()
    return OK


def _announce(deployment: Deployment, address: str) -> None:
    print(f"RevRec serves {address}", flush=True)
    link = first_link(deployment, address)
    if link is not None:
        file = deployment.config.data_dir / FIRST_LINK_FILE
        print(hand_over(link, file), file=sys.stderr, flush=True)


def _ready() -> Deployment:
    """The deployment, its schema checked; the embedded default is upgraded on the spot."""
    config = load_config()
    configure_logs(config)
    deployment = open_deployment(config)
    if config.embedded:
        _, _, made = prepare(deployment, DEFAULT_ADMIN)
        if made:
            print(f"The first admin is {made}. `revrec tokens create NAME` makes a token.", file=sys.stderr)
    else:
        check_schema(deployment.store)
        deployment.vault  # noqa: B018 - refuses to start without a key
    return deployment

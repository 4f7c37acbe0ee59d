"""Running the API with uvicorn, and a worker beside it."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable

import uvicorn
from fastapi import FastAPI

from api.deployment import Deployment
from api.http.app import create_app
from api.http.keeping_ready import KeepingReady
from jobs.start import make_worker
from jobs.worker import Worker
from revrec.problems import Conflict

_log = logging.getLogger(__name__)


def run_server(
    deployment: Deployment, host: str, port: int, *, with_worker: bool, announce: Callable[[str], None]
) -> None:
    """Serve until told to stop (SIGTERM, SIGINT). Announces the address, with the real port where 0 was given."""
    app = create_app(deployment)
    if with_worker:
        app.router.lifespan_context = _with_worker(make_worker(deployment.config))
    listener = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listener.getsockname()[1]}"
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, date_header=True)
    ready = KeepingReady(deployment.store)

    def reachable() -> None:
        announce(address)
        ready.start()  # not before, for it would hold up the start

    try:
        _Announcing(config, reachable, app.state.job_watch.close).run(sockets=[listener])
    finally:
        ready.stop()


class _Announcing(uvicorn.Server):
    """A server that says so once it can be reached, not before: who reads the address may call at once. When it stops,
    `closing` ends what would go on by itself: it waits for every answer to be over."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], closing: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ready, self._closing = ready, closing

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._closing()
        await super().shutdown(sockets)


def _with_worker(worker: Worker):  # type: ignore[no-untyped-def]
    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(worker.start)
        try:
            yield
        finally:
            await asyncio.to_thread(worker.stop)

    return lifespan


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Said to be TCP: asyncio sends without delay only on sockets that say so, else each answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Conflict(
            f"{host} port {port} cannot be bound: {error.strerror or error}. Choose another with --host and --port.",
            where="port",
        ) from None
    return listener

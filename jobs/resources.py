"""What the steps of a process share: its settings, its database, and one client per connection.

Set once when a worker starts. Clients live on the engine's loop and are closed there when the worker stops; a
connection that was made anew since (other credentials) gets a new client.
"""

import asyncio
import logging
from dataclasses import dataclass, field, replace

from jobs.calls import AccountNeighbours, tally
from jobs.runner import RunnerSettings
from revrec.config import Config
from revrec.crm.salesforce import SalesforceClient
from revrec.netsuite.client import NetSuiteClient
from revrec.netsuite.usage import RequestEvent
from revrec.operations.open_connection import OpenConnection, open_connection
from revrec.secrets import Vault, open_vault
from revrec.store.engine import Store

_log = logging.getLogger(__name__)


@dataclass
class Resources:
    """One process's share. `clients`: flow -> (the connection it was made for, the client)."""

    config: Config
    store: Store
    vault: Vault
    clients: dict[str, tuple[OpenConnection, NetSuiteClient | SalesforceClient]] = field(default_factory=dict)
    forgotten: list[NetSuiteClient | SalesforceClient] = field(default_factory=list)

    @property
    def runner(self) -> RunnerSettings:
        return runner_settings(self.config)


_current: list[Resources] = []


def open_resources(config: Config) -> Resources:
    """Make the process's resources, or give those that are there for the same deployment."""
    if not _current or _current[0].config != config:
        _current[:] = [Resources(config, Store(config.database_url), open_vault(config))]
    return _current[0]


def resources() -> Resources:
    """The process's resources. Raises RuntimeError in a process that opened none."""
    if not _current:
        raise RuntimeError("No worker runs in this process: open_resources was never called.")
    return _current[0]


def runner_settings(config: Config) -> RunnerSettings:
    """Where the durable engine keeps its own records."""
    return RunnerSettings(config.database_url, config.data_dir)


def store() -> Store:
    """The process's database."""
    return resources().store


async def netsuite_client(flow: str) -> NetSuiteClient:
    """The pooled client of a NetSuite flow (`invoices` or `journals`), signed in with its own credentials."""
    client = await _client(flow)
    assert isinstance(client, NetSuiteClient)
    return client


async def salesforce_client() -> SalesforceClient:
    """The pooled client of the CRM."""
    client = await _client("orders")
    assert isinstance(client, SalesforceClient)
    return client


def forget_client(flow: str) -> None:
    """Let go of a flow's client, so that the next run signs in anew. Its connections close with the worker."""
    shared = resources()
    known = shared.clients.pop(flow, None)
    if known:
        shared.forgotten.append(known[1])


async def close_clients() -> None:
    """Close every client; runs on the engine's loop as the worker stops."""
    shared = resources()
    while shared.clients:
        _, (_, client) = shared.clients.popitem()
        await client.aclose()
    while shared.forgotten:
        await shared.forgotten.pop().aclose()
    await asyncio.to_thread(tally.flush, shared.store)


async def _client(flow: str) -> NetSuiteClient | SalesforceClient:
    shared = resources()
    with shared.store.read() as session:
        opened = open_connection(session, shared.vault, flow)
    if opened.system == "netsuite":
        # Neither a limit nor a pause makes another client: what runs goes on, and asks for both as it goes.
        opened = replace(opened, options={}, paused="")
    known = shared.clients.get(flow)
    if known and known[0] == opened:
        return known[1]
    forget_client(flow)  # others may be in the middle of a request with it
    client = _make(opened)
    shared.clients[flow] = (opened, client)
    return client


def _make(opened: OpenConnection) -> NetSuiteClient | SalesforceClient:
    if opened.system == "netsuite":
        return _make_netsuite(resources().store, opened)
    return SalesforceClient(opened.salesforce_credentials())


def _make_netsuite(store: Store, opened: OpenConnection) -> NetSuiteClient:
    def noted(event: RequestEvent) -> None:
        _log.debug("netsuite request", extra={"event": event})
        tally.note(store, opened.account, opened.flow, event, client.usage.in_flight + 1)

    client = NetSuiteClient(
        opened.netsuite_credentials(),
        base_url=opened.base_url or None,
        neighbours=AccountNeighbours(store, opened.account, opened.flow),
        on_event=noted,
    )
    return client

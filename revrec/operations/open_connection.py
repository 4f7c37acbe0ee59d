"""Read a connection again, for the client that uses it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from revrec.netsuite.credentials import Credentials, M2mCredentials, TbaCredentials
from revrec.problems import Conflict
from revrec.secrets import Vault
from revrec.store.queries.connections import connection_for


@dataclass(frozen=True, slots=True)
class OpenedConnection:
    """A connection with its credentials. Its text shows none of them.

    `credentials` is what was given when it was connected, by name: see `CREDENTIALS` of the operation that
    connects the system. `connected_at` changes with every new connecting.
    """

    id: int
    flow: str
    system: str
    account: str
    base_url: str
    auth: str
    credentials: dict[str, str] = field(repr=False)
    options: dict[str, Any]
    connected_at: datetime
    paused: str = ""

    def netsuite_credentials(self) -> Credentials:
        """The keys as the NetSuite client takes them."""
        return netsuite_credentials(self.account, self.auth, self.credentials)


def open_connection(session: Session, vault: Vault, flow: str) -> OpenedConnection:
    """The connection of a flow with its credentials. Raises `Conflict` if the flow is not connected."""
    row = connection_for(session, flow)
    if row is None:
        system = "salesforce" if flow == "orders" else "netsuite"
        raise Conflict(
            f"The flow {flow} is not connected. An admin connects it with `revrec connect {system}`.",
            where=flow,
        )
    return OpenedConnection(
        id=row.id,
        flow=row.flow,
        system=row.system,
        account=row.account,
        base_url=row.base_url,
        auth=row.auth,
        credentials=vault.open(flow, row.secret),
        options=dict(row.options or {}),
        connected_at=row.connected_at,
        paused=row.paused,
    )


def netsuite_credentials(account: str, auth: str, given: dict[str, str]) -> Credentials:
    """The keys of a NetSuite account, from their names as people give them."""
    if auth == "tba":
        return TbaCredentials(
            account,
            given["consumer_key"],
            given["consumer_secret"],
            given["token_id"],
            given["token_secret"],
        )
    return M2mCredentials(
        account,
        given["client_id"],
        given["certificate_id"],
        given["private_key_pem"],
        given.get("algorithm", ""),
        given.get("audience", ""),
    )

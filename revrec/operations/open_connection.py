"""Read a connection again, for the client that uses it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from revrec.crm.salesforce_connection import (
    DEFAULT_API_VERSION,
    LOGIN_AUDIENCE,
    ClientCredentials,
    JwtBearer,
    SalesforceConnection,
)
from revrec.netsuite.credentials import Credentials, M2mCredentials, TbaCredentials
from revrec.operations.connected import connected
from revrec.secrets import Vault


@dataclass(frozen=True, slots=True)
class OpenConnection:
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

    def salesforce_credentials(self) -> SalesforceConnection:
        """The org and its keys as the Salesforce client takes them."""
        version = str(self.options.get("api_version", DEFAULT_API_VERSION))
        return salesforce_credentials(self.account, self.base_url, self.auth, self.credentials, version)


def open_connection(session: Session, vault: Vault, flow: str) -> OpenConnection:
    """The connection of a flow with its credentials. Raises `Conflict` if the flow is not connected."""
    row = connected(session, flow)
    return OpenConnection(
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


def salesforce_credentials(
    account: str, base_url: str, auth: str, given: dict[str, str], api_version: str
) -> SalesforceConnection:
    """The keys of a Salesforce org, from their names as people give them."""
    sign_in: ClientCredentials | JwtBearer
    if auth == "client_credentials":
        sign_in = ClientCredentials(given["client_id"], given["client_secret"])
    else:
        sign_in = JwtBearer(
            given["client_id"],
            given["username"],
            given["private_key_pem"],
            given.get("audience") or LOGIN_AUDIENCE,
        )
    return SalesforceConnection(base_url or f"https://{account}", sign_in, api_version)

"""Connect a Salesforce org."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.open_connection import salesforce_credentials
from revrec.operations.permissions import require
from revrec.operations.policies import definition_of, policy_value
from revrec.operations.set_policy import write_policy
from revrec.operations.store_connection import store_connection
from revrec.problems import Conflict, Invalid
from revrec.secrets import Vault
from revrec.store.queries.connections import connection_row, holds_orders
from revrec.store.tables import Connection

CREDENTIALS = {
    "client_credentials": ("client_id", "client_secret"),
    "jwt": ("client_id", "username", "private_key_pem"),
}
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?\Z")


@dataclass(frozen=True, slots=True)
class SalesforceConnection:
    """What a user gives. `account` is the org's My Domain host, such as `acme.my.salesforce.com`.

    `policies` may set salesforce_source and company_time_zone.
    """

    account: str
    auth: str
    credentials: dict[str, str] = field(repr=False)
    base_url: str = ""
    api_version: str = "v66.0"
    policies: dict[str, Any] = field(default_factory=dict)


def connect_salesforce(
    session: Session, actor: Actor, vault: Vault, given: SalesforceConnection, *, now: datetime
) -> Connection:
    """Store the connection for the flow `orders`. The caller has signed in with the credentials before."""
    require(actor, "connect_system")
    host = checked_connection(given)
    present = connection_row(session, "orders")
    if present is not None and present.account != host and holds_orders(session):
        raise Conflict(
            f"This database holds orders of {present.account} and cannot move to {host}. Use another database "
            "for another org.",
            where="account",
        )
    for key, value in given.policies.items():
        if value != policy_value(session, key):
            write_policy(session, actor, definition_of(key), value, now=now, reason="connect Salesforce")
    options = {"api_version": given.api_version}
    row, before = store_connection(
        session,
        actor,
        vault,
        flow="orders",
        system="salesforce",
        account=host,
        auth=given.auth,
        base_url=given.base_url.strip().rstrip("/"),
        credentials=given.credentials,
        options=options,
        now=now,
    )
    after = {
        "flows": ["orders"],
        "account": host,
        "auth": given.auth,
        "base_url": given.base_url,
        "options": options,
        "policies": given.policies,
    }
    record_event(
        session, actor, "connect_salesforce", f"Salesforce org {host}", now=now, before=before, after=after
    )
    return row


def checked_connection(given: SalesforceConnection) -> str:
    """The org's host, if everything that can be judged without asking Salesforce is right (`Invalid`)."""
    if given.auth not in CREDENTIALS:
        raise Invalid(
            f"'{given.auth}' is no way to sign in to Salesforce; use {' or '.join(CREDENTIALS)}.",
            where="auth",
        )
    for name in CREDENTIALS[given.auth]:
        if not given.credentials.get(name, "").strip():
            raise Invalid(f"Signing in by {given.auth} needs the {name.replace('_', ' ')}.", where=name)
    for name in given.credentials:
        if name not in CREDENTIALS[given.auth] and (given.auth, name) != ("jwt", "audience"):
            raise Invalid(f"Signing in by {given.auth} takes no {name.replace('_', ' ')}.", where=name)
    for key in given.policies:
        if key not in ("salesforce_source", "company_time_zone"):
            raise Invalid(f"Connecting does not set the policy {key}.", where=key)
    host = given.account.strip().lower().removeprefix("https://").rstrip("/")
    if not _HOST.match(host):
        raise Invalid(
            f"'{given.account}' is not a host. Give the org's My Domain, such as acme.my.salesforce.com.",
            where="account",
        )
    try:
        salesforce_credentials(host, given.base_url.strip(), given.auth, given.credentials, given.api_version)
    except ValueError as wrong:
        raise Invalid(str(wrong), where="base_url" if given.base_url else "account") from None
    return host

"""Keep a connection, its credentials sealed."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.secrets import Vault
from revrec.store.queries.connections import connection_for
from revrec.store.tables import Connection


def store_connection(
    session: Session,
    actor: Actor,
    vault: Vault,
    *,
    flow: str,
    system: str,
    account: str,
    auth: str,
    base_url: str,
    credentials: dict[str, str],
    options: dict[str, Any],
    now: datetime,
) -> tuple[Connection, dict[str, str] | None]:
    """Write the row of a flow, new or in place. Gives the row, and what it was connected to before.

    It counts as verified and unpaused: the caller has just signed in with these credentials.
    """
    row = connection_for(session, flow)
    before = None
    sealed = vault.seal(flow, credentials)
    if row is None:
        row = Connection(
            flow=flow,
            system=system,
            account=account,
            auth=auth,
            base_url=base_url,
            secret=sealed,
            options=options,
            connected_by=actor.email,
            connected_at=now,
        )
        session.add(row)
    else:
        before = {"flow": flow, "system": row.system, "account": row.account, "auth": row.auth}
        row.system, row.account, row.auth, row.base_url = system, account, auth, base_url
        row.secret, row.options = sealed, options
        row.connected_by, row.connected_at = actor.email, now
    row.verified_at, row.paused = now, ""
    session.flush()
    return row, before

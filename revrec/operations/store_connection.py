"""Keep a connection, its credentials sealed."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.secrets import Vault
from revrec.store.queries.connections import connection_row
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
    certificate: str = "",
    certificate_ends: datetime | None = None,
) -> tuple[Connection, dict[str, str] | None]:
    """Write the row of a flow, new or in place. Gives the row, and what it was connected to before.

    It counts as verified, and a pause by the service is over: the caller has just signed in with these credentials.
    What a person paused stays paused. The secret that was there is overwritten; watermarks stay with the row.
    """
    row = connection_row(session, flow)
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
        if row.disconnected_at is not None:
            before["disconnected_at"] = row.disconnected_at.isoformat()
        row.system, row.account, row.auth, row.base_url = system, account, auth, base_url
        row.secret, row.options = sealed, options
        row.connected_by, row.connected_at = actor.email, now
    row.certificate, row.certificate_ends = certificate, certificate_ends
    row.verified_at, row.disconnected_at = now, None
    if not row.paused_by:
        row.paused = ""
    session.flush()
    return row, before

"""Replace the credentials of one NetSuite flow: a new certificate, a new token, another role."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.connect_netsuite import NetSuiteConnection, certificate_of, checked_connection
from revrec.operations.connected import connected
from revrec.operations.permissions import require
from revrec.operations.store_connection import store_connection
from revrec.problems import Invalid
from revrec.secrets import Vault
from revrec.store.tables import Connection


@dataclass(frozen=True, slots=True)
class NewCredentials:
    """What changes; what is left out stays, as long as the way to sign in does. `auth` empty: as it is."""

    credentials: dict[str, str] = field(repr=False)
    auth: str = ""
    certificate: str = ""
    certificate_ends: date | None = None


def with_new_credentials(
    session: Session, vault: Vault, flow: str, given: NewCredentials
) -> NetSuiteConnection:
    """The connection as it would be, with its credentials, to sign in with before anything is stored."""
    row = connected(session, flow)
    if row.system != "netsuite":
        raise Invalid(
            f"The flow {flow} is connected to {row.system}; connect it again with its new credentials.",
            where="flow",
        )
    auth = given.auth or row.auth
    old = vault.open(flow, row.secret) if auth == row.auth else {}
    merged = {**old, **{name: value for name, value in given.credentials.items() if value}}
    if not given.credentials and not given.certificate and given.certificate_ends is None:
        raise Invalid("Nothing was given to replace.", where="credentials")
    same_key = merged.get("private_key_pem") == old.get("private_key_pem")
    kept = same_key and not given.certificate and given.certificate_ends is None
    known_end = row.certificate_ends.date() if kept and row.certificate_ends else None
    return NetSuiteConnection(
        account=row.account,
        auth=auth,
        credentials=merged,
        base_url=row.base_url,
        flows=(flow,),
        concurrency=int((row.options or {}).get("concurrency", 5)),
        certificate=row.certificate if kept else given.certificate,
        certificate_ends=None if kept and row.certificate else (known_end or given.certificate_ends),
    )


def replace_credentials(
    session: Session, actor: Actor, vault: Vault, flow: str, given: NewCredentials, *, now: datetime
) -> Connection:
    """Store them in place of the old ones, which are gone. The caller has signed in with them before."""
    require(actor, "connect_system")
    whole = with_new_credentials(session, vault, flow, given)
    checked_connection(whole, now=now)
    certificate, ends = certificate_of(whole, now=now)
    present = connected(session, flow)
    ended = present.certificate_ends
    row, before = store_connection(
        session, actor, vault, flow=flow, system="netsuite", account=present.account, auth=whole.auth,
        base_url=present.base_url, credentials=whole.credentials, options=present.options, now=now,
        certificate=certificate, certificate_ends=ends,
    )  # fmt: skip
    record_event(
        session,
        actor,
        "replace_credentials",
        f"connection {flow}",
        now=now,
        before={**(before or {}), "certificate_ends": ended.isoformat() if ended else None},
        after={
            "auth": whole.auth,
            "replaced": sorted(name for name, value in given.credentials.items() if value),
            "certificate_ends": ends.isoformat() if ends else None,
        },
    )
    return row

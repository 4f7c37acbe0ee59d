"""A NetSuite connection to try things on, and what it is made of."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from revrec.netsuite.certificate import KeyPair, make_key_pair
from revrec.operations.actor import Actor
from revrec.operations.connect_netsuite import NetSuiteConnection, connect_netsuite
from revrec.secrets import Vault, new_key
from revrec.store.engine import Store
from revrec.store.tables import Connection

NOW = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)
PAIR = make_key_pair("ec", "revrec", 720, now=NOW)
TBA = {"consumer_key": "ck", "consumer_secret": "cs-SECRET", "token_id": "ti", "token_secret": "ts-SECRET"}
VAULT = Vault([new_key()])

Connect = Callable[..., None]


def m2m(pair: KeyPair = PAIR, **changes: str) -> dict[str, str]:
    return {"client_id": "c1", "certificate_id": "x1", "private_key_pem": pair.private_key_pem, **changes}


def connecting(store: Store, admin: Actor) -> Connect:
    """Connects by certificate, for both flows unless told otherwise."""

    def do(**changes: Any) -> None:
        values = {"account": "1234567_SB1", "auth": "m2m", "credentials": m2m(), **changes}
        with store.write() as session:
            connect_netsuite(session, admin, VAULT, NetSuiteConnection(**values), journals_found=[], now=NOW)

    return do


def the(store: Store, flow: str = "invoices") -> Connection:
    """The row of a flow."""
    with store.read() as session:
        found = session.execute(text("SELECT id FROM connection WHERE flow = :flow"), {"flow": flow})
        row = session.get_one(Connection, found.scalar_one())
        session.expunge(row)
        return row

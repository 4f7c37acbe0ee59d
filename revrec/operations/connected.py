"""The connection of a flow, or in words why there is none."""

from sqlmodel import Session

from revrec.problems import Conflict
from revrec.store.queries.connections import connection_row
from revrec.store.tables import Connection


def connected(session: Session, flow: str) -> Connection:
    """The connection of a flow, paused or not. Raises `Conflict` where it is not connected."""
    row = connection_row(session, flow)
    if row is not None and row.disconnected_at is None:
        return row
    system = "salesforce" if flow == "orders" else "netsuite"
    how = f"An admin connects it with `revrec connect {system}`" + (
        "." if flow == "orders" else f" (--flow {flow} for this one alone)."
    )
    if row is None:
        raise Conflict(f"The flow {flow} is not connected. {how}", where=flow)
    raise Conflict(
        f"The flow {flow} is not connected: it was disconnected from {row.account} on "
        f"{row.disconnected_at:%Y-%m-%d}. Its data stays; connecting the same account goes on where it ended. {how}",
        where=flow,
    )

"""Say what a NetSuite account may be asked: requests at once, and calls in a minute."""

from datetime import datetime

from sqlmodel import Session

from revrec.netsuite.address import AddressRefused, realm_of
from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import Invalid, NotFound
from revrec.store.api_calls import Limits
from revrec.store.queries.connections import all_connections
from revrec.store.tables import Connection

MOST_AT_ONCE = 100
MOST_A_MINUTE = 60_000


def checked_limits(concurrency: int, calls_per_minute: int) -> Limits:
    """The limits, if they can be kept to. Raises `Invalid`, naming the field."""
    if not 1 <= concurrency <= MOST_AT_ONCE:
        raise Invalid(
            f"The account's concurrency limit is a number from 1 to {MOST_AT_ONCE}.", where="concurrency"
        )
    if not 0 <= calls_per_minute <= MOST_A_MINUTE:
        raise Invalid(
            f"Calls per minute are a number from 1 to {MOST_A_MINUTE:,}; 0 means no such limit.",
            where="calls_per_minute",
        )
    return Limits(concurrency, calls_per_minute)


def set_account_limits(
    session: Session,
    actor: Actor,
    target: str,
    *,
    concurrency: int | None = None,
    calls_per_minute: int | None = None,
    reason: str = "",
    now: datetime,
) -> list[Connection]:
    """Change the limits of the account that `target` names: its id, or a flow connected to it.

    A limit is the account's: all flows connected to it change together, and None leaves one as it is. Running jobs
    keep to it within a second or two. Gives the connections. Raises `NotFound`, `Invalid`.
    """
    require(actor, "connect_system")
    if concurrency is None and calls_per_minute is None:
        raise Invalid("Say which limit: requests at once, calls per minute, or both.", where="concurrency")
    rows = _connections_of(session, target)
    before, after = {}, {}
    for row in rows:
        options = dict(row.options or {})
        given = checked_limits(
            int(options.get("concurrency", 5)) if concurrency is None else concurrency,
            int(options.get("calls_per_minute", 0)) if calls_per_minute is None else calls_per_minute,
        )
        before[row.flow] = options
        others = {
            key: value for key, value in options.items() if key not in ("concurrency", "calls_per_minute")
        }
        row.options = after[row.flow] = others | limit_options(given)
        session.add(row)
    session.flush()
    record_event(
        session,
        actor,
        "set_account_limits",
        f"NetSuite account {rows[0].account}",
        now=now,
        before=before,
        after=after,
        reason=reason,
    )
    return rows


def limit_options(limits: Limits) -> dict[str, int]:
    """The limits as a connection's options hold them: of calls per minute only where they are limited."""
    pace = {"calls_per_minute": limits.calls_per_minute} if limits.calls_per_minute else {}
    return {"concurrency": limits.concurrency, **pace}


def _connections_of(session: Session, target: str) -> list[Connection]:
    ours = [
        row for row in all_connections(session) if row.system == "netsuite" and row.disconnected_at is None
    ]
    accounts = {row.account for row in ours if row.flow == target}
    if not accounts:
        try:
            accounts = {realm_of(target)}
        except AddressRefused:
            accounts = {target}
    found = [row for row in ours if row.account in accounts]
    if not found:
        raise NotFound(
            f"No NetSuite connection is called {target}: give a flow (invoices, journals) or the account id.",
            where=target,
        )
    return found

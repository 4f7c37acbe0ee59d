"""Limits of a NetSuite account and the use that is made of them: what every face does in the same order."""

from datetime import timedelta

from api.deployment import Deployment
from api.views.connections import ConnectionView, connection_view
from api.views.usage import UsageView, usage_view
from jobs.start import ensure_queues
from revrec.operations.actor import Actor
from revrec.operations.permissions import require
from revrec.operations.set_account_limits import set_account_limits
from revrec.store.api_calls import limits_of, usage_since
from revrec.store.queries.connections import all_connections


def change_limits(
    deployment: Deployment,
    actor: Actor,
    target: str,
    *,
    concurrency: int | None,
    calls_per_minute: int | None,
    reason: str = "",
) -> list[ConnectionView]:
    """Change the limits of a flow's account; running workers keep to the new ones at once."""
    with deployment.store.write() as session:
        rows = set_account_limits(
            session,
            actor,
            target,
            concurrency=concurrency,
            calls_per_minute=calls_per_minute,
            reason=reason,
            now=deployment.now(),
        )
        views = [connection_view(row, deployment.now()) for row in rows]
    ensure_queues(deployment.config, deployment.store)
    return views


def usage_of(deployment: Deployment, actor: Actor, days: int) -> UsageView:
    """What was asked of NetSuite in the last days, by hour."""
    require(actor, "read")
    with deployment.store.read() as session:
        accounts = {row.account for row in all_connections(session) if row.system == "netsuite"}
        rows = usage_since(session, deployment.now() - timedelta(days=days))
        return usage_view(rows, {account: limits_of(session, account) for account in accounts})

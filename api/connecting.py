"""Connecting and testing, from first check to stored row: what every face does in the same order.

Outside calls come before the transaction, never inside it.
"""

from api.deployment import Deployment
from api.probing import Probe, field_mapping, probe_netsuite, probe_salesforce
from api.views.connections import ConnectionTestView, ConnectionView, connection_test_view, connection_view
from jobs.calls import AccountNeighbours
from revrec.operations import connect_netsuite as netsuite
from revrec.operations import connect_salesforce as salesforce
from revrec.operations.actor import Actor
from revrec.operations.confirm_connection import confirm_connection
from revrec.operations.connected import connected
from revrec.operations.open_connection import (
    OpenConnection,
    netsuite_credentials,
    open_connection,
    salesforce_credentials,
)
from revrec.operations.permissions import require
from revrec.operations.policies import policy_on
from revrec.operations.replace_credentials import NewCredentials, replace_credentials, with_new_credentials
from revrec.store.api_calls import limits_of
from revrec.store.queries.connections import all_connections


def try_netsuite(deployment: Deployment, actor: Actor, given: netsuite.NetSuiteConnection) -> Probe:
    """Sign in to an account that is to be connected, and list its journals under the prefix. Nothing is stored."""
    require(actor, "connect_system")
    realm = netsuite.checked_connection(given, now=deployment.now())
    with deployment.store.read() as session:
        prefix = netsuite.prefix_in_question(session, given)
        policy = policy_on(session, deployment.today())
    return probe_netsuite(
        netsuite_credentials(realm, given.auth, given.credentials),
        given.base_url,
        flows=given.flows,
        policy=policy,
        prefix=prefix if "journals" in given.flows else "",
        concurrency=given.concurrency,
    )


def connect_netsuite(
    deployment: Deployment, actor: Actor, given: netsuite.NetSuiteConnection, probe: Probe | None = None
) -> tuple[list[ConnectionView], Probe]:
    """Sign in, list the account's journals under the prefix, and store the connection. `probe`: what `try_netsuite`
    found of it just now."""
    probe = probe or try_netsuite(deployment, actor, given)
    probe.refuse_if_signed_out("NetSuite")
    with deployment.store.write() as session:
        rows = netsuite.connect_netsuite(
            session, actor, deployment.vault, given, journals_found=probe.journals, now=deployment.now()
        )
        return [connection_view(row, deployment.now()) for row in rows], probe


def try_new_credentials(deployment: Deployment, actor: Actor, flow: str, given: NewCredentials) -> Probe:
    """Sign in with the new credentials of a flow. Nothing is stored."""
    require(actor, "connect_system")
    with deployment.store.read() as session:
        whole = with_new_credentials(session, deployment.vault, flow, given)
        policy = policy_on(session, deployment.today())
    netsuite.checked_connection(whole, now=deployment.now())
    return probe_netsuite(
        netsuite_credentials(whole.account, whole.auth, whole.credentials),
        whole.base_url,
        flows=whole.flows,
        policy=policy,
    )


def replace_netsuite_credentials(
    deployment: Deployment, actor: Actor, flow: str, given: NewCredentials, probe: Probe | None = None
) -> tuple[ConnectionView, Probe]:
    """Sign in with the new credentials of a flow, and store them in place of the old. `probe`: what
    `try_new_credentials` found just now."""
    probe = probe or try_new_credentials(deployment, actor, flow, given)
    probe.refuse_if_signed_out("NetSuite")
    with deployment.store.write() as session:
        row = replace_credentials(session, actor, deployment.vault, flow, given, now=deployment.now())
        return connection_view(row, deployment.now()), probe


def try_salesforce(deployment: Deployment, actor: Actor, given: salesforce.SalesforceConnection) -> Probe:
    """Sign in to an org that is to be connected, and look at what the field mapping names. Nothing is stored."""
    require(actor, "connect_system")
    host = salesforce.checked_connection(given)
    with deployment.store.read() as session:
        policy = {**policy_on(session, deployment.today()), **given.policies}
    return probe_salesforce(
        salesforce_credentials(host, given.base_url, given.auth, given.credentials, given.api_version),
        field_mapping(policy),
    )


def connect_salesforce(
    deployment: Deployment,
    actor: Actor,
    given: salesforce.SalesforceConnection,
    probe: Probe | None = None,
) -> tuple[list[ConnectionView], Probe]:
    """Sign in, look at what the field mapping names, and store the connection. `probe`: what `try_salesforce` found of
    it just now."""
    probe = probe or try_salesforce(deployment, actor, given)
    probe.refuse_if_signed_out("Salesforce")
    with deployment.store.write() as session:
        row = salesforce.connect_salesforce(session, actor, deployment.vault, given, now=deployment.now())
        return [connection_view(row, deployment.now())], probe


def try_connections(deployment: Deployment, actor: Actor, flow: str = "") -> list[ConnectionTestView]:
    """Try each connection (or one flow's), and note which of them works."""
    require(actor, "test_connection")
    with deployment.store.read() as session:
        policy = policy_on(session, deployment.today())
        rows = [row for row in all_connections(session) if row.disconnected_at is None]
        flows = [flow] if flow else [row.flow for row in rows]
        opened = [open_connection(session, deployment.vault, one) for one in flows]
    tests = []
    for one in opened:
        probe = _probe(deployment, one, policy)
        with deployment.store.write() as session:
            row = (
                confirm_connection(session, actor, one.flow, now=deployment.now())
                if probe.ok
                else connected(session, one.flow)
            )
            tests.append(connection_test_view(row, probe, deployment.now()))
    return tests


def _probe(deployment: Deployment, opened: OpenConnection, policy: dict[str, object]) -> Probe:
    if opened.system == "netsuite":
        with deployment.store.read() as session:
            limits = limits_of(session, opened.account)
        return probe_netsuite(
            opened.netsuite_credentials(),
            opened.base_url,
            flows=(opened.flow,),
            policy=policy,
            concurrency=limits.concurrency,
            neighbours=AccountNeighbours(deployment.store, opened.account, opened.flow),
        )
    return probe_salesforce(opened.salesforce_credentials(), field_mapping(policy))

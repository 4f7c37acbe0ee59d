"""Connections to outside systems. Credentials go in and never come out."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.connecting import (
    connect_netsuite,
    connect_salesforce,
    replace_netsuite_credentials,
    try_connections,
    try_netsuite,
    try_salesforce,
)
from api.http.access import Needs, Opened
from api.http.requests import Body, ReasonBody, Secret, Text
from api.views.connections import (
    CheckView,
    ConnectionTestView,
    ConnectionView,
    check_views,
    connection_view,
)
from api.views.netsuite_set_up import SetUpView, set_up_view
from api.views.shape import View
from jobs.start import ensure_queues
from revrec.operations.actor import Actor
from revrec.operations.connect_netsuite import NetSuiteConnection
from revrec.operations.connect_salesforce import SalesforceConnection
from revrec.operations.disconnect import disconnect
from revrec.operations.pause_connection import pause_flow, resume_flow
from revrec.operations.replace_credentials import NewCredentials
from revrec.store.queries.connections import all_connections

router = APIRouter(tags=["connections"])

Flow = Literal["invoices", "journals", "orders"]


class NetSuiteBody(Body):
    """`credentials` for tba: consumer_key, consumer_secret, token_id, token_secret; for m2m: client_id,
    certificate_id, private_key_pem, and beside them the public `certificate` (PEM), or the day it ends. What is left
    out of the rest stays as it is."""

    account: Text
    auth: Literal["tba", "m2m"]
    credentials: dict[str, Secret]
    base_url: Text = ""
    flows: list[Literal["invoices", "journals"]] = Field(default=["invoices", "journals"])
    concurrency: int = 5
    calls_per_minute: int = 0
    certificate: Secret = ""
    certificate_ends: date | None = None
    account_time_zone: Text | None = None
    exclude_products: dict[str, Any] | None = None
    use_customer_name_mapping: bool | None = None
    journal_prefix: Text | None = None


class CredentialsBody(Body):
    """New credentials of a NetSuite flow; what is left out stays, as long as `auth` does."""

    auth: Literal["tba", "m2m"] | None = None
    credentials: dict[str, Secret] = Field(default_factory=dict)
    certificate: Secret = ""
    certificate_ends: date | None = None


class PauseBody(Body):
    """Why nothing is to be asked or sent."""

    reason: Text


class SalesforceBody(Body):
    """`credentials` for client_credentials: client_id, client_secret; for jwt: client_id, username,
    private_key_pem, and audience for a sandbox."""

    account: Text
    auth: Literal["client_credentials", "jwt"]
    credentials: dict[str, Secret]
    base_url: Text = ""
    api_version: Text = "v66.0"
    salesforce_source: Literal["order", "opportunity"] | None = None
    company_time_zone: Text | None = None


class ConnectedView(View):
    """What is connected now, and what was seen while signing in."""

    connections: list[ConnectionView]
    checks: list[CheckView]


@router.get("/connections", operation_id="list_connections", summary="List connections")
def list_connections(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]
) -> list[ConnectionView]:
    with deployment.store.read() as session:
        return [connection_view(row, deployment.now()) for row in all_connections(session)]


@router.get(
    "/connections/netsuite/setup",
    operation_id="netsuite_setup",
    summary="What to enter in NetSuite, screen by screen, and what the role must be permitted",
)
def netsuite_setup(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    flow: Annotated[list[Literal["invoices", "journals"]] | None, Query()] = None,
    auth: Literal["tba", "m2m"] = "m2m",
) -> SetUpView:
    return set_up_view(flow or ["invoices", "journals"], auth)


@router.put("/connections/netsuite", operation_id="connect_netsuite", summary="Connect a NetSuite account")
def put_netsuite(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("connect_system"))], body: NetSuiteBody
) -> ConnectedView:
    views, probe = connect_netsuite(deployment, actor, _netsuite(body))
    ensure_queues(deployment.config, deployment.store)
    return ConnectedView(connections=views, checks=check_views(probe))


@router.put("/connections/salesforce", operation_id="connect_salesforce", summary="Connect a Salesforce org")
def put_salesforce(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("connect_system"))], body: SalesforceBody
) -> ConnectedView:
    views, probe = connect_salesforce(deployment, actor, _salesforce(body))
    ensure_queues(deployment.config, deployment.store)
    return ConnectedView(connections=views, checks=check_views(probe))


@router.post(
    "/connections/netsuite/try",
    operation_id="try_netsuite",
    summary="Try what would be connected: sign in and look at every permission; nothing is stored",
)
def post_try_netsuite(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("connect_system"))], body: NetSuiteBody
) -> list[CheckView]:
    return check_views(try_netsuite(deployment, actor, _netsuite(body)))


@router.post(
    "/connections/salesforce/try",
    operation_id="try_salesforce",
    summary="Try what would be connected: sign in and look at every field; nothing is stored",
)
def post_try_salesforce(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("connect_system"))], body: SalesforceBody
) -> list[CheckView]:
    return check_views(try_salesforce(deployment, actor, _salesforce(body)))


@router.post("/connections/{flow}/test", operation_id="test_connection", summary="Try a connection, in words")
def test_connection(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("test_connection"))], flow: Flow
) -> ConnectionTestView:
    return try_connections(deployment, actor, flow)[0]


@router.put(
    "/connections/{flow}/credentials",
    operation_id="replace_credentials",
    summary="Replace the credentials of a NetSuite flow",
)
def put_credentials(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("connect_system"))],
    flow: Flow,
    body: CredentialsBody,
) -> ConnectedView:
    given = NewCredentials(
        credentials=body.credentials,
        auth=body.auth or "",
        certificate=body.certificate,
        certificate_ends=body.certificate_ends,
    )
    view, probe = replace_netsuite_credentials(deployment, actor, flow, given)
    return ConnectedView(connections=[view], checks=check_views(probe))


@router.post("/connections/{flow}/pause", operation_id="pause_connection", summary="Pause a connection")
def post_pause(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("pause_connection"))],
    flow: Flow,
    body: PauseBody,
) -> ConnectionView:
    with deployment.store.write() as session:
        row = pause_flow(session, actor, flow, body.reason, now=deployment.now())
        return connection_view(row, deployment.now())


@router.post("/connections/{flow}/resume", operation_id="resume_connection", summary="End a pause")
def post_resume(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("pause_connection"))],
    flow: Flow,
    body: ReasonBody | None = None,
) -> ConnectionView:
    with deployment.store.write() as session:
        row = resume_flow(session, actor, flow, body.reason if body else "", now=deployment.now())
        return connection_view(row, deployment.now())


@router.delete(
    "/connections/{flow}",
    operation_id="disconnect",
    summary="Disconnect a flow: its credentials are wiped, its data stays",
)
def delete_connection(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("disconnect_system"))],
    flow: Flow,
    reason: Annotated[str, Query(max_length=500)] = "",
) -> ConnectionView:
    with deployment.store.write() as session:
        row = disconnect(session, actor, flow, reason, now=deployment.now())
        return connection_view(row, deployment.now())


def _netsuite(body: NetSuiteBody) -> NetSuiteConnection:
    keys = ("account_time_zone", "exclude_products", "use_customer_name_mapping", "journal_prefix")
    return NetSuiteConnection(
        account=body.account,
        auth=body.auth,
        credentials=body.credentials,
        base_url=body.base_url,
        flows=tuple(body.flows),
        concurrency=body.concurrency,
        calls_per_minute=body.calls_per_minute,
        certificate=body.certificate,
        certificate_ends=body.certificate_ends,
        policies=_given(body, keys),
    )


def _salesforce(body: SalesforceBody) -> SalesforceConnection:
    return SalesforceConnection(
        account=body.account,
        auth=body.auth,
        credentials=body.credentials,
        base_url=body.base_url,
        api_version=body.api_version,
        policies=_given(body, ("salesforce_source", "company_time_zone")),
    )


def _given(body: Body, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: getattr(body, key) for key in keys if getattr(body, key) is not None}

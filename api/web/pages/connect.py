"""Connecting NetSuite and the CRM: the form, a live test of what was typed, and storing it."""

import json
from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from api.connecting import (
    connect_netsuite,
    connect_salesforce,
    replace_netsuite_credentials,
    try_netsuite,
    try_new_credentials,
    try_salesforce,
)
from api.http.access import Needs, Opened
from api.probing import Probe
from api.views.connections import check_views
from api.web.connect_fields import (
    ACCOUNT,
    DOMAIN,
    INVOICES,
    JOURNALS,
    NETSUITE_ADVANCED,
    NETSUITE_SIGN_IN,
    ORDERS,
    SALESFORCE_ADVANCED,
    SALESFORCE_SIGN_IN,
    WAYS,
    ConnectField,
)
from api.web.connect_form import ConnectForm, fresh_form, keep_secrets, sent_form
from api.web.flow_cards import FLOWS, Flow, flow_of
from api.web.forms import Form, Posted
from api.web.render import page
from jobs.start import ensure_queues
from revrec.operations.actor import Actor
from revrec.operations.connect_netsuite import NetSuiteConnection
from revrec.operations.connect_salesforce import SalesforceConnection
from revrec.operations.policies import definition_of, policy_value
from revrec.operations.policy_values import checked, from_text
from revrec.operations.replace_credentials import NewCredentials
from revrec.problems import Invalid, NotFound, RevRecError
from revrec.store.queries.connections import all_connections, connection_for, connection_row

router = APIRouter()
Admin = Annotated[Actor, Depends(Needs("connect_system"))]
Way = Annotated[str, Query(max_length=30)]


@router.get("/sync/connect")
def choose(request: Request, deployment: Opened, actor: Admin) -> Response:
    """Which flow, and with which system."""
    with deployment.store.read() as session:
        accounts = {row.flow: row.account for row in all_connections(session) if row.disconnected_at is None}
    return page(request, "connect.html", flows=FLOWS, accounts=accounts)


@router.get("/sync/connect/netsuite/{flow}")
def netsuite(
    request: Request, deployment: Opened, actor: Admin, flow: str, auth: Way = "", replace: Way = ""
) -> Response:
    chosen = _netsuite_flow(flow)
    with deployment.store.read() as session:
        row = connection_for(session, flow)
        known = row.auth if row else ""
        usual = _usual_netsuite(session, flow)
    way = next((one for one in (auth, known) if one in NETSUITE_SIGN_IN), "tba")
    return _netsuite_page(request, chosen, way, fresh_form(usual), replace=bool(replace and known))


@router.post("/sync/connect/netsuite/{flow}")
def post_netsuite(form: Annotated[Form, Depends(Posted("connect_system"))], flow: str) -> Response:
    """Test what was typed; and where it works, or is wanted as it is, connect."""
    chosen, way = _netsuite_flow(flow), form.text("auth")
    if way not in NETSUITE_SIGN_IN:
        raise Invalid("Choose how to sign in: token keys or a certificate.", where="auth")
    replacing = form.on("replace")
    fields = _fields(flow, way, replacing)
    read = sent_form(form, fields, all_required=not replacing)
    read.typed["both"] = form.text("both")
    new = NewCredentials(read.all(_credentials(way)), way, read.value("certificate"))
    if not read.wrong:
        try:
            if replacing:
                probe = try_new_credentials(form.deployment, form.actor, flow, new)
            else:
                given = _netsuite_given(form, read, flow, way)
                probe = try_netsuite(form.deployment, form.actor, given)
            _note(read, probe)
            probe.refuse_if_signed_out("NetSuite")
            if _goes_on(form, probe):
                if replacing:
                    replace_netsuite_credentials(form.deployment, form.actor, flow, new, probe)
                else:
                    connect_netsuite(form.deployment, form.actor, given, probe)
                    ensure_queues(form.deployment.config, form.deployment.store)
                return form.done(f"/sync/connections/{flow}", _connected(chosen, probe, replacing))
        except RevRecError as wrong:
            _place(read, wrong, fields)
    keep_secrets(form, read)
    return _netsuite_page(form.request, chosen, way, read, replace=replacing)


@router.get("/sync/connect/salesforce")
def salesforce(request: Request, deployment: Opened, actor: Admin, auth: Way = "") -> Response:
    with deployment.store.read() as session:
        row = connection_row(session, "orders")
        usual = {
            "account": row.account if row else "",
            "base_url": row.base_url if row else "",
            "api_version": str((row.options or {}).get("api_version", "v66.0")) if row else "v66.0",
            "salesforce_source": str(policy_value(session, "salesforce_source")),
            "company_time_zone": str(policy_value(session, "company_time_zone")),
        }
        known = row.auth if row else ""
    way = next((one for one in (auth, known) if one in SALESFORCE_SIGN_IN), "client_credentials")
    return _salesforce_page(request, way, fresh_form(usual))


@router.post("/sync/connect/salesforce")
def post_salesforce(form: Annotated[Form, Depends(Posted("connect_system"))]) -> Response:
    way = form.text("auth")
    if way not in SALESFORCE_SIGN_IN:
        raise Invalid("Choose how to sign in: client credentials or a certificate.", where="auth")
    fields = (DOMAIN, *SALESFORCE_SIGN_IN[way], *ORDERS, *SALESFORCE_ADVANCED)
    read = sent_form(form, fields)
    if not read.wrong:
        given = SalesforceConnection(
            account=read.value("account"),
            auth=way,
            credentials=read.all(SALESFORCE_SIGN_IN[way]),
            base_url=read.value("base_url"),
            api_version=read.value("api_version") or "v66.0",
            policies={one.name: read.value(one.name) for one in ORDERS if read.value(one.name)},
        )
        try:
            probe = try_salesforce(form.deployment, form.actor, given)
            _note(read, probe)
            probe.refuse_if_signed_out("Salesforce")
            if _goes_on(form, probe):
                connect_salesforce(form.deployment, form.actor, given, probe)
                ensure_queues(form.deployment.config, form.deployment.store)
                return form.done("/sync/connections/orders", _connected(flow_of("orders"), probe, False))
        except RevRecError as wrong:
            _place(read, wrong, fields)
    keep_secrets(form, read)
    return _salesforce_page(form.request, way, read)


@cache
def zone_names() -> tuple[str, ...]:
    """The time zones that people choose among: places, and UTC."""
    places = [
        one
        for one in available_timezones()
        if "/" in one and not one.startswith(("Etc/", "posix/", "right/"))
    ]
    return ("UTC", *sorted(places))


def _netsuite_flow(flow: str) -> Flow:
    found = flow_of(flow)
    if found.system != "netsuite":
        raise NotFound(f"{found.name} come from Salesforce.", where="flow")
    return found


def _fields(flow: str, way: str, replacing: bool) -> tuple[ConnectField, ...]:
    if replacing:
        return NETSUITE_SIGN_IN[way]
    own = INVOICES if flow == "invoices" else JOURNALS
    return (ACCOUNT, *NETSUITE_SIGN_IN[way], *own, *NETSUITE_ADVANCED)


def _credentials(way: str) -> list[ConnectField]:
    """What signs in; the public certificate stands beside it."""
    return [one for one in NETSUITE_SIGN_IN[way] if one.name != "certificate"]


def _usual_netsuite(session: Session, flow: str) -> dict[str, str]:
    """What the fields begin with: the connection as it is, or the other flow's account."""
    rows = {row.flow: row for row in all_connections(session) if row.system == "netsuite"}
    row = rows.get(flow) or next(iter(rows.values()), None)
    options: dict[str, Any] = (row.options or {}) if row else {}
    products = policy_value(session, "exclude_products")
    return {
        "account": row.account if row else "",
        "base_url": row.base_url if row else "",
        "concurrency": str(options.get("concurrency", 5)),
        "calls_per_minute": str(options.get("calls_per_minute", 0)),
        "use_customer_name_mapping": "yes" if policy_value(session, "use_customer_name_mapping") else "",
        "exclude_products": json.dumps(products, ensure_ascii=False) if products["product"]["values"] else "",
        "account_time_zone": str(policy_value(session, "account_time_zone")),
        "journal_prefix": str(policy_value(session, "journal_prefix")),
    }


def _netsuite_given(form: Form, read: ConnectForm, flow: str, way: str) -> NetSuiteConnection:
    """What was typed as the operation takes it. Raises `Invalid` that names the field."""
    policies: dict[str, Any] = {}
    if flow == "invoices":
        policies["use_customer_name_mapping"] = form.on("use_customer_name_mapping")
        text = read.value("exclude_products") or '{"product": {"name": "Name", "values": []}}'
        policies["exclude_products"] = _checked("exclude_products", text)
        policies["account_time_zone"] = _checked(
            "account_time_zone", read.value("account_time_zone") or "UTC"
        )
    else:
        policies["journal_prefix"] = _checked("journal_prefix", read.value("journal_prefix"))
    flows = (flow, "journals") if flow == "invoices" and form.on("both") else (flow,)
    return NetSuiteConnection(
        account=read.value("account"),
        auth=way,
        credentials=read.all(_credentials(way)),
        base_url=read.value("base_url"),
        flows=flows,
        concurrency=_number(read, "concurrency", 5),
        calls_per_minute=_number(read, "calls_per_minute", 0),
        certificate=read.value("certificate"),
        policies=policies,
    )


def _checked(key: str, text: str) -> Any:
    definition = definition_of(key)
    return checked(definition, from_text(definition, text))


def _number(read: ConnectForm, name: str, usual: int) -> int:
    text = read.value(name) or str(usual)
    if not text.isdigit() or len(text) > 6:
        raise Invalid(f"'{text}' is not a whole number.", where=name)
    return int(text)


def _note(read: ConnectForm, probe: Probe) -> None:
    """What stands in the way first, what is granted last."""
    views = check_views(probe)
    read.checks = sorted(views, key=lambda one: (one.state == "granted", not one.needed))
    read.works = probe.ok


def _goes_on(form: Form, probe: Probe) -> bool:
    """Whether it is stored: it was asked for, and the test shows nothing missing, or that was seen and is accepted."""
    return form.text("do") == "connect" and (probe.ok or form.on("anyway"))


def _place(read: ConnectForm, wrong: RevRecError, fields: tuple[ConnectField, ...]) -> None:
    names = {one.name for one in fields}
    read.wrong[wrong.where if wrong.where in names else ""] = wrong.message


def _connected(flow: Flow, probe: Probe, replaced: bool) -> str:
    lacking = [one.name for one in check_views(probe) if one.needed and one.state != "granted"]
    system = {"netsuite": "NetSuite", "salesforce": "Salesforce"}[flow.system]
    what = (
        f"The credentials of {flow.name} are replaced"
        if replaced
        else f"{system} is connected for {flow.name}"
    )
    if lacking:
        return f"{what}, although these are missing: {', '.join(lacking)}."
    return f"{what}; the test found everything that it needs."


def _netsuite_page(request: Request, flow: Flow, way: str, read: ConnectForm, *, replace: bool) -> Response:
    own = () if replace else (INVOICES if flow.key == "invoices" else JOURNALS)
    return page(
        request,
        "connect_form.html",
        422 if read.wrong else 200,
        flow=flow,
        system="NetSuite",
        action=f"/sync/connect/netsuite/{flow.key}",
        way=way,
        ways=[(one, WAYS[one]) for one in NETSUITE_SIGN_IN],
        first=() if replace else (ACCOUNT,),
        sign_in=NETSUITE_SIGN_IN[way],
        own=own,
        advanced=() if replace else NETSUITE_ADVANCED,
        read=read,
        replace=replace,
        zones=zone_names() if flow.key == "invoices" and not replace else (),
    )


def _salesforce_page(request: Request, way: str, read: ConnectForm) -> Response:
    return page(
        request,
        "connect_form.html",
        422 if read.wrong else 200,
        flow=flow_of("orders"),
        system="Salesforce",
        action="/sync/connect/salesforce",
        way=way,
        ways=[(one, WAYS[one]) for one in SALESFORCE_SIGN_IN],
        first=(DOMAIN,),
        sign_in=SALESFORCE_SIGN_IN[way],
        own=ORDERS,
        advanced=SALESFORCE_ADVANCED,
        read=read,
        replace=False,
        zones=zone_names(),
    )

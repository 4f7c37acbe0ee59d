"""`revrec connect`: connect NetSuite and the CRM."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.connections import (
    CertificateEnds,
    CertificateFile,
    CertificateId,
    ClientId,
    ConsumerKey,
    ConsumerSecret,
    PrivateKeyFile,
    TokenId,
    TokenSecret,
    print_checks,
    print_notices,
    read_file,
)
from api.cli.output import print_json
from api.cli.session import As, Json, acting, deployment
from api.connecting import connect_netsuite, connect_salesforce
from api.probing import Probe
from api.views.connections import ConnectionView, check_views
from jobs.start import ensure_queues
from revrec.netsuite.role import FLOWS
from revrec.operations.connect_netsuite import NetSuiteConnection
from revrec.operations.connect_salesforce import SalesforceConnection
from revrec.operations.policies import definition_of
from revrec.operations.policy_values import from_text

app = typer.Typer(help="Connect an outside system.", no_args_is_help=True)

BaseUrl = Annotated[str, typer.Option(help="Another address than the account's own: a proxy, a stand-in.")]


@app.command("netsuite")
def netsuite(
    account_id: Annotated[
        str,
        typer.Option(
            "--account-id",
            envvar="NETSUITE_ACCOUNT_ID",
            help="Such as 1234567_SB1.",
            prompt="NetSuite account id",
        ),
    ],
    auth: Annotated[str, typer.Option(help="`m2m` (OAuth 2.0) or `tba` (tokens).")] = "m2m",
    client_id: ClientId = "",
    certificate_id: CertificateId = "",
    private_key_file: PrivateKeyFile = None,
    certificate: CertificateFile = None,
    certificate_ends: CertificateEnds = None,
    consumer_key: ConsumerKey = "",
    consumer_secret: ConsumerSecret = "",
    token_id: TokenId = "",
    token_secret: TokenSecret = "",
    base_url: BaseUrl = "",
    flow: Annotated[
        list[str] | None, typer.Option(help="`invoices` or `journals`; may be repeated. Default: both.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Time zone of the account, such as America/Los_Angeles.")
    ] = None,
    exclude_products: Annotated[
        str | None,
        typer.Option(help='{"product": {"name": "Name", "values": ["A", "B"]}}'),
    ] = None,
    use_customer_name_mapping: Annotated[
        bool | None,
        typer.Option(
            "--use-customer-name-mapping/--no-customer-name-mapping", help="Match customers by name."
        ),
    ] = None,
    journal_prefix: Annotated[
        str | None, typer.Option(help="First part of every journal's external id.")
    ] = None,
    concurrency: Annotated[int, typer.Option(help="The account's limit of requests at once.")] = 5,
    calls_per_minute: Annotated[
        int, typer.Option(help="The account's limit of calls in a minute; 0: it has none.")
    ] = 0,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Connect a NetSuite account, for invoices and for journals.

    Credentials may be given as options, in the environment, or are asked for.
    """
    asked = (
        {
            "client_id": (client_id, "Client id", False),
            "certificate_id": (certificate_id, "Certificate id", False),
            "private_key_pem": (_read_key(private_key_file, needed=auth == "m2m"), "", False),
        }
        if auth == "m2m"
        else {
            "consumer_key": (consumer_key, "Consumer key", False),
            "consumer_secret": (consumer_secret, "Consumer secret", True),
            "token_id": (token_id, "Token id", False),
            "token_secret": (token_secret, "Token secret", True),
        }
    )
    texts = {
        "account_time_zone": timezone,
        "exclude_products": exclude_products,
        "journal_prefix": journal_prefix,
    }
    policies = {key: from_text(definition_of(key), text) for key, text in texts.items() if text is not None}
    if use_customer_name_mapping is not None:
        policies["use_customer_name_mapping"] = use_customer_name_mapping
    given = NetSuiteConnection(
        account=account_id,
        auth=auth,
        credentials={name: value or _ask(words, hide) for name, (value, words, hide) in asked.items()},
        base_url=base_url,
        flows=tuple(flow) if flow else FLOWS,
        concurrency=concurrency,
        calls_per_minute=calls_per_minute,
        certificate=read_file(certificate, "certificate", "--certificate"),
        certificate_ends=certificate_ends.date() if certificate_ends else None,
        policies=policies,
    )
    with deployment() as opened:
        views, probe = connect_netsuite(opened, acting(opened, as_), given)
        ensure_queues(opened.config, opened.store)
    _print(views, probe, as_json)


@app.command("salesforce")
def salesforce(
    domain: Annotated[
        str,
        typer.Option(
            envvar="SALESFORCE_DOMAIN", help="Such as acme.my.salesforce.com.", prompt="My Domain host"
        ),
    ],
    auth: Annotated[str, typer.Option(help="`client_credentials` or `jwt`.")] = "client_credentials",
    client_id: Annotated[str, typer.Option(envvar="SALESFORCE_CLIENT_ID", help="Consumer key.")] = "",
    client_secret: Annotated[
        str, typer.Option(envvar="SALESFORCE_CLIENT_SECRET", help="client_credentials: consumer secret.")
    ] = "",
    username: Annotated[str, typer.Option(envvar="SALESFORCE_USERNAME", help="jwt: user name.")] = "",
    private_key_file: Annotated[
        Path | None,
        typer.Option(envvar="SALESFORCE_PRIVATE_KEY_FILE", help="jwt: file of the private key (PEM)."),
    ] = None,
    audience: Annotated[
        str, typer.Option(help="jwt: login address of a sandbox, https://test.salesforce.com.")
    ] = "",
    base_url: BaseUrl = "",
    api_version: Annotated[str, typer.Option(help="Salesforce API version.")] = "v66.0",
    source: Annotated[str | None, typer.Option(help="Sales orders are `order` or `opportunity`.")] = None,
    timezone: Annotated[str | None, typer.Option(help="The company's time zone.")] = None,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Connect a Salesforce org, for sales orders."""
    credentials = {"client_id": client_id or _ask("Consumer key", False)}
    if auth == "client_credentials":
        credentials["client_secret"] = client_secret or _ask("Consumer secret", True)
    else:
        credentials["username"] = username or _ask("User name", False)
        credentials["private_key_pem"] = _read_key(private_key_file, needed=True)
        if audience:
            credentials["audience"] = audience
    policies = {
        key: value
        for key, value in (("salesforce_source", source), ("company_time_zone", timezone))
        if value is not None
    }
    given = SalesforceConnection(
        account=domain,
        auth=auth,
        credentials=credentials,
        base_url=base_url,
        api_version=api_version,
        policies=policies,
    )
    with deployment() as opened:
        views, probe = connect_salesforce(opened, acting(opened, as_), given)
        ensure_queues(opened.config, opened.store)
    _print(views, probe, as_json)


def _print(views: list[ConnectionView], probe: Probe, as_json: bool) -> None:
    if as_json:
        print_json({"connections": views, "checks": check_views(probe)})
        return
    flows = " and ".join(view.flow for view in views)
    print(f"Connected {views[0].system} {views[0].account} for {flows}.")
    print_checks([check for check in check_views(probe) if check.state != "granted"])
    print_notices([notice for view in views for notice in view.notices])


def _ask(words: str, hide: bool) -> str:
    if not words:
        return ""
    answer: str = typer.prompt(words, hide_input=hide)
    return answer


def _read_key(file: Path | None, *, needed: bool) -> str:
    if not needed:
        return ""
    if file is None:
        file = Path(typer.prompt("File of the private key"))
    return read_file(file, "private key", "private_key_file")

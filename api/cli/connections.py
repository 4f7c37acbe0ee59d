"""`revrec connections`: what is connected, whether it works, and what is done about it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.exits import OK, REFUSED
from api.cli.output import print_json, print_table, print_views
from api.cli.session import As, Json, Reason, acting, deployment
from api.connecting import replace_netsuite_credentials, try_connections
from api.views.connections import CheckView, ConnectionView, NoticeView, check_views, connection_view
from revrec.operations.disconnect import disconnect as disconnect_flow
from revrec.operations.pause_connection import pause_flow, resume_flow
from revrec.operations.permissions import require
from revrec.operations.replace_credentials import NewCredentials
from revrec.problems import Invalid
from revrec.store.queries.connections import all_connections

app = typer.Typer(help="Connections to outside systems.", no_args_is_help=True)

Flow = Annotated[str, typer.Argument(help="invoices, journals or orders.")]
ClientId = Annotated[str, typer.Option(envvar="NETSUITE_CLIENT_ID", help="m2m: client id.")]
CertificateId = Annotated[str, typer.Option(envvar="NETSUITE_CERTIFICATE_ID", help="m2m: certificate id.")]
PrivateKeyFile = Annotated[
    Path | None,
    typer.Option(envvar="NETSUITE_PRIVATE_KEY_FILE", help="m2m: file of the private key (PEM)."),
]
ConsumerKey = Annotated[str, typer.Option(envvar="NETSUITE_CONSUMER_KEY", help="tba: consumer key.")]
ConsumerSecret = Annotated[str, typer.Option(envvar="NETSUITE_CONSUMER_SECRET", help="tba: consumer secret.")]
TokenId = Annotated[str, typer.Option(envvar="NETSUITE_TOKEN_ID", help="tba: token id.")]
TokenSecret = Annotated[str, typer.Option(envvar="NETSUITE_TOKEN_SECRET", help="tba: token secret.")]
CertificateFile = Annotated[
    Path | None,
    typer.Option(
        "--certificate", help="m2m: file of the public certificate (PEM), so that its end is warned about."
    ),
]
CertificateEnds = Annotated[
    datetime | None,
    typer.Option(
        "--certificate-ends",
        formats=["%Y-%m-%d"],
        help="m2m: the certificate's last day, where its file is not at hand.",
    ),
]


@app.command("list")
def list_connections(as_: As = "", as_json: Json = False) -> None:
    """List what is connected."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            views = [connection_view(row, opened.now()) for row in all_connections(session)]
    print_views(
        views,
        [
            ("flow", lambda v: v.flow),
            ("system", lambda v: v.system),
            ("account", lambda v: v.account),
            ("address", lambda v: v.base_url or "the account's own"),
            ("auth", lambda v: v.auth),
            ("certificate ends", lambda v: v.certificate_ends.date() if v.certificate_ends else ""),
            ("verified", lambda v: v.verified_at),
            ("state", _state),
        ],
        as_json=as_json,
        empty="Nothing is connected. `revrec connect netsuite` and `revrec connect salesforce` do it.",
    )
    if not as_json:
        print_notices([notice for view in views for notice in view.notices])


@app.command("test")
def test(
    flow: Annotated[str, typer.Argument(help="invoices, journals or orders; default: all.")] = "",
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Sign in, try every permission that the flow's role needs, and say which are granted, missing, or of a feature
    that is off. Exit status 1 if something that is needed is missing."""
    with deployment() as opened:
        tests = try_connections(opened, acting(opened, as_), flow)
    if as_json:
        print_json(tests)
        return OK if all(one.ok for one in tests) else REFUSED
    for one in tests:
        print(f"{one.flow}: {one.system} {one.account}: {'works' if one.ok else 'does not work'}")
        print_checks(one.checks)
        if one.paused and one.paused_by:
            print(f"Paused by {one.paused_by}: {one.paused} `revrec connections resume {one.flow}` ends it.")
    print_notices([notice for one in tests for notice in one.notices])
    return OK if all(one.ok for one in tests) else REFUSED


@app.command("replace")
def replace(
    flow: Annotated[str, typer.Argument(help="invoices or journals.")],
    auth: Annotated[str, typer.Option(help="`m2m` (OAuth 2.0) or `tba` (tokens); default: as it is.")] = "",
    client_id: ClientId = "",
    certificate_id: CertificateId = "",
    private_key_file: PrivateKeyFile = None,
    certificate: CertificateFile = None,
    certificate_ends: CertificateEnds = None,
    consumer_key: ConsumerKey = "",
    consumer_secret: ConsumerSecret = "",
    token_id: TokenId = "",
    token_secret: TokenSecret = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Replace the credentials of one NetSuite flow: a new certificate, a new token, another role.

    Signs in with them first; then the old ones are gone. What is left out stays, as long as the way to sign in does.
    """
    tba = {
        "consumer_key": consumer_key,
        "consumer_secret": consumer_secret,
        "token_id": token_id,
        "token_secret": token_secret,
    }
    m2m = {
        "client_id": client_id,
        "certificate_id": certificate_id,
        "private_key_pem": read_file(private_key_file, "private key", "--private-key-file"),
    }
    given = NewCredentials(
        credentials={name: value for name, value in (tba | m2m).items() if value},
        auth=auth,
        certificate=read_file(certificate, "certificate", "--certificate"),
        certificate_ends=certificate_ends.date() if certificate_ends else None,
    )
    with deployment() as opened:
        view, probe = replace_netsuite_credentials(opened, acting(opened, as_), flow, given)
    if as_json:
        print_json({"connection": view, "checks": check_views(probe)})
        return
    print(f"Replaced the credentials of {flow}; the old ones are gone here. Revoke them in NetSuite, too.")
    print_checks([check for check in check_views(probe) if check.state != "granted"])
    print_notices(view.notices)


@app.command("pause")
def pause(flow: Flow, reason: Reason = "", as_: As = "", as_json: Json = False) -> None:
    """Pause a connection: nothing is asked or sent until somebody resumes it."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            view = connection_view(pause_flow(session, actor, flow, reason, now=opened.now()), opened.now())
    _print_one(view, f"Paused {flow}: {view.paused}", as_json)


@app.command("resume")
def resume(flow: Flow, reason: Reason = "", as_: As = "", as_json: Json = False) -> None:
    """End a pause of a connection, whoever began it."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            view = connection_view(resume_flow(session, actor, flow, reason, now=opened.now()), opened.now())
    _print_one(view, f"Resumed {flow}.", as_json)


@app.command("disconnect")
def disconnect(
    flow: Flow,
    yes: Annotated[bool, typer.Option("--yes", help="Do it: the credentials are wiped.")] = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Disconnect a flow: its credentials are wiped, its data stays. Connecting the same account again goes on."""
    if not yes:
        raise Invalid(
            f"Disconnecting {flow} wipes its credentials; runs and posting of it stop. Say --yes to do it.",
            where="--yes",
        )
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            row = disconnect_flow(session, actor, flow, reason, now=opened.now())
            view = connection_view(row, opened.now())
    _print_one(view, f"Disconnected {flow} from {view.account}. Its credentials are gone.", as_json)


def print_checks(checks: Sequence[CheckView]) -> None:
    """What was tried as a table; below it, of what was not granted, what NetSuite says and what to do."""
    if not checks:
        return
    granted = [one.state == "granted" for one in checks]
    rows = [
        [one.name, one.state, one.purpose or (one.message if good else "")]
        for one, good in zip(checks, granted, strict=True)
    ]
    print_table(["permission or check", "state", "for"], rows)
    for one, good in zip(checks, granted, strict=True):
        if not good:
            print(f"{one.name} ({one.state}): {_to_do(one)}")


def print_notices(notices: Sequence[NoticeView]) -> None:
    """Each thing once, though two flows may say it."""
    for severity, message in dict.fromkeys((one.severity, one.message) for one in notices):
        print(f"{severity.title()}: {message}")


def read_file(file: Path | None, what: str, where: str) -> str:
    """A file's text, or "" where none is named. Raises `Invalid`."""
    if file is None:
        return ""
    try:
        return file.expanduser().read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The {what} {file} cannot be read: {error}.", where=where) from None


def _to_do(check: CheckView) -> str:
    lacking = check.state == "missing" and check.screen
    return f"{check.message} Grant it under {check.screen}." if lacking else check.message


def _state(view: ConnectionView) -> str:
    if view.disconnected_at is not None:
        return f"disconnected {view.disconnected_at.date()}"
    if view.paused:
        return f"paused by {view.paused_by or 'the service'}: {view.paused}"
    return "connected"


def _print_one(view: ConnectionView, sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(view)
    else:
        print(sentence)

"""`revrec netsuite`: what an admin needs before NetSuite can be connected. No database is needed for it."""

import os
import re
import shlex
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import print_json, print_views
from api.cli.session import Json
from api.views.netsuite_set_up import permission_views, step_views
from revrec.netsuite.certificate import DEFAULT_DAYS, CertificateUnfit, KeyPair, make_key_pair
from revrec.netsuite.role import FLOWS
from revrec.netsuite.set_up import Step, steps
from revrec.problems import Conflict, Invalid

app = typer.Typer(help="Prepare NetSuite for the connection.", no_args_is_help=True)

Flow = Annotated[
    list[str] | None,
    typer.Option("--flow", help="`invoices` or `journals`; may be repeated. Default: one role for both."),
]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}\Z")


@app.command("certificate")
def certificate(
    algorithm: Annotated[
        str, typer.Option(help="`rsa` (4096 bits, PSS, PS256) or `ec` (P-256, ES256).")
    ] = "rsa",
    days: Annotated[int, typer.Option(help="How long it is valid; under 2 years.")] = DEFAULT_DAYS,
    name: Annotated[str, typer.Option(help="The certificate's name, and that of the files.")] = "revrec",
    out: Annotated[Path, typer.Option(help="The folder for the two files.")] = Path(),
    account_id: Annotated[str, typer.Option(help="For the command that is printed at the end.")] = "",
    flow: Flow = None,
    as_json: Json = False,
) -> None:
    """Make a key and a certificate for signing in to NetSuite (OAuth 2.0 M2M), and say what to enter where.

    Writes NAME.key.pem, which only you can read and which never goes to NetSuite, and NAME.certificate.pem, which is
    uploaded there. Files that are there already are not overwritten.
    """
    flows = _flows(flow)
    if not _NAME.match(name):
        raise Invalid(
            f"'{name}' is no name: letters, digits, dots, hyphens and underscores only.", where="--name"
        )
    try:
        pair = make_key_pair(algorithm, name, days, now=datetime.now(UTC))
    except CertificateUnfit as unfit:
        raise Invalid(str(unfit), where=f"--{unfit.where}") from None
    key_file, certificate_file = write_pair(pair, out.expanduser(), name)
    command = _connect_command(flows, account_id, key_file, certificate_file)
    todo = steps(flows, "m2m", str(certificate_file))
    if as_json:
        print_json(
            {
                "private_key_file": str(key_file),
                "certificate_file": str(certificate_file),
                "certificate": pair.certificate_pem,
                "algorithm": pair.algorithm,
                "ends": pair.ends.isoformat(),
                "steps": step_views(todo),
                "permissions": permission_views(flows, "m2m"),
                "command": command,
            }
        )
        return
    print(f"Private key   {key_file}  (mode 0600; keep it, and give it to nobody, NetSuite included)")
    print(f"Certificate   {certificate_file}  ({pair.algorithm}, ends {pair.ends.date()})")
    print_steps(todo)
    print(f"\n{len(todo) + 1}  Connect, here\n   {command}\n   revrec connections test")


@app.command("permissions")
def permissions(
    flow: Flow = None,
    auth: Annotated[str, typer.Option(help="`m2m` (OAuth 2.0) or `tba` (tokens).")] = "m2m",
    as_json: Json = False,
) -> None:
    """List what a NetSuite role must be permitted, in NetSuite's own names, and what for."""
    if auth not in ("m2m", "tba"):
        raise Invalid(f"'{auth}' is no way to sign in to NetSuite; use m2m or tba.", where="--auth")
    print_views(
        permission_views(_flows(flow), auth),
        [
            ("permission", lambda v: v.name),
            ("subtab", lambda v: v.tab),
            ("level", lambda v: v.level),
            ("flow", lambda v: ", ".join(v.flows)),
            (
                "needed",
                lambda v: (
                    f"with {v.feature}"
                    if v.feature
                    else f"if {v.condition}"
                    if v.condition
                    else ("no" if v.optional else "yes")
                ),
            ),
            ("for", lambda v: v.purpose),
        ],
        as_json=as_json,
    )


def print_steps(todo: Sequence[Step]) -> None:
    """The steps, numbered, with the path of each screen."""
    for number, step in enumerate(todo, start=1):
        print(f"\n{number}  {step.title}\n   {step.screen}")
        for line in step.lines:
            print(f"   - {line}")


def write_pair(pair: KeyPair, folder: Path, name: str) -> tuple[Path, Path]:
    """Write both files, the key readable for its owner only. Raises `Conflict` where either is there already."""
    key_file, certificate_file = folder / f"{name}.key.pem", folder / f"{name}.certificate.pem"
    for file in (key_file, certificate_file):
        if file.exists() or file.is_symlink():
            raise Conflict(f"{file} is there already and is not overwritten. Give another --name or --out.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_new(key_file, pair.private_key_pem, 0o600)
        try:
            _write_new(certificate_file, pair.certificate_pem, 0o644)
        except OSError:
            with suppress(OSError):
                key_file.unlink()
            raise
    except OSError as error:
        raise Conflict(f"The files cannot be written to {folder}: {error.strerror}.", where="--out") from None
    return key_file, certificate_file


def _write_new(file: Path, text: str, mode: int) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w") as opened:
        os.fchmod(descriptor, mode)
        opened.write(text)


def _flows(flow: list[str] | None) -> tuple[str, ...]:
    flows = tuple(dict.fromkeys(flow or FLOWS))
    if set(flows) - set(FLOWS):
        raise Invalid(f"A flow is one of {', '.join(FLOWS)}.", where="--flow")
    return flows


def _connect_command(flows: Sequence[str], account_id: str, key_file: Path, certificate_file: Path) -> str:
    parts = ["revrec", "connect", "netsuite", "--auth", "m2m", "--account-id", account_id or "ACCOUNT_ID"]
    parts += ["--client-id", "CLIENT_ID", "--certificate-id", "CERTIFICATE_ID"]
    parts += ["--private-key-file", str(key_file), "--certificate", str(certificate_file)]
    if set(flows) != set(FLOWS):
        for flow in flows:
            parts += ["--flow", flow]
    return shlex.join(parts)

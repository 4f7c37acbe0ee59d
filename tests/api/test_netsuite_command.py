"""`revrec netsuite`: key, certificate, and what an admin enters where. It needs no database."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from api.cli import main
from api.reference import DOCS
from revrec.netsuite.role import ROLE_PERMISSIONS, RolePermission
from revrec.netsuite.set_up import steps

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    monkeypatch.setenv("REVREC_DATA_DIR", str(tmp_path / "nothing-here"))

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["netsuite", *arguments])
        printed = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, printed.out, printed.err

    return run


def test_the_certificate_is_made_and_every_screen_is_named(command: Command, tmp_path: Path) -> None:
    status, out, err = command(
        "certificate", "--algorithm", "ec", "--out", str(tmp_path / "keys"), "--account-id", "1234567_SB1"
    )
    assert (status, err) == (0, "")
    key, made = tmp_path / "keys" / "revrec.key.pem", tmp_path / "keys" / "revrec.certificate.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    private = load_pem_private_key(key.read_bytes(), None)
    assert x509.load_pem_x509_certificate(made.read_bytes()).public_key() == private.public_key()
    for screen in (
        "Setup > Company > Enable Features",
        "Setup > Integration > Manage Integrations > New",
        "Setup > Users/Roles > Manage Roles > New",
        "Setup > Integration > Manage Authentication > OAuth 2.0 Client Credentials (M2M) Setup > Create New",
    ):
        assert screen in out
    assert "Client Credentials (Machine to Machine) Grant" in out
    assert "copy the Certificate ID" in out
    for permission in ROLE_PERMISSIONS:
        line = f"{permission.tab} subtab: {permission.name}, {permission.level}"
        assert (line in out) == (permission.auth != "tba"), permission.name
    connect = out[out.index("revrec connect netsuite") :].splitlines()[0]
    assert "--auth m2m --account-id 1234567_SB1 --client-id CLIENT_ID" in connect
    assert f"--private-key-file {key} --certificate {made}" in connect
    assert "PRIVATE KEY-----" not in out


def test_json_carries_the_certificate_and_never_the_private_key(command: Command, tmp_path: Path) -> None:
    status, out, _ = command(
        "certificate", "--algorithm", "ec", "--out", str(tmp_path), "--flow", "journals",
        "--name", "revrec-journals", "--days", "365", "--json",
    )  # fmt: skip
    assert status == 0
    made: dict[str, Any] = json.loads(out)
    assert "PRIVATE" not in out
    assert made["certificate"] == Path(made["certificate_file"]).read_text()
    assert made["algorithm"] == "ES256"
    names = [one["name"] for one in made["permissions"]]
    assert "Make Journal Entry" in names and "Invoice" not in names
    assert made["command"].endswith("--flow journals")
    lines = [line for step in made["steps"] for line in step["lines"]]
    assert any(made["certificate_file"] in line and "Never the private key" in line for line in lines)


def test_nothing_is_overwritten(command: Command, tmp_path: Path) -> None:
    (tmp_path / "revrec.certificate.pem").write_text("mine")
    status, _, err = command("certificate", "--algorithm", "ec", "--out", str(tmp_path))
    assert (status, "is not overwritten" in err) == (1, True)
    assert [one.name for one in tmp_path.iterdir()] == ["revrec.certificate.pem"]
    assert (tmp_path / "revrec.certificate.pem").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--days", "730"), "under 2 years"),
        (("--algorithm", "dsa"), "rsa or ec"),
        (("--name", "../../etc/x"), "is no name"),
        (("--flow", "orders"), "invoices, journals"),
    ],
)
def test_what_cannot_be_is_said(
    command: Command, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    status, out, err = command("certificate", "--out", str(tmp_path), *arguments)
    assert (status, out, words in err) == (2, "", True)
    assert list(tmp_path.iterdir()) == []


def test_permissions_are_listed_per_flow(command: Command) -> None:
    by_flow = {
        flow: {one["name"] for one in json.loads(command("permissions", "--flow", flow, "--json")[1])}
        for flow in ("invoices", "journals")
    }
    assert by_flow["journals"] - by_flow["invoices"] == {
        "Make Journal Entry",
        "Journal Approval",
        "Override Period Restrictions",
    }
    assert by_flow["invoices"] - by_flow["journals"] == {
        "Invoice",
        "Credit Memo",
        "Customers",
        "Items",
        "Deleted Records",
    }
    tokens = command("permissions", "--auth", "tba")[1]
    assert "Log in using Access Tokens" in tokens and "OAuth 2.0" not in tokens


def documented(one: RolePermission) -> str:
    flow = "both" if len(one.flows) == 2 else one.flows[0]
    if one.auth:
        needed = f"to sign in by {one.auth}"
    elif one.feature:
        needed = f"with {one.feature.name}"
    elif one.when:
        needed = f"if `{one.when[0]}` is `{one.when[1]}`"
    else:
        needed = "no" if one.optional else "yes"
    return f"| {one.name} | {one.tab} | {one.level} | {flow} | {needed} | {one.purpose} |"


def test_the_page_about_netsuite_has_every_permission_and_every_screen() -> None:
    page = (DOCS / "netsuite.md").read_text()
    written = page.partition("| permission | subtab |")[2].partition("\n\n")[0].splitlines()[2:]
    assert written == [documented(one) for one in ROLE_PERMISSIONS]
    for auth in ("m2m", "tba"):
        for step in steps(["invoices", "journals"], auth):
            assert f"*{step.screen}*" in " ".join(page.split()), step.screen
    for code in (
        "INVALID_LOGIN",
        "invalid_client",
        "invalid_grant",
        "CONCURRENCY_LIMIT_EXCEEDED",
        "was not found",
        "closed period",
        "30 minutes",
        "RS256",
        "2027.1",
        "2028.1",
    ):
        assert code in page, code

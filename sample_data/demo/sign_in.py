"""Connecting NetSuite by certificate: what an admin does on both sides, for a role a flow.

Here the product's own commands, in NetSuite the stand-in's side door, where an administrator would use its screens.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from sample_data.demo.processes import Processes
from sample_data.demo.telling import Teller

FLOWS = ("invoices", "journals")


class Administrator:
    """NetSuite's administrator: makes roles and uploads certificates."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=f"{address}/_sim", timeout=60, trust_env=False)

    def make_role(self, name: str, granted: list[str]) -> str:
        """A role with these permissions, by NetSuite's names, and no others; gives its id."""
        return str(self._send("/roles", {"name": name, "granted": granted})["id"])

    def upload(self, certificate: str, role: str) -> dict[str, str]:
        """Upload a certificate (PEM) for a role: the client id of the integration, and the certificate's id."""
        given: dict[str, str] = self._send("/certificates", {"pem": certificate, "role": role})
        return given

    def _send(self, path: str, body: dict[str, Any]) -> Any:
        answer = self._http.post(path, json=body)
        answer.raise_for_status()
        return answer.json()


def connect_by_certificate(
    processes: Processes,
    environment: Mapping[str, str],
    netsuite: Mapping[str, Any],
    teller: Teller,
    folder: Path,
    options: list[str],
) -> None:
    """Make a certificate a flow, have it uploaded for a role with what the product says it needs, and connect by it."""
    administrator = Administrator(netsuite["url"])
    for flow in FLOWS:
        made = processes.run(
            ["netsuite", "certificate", "--algorithm", "ec", "--name", f"revrec-{flow}", "--flow", flow,
             "--out", str(folder)],
            environment,
        )  # fmt: skip
        granted = [one["name"] for one in made["permissions"]]
        role = administrator.make_role(f"RevRec {flow}", granted)
        given = administrator.upload(made["certificate"], role)
        keys = {
            "NETSUITE_ACCOUNT_ID": str(netsuite["account_id"]),
            "NETSUITE_CLIENT_ID": given["client_id"],
            "NETSUITE_CERTIFICATE_ID": given["certificate_id"],
            "NETSUITE_PRIVATE_KEY_FILE": made["private_key_file"],
        }
        command = ["connect", "netsuite", "--auth", "m2m", "--base-url", netsuite["url"], "--flow", flow]
        command += ["--certificate", made["certificate_file"], *options]
        connected = processes.run(command, {**environment, **keys})
        teller.say(
            f"NetSuite, {flow}: role {role}, by {Path(made['certificate_file']).name} ({made['algorithm']}, until "
            f"{made['ends'][:10]})."
        )
        teller.say(f"  {_seen(connected['checks'])}.")


def netsuite_options(netsuite: Mapping[str, Any], excluded: dict[str, Any]) -> list[str]:
    """What the connect form asks for besides keys."""
    return ["--timezone", netsuite["zone"], "--exclude-products", json.dumps(excluded)]


def _seen(checks: list[dict[str, Any]]) -> str:
    """What signing in showed of the role's permissions."""
    permissions = [one for one in checks if one["screen"]]
    granted = sum(one["state"] == "granted" for one in permissions)
    others = [f"{one['name']} ({one['state']})" for one in permissions if one["state"] != "granted"]
    return f"{granted} permissions granted" + (f", besides {', '.join(others)}" if others else "")

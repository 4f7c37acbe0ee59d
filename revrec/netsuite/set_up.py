"""What an admin enters in NetSuite before RevRec can sign in, screen by screen.

Screens are named as Oracle's help names them (OAuth 2.0 Client Credentials Setup; Create Integration Records for
Applications to Use OAuth 2.0; Manage TBA Tokens in the NetSuite UI).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from revrec.netsuite.role import REQUIRED_FEATURES, ROLES_SCREEN, SIGN_IN_FEATURES, permissions_for

TBA_NOTICE = (
    "NetSuite takes no new token-based (TBA) integrations from release 2027.1 on, and existing ones tentatively lose "
    "support with 2028.1. Sign in by certificate instead (`revrec netsuite certificate`, then connect with --auth m2m)."
)


@dataclass(frozen=True, slots=True)
class Step:
    """One screen of NetSuite: its path, and what is done there."""

    title: str
    screen: str
    lines: tuple[str, ...]


def steps(flows: Sequence[str], auth: str, certificate_file: str = "") -> list[Step]:
    """The steps for the flows of one role. Two roles, one a flow, are the same steps twice from the role on."""
    return [_features(auth), _integration(auth), *_roles(flows, auth), _sign_in(auth, certificate_file)]


def _features(auth: str) -> Step:
    features = (*REQUIRED_FEATURES, SIGN_IN_FEATURES[auth])
    return Step(
        "Switch the features on",
        "Setup > Company > Enable Features",
        tuple(f"{one.subtab} subtab: check {one.name}." for one in features),
    )


def _integration(auth: str) -> Step:
    grant = (
        (
            "On the Authentication subtab, under OAuth 2.0, check Client Credentials (Machine to Machine) Grant and "
            "the scope REST Web Services; uncheck everything else (also the boxes of token-based authentication).",
            "Save, and copy the Client ID: NetSuite shows it this once.",
        )
        if auth == "m2m"
        else (
            "On the Authentication subtab check Token-Based Authentication; uncheck everything else.",
            "Save, and copy the Consumer Key and the Consumer Secret: NetSuite shows them this once.",
        )
    )
    return Step(
        "Make an integration record",
        "Setup > Integration > Manage Integrations > New",
        ("Name it RevRec, State: Enabled.", *grant),
    )


def _roles(flows: Sequence[str], auth: str) -> list[Step]:
    permissions = permissions_for(flows, auth)
    granted = tuple(
        f"{one.tab} subtab: {one.name}, {one.level} – {one.purpose}"
        + (f" (where the account has {one.feature.name})" if one.feature else "")
        + (" (optional)" if one.optional and not one.feature else "")
        + (f" (only if the policy {one.when[0]} is {one.when[1]})" if one.when else "")
        + "."
        for one in permissions
    )
    return [
        Step(
            f"Make a role for {' and '.join(flows)}, not Administrator",
            "Setup > Users/Roles > Manage Roles > New",
            (
                "In OneWorld, under Subsidiary Restrictions, choose All, or the subsidiaries that are recognised here.",
                f"Grant under Permissions ({ROLES_SCREEN}):",
                *granted,
            ),
        ),
        Step(
            "Give the role to a user",
            "Setup > Users/Roles > Manage Users",
            (
                "Best an employee record of its own, so that nobody's leaving ends the connection. Give it access and "
                "the role.",
            ),
        ),
    ]


def _sign_in(auth: str, certificate_file: str) -> Step:
    if auth == "tba":
        return Step(
            "Make an access token",
            "Setup > Users/Roles > Access Tokens > New",
            (
                "Choose the integration record, the user and the role. Save, and copy the Token ID and the Token "
                "Secret: NetSuite shows them this once.",
                TBA_NOTICE,
            ),
        )
    return Step(
        "Upload the certificate",
        "Setup > Integration > Manage Authentication > OAuth 2.0 Client Credentials (M2M) Setup > Create New",
        (
            "Choose the entity (the user), the role and the application (the integration record).",
            f"Upload the certificate{f' {certificate_file}' if certificate_file else ''}. Never the private key.",
            "Save, and copy the Certificate ID from the list.",
            "A sandbox has a setup of its own, which each refresh of the sandbox clears.",
        ),
    )

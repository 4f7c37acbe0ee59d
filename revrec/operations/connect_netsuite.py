"""Connect a NetSuite account."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from sqlmodel import Session

from revrec.netsuite.address import AddressRefused, base_url_of, realm_of
from revrec.netsuite.certificate import CertificateUnfit, check_private_key, read_certificate
from revrec.netsuite.credentials import M2M_ALGORITHMS
from revrec.netsuite.role import FLOWS
from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.operations.policies import definition_of, policy_value
from revrec.operations.set_account_limits import checked_limits, limit_options
from revrec.operations.set_policy import write_policy
from revrec.operations.store_connection import store_connection
from revrec.problems import Conflict, Invalid
from revrec.secrets import Vault
from revrec.store.queries.connections import all_connections, holds_netsuite_records
from revrec.store.queries.journals import external_ids_known
from revrec.store.tables import Connection

CREDENTIALS = {
    "tba": ("consumer_key", "consumer_secret", "token_id", "token_secret"),
    "m2m": ("client_id", "certificate_id", "private_key_pem"),
}
"""What each way to sign in needs. The account id belongs to the connection, not to its credentials."""

_ACCOUNT_POLICIES = ("account_time_zone", "exclude_products", "use_customer_name_mapping", "journal_prefix")


@dataclass(frozen=True, slots=True)
class NetSuiteConnection:
    """What a user gives. `concurrency` is the account's limit of requests at once, `calls_per_minute` its limit of
    calls in a minute (0: it has none).

    `certificate` is the PEM of the public certificate that NetSuite holds (m2m); where it is not at hand,
    `certificate_ends` is its last day. `policies` may set what the connect form asks for: account_time_zone,
    exclude_products, use_customer_name_mapping, journal_prefix.
    """

    account: str
    auth: str
    credentials: dict[str, str] = field(repr=False)
    base_url: str = ""
    flows: tuple[str, ...] = FLOWS
    concurrency: int = 5
    calls_per_minute: int = 0
    certificate: str = ""
    certificate_ends: date | None = None
    policies: dict[str, Any] = field(default_factory=dict)


def connect_netsuite(
    session: Session,
    actor: Actor,
    vault: Vault,
    given: NetSuiteConnection,
    *,
    journals_found: Sequence[str],
    now: datetime,
) -> list[Connection]:
    """Store the connection for each flow, and the policies that came with it.

    The caller has signed in with the credentials before. `journals_found` are the external ids of the
    account's journals under the prefix (`prefix_in_question`), asked from NetSuite; one that this database
    does not know means that another deployment posts under it, and connecting is refused.
    """
    require(actor, "connect_system")
    realm = checked_connection(given, now=now)
    for other in all_connections(session):
        connected = other.disconnected_at is None
        if (
            other.system == "netsuite"
            and other.account != realm
            and other.flow not in given.flows
            and connected
        ):
            raise Conflict(
                f"The flow {other.flow} is connected to the account {other.account}; one deployment serves one "
                "account. Connect both flows to the same.",
                where="account",
            )
        if other.system == "netsuite" and other.account != realm and holds_netsuite_records(session):
            raise Conflict(
                f"This database holds records of the account {other.account} and cannot move to {realm}. Use "
                "another database for another account.",
                where="account",
            )
    if "journals" in given.flows:
        _refuse_foreign_journals(session, prefix_in_question(session, given), journals_found)
    for key in _ACCOUNT_POLICIES:
        if key in given.policies and given.policies[key] != policy_value(session, key):
            write_policy(
                session, actor, definition_of(key), given.policies[key], now=now, reason="connect NetSuite"
            )
    options = limit_options(checked_limits(given.concurrency, given.calls_per_minute))
    certificate, ends = certificate_of(given, now=now)
    rows, before = [], []
    for flow in given.flows:
        row, was = store_connection(
            session, actor, vault, flow=flow, system="netsuite", account=realm, auth=given.auth,
            base_url=given.base_url.strip().rstrip("/"), credentials=given.credentials, options=options, now=now,
            certificate=certificate, certificate_ends=ends,
        )  # fmt: skip
        rows.append(row)
        before.append(was)
    after = {
        "flows": list(given.flows),
        "account": realm,
        "auth": given.auth,
        "base_url": given.base_url,
        "options": options,
        "certificate_ends": ends.isoformat() if ends else None,
        "policies": given.policies,
    }
    record_event(
        session,
        actor,
        "connect_netsuite",
        f"NetSuite account {realm}",
        now=now,
        before=[one for one in before if one] or None,
        after=after,
    )
    return rows


def prefix_in_question(session: Session, given: NetSuiteConnection) -> str:
    """The journal prefix that the connection would post under."""
    return str(given.policies.get("journal_prefix") or policy_value(session, "journal_prefix"))


def checked_connection(given: NetSuiteConnection, *, now: datetime) -> str:
    """The account's realm, if everything that can be judged without asking NetSuite is right (`Invalid`)."""
    if given.auth not in CREDENTIALS:
        raise Invalid(f"'{given.auth}' is no way to sign in to NetSuite; use tba or m2m.", where="auth")
    for name in CREDENTIALS[given.auth]:
        if not given.credentials.get(name, "").strip():
            raise Invalid(f"Signing in by {given.auth} needs the {name.replace('_', ' ')}.", where=name)
    for name in given.credentials:
        if name not in (*CREDENTIALS[given.auth], "algorithm", "audience"):
            raise Invalid(f"Signing in by {given.auth} takes no {name.replace('_', ' ')}.", where=name)
    certificate_of(given, now=now)
    if not given.flows or len(set(given.flows)) != len(given.flows) or set(given.flows) - set(FLOWS):
        raise Invalid(f"A flow is one of {', '.join(FLOWS)}, each once.", where="flow")
    checked_limits(given.concurrency, given.calls_per_minute)
    for key in given.policies:
        if key not in _ACCOUNT_POLICIES:
            raise Invalid(f"Connecting does not set the policy {key}.", where=key)
    try:
        base_url_of(given.account, given.base_url or None)
        return realm_of(given.account)
    except AddressRefused as refused:
        raise Invalid(str(refused), where="account" if not given.base_url else "base_url") from None


def certificate_of(given: NetSuiteConnection, *, now: datetime) -> tuple[str, datetime | None]:
    """The certificate (PEM) and the instant it ends, as far as they were given. Raises `Invalid`, naming the field."""
    if given.auth == "tba":
        if given.certificate or given.certificate_ends:
            raise Invalid("Signing in by tba takes no certificate.", where="certificate")
        return "", None
    algorithm = given.credentials.get("algorithm", "")
    if algorithm and algorithm not in M2M_ALGORITHMS:
        raise Invalid(
            f"NetSuite does not accept the algorithm {algorithm}. Use one of {', '.join(M2M_ALGORITHMS)}.",
            where="algorithm",
        )
    try:
        check_private_key(given.credentials["private_key_pem"])
        if given.certificate:
            found = read_certificate(given.certificate, given.credentials["private_key_pem"], now=now)
            return found.pem, found.ends
    except CertificateUnfit as unfit:
        raise Invalid(str(unfit), where=unfit.where) from None
    if given.certificate_ends is None:
        return "", None
    if given.certificate_ends < now.date():
        raise Invalid(
            f"The certificate ended on {given.certificate_ends}. Make a new one with `revrec netsuite certificate`.",
            where="certificate_ends",
        )
    return "", datetime.combine(given.certificate_ends, time(23, 59, 59), UTC)


def _refuse_foreign_journals(session: Session, prefix: str, found: Sequence[str]) -> None:
    unknown = sorted(set(found) - external_ids_known(session, list(found)))
    if unknown:
        shown = ", ".join(unknown[:3]) + (" and others" if len(unknown) > 3 else "")
        raise Conflict(
            f"NetSuite holds {len(unknown)} journals under the prefix {prefix} that this database does not know "
            f"({shown}). Another deployment posts there; choose another prefix.",
            where="journal_prefix",
        )

"""What it takes to reach a Salesforce org, checked."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LOGIN_AUDIENCE = "https://login.salesforce.com"
SANDBOX_AUDIENCE = "https://test.salesforce.com"
DEFAULT_API_VERSION = "v66.0"
_OWN_DOMAINS = (".salesforce.com", ".force.com", ".salesforce.mil", ".sfcrmapps.cn")


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """Consumer key and secret of an External Client App whose client credentials flow has a run-as user."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class JwtBearer:
    """Consumer key, user name, and the RSA private key (PEM) of the certificate that the app holds.

    `audience` is the login address: `https://login.salesforce.com`, or `https://test.salesforce.com` for a sandbox.
    """

    client_id: str
    username: str
    private_key: str = field(repr=False)
    audience: str = LOGIN_AUDIENCE


@dataclass(frozen=True, slots=True)
class SalesforceConnection:
    """`base_url` is where tokens come from: the org's My Domain (`https://acme.my.salesforce.com`).

    Raises ValueError, in a sentence, for an address or version that cannot be.
    """

    base_url: str
    sign_in: ClientCredentials | JwtBearer
    api_version: str = DEFAULT_API_VERSION
    batch_size: int = 2_000

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", self.base_url.rstrip("/"))
        check_address(self.base_url)
        if not re.fullmatch(r"v\d{2,3}\.0", self.api_version):
            raise ValueError(f"The Salesforce API version {self.api_version!r} must look like v66.0.")
        if not 200 <= self.batch_size <= 2_000:
            raise ValueError(f"The batch size {self.batch_size} must lie between 200 and 2000.")


def check_address(url: str) -> None:
    """Raises ValueError unless the address is https, or http on the machine itself."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"The address {url!r} must look like https://acme.my.salesforce.com.")
    if parts.username or parts.password or parts.query or parts.fragment or parts.path not in ("", "/"):
        raise ValueError(
            f"The address of {parts.hostname} must be scheme and host alone, without path, user or query."
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(f"The address {url!r} must begin with https://: secrets are not sent in the clear.")


def is_loopback(host: str) -> bool:
    """Whether a host name is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def trusted_instance(base_url: str, instance_url: str) -> str | None:
    """The instance that a token answer names, if data calls may go there: the connection's own host or, where the
    connection is Salesforce's, another host of Salesforce's; None otherwise.
    """
    base, instance = urlsplit(base_url), urlsplit(instance_url)
    if (base.scheme, base.hostname, base.port) == (instance.scheme, instance.hostname, instance.port):
        return base_url
    both = (base.hostname or "", instance.hostname or "")
    if instance.scheme == "https" and all(host.endswith(_OWN_DOMAINS) for host in both):
        return f"https://{instance.netloc}"
    return None

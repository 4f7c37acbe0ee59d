"""Where a NetSuite account lives: its host, its realm, and which base URLs may stand in their place.

An account id is written three ways: `1234567_SB1` as people see it and as the OAuth realm (upper case, underscore),
`1234567-sb1` in the host name (lower case, hyphen).
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

_ACCOUNT_ID = re.compile(r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*\Z")


class AddressRefused(ValueError):
    """An account id or base URL that cannot be right."""


def realm_of(account_id: str) -> str:
    """The OAuth realm of an account: `1234567-sb1` gives `1234567_SB1`."""
    return _checked(account_id).upper().replace("-", "_")


def host_of(account_id: str) -> str:
    """The REST host of an account: `1234567_SB1` gives `1234567-sb1.suitetalk.api.netsuite.com`."""
    return _checked(account_id).lower().replace("_", "-") + ".suitetalk.api.netsuite.com"


def base_url_of(account_id: str, base_url: str | None = None) -> str:
    """The URL that paths such as `/services/rest/...` are added to, without a trailing slash.

    `base_url` overrides the account's own host (a proxy, a stand-in). It must be https, because keys travel over it;
    plain http is accepted to a loopback address only.
    """
    if base_url is None or not base_url.strip():
        return f"https://{host_of(account_id)}"
    _checked(account_id)
    parts = urlsplit(base_url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise AddressRefused(
            f"The base URL {base_url!r} is not an http or https address. Write it as https://host."
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise AddressRefused(
            f"The base URL of host {parts.hostname} carries a user, a query or a fragment. Give the bare address."
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise AddressRefused(
            f"The base URL {base_url!r} is plain http, and the keys would travel readable. Use https; "
            "http is accepted for 127.0.0.1, ::1 and localhost only."
        )
    return base_url.strip().rstrip("/")


def is_loopback(host: str) -> bool:
    """True for localhost and loopback addresses."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _checked(account_id: str) -> str:
    account_id = account_id.strip()
    if not _ACCOUNT_ID.match(account_id):
        raise AddressRefused(
            f"{account_id!r} is not a NetSuite account id. It is the first part of your NetSuite address: "
            "for https://1234567-sb1.app.netsuite.com it is 1234567_SB1."
        )
    return account_id

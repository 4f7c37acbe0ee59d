"""Token-based authentication: OAuth 1.0a (RFC 5849) with HMAC-SHA256 and nothing else.

The base string is made of the method, the URL without its query, and all ``oauth_*`` parameters together with the
URL's query parameters; the JSON body is not signed. Unknown ``oauth_*`` parameters take part, ``realm`` does not.
The realm is the account id, upper-case with an underscore. Nonces are used once, clocks agree within five minutes,
and five failures in a row lock the token's user for half an hour.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote

from sample_data.netsuite.roles import FIRST_ROLE

REQUIRED = ("oauth_consumer_key", "oauth_token", "oauth_signature_method", "oauth_timestamp", "oauth_nonce")
MIN_NONCE_LENGTH = 6


class Refused(Exception):
    """Why a signature was not accepted, in the words of the login audit trail."""

    def __init__(self, reason: str, detail: str, *, counts: bool = False) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.counts = counts


@dataclass(frozen=True)
class TokenCredentials:
    """One integration and one access token for it, which stands for a role."""

    consumer_key: str
    consumer_secret: str
    token_id: str
    token_secret: str
    role: str = FIRST_ROLE


@dataclass
class Signatures:
    """Checks signatures of one account's tokens and remembers nonces and failures."""

    account_id: str
    credentials: dict[str, TokenCredentials]
    """By token id."""
    tolerance_seconds: int = 300
    locks_after: int = 5
    lock_seconds: int = 1800
    locks: bool = True
    _nonces: dict[tuple[str, str], int] = field(default_factory=dict)
    _failures: dict[str, int] = field(default_factory=dict)
    _locked_until: dict[str, float] = field(default_factory=dict)

    def check(self, method: str, url: str, query: str, header: str, now: float) -> TokenCredentials:
        """The credentials that signed the request, or Refused. ``url`` is without query and fragment."""
        given = parse_header(header)
        token = given.get("oauth_token", "")
        try:
            credentials = self._check(method, url, query, given, now)
        except Refused as refused:
            if refused.counts and self.locks:
                self._failures[token] = self._failures.get(token, 0) + 1
                if self._failures[token] >= self.locks_after:
                    self._locked_until[token] = now + self.lock_seconds
            raise
        self._failures.pop(token, None)
        return credentials

    def issue(self, role: str, like: TokenCredentials) -> TokenCredentials:
        """A new access token for a role, of the same integration."""
        made = TokenCredentials(
            like.consumer_key, like.consumer_secret, secrets.token_hex(32), secrets.token_hex(32), role
        )
        self.credentials[made.token_id] = made
        return made

    def revoke(self, token_id: str) -> None:
        """Revoke an access token. KeyError where there is none."""
        del self.credentials[token_id]

    def unlock(self) -> None:
        """Forget failures and locks, as an administrator does by hand."""
        self._failures.clear()
        self._locked_until.clear()

    def _check(
        self, method: str, url: str, query: str, given: dict[str, str], now: float
    ) -> TokenCredentials:
        for name in (*REQUIRED, "oauth_signature"):
            if not given.get(name):
                raise Refused("parameter_absent", f"{name} is missing")
        strange = [name for name in given if not name.startswith("oauth_") and name != "realm"]
        if strange:
            raise Refused("parameter_rejected", f"{strange[0]} does not belong in the Authorization header")
        if given.get("realm") != self.account_id:
            raise Refused(
                "permission_denied", f"realm {given.get('realm')!r} is not account {self.account_id}"
            )
        if given.get("oauth_version", "1.0") != "1.0":
            raise Refused("VersionRejected", f"oauth_version {given['oauth_version']!r}")
        if given["oauth_signature_method"] != "HMAC-SHA256":
            raise Refused("UnknownAlgorithm", f"oauth_signature_method {given['oauth_signature_method']!r}")
        credentials = self.credentials.get(given["oauth_token"])
        if not any(each.consumer_key == given["oauth_consumer_key"] for each in self.credentials.values()):
            raise Refused("consumer_key_unknown", "no integration has this consumer key")
        if credentials is None or credentials.consumer_key != given["oauth_consumer_key"]:
            raise Refused("token_rejected", "no such access token of this integration")
        if self._locked_until.get(credentials.token_id, 0) > now:
            raise Refused("temporary_locked", "locked after too many failures")
        self._check_freshness(given, now)
        expected = signature(method, url, query, given, credentials)
        if not _same(expected, given["oauth_signature"]):
            raise Refused(
                "InvalidSignature", f"base string {base_string(method, url, query, given)}", counts=True
            )
        return credentials

    def _check_freshness(self, given: dict[str, str], now: float) -> None:
        stamp = given["oauth_timestamp"]
        if not stamp.isdigit() or abs(int(stamp) - now) > self.tolerance_seconds:
            raise Refused("InvalidTimestamp", f"oauth_timestamp {stamp} at {int(now)}", counts=True)
        nonce = given["oauth_nonce"]
        if len(nonce) < MIN_NONCE_LENGTH:
            raise Refused("parameter_rejected", "oauth_nonce is shorter than six characters", counts=True)
        key = (given["oauth_token"], nonce)
        if key in self._nonces:
            raise Refused("nonce_used", f"oauth_nonce {nonce} was used before", counts=True)
        self._nonces[key] = int(stamp)
        if len(self._nonces) > 50_000:
            oldest = now - 2 * self.tolerance_seconds
            self._nonces = {key: used for key, used in self._nonces.items() if used >= oldest}


def parse_header(header: str) -> dict[str, str]:
    """The parameters of an ``Authorization: OAuth`` header, decoded."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "oauth":
        raise Refused("parameter_absent", "the Authorization header is not OAuth")
    found: dict[str, str] = {}
    for part in rest.split(","):
        name, mark, value = part.strip().partition("=")
        if not mark or len(value) < 2 or value[0] != '"' or value[-1] != '"':
            raise Refused("parameter_rejected", f"cannot read {part.strip()!r} in the Authorization header")
        if name in found:
            raise Refused("parameter_rejected", f"{name} appears twice")
        found[unquote(name)] = unquote(value[1:-1])
    return found


def base_string(method: str, url: str, query: str, given: Mapping[str, str]) -> str:
    """RFC 5849, section 3.4.1."""
    pairs = [(encode(k), encode(v)) for k, v in parse_qsl(query, keep_blank_values=True)]
    pairs += [(encode(k), encode(v)) for k, v in given.items() if k not in {"realm", "oauth_signature"}]
    parameters = "&".join(f"{name}={value}" for name, value in sorted(pairs))
    return "&".join((method.upper(), encode(url), encode(parameters)))


def signature(
    method: str, url: str, query: str, given: Mapping[str, str], credentials: TokenCredentials
) -> str:
    """The HMAC-SHA256 signature in base 64, not percent-encoded."""
    key = f"{encode(credentials.consumer_secret)}&{encode(credentials.token_secret)}"
    text = base_string(method, url, query, given)
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def encode(text: str) -> str:
    """Percent-encoding of RFC 3986: only letters, digits and ``-._~`` stay."""
    return quote(text, safe="-._~")


def _same(expected: str, given: str) -> bool:
    try:
        return hmac.compare_digest(base64.b64decode(expected), base64.b64decode(given, validate=True))
    except (binascii.Error, ValueError):
        return False

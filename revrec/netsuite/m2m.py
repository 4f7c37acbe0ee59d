"""OAuth 2.0 client credentials: a signed assertion buys an access token that lasts an hour.

There is no refresh token. One token serves all requests of a client and is bought anew five minutes before it ends,
or at once when NetSuite refuses it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from revrec.netsuite.credentials import M2mCredentials
from revrec.netsuite.errors import AnswerUnreadable, KeyRefused

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - a path
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
_ASSERTION_LIFETIME_SECONDS = 300
_RENEW_BEFORE_END_SECONDS = 300


def sign_assertion(credentials: M2mCredentials, token_url: str, *, now: float, token_id: str) -> str:
    """The JWT that proves we hold the private key of the certificate.

    NetSuite wants the certificate id as `kid`, its token URL as `aud`, and PS or ES algorithms: RS256 is refused.
    """
    key, algorithm = _read_key(credentials)
    header = {"typ": "JWT", "alg": algorithm, "kid": credentials.certificate_id}
    claims = {
        "iss": credentials.client_id,
        "scope": ["rest_webservices"],
        "aud": credentials.audience or token_url,
        "iat": int(now),
        "exp": int(now) + _ASSERTION_LIFETIME_SECONDS,
        "jti": token_id,
    }
    return str(jwt.encode(header, claims, key, algorithms=[algorithm]))


def _read_key(credentials: M2mCredentials) -> tuple[RSAKey | ECKey, str]:
    pem = credentials.private_key_pem
    key: RSAKey | ECKey
    try:
        # A PEM does not name its type in a way that can be trusted (PKCS 8): try the one, then the other.
        try:
            key = import_key(pem, "RSA")
        except (JoseError, ValueError, TypeError):
            key = import_key(pem, "EC")
    except (JoseError, ValueError, TypeError):
        raise KeyRefused(
            "The private key cannot be read. Give the unencrypted PEM file of an RSA or elliptic curve key "
            "(-----BEGIN PRIVATE KEY-----)."
        ) from None
    if not key.is_private:
        raise KeyRefused(
            "This is a public key. NetSuite holds that one; give the private key that belongs to it."
        )
    fitting = ("PS256", "PS384", "PS512") if isinstance(key, RSAKey) else (_CURVES.get(key.curve_name, ""),)
    algorithm = credentials.algorithm or fitting[0]
    if not algorithm or algorithm not in fitting:
        raise KeyRefused(
            f"The private key does not fit the algorithm {algorithm or '(none)'}. It fits {fitting[0]}."
        )
    return key, algorithm


def token_form(assertion: str) -> dict[str, str]:
    """The form fields of the token request."""
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
    }


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token and the second (since 1970) from which it is no longer used."""

    value: str
    renew_at: float

    def __repr__(self) -> str:
        return f"AccessToken(renew_at={self.renew_at})"


def parse_token(body: bytes, *, now: float) -> AccessToken:
    """Read a token reply: `{"access_token", "expires_in", "token_type"}`; `expires_in` may come as text."""
    try:
        data = json.loads(body)
        value, lifetime = str(data["access_token"]), int(data["expires_in"])
    except (ValueError, KeyError, TypeError):
        raise AnswerUnreadable("the token request", "it holds no access token") from None
    return AccessToken(value, now + max(lifetime - _RENEW_BEFORE_END_SECONDS, lifetime / 2))


class TokenCache:
    """The current token of one credential. Requests that arrive together wait for one purchase."""

    def __init__(self, buy: Callable[[], Awaitable[AccessToken]], clock: Callable[[], float]) -> None:
        self._buy = buy
        self._clock = clock
        self._token: AccessToken | None = None
        self._lock = asyncio.Lock()

    async def get(self) -> AccessToken:
        """The token in hand, or a new one where it is about to end."""
        async with self._lock:
            if self._token is None or self._clock() >= self._token.renew_at:
                self._token = await self._buy()
            return self._token

    def drop(self, token: AccessToken) -> None:
        """Forget `token`, if it is still the current one, so that the next request buys another."""
        if self._token is token:
            self._token = None

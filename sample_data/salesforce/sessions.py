"""The token endpoint's rules: client credentials, and JWT bearer with a registered certificate."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from sample_data.salesforce.errors import TokenRefusal

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
LONGEST_ASSERTION_SECONDS = 180
_ORG = "00DKs0000001abc"
_USER = "005Ks0000002def"


class Sessions:
    """Gives out access tokens and knows which still count. The wall clock is used: assertions carry real times."""

    def __init__(
        self, client_id: str, client_secret: str, username: str, certificate: str | None = None
    ) -> None:
        self.client_id, self.client_secret, self.username = client_id, client_secret, username
        self._key: RSAKey | None = None
        if certificate:
            self.register(certificate)
        self._tokens: set[str] = set()

    def register(self, certificate: str) -> None:
        """Takes the certificate (or public key, PEM) that JWT assertions must be signed for."""
        self._key = RSAKey.import_key(certificate)

    def grant(self, form: Mapping[str, str], authorization: str, host: str) -> dict[str, Any]:
        """The token answer to a form of the token endpoint; raises TokenRefusal."""
        kind = form.get("grant_type", "")
        if kind == "client_credentials":
            self._check_secret(form, authorization)
        elif kind == JWT_GRANT:
            self._check_assertion(form.get("assertion", ""), host)
        else:
            raise TokenRefusal("unsupported_grant_type", "grant type not supported")
        token = f"{_ORG}!AQ{secrets.token_urlsafe(60)}"
        self._tokens.add(token)
        issued = str(int(time.time() * 1000))
        identity = f"{host}/id/{_ORG}EAA/{_USER}QAA"
        signed = hmac.new(self.client_secret.encode(), (identity + issued).encode(), hashlib.sha256).digest()
        answer = {
            "access_token": token,
            "scope": "api",
            "instance_url": host,
            "id": identity,
            "token_type": "Bearer",
        }
        if kind == "client_credentials":
            answer |= {"signature": base64.b64encode(signed).decode(), "issued_at": issued}
        return answer

    def is_valid(self, authorization: str) -> bool:
        kind, _, token = authorization.partition(" ")
        return kind in ("Bearer", "OAuth") and token in self._tokens

    def expire(self) -> int:
        """Ends every session; gives how many there were."""
        count = len(self._tokens)
        self._tokens.clear()
        return count

    def _check_secret(self, form: Mapping[str, str], authorization: str) -> None:
        client, secret = form.get("client_id", ""), form.get("client_secret", "")
        if authorization.startswith("Basic "):
            try:
                client, _, secret = base64.b64decode(authorization[6:], validate=True).decode().partition(":")
            except ValueError as error:
                raise TokenRefusal("invalid_client", "invalid client credentials") from error
        if client != self.client_id:
            raise TokenRefusal("invalid_client_id", "client identifier invalid")
        if not hmac.compare_digest(secret, self.client_secret):
            raise TokenRefusal("invalid_client", "invalid client credentials")

    def _check_assertion(self, assertion: str, host: str) -> None:
        if self._key is None:
            raise TokenRefusal("invalid_client", "no certificate is registered for this app")
        try:
            signed = jws.deserialize_compact(assertion, self._key, algorithms=["RS256"])
        except (JoseError, ValueError) as error:
            raise TokenRefusal("invalid_grant", "invalid assertion") from error
        claims = _claims(signed.payload)
        if claims.get("iss") != self.client_id:
            raise TokenRefusal("invalid_client_id", "client identifier invalid")
        if claims.get("aud") not in (*AUDIENCES, host):
            raise TokenRefusal("invalid_grant", "audience is invalid")
        if claims.get("sub") != self.username:
            raise TokenRefusal("invalid_grant", "user hasn't approved this consumer")
        expires, now = claims.get("exp"), time.time()
        if not isinstance(expires, int) or expires < now:
            raise TokenRefusal("invalid_grant", "expired authorization code")
        if expires > now + LONGEST_ASSERTION_SECONDS + 5:
            raise TokenRefusal("invalid_grant", "expiration time is too far in the future")


def _claims(payload: bytes) -> dict[str, Any]:
    try:
        claims = json.loads(payload)
    except ValueError as error:
        raise TokenRefusal("invalid_grant", "invalid assertion") from error
    if not isinstance(claims, dict):
        raise TokenRefusal("invalid_grant", "invalid assertion")
    return claims

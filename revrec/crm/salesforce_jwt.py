"""The signed statement by which a server signs in to Salesforce (OAuth 2.0 JWT bearer flow)."""

from __future__ import annotations

from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from revrec.crm.errors import SignInRefused
from revrec.crm.salesforce_connection import JwtBearer

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ASSERTION_SECONDS = 150
"""Salesforce takes at most three minutes; half a minute is left for clocks that differ."""


def sign_assertion(sign_in: JwtBearer, now: int) -> str:
    """The signed statement of the JWT bearer flow (RS256), good for two and a half minutes from `now` (seconds)."""
    claims: dict[str, Any] = {
        "iss": sign_in.client_id,
        "sub": sign_in.username,
        "aud": sign_in.audience,
        "exp": now + _ASSERTION_SECONDS,
    }
    try:
        key = RSAKey.import_key(sign_in.private_key)
        return jwt.encode({"alg": "RS256"}, claims, key, algorithms=["RS256"])
    except (JoseError, ValueError, TypeError) as error:
        raise SignInRefused(
            "The private key of the Salesforce connection is not an RSA key in PEM form, so nothing could be signed "
            "with it. Paste the whole file, from BEGIN to END."
        ) from error

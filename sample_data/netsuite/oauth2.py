"""OAuth 2.0 client credentials: a signed assertion for a bearer token of one hour.

The assertion is a JWT signed with PS256/384/512 or ES256/384/512 (RS256 is refused) by a key whose certificate is on
file; ``kid`` is the certificate's id, ``iss`` the client id, ``aud`` the token URL, and it lives an hour at most.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

ALGORITHMS = ["PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
SCOPES = {"rest_webservices", "restlets", "suite_analytics"}
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_SECONDS = 3600
_MAX_CERTIFICATE_DAYS = 731


class TokenRefused(Exception):
    """An error of the token endpoint (RFC 6749, section 5.2)."""

    def __init__(self, error: str, why: str) -> None:
        super().__init__(why)
        self.error = error
        self.why = why

    @property
    def status(self) -> int:
        """401 where the client is not known, otherwise 400."""
        return 401 if self.error == "invalid_client" else 400


@dataclass
class TokenEndpoint:
    """Issues and checks bearer tokens of one account and one integration."""

    account_id: str
    client_id: str
    certificates: dict[str, RSAKey | ECKey] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    @cached_property
    def _key(self) -> RSAKey:
        return RSAKey.generate_key(2048, private=True)

    def register(self, pem: str, certificate_id: str | None = None) -> str:
        """Put a certificate (or a public key) on file and return its id."""
        data = pem.encode()
        if b"BEGIN CERTIFICATE" in data:
            certificate = x509.load_pem_x509_certificate(data)
            lives = certificate.not_valid_after_utc - certificate.not_valid_before_utc
            if lives.days > _MAX_CERTIFICATE_DAYS:
                raise ValueError("the certificate is valid for more than two years")
            public: PublicKeyTypes = certificate.public_key()
        else:
            public = load_pem_public_key(data)
        text = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        key: RSAKey | ECKey
        if isinstance(public, RSAPublicKey):
            if public.key_size not in (3072, 4096):
                raise ValueError(f"RSA keys have 3072 or 4096 bits; this one has {public.key_size}")
            key = RSAKey.import_key(text)
        elif isinstance(public, EllipticCurvePublicKey):
            key = ECKey.import_key(text)
        else:
            raise ValueError("only RSA and EC keys are taken")
        kid = certificate_id or secrets.token_urlsafe(32)
        self.certificates[kid] = key
        return kid

    def grant(self, form: dict[str, str], token_url: str, now: float) -> dict[str, Any]:
        """A bearer token for a valid assertion, or TokenRefused."""
        if form.get("grant_type") is None or form.get("client_assertion") is None:
            raise TokenRefused("invalid_request", "grant_type and client_assertion are needed")
        if form["grant_type"] != "client_credentials":
            raise TokenRefused("unsupported_grant_type", f"grant_type {form['grant_type']!r}")
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise TokenRefused("invalid_request", f"client_assertion_type is not {ASSERTION_TYPE}")
        claims = self._verified(form["client_assertion"])
        scopes = self._check_claims(claims, token_url, now)
        issued = {
            "sub": "3;-5",
            "aud": [claims["iss"]],
            "scope": sorted(scopes),
            "iss": "https://system.netsuite.com",
            "iat": int(now),
            "exp": int(now) + TOKEN_SECONDS,
            "jti": secrets.token_hex(12),
        }
        token = jwt.encode({"alg": "PS256", "typ": "JWT"}, issued, self._key, algorithms=["PS256"])
        return {"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"}

    def _verified(self, assertion: str) -> dict[str, Any]:
        try:
            header = jws.extract_compact(assertion.encode()).headers()
        except (JoseError, ValueError) as problem:
            raise TokenRefused("invalid_request", f"the assertion is no JWT: {problem}") from problem
        if header.get("alg") not in ALGORITHMS:
            raise TokenRefused("invalid_request", f"alg {header.get('alg')!r} is not accepted")
        if header.get("typ") != "JWT":
            raise TokenRefused("invalid_request", "typ is not JWT")
        key = self.certificates.get(str(header.get("kid")))
        if key is None:
            raise TokenRefused("invalid_client", f"no certificate has the id {header.get('kid')!r}")
        try:
            return dict(jwt.decode(assertion, key, algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError) as problem:
            raise TokenRefused("invalid_grant", f"the assertion's signature is wrong: {problem}") from problem

    def _check_claims(self, claims: dict[str, Any], token_url: str, now: float) -> set[str]:
        if claims.get("iss") != self.client_id:
            raise TokenRefused("invalid_client", f"iss {claims.get('iss')!r} is not the client id")
        audience = claims.get("aud")
        if token_url not in (audience if isinstance(audience, list) else [audience]):
            raise TokenRefused("invalid_grant", f"aud {audience!r} is not {token_url}")
        issued, expires = claims.get("iat"), claims.get("exp")
        if not isinstance(issued, int | float) or not isinstance(expires, int | float):
            raise TokenRefused("invalid_grant", "iat and exp are needed, as numbers")
        if expires <= now or issued > now + 300:
            raise TokenRefused("invalid_grant", "the assertion has expired or is not valid yet")
        if expires - issued > TOKEN_SECONDS:
            raise TokenRefused("invalid_grant", "the assertion lives for more than 60 minutes")
        scope = claims.get("scope")
        scopes = set(scope if isinstance(scope, list) else str(scope or "").replace(",", " ").split())
        if not scopes or not scopes <= SCOPES:
            raise TokenRefused("invalid_scope", f"scope {scope!r}")
        unique = str(claims.get("jti") or "")
        if unique:
            if unique in self._used:
                raise TokenRefused("invalid_grant", "this assertion was used before")
            self._used.add(unique)
        return scopes

    def check_bearer(self, token: str, now: float) -> None:
        """Refuse a token that is not ours (ValueError), expired, or without the REST scope (TokenRefused)."""
        try:
            claims = jwt.decode(token, self._key, algorithms=["PS256"]).claims
        except (JoseError, ValueError) as problem:
            raise TokenRefused("invalid_token", f"not a token of this account: {problem}") from problem
        if claims["exp"] <= now:
            raise TokenRefused("invalid_token", "the token has expired")
        if "rest_webservices" not in claims["scope"]:
            raise TokenRefused("invalid_token", "the token lacks the scope rest_webservices")

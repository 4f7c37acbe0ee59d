"""OAuth 2.0 client credentials: a signed assertion for a bearer token of one hour.

The assertion is a JWT signed with PS256/384/512 or ES256/384/512 (RS256 is refused) by a key whose certificate is on
file; ``kid`` is the certificate's id, ``iss`` the client id, ``aud`` the token URL, and it lives an hour at most.

Each certificate is mapped to a role. It buys tokens only while it is valid, is not revoked, and the role is there and
may sign in; several may be mapped at once, so that one follows another without a gap.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
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

from sample_data.netsuite.roles import ENTITY, FIRST_ROLE, NoSuchRole, Roles
from sample_data.netsuite.settings import Settings

ALGORITHMS = ["PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
SCOPES = {"rest_webservices", "restlets", "suite_analytics"}
LOGIN_PERMISSION = "Log in using OAuth 2.0 Access Tokens"
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


@dataclass(frozen=True)
class Mapping:
    """A certificate on file: its public key, its life in seconds since 1970 (0, 0 of a bare key), and its role."""

    key: RSAKey | ECKey
    begins: float = 0
    ends: float = 0
    role: str = FIRST_ROLE
    revoked: bool = False

    def why_not(self, now: float) -> str | None:
        """Why it signs nobody in, if so."""
        if self.revoked:
            return "the certificate was revoked"
        if self.ends and now >= self.ends:
            return f"the certificate ended at {datetime.fromtimestamp(self.ends, UTC)}"
        if now < self.begins:
            return f"the certificate is not valid before {datetime.fromtimestamp(self.begins, UTC)}"
        return None


@dataclass
class TokenEndpoint:
    """Issues and checks bearer tokens of one account and one integration."""

    settings: Settings
    client_id: str
    roles: Roles = field(default_factory=Roles)
    certificates: dict[str, Mapping] = field(default_factory=dict)
    granted: dict[str, str] = field(default_factory=dict)
    """Each token that was granted (its ``jti``) -> the id of the certificate that bought it."""
    _used: set[str] = field(default_factory=set)
    _ended: set[str] = field(default_factory=set)

    @cached_property
    def _key(self) -> RSAKey:
        return RSAKey.generate_key(2048, private=True)

    def register(self, pem: str, certificate_id: str | None = None, role: str = FIRST_ROLE) -> str:
        """Map a certificate (or a public key) to a role and return its id."""
        self.roles.denied(role, frozenset())
        data = pem.encode()
        begins = ends = 0.0
        if b"BEGIN CERTIFICATE" in data:
            certificate = x509.load_pem_x509_certificate(data)
            lives = certificate.not_valid_after_utc - certificate.not_valid_before_utc
            begins = certificate.not_valid_before_utc.timestamp()
            ends = certificate.not_valid_after_utc.timestamp()
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
            if public.curve.name not in ("secp256r1", "secp384r1", "secp521r1"):
                raise ValueError(f"the curve {public.curve.name} is not taken")
            key = ECKey.import_key(text)
        else:
            raise ValueError("only RSA and EC keys are taken")
        kid = certificate_id or secrets.token_urlsafe(32)
        if kid in self.certificates:
            raise ValueError(f"the certificate id {kid} is taken")
        self.certificates[kid] = Mapping(key, begins, ends, role)
        return kid

    def revoke(self, certificate_id: str) -> None:
        """Revoke a certificate, as the button on the setup page does. KeyError where there is none."""
        self.certificates[certificate_id] = replace(self.certificates[certificate_id], revoked=True)

    def end_tokens(self) -> None:
        """End every token that was granted so far, as revoking the authorized application does."""
        self._ended.update(self.granted)

    def forget(self) -> None:
        """No certificate is on file and no token is out, as at the start."""
        self.certificates.clear()
        self.end_tokens()

    def grant(self, form: dict[str, str], token_url: str, now: float) -> dict[str, Any]:
        """A bearer token for a valid assertion, or TokenRefused."""
        if form.get("grant_type") is None or form.get("client_assertion") is None:
            raise TokenRefused("invalid_request", "grant_type and client_assertion are needed")
        if form["grant_type"] != "client_credentials":
            raise TokenRefused("unsupported_grant_type", f"grant_type {form['grant_type']!r}")
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise TokenRefused("invalid_request", f"client_assertion_type is not {ASSERTION_TYPE}")
        kid, claims = self._verified(form["client_assertion"])
        scopes = self._check_claims(claims, token_url, now)
        role = self._check_mapping(kid, now)
        issued = {
            "sub": f"{role};{ENTITY}",
            "aud": [claims["iss"]],
            "scope": sorted(scopes),
            "iss": "https://system.netsuite.com",
            "iat": int(now),
            "exp": int(now) + TOKEN_SECONDS,
            "jti": secrets.token_hex(12),
        }
        self.granted[str(issued["jti"])] = kid
        token = jwt.encode({"alg": "PS256", "typ": "JWT"}, issued, self._key, algorithms=["PS256"])
        return {"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"}

    def _check_mapping(self, kid: str, now: float) -> str:
        """The role that the certificate stands for, once it may sign in."""
        mapping = self.certificates[kid]
        if why := mapping.why_not(now):
            raise TokenRefused(self.settings.certificate_refusal, why)
        try:
            denied = self.roles.denied(mapping.role, self.settings.denied_permissions)
        except NoSuchRole as gone:
            raise TokenRefused("invalid_grant", str(gone)) from gone
        if LOGIN_PERMISSION in denied:
            raise TokenRefused("unauthorized_client", f"the role {mapping.role} lacks {LOGIN_PERMISSION}")
        return mapping.role

    def _verified(self, assertion: str) -> tuple[str, dict[str, Any]]:
        try:
            header = jws.extract_compact(assertion.encode()).headers()
        except (JoseError, ValueError) as problem:
            raise TokenRefused("invalid_request", f"the assertion is no JWT: {problem}") from problem
        if header.get("alg") not in ALGORITHMS:
            raise TokenRefused("invalid_request", f"alg {header.get('alg')!r} is not accepted")
        if header.get("typ") != "JWT":
            raise TokenRefused("invalid_request", "typ is not JWT")
        kid = str(header.get("kid"))
        mapping = self.certificates.get(kid)
        if mapping is None:
            raise TokenRefused("invalid_client", f"no certificate has the id {header.get('kid')!r}")
        try:
            return kid, dict(jwt.decode(assertion, mapping.key, algorithms=ALGORITHMS).claims)
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

    def check_bearer(self, token: str, now: float) -> str:
        """The role that a token is for. TokenRefused where it is not ours, has ended, or lacks the REST scope; where
        its role is gone, or its certificate was revoked and tokens end with it."""
        try:
            claims = jwt.decode(token, self._key, algorithms=["PS256"]).claims
        except (JoseError, ValueError) as problem:
            raise TokenRefused("invalid_token", f"not a token of this account: {problem}") from problem
        unique = str(claims["jti"])
        if claims["exp"] <= now or unique in self._ended:
            raise TokenRefused("invalid_token", "the token has expired or was revoked")
        if "rest_webservices" not in claims["scope"]:
            raise TokenRefused("invalid_token", "the token lacks the scope rest_webservices")
        mapping = self.certificates.get(self.granted.get(unique, ""))
        if mapping is not None and mapping.revoked and self.settings.revoked_certificate == "ends_tokens":
            raise TokenRefused("invalid_token", "the certificate of the token was revoked")
        role = str(claims["sub"]).partition(";")[0]
        try:
            denied = self.roles.denied(role, self.settings.denied_permissions)
        except NoSuchRole as gone:
            raise TokenRefused("invalid_token", str(gone)) from gone
        if LOGIN_PERMISSION in denied:
            raise TokenRefused("invalid_token", f"the role {role} lacks {LOGIN_PERMISSION}")
        return role

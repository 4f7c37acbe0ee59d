"""Single sign-on by OpenID Connect: authorization code, PKCE, state and nonce; the provider's keys as it turns them.

A sign-in goes out with `Provider.begin` and comes back to `Provider.finish`, which asks the provider for the token and
believes nothing in it before signature, issuer, audience, times and nonce are right. What lies between the two is kept
by the browser, encrypted (`Attempt`).
"""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client, OAuthError
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InsecureClaimError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
)
from joserfc.jwk import KeySet

from revrec.config import Config, is_safe_address
from revrec.operations.sign_in_oidc import Identity

# Signatures by a key that only the provider has; none that a shared secret, or nobody, can make.
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
)
CLOCKS_DIFFER_SECONDS = 60
GOOD_FOR = timedelta(minutes=10)
_KNOWN_FOR = timedelta(hours=1)
_TIMEOUT_SECONDS = 10


class SignOnFailed(Exception):
    """Why a sign-in by the provider came to nothing, in words for who tried it."""

    def __init__(self, message: str, status: int = 403) -> None:
        super().__init__(message)
        self.message, self.status = message, status


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in under way. `at`: when it began, as text; `next`: the page that it leads to."""

    state: str
    nonce: str
    verifier: str
    redirect: str
    next: str
    at: str

    def record(self) -> dict[str, str]:
        return asdict(self)

    def is_over(self, now: datetime) -> bool:
        return now - datetime.fromisoformat(self.at) > GOOD_FOR


class Provider:
    """The provider of this deployment. What it says of itself is kept for an hour; its keys until one is unknown."""

    def __init__(self, config: Config, now: Callable[[], datetime]) -> None:
        self._config, self._now = config, now
        self._lock = threading.Lock()
        self._described: dict[str, Any] = {}
        self._described_at: datetime | None = None
        self._keys: KeySet | None = None

    def begin(self, redirect: str, next_page: str) -> tuple[str, Attempt]:
        """The provider's address to go to, and the sign-in to be kept. Raises `SignOnFailed`."""
        attempt = Attempt(
            state=generate_token(43),
            nonce=generate_token(43),
            verifier=generate_token(64),
            redirect=redirect,
            next=next_page,
            at=self._now().isoformat(),
        )
        with self._client(redirect) as client:
            address, _ = client.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(address), attempt

    def finish(self, attempt: Attempt, code: str) -> Identity:
        """Who the code stands for. Raises `SignOnFailed`."""
        try:
            with self._client(attempt.redirect) as client:
                token = client.fetch_token(
                    self._endpoint("token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=attempt.verifier,
                )
                claims = self._claims(token, attempt)
                if "email" not in claims and self._description().get("userinfo_endpoint"):
                    claims = {**self._asked(client, claims), **claims}
        except OAuthError as error:
            words = error.description or error.error
            raise SignOnFailed(f"The provider refused the sign-in: {words}. Begin again.") from None
        except httpx.HTTPError as error:
            raise _unreachable(error) from None
        return Identity(
            issuer=self._config.oidc_issuer,
            subject=str(claims["sub"]),
            email=str(claims.get("email", "")),
            email_verified=claims.get("email_verified") is True,
            name=str(claims.get("name", "")),
            attempt=attempt.state,
        )

    def _client(self, redirect: str) -> Any:
        secret = self._config.oidc_client_secret
        methods = self._description().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        with_secret = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        return OAuth2Client(
            self._config.oidc_client_id,
            secret or None,
            token_endpoint_auth_method=with_secret if secret else "none",
            redirect_uri=redirect,
            scope="openid email profile",
            code_challenge_method="S256",
            timeout=_TIMEOUT_SECONDS,
        )

    def _claims(self, token: dict[str, Any], attempt: Attempt) -> dict[str, Any]:
        text = token.get("id_token")
        if not isinstance(text, str):
            raise SignOnFailed("The provider sent no ID token. Its client must allow the scope `openid`.")
        try:
            decoded = self._decoded(text)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self._config.oidc_issuer},
                    "aud": {"essential": True, "value": self._config.oidc_client_id},
                    "sub": {"essential": True},
                },
                {
                    "nonce": attempt.nonce,
                    "client_id": self._config.oidc_client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(int(self._now().timestamp()), CLOCKS_DIFFER_SECONDS)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise SignOnFailed(
                f"The provider's token cannot be believed: {_why(error)}. Begin again."
            ) from None
        return dict(claims)

    def _decoded(self, text: str) -> jwt.Token:
        """The token, its signature checked; where no key fits, with the keys as they are now."""
        if self._keys is not None:
            try:
                return jwt.decode(text, self._keys, algorithms=ALGORITHMS)
            except (BadSignatureError, InvalidKeyIdError):
                pass
        published: Any = self._json(self._endpoint("jwks_uri"))
        self._keys = KeySet.import_key_set(published)
        return jwt.decode(text, self._keys, algorithms=ALGORITHMS)

    def _asked(self, client: Any, claims: dict[str, Any]) -> dict[str, Any]:
        """What the provider tells of the user beside the token; it must be of the same user."""
        answer = client.get(self._endpoint("userinfo_endpoint"))
        answer.raise_for_status()
        told = answer.json()
        if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
            raise SignOnFailed("The provider told of another user than the one who signed in. Begin again.")
        return told

    def _endpoint(self, name: str) -> str:
        address = self._description().get(name)
        if not isinstance(address, str) or not is_safe_address(address):
            raise SignOnFailed(f"The provider's description gives no safe address as {name}.", 502)
        return address

    def _description(self) -> dict[str, Any]:
        with self._lock:
            now = self._now()
            if self._described_at is None or now - self._described_at > _KNOWN_FOR:
                issuer = self._config.oidc_issuer
                told = self._json(f"{issuer}/.well-known/openid-configuration")
                if str(told.get("issuer", "")).rstrip("/") != issuer:
                    raise SignOnFailed(
                        f"The provider at {issuer} says that it is {told.get('issuer')!r}. An admin corrects "
                        "REVREC_OIDC_ISSUER.",
                        502,
                    )
                self._described, self._described_at = told, now
            return self._described

    def _json(self, address: str) -> dict[str, Any]:
        try:
            answer = httpx.get(address, timeout=_TIMEOUT_SECONDS)
            answer.raise_for_status()
            told = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise _unreachable(error) from None
        if not isinstance(told, dict):
            raise SignOnFailed(f"What {address} answered is no description.", 502)
        return told


def _why(error: Exception) -> str:
    """What is wrong with a token, in words."""
    claim = getattr(error, "claim", "")
    match error:
        case ExpiredTokenError():
            return "it is over; look at the clocks"
        case MissingClaimError():
            return f"it does not say '{claim}'" if claim else "it says too little"
        case InvalidClaimError() | InsecureClaimError():
            return f"its '{claim}' is not the one expected"
        case BadSignatureError() | InvalidKeyIdError():
            return "none of the provider's keys signed it"
    return "it is malformed, or signed in a way that is not taken here"


def _unreachable(error: Exception) -> SignOnFailed:
    return SignOnFailed(
        f"The sign-in provider does not answer as it should ({str(error) or type(error).__name__}). Try again in a "
        "moment, or sign in with your password.",
        502,
    )

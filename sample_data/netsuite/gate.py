"""Who may come in: credentials first, then the number of requests in flight."""

from __future__ import annotations

from dataclasses import dataclass, field

from sample_data.netsuite.audit import LoginAttempt, LoginAudit
from sample_data.netsuite.clock import Clock
from sample_data.netsuite.oauth1 import Refused, Signatures, parse_header
from sample_data.netsuite.oauth2 import TokenEndpoint, TokenRefused
from sample_data.netsuite.problems import NetSuiteError, concurrency_exceeded, invalid_login
from sample_data.netsuite.roles import NoSuchRole, Roles, signed_in
from sample_data.netsuite.settings import Settings

TOKEN_PERMISSION = "Log in using Access Tokens"


class BearerRefused(NetSuiteError):
    """A bad bearer token: 401 with WWW-Authenticate, or 400 where it is no token at all."""


@dataclass
class Gate:
    """Checks the credentials of a request, and says for the rest of it what its role may not."""

    settings: Settings
    signatures: Signatures
    tokens: TokenEndpoint
    audit: LoginAudit
    clock: Clock
    roles: Roles = field(init=False)

    def __post_init__(self) -> None:
        self.roles = self.tokens.roles

    def start_afresh(self) -> None:
        """Roles, tokens and certificates as at the start."""
        first = next(iter(self.signatures.credentials.values()))
        self.signatures.credentials = {first.token_id: first}
        self.signatures.unlock()
        self.tokens.forget()
        self.roles.forget()

    def admit(self, method: str, url: str, query: str, authorization: str | None) -> None:
        """Let the request in or raise what NetSuite answers."""
        now = self.clock.for_sign_in()
        if authorization is not None and authorization.lower().startswith("bearer"):
            self._admit_bearer(authorization, now)
            return
        checks = self.signatures
        checks.account_id = self.settings.account_id
        checks.tolerance_seconds = self.settings.clock_tolerance_seconds
        checks.locks, checks.locks_after = self.settings.lockout, self.settings.locks_after_failures
        checks.lock_seconds = self.settings.lock_minutes * 60
        try:
            credentials = checks.check(method, url, query, authorization or "", now)
            self._enter_as(credentials.role)
        except Refused as refused:
            self._note(refused.reason, refused.detail, now, authorization)
            raise invalid_login() from refused
        self.audit.accept()

    def _enter_as(self, role: str) -> None:
        try:
            denied = self.roles.denied(role, self.settings.denied_permissions)
        except NoSuchRole as gone:
            raise Refused("token_rejected", str(gone)) from gone
        if TOKEN_PERMISSION in denied:
            raise Refused("permission_denied", f"the role {role} lacks {TOKEN_PERMISSION}")
        signed_in(denied)

    def _admit_bearer(self, authorization: str, now: float) -> None:
        realm = self.settings.account_id
        token = authorization[len("bearer") :].strip()
        if not token or token.count(".") != 2:
            self._note("parameter_rejected", "the bearer token is no JWT", now, None)
            raise BearerRefused(
                400,
                "INVALID_LOGIN",
                invalid_login().detail,
                headers={"WWW-Authenticate": f'Bearer realm="{realm}", error="invalid_request"'},
            )
        try:
            role = self.tokens.check_bearer(token, now)
        except TokenRefused as refused:
            self._note("token_rejected", refused.why, now, None)
            challenge = (
                f'Bearer realm="{realm}", error="invalid_token", error_description="Invalid login attempt."'
            )
            raise BearerRefused(
                401, "INVALID_LOGIN", invalid_login().detail, headers={"WWW-Authenticate": challenge}
            ) from refused
        signed_in(self.roles.denied(role, self.settings.denied_permissions))
        self.audit.accept()

    def note_token_refusal(self, refused: TokenRefused, now: float) -> None:
        """Keep in the audit trail why the token endpoint refused an assertion."""
        self.audit.refuse(LoginAttempt(now, refused.error, refused.why, None, None))

    def _note(self, reason: str, detail: str, now: float, authorization: str | None) -> None:
        given: dict[str, str] = {}
        if authorization:
            try:
                given = parse_header(authorization)
            except Refused:
                given = {}
        self.audit.refuse(
            LoginAttempt(now, reason, detail, given.get("oauth_consumer_key"), given.get("oauth_token"))
        )


@dataclass
class Concurrency:
    """Requests in flight against the account's limit; SOAP, REST and RESTlets would share it."""

    settings: Settings
    in_flight: int = 0
    peak: int = 0
    asked_peak: int = 0
    blocked: int = 0

    def enter(self) -> None:
        """Take a place, or raise what the account answers when there is none."""
        self.asked_peak = max(self.asked_peak, self.in_flight + 1)
        if self.in_flight >= self.settings.concurrency:
            self.blocked += 1
            if self.settings.over_limit == "invalid_login":
                raise invalid_login()
            raise concurrency_exceeded(400 if self.settings.over_limit == "400" else 429)
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)

    def start_afresh(self) -> None:
        """Forget peaks and refusals."""
        self.peak = self.asked_peak = self.in_flight
        self.blocked = 0

    def leave(self) -> None:
        """Give the place back."""
        self.in_flight -= 1

"""The NetSuite client: one pooled connection set, signed requests, and rules for asking again.

A request that reads is asked again after 429 (by status or by code), 5xx, a time-out or a broken connection. A request
that writes is asked again only where NetSuite cannot have seen it: no connection, or 429, which blocks before
processing. Whatever else happens to it raises `ReplyLost`. A 401 is never repeated here (five lock the user), save once
with a new access token where the old one had run out; what it means for the job is the job's decision.
"""

from __future__ import annotations

import asyncio
import email.utils
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx

from revrec.netsuite import exact_json
from revrec.netsuite.address import base_url_of, is_loopback
from revrec.netsuite.backoff import Backoff, parse_retry_after
from revrec.netsuite.credentials import Credentials, M2mCredentials
from revrec.netsuite.errors import (
    AnswerUnreadable,
    AuthenticationRefused,
    ConcurrencyExceeded,
    HostUnreachable,
    NetSuiteError,
    Refused,
    ReplyLost,
    ServerFailed,
    Unanswered,
)
from revrec.netsuite.m2m import TOKEN_PATH, AccessToken, TokenCache, parse_token, sign_assertion, token_form
from revrec.netsuite.page import Page, parse_page
from revrec.netsuite.refusals import refusal
from revrec.netsuite.tba import Method, authorization_header
from revrec.netsuite.usage import RequestEvent, Usage

QUERY_PATH = "/services/rest/query/v1/suiteql"
RECORD_PATH = "/services/rest/record/v1"
MAX_PAGE_ROWS = 1000
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
# A query may run for minutes; NetSuite itself ends a request after 15.
TIMEOUTS = httpx.Timeout(connect=15.0, read=500.0, write=60.0, pool=None)


@dataclass(frozen=True, slots=True)
class Posted:
    """A record that NetSuite made: its internal id."""

    id: str


@dataclass(frozen=True, slots=True)
class _Ask:
    what: str
    method: Method
    path: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    writes: bool = False
    signed: bool = True
    attempts: int | None = None
    server_attempts: int | None = None


class NetSuiteClient:
    """Asks one NetSuite account. Use as an async context manager, or call `aclose`.

    Network (`transport`), `clock` (seconds since 1970), `sleep`, `nonce` and `jitter` ([0, 1)) may be passed in.
    `on_event` receives a `RequestEvent` per attempt. How many requests run at once is the caller's business.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        base_url: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        nonce: Callable[[], str] = lambda: secrets.token_hex(12),
        jitter: Callable[[], float] = random.random,
        backoff: Backoff | None = None,
        max_attempts: int = 8,
        timeouts: httpx.Timeout = TIMEOUTS,
        on_event: Callable[[RequestEvent], None] | None = None,
    ) -> None:
        if max_attempts < 1:
            raise ValueError(f"max_attempts is {max_attempts}; a request is sent at least once")
        self.credentials = credentials
        self.base_url = base_url_of(credentials.account_id, base_url)
        self.usage = Usage()
        self.server_date: datetime | None = None
        self.clock_skew_seconds: float | None = None
        self._clock, self._sleep, self._nonce, self._jitter = clock, sleep, nonce, jitter
        self._backoff = backoff or Backoff()
        self._max_attempts = max_attempts
        self._on_event = on_event
        self._tokens = TokenCache(self._buy_token, clock)
        host = urlsplit(self.base_url).hostname or ""
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=timeouts,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=50),
            follow_redirects=False,
            trust_env=not is_loopback(host),
        )

    async def __aenter__(self) -> NetSuiteClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    # --- what can be asked

    async def query(
        self,
        sql: str,
        params: Sequence[str] = (),
        *,
        what: str = "a query",
        limit: int = MAX_PAGE_ROWS,
        offset: int = 0,
        attempts: int | None = None,
        server_attempts: int | None = None,
    ) -> Page:
        """One page of a SuiteQL query. `params` are bound to `?` in order; NetSuite accepts no null among them.

        `limit` is at most 1,000 and `offset` a multiple of it. `attempts` lowers the client's number of attempts,
        `server_attempts` only the number of those that may end in 5xx.
        """
        if not 1 <= limit <= MAX_PAGE_ROWS or offset < 0 or offset % limit:
            raise ValueError(
                f"limit {limit}, offset {offset}: NetSuite wants 1 to 1000, and a multiple of the limit"
            )
        body: dict[str, object] = {"q": sql}
        if params:
            body["params"] = list(params)
        response = await self._exchange(
            _Ask(
                what=what,
                method="POST",
                path=QUERY_PATH,
                parameters={"limit": str(limit), "offset": str(offset)},
                content=exact_json.encode(body).encode(),
                headers={"Prefer": "transient", "Content-Type": "application/json"},
                attempts=attempts,
                server_attempts=server_attempts,
            )
        )
        return parse_page(response.content, what)

    async def get_record(
        self,
        record_type: str,
        key: str = "",
        *,
        what: str = "a record",
        parameters: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """Read one record by internal id or `eid:<external id>`, or, without a key, the list of a record type.

        Decimal numbers come as `Decimal`. Raises `NotFound`, or `RecordLocked` where a workflow locks the record.
        """
        path = f"{RECORD_PATH}/{quote(record_type)}" + (f"/{quote(key, safe=':')}" if key else "")
        response = await self._exchange(_Ask(what=what, method="GET", path=path, parameters=parameters or {}))
        try:
            data = exact_json.decode(response.content)
        except (ValueError, UnicodeDecodeError):
            raise AnswerUnreadable(what, "it is not JSON") from None
        if not isinstance(data, Mapping):
            raise AnswerUnreadable(what, "it is not a JSON object")
        return data

    async def post_record(
        self, record_type: str, body: Mapping[str, object], *, what: str = "a record"
    ) -> Posted:
        """Create a record; amounts in `body` are Decimals and travel exactly. Unknown fields are refused, not dropped.

        Raises `ReplyLost` where it may or may not exist now, and `RecordRefused` or `PermissionMissing` where it
        certainly does not.
        """
        response = await self._exchange(
            _Ask(
                what=what,
                method="POST",
                path=f"{RECORD_PATH}/{quote(record_type)}",
                content=exact_json.encode(body).encode(),
                headers={"Content-Type": "application/json", "X-NetSuite-PropertyNameValidation": "error"},
                writes=True,
            )
        )
        # The answer is an empty 204; the id is the last part of Location, whose host is not ours behind a proxy.
        record_id = urlsplit(response.headers.get("Location", "")).path.rsplit("/", 1)[-1]
        if not record_id.isdigit():
            raise ReplyLost(what, f"status {response.status_code} came without the new record's address")
        return Posted(record_id)

    # --- how it is asked

    async def _exchange(self, ask: _Ask) -> httpx.Response:
        attempts = min(ask.attempts or self._max_attempts, self._max_attempts)
        attempt, server_failures, renewed = 0, 0, False
        while True:
            attempt += 1
            token = (
                await self._tokens.get()
                if ask.signed and isinstance(self.credentials, M2mCredentials)
                else None
            )
            failure: NetSuiteError
            retry_after: float | None = None
            status: int | None = None
            started = time.perf_counter()
            try:
                response = await self._send(ask, token)
                status = response.status_code
                if 200 <= status < 300:
                    self._report(ask, attempt, status, started, "answered")
                    return response
                failure = self._refusal_of(ask, response)
                retry_after = parse_retry_after(response.headers.get("Retry-After"), now=self._clock())
            except httpx.TransportError as error:
                failure = self._failure_of(ask, error, attempt)
            except httpx.DecodingError:
                failure = AnswerUnreadable(ask.what, "its compression is broken")
            if (
                isinstance(failure, AuthenticationRefused)
                and token is not None
                and not renewed
                and attempt < attempts
            ):
                # The token may have been revoked or run out early: one new one. A 401 was never processed.
                self._tokens.drop(token)
                renewed = True
                self._report(ask, attempt, status, started, "token renewed", failure)
                continue
            server_failures += isinstance(failure, ServerFailed)
            spent = attempt >= attempts or server_failures >= (ask.server_attempts or attempts)
            if spent or not _may_repeat(ask, failure):
                self._report(ask, attempt, status, started, type(failure).__name__, failure)
                raise failure
            wait = self._backoff.seconds(attempt, self._jitter(), retry_after)
            self._report(ask, attempt, status, started, type(failure).__name__, failure, wait)
            self.usage.wait(wait)
            await self._sleep(wait)

    async def _send(self, ask: _Ask, token: AccessToken | None) -> httpx.Response:
        url = self.base_url + ask.path + ("?" + urlencode(ask.parameters) if ask.parameters else "")
        headers = {"Accept": "application/json", "User-Agent": "revrec", **ask.headers}
        if token is not None:
            headers["Authorization"] = f"Bearer {token.value}"
        elif ask.signed and not isinstance(self.credentials, M2mCredentials):
            headers["Authorization"] = authorization_header(
                self.credentials, ask.method, url, timestamp=int(self._clock()), nonce=self._nonce()
            )
        self.usage.begin()
        started, size = time.perf_counter(), 0
        try:
            response = await self._http.request(ask.method, url, content=ask.content or None, headers=headers)
            size = len(response.content)
        finally:
            self.usage.end(time.perf_counter() - started, size)
        self._note_clock(response.headers.get("Date"))
        return response

    def _refusal_of(self, ask: _Ask, response: httpx.Response) -> NetSuiteError:
        if response.status_code < 400:
            return AnswerUnreadable(ask.what, f"status {response.status_code} sends us elsewhere")
        failure = refusal(ask.what, response.status_code, response.content, query=ask.path == QUERY_PATH)
        if ask.writes and isinstance(failure, ServerFailed):
            return ReplyLost(
                ask.what, f"status {failure.status}: {failure.words or 'no words'}", failure.status
            )
        return failure

    def _failure_of(self, ask: _Ask, error: httpx.TransportError, attempt: int) -> NetSuiteError:
        reason = str(error) or type(error).__name__
        if isinstance(error, NEVER_SENT):
            return HostUnreachable(urlsplit(self.base_url).netloc, reason)
        return ReplyLost(ask.what, reason) if ask.writes else Unanswered(ask.what, reason, attempt)

    async def _buy_token(self) -> AccessToken:
        credentials = self.credentials
        assert isinstance(credentials, M2mCredentials)
        assertion = sign_assertion(
            credentials, self.base_url + TOKEN_PATH, now=self._clock(), token_id=self._nonce()
        )
        what = "the request for an access token"
        try:
            response = await self._exchange(
                _Ask(
                    what=what,
                    method="POST",
                    path=TOKEN_PATH,
                    content=urlencode(token_form(assertion)).encode(),
                    headers={"Content-Type": "application/x-www-form-urlencoded"},
                    signed=False,
                    attempts=3,
                )
            )
        except (ConcurrencyExceeded, ServerFailed):
            raise
        except Refused as refused:
            raise AuthenticationRefused(
                what,
                refused.status,
                refused.details,
                "Check the client id, the certificate id, that the private key belongs to that certificate and the "
                "certificate is still valid, and this machine's clock.",
            ) from None
        return parse_token(response.content, now=self._clock())

    def _note_clock(self, date: str | None) -> None:
        try:
            stamp = email.utils.parsedate_to_datetime(date or "")
        except ValueError:
            return
        self.server_date = stamp
        self.clock_skew_seconds = stamp.timestamp() - self._clock()

    def _report(
        self,
        ask: _Ask,
        attempt: int,
        status: int | None,
        started: float,
        outcome: str,
        failure: NetSuiteError | None = None,
        wait: float | None = None,
    ) -> None:
        if self._on_event is not None:
            code = failure.code if isinstance(failure, Refused) else ""
            seconds = time.perf_counter() - started
            self._on_event(
                RequestEvent(ask.what, ask.method, ask.path, attempt, status, seconds, outcome, code, wait)
            )


def _may_repeat(ask: _Ask, failure: NetSuiteError) -> bool:
    if isinstance(failure, ConcurrencyExceeded | HostUnreachable):
        return True
    return not ask.writes and isinstance(failure, ServerFailed | Unanswered)

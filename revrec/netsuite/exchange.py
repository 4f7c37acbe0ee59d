"""One request to NetSuite: signed, sent, and sent again where that does no harm.

A request that reads is asked again after 429 (by status or by code), 5xx, a time-out or a broken connection. A
request that writes is asked again only where NetSuite cannot have seen it: no connection, or 429, which blocks
before processing. Whatever else happens to it raises `ReplyLost`. A 401 is repeated once at most, since five lock
the user: with a new access token where the old one had run out, or, where the key worked in the last ten minutes,
when nothing else is in flight (NetSuite answers too many requests at once with INVALID_LOGIN at times); which of
several processes may do that, its `Neighbours` decide. A second 401 shuts this exchange: nothing more is sent with
that key.

All attempts of a request together end within `most_seconds`, whatever the host does: down, silent, or dribbling.

Replies carry links and may redirect: neither is ever followed, so that no signed request reaches another host.
"""

from __future__ import annotations

import asyncio
import email.utils
import time
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode, urlsplit

import httpx

from revrec.netsuite.address import is_loopback
from revrec.netsuite.asking import Ask, Attempt, Surroundings
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
from revrec.netsuite.lane import Lane
from revrec.netsuite.m2m import TOKEN_PATH, AccessToken, TokenCache, parse_token, sign_assertion, token_form
from revrec.netsuite.neighbours import Neighbours
from revrec.netsuite.refusals import refusal
from revrec.netsuite.tba import authorization_header
from revrec.netsuite.usage import RequestEvent, Usage

QUERY_PATH = "/services/rest/query/v1/suiteql"
WORKED_RECENTLY_SECONDS = 600
# NetSuite itself ends a request after 15 minutes.
MOST_SECONDS = 900.0
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class Exchange:
    """Sends requests to one account over pooled connections, and counts them."""

    def __init__(
        self,
        credentials: Credentials,
        base_url: str,
        surroundings: Surroundings,
        *,
        transport: httpx.AsyncBaseTransport | None,
        timeouts: httpx.Timeout,
        backoff: Backoff,
        max_attempts: int,
        most_seconds: float,
        neighbours: Neighbours,
        on_event: Callable[[RequestEvent], None] | None,
    ) -> None:
        self.credentials = credentials
        self.base_url = base_url
        self.usage = Usage()
        self.server_date: datetime | None = None
        self.clock_skew_seconds: float | None = None
        self._clock, self._sleep = surroundings.clock, surroundings.sleep
        self._nonce, self._jitter = surroundings.nonce, surroundings.jitter
        self._backoff = backoff
        self._max_attempts = max_attempts
        self._most_seconds = most_seconds
        self._neighbours = neighbours
        self._on_event = on_event
        self._lane = Lane()
        self._worked_at: float | None = None
        self._shut: AuthenticationRefused | None = None
        self._tokens = TokenCache(self._buy_token, surroundings.clock)
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=timeouts,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=50),
            follow_redirects=False,
            trust_env=not is_loopback(urlsplit(base_url).hostname or ""),
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def send(self, ask: Ask) -> httpx.Response:
        """The reply to `ask`, with a status from 200 to 299; raises a `NetSuiteError` otherwise."""
        attempts = min(ask.attempts or self._max_attempts, self._max_attempts)
        attempt, server_failures, renewed, alone = 0, 0, False, False
        deadline = self._clock() + self._most_seconds
        while True:
            attempt += 1
            token = (
                await self._tokens.get()
                if ask.signed and isinstance(self.credentials, M2mCredentials)
                else None
            )
            turn = await self._neighbours.turn()
            self.usage.waited_seconds += turn
            deadline += turn  # a turn is waited for, not spent
            tried = Attempt(ask, attempt, time.perf_counter(), turn)
            failure: NetSuiteError
            retry_after: float | None = None
            try:
                async with self._lane.alone() if alone else self._lane.shared():
                    if self._shut is not None and ask.signed:
                        raise self._shut
                    response = await self._send(ask, token, deadline - self._clock())
                tried.status, tried.size = response.status_code, len(response.content)
                if 200 <= response.status_code < 300:
                    if ask.signed:
                        self._worked_at = self._clock()
                    if alone:
                        await self._neighbours.settle_retry("")
                    self._report(tried, "answered")
                    return response
                failure = self._refusal_of(ask, response)
                retry_after = parse_retry_after(response.headers.get("Retry-After"), now=self._clock())
            except (httpx.TransportError, TimeoutError) as error:
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
                self._report(tried, "token renewed", failure)
                continue
            if isinstance(failure, AuthenticationRefused) and ask.signed:
                if alone:
                    await self._neighbours.settle_retry(str(failure))
                elif not renewed and self._worked_recently() and await self._neighbours.claim_retry():
                    alone = True
                    self._report(tried, "again, alone", failure, refused=True)
                    continue
                self._shut = failure
            elif alone:
                await self._neighbours.settle_retry("")
            server_failures += isinstance(failure, ServerFailed)
            spent = attempt >= attempts or server_failures >= (ask.server_attempts or attempts)
            wait = self._backoff.seconds(attempt, self._jitter(), retry_after)
            too_many = isinstance(failure, ConcurrencyExceeded)
            if spent or not _may_repeat(ask, failure) or self._clock() + wait >= deadline:
                self._report(tried, type(failure).__name__, failure, refused=too_many)
                raise failure
            self._report(tried, type(failure).__name__, failure, wait, refused=too_many)
            self.usage.wait(wait)
            await self._sleep(wait)

    def _worked_recently(self) -> bool:
        return self._worked_at is not None and self._clock() - self._worked_at <= WORKED_RECENTLY_SECONDS

    async def _send(self, ask: Ask, token: AccessToken | None, seconds: float) -> httpx.Response:
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
            # The time-outs of the connection are for each read: a body that dribbles would pass them for ever.
            async with asyncio.timeout(max(seconds, 0.001)):
                response = await self._http.request(
                    ask.method, url, content=ask.content or None, headers=headers
                )
            size = len(response.content)
        finally:
            self.usage.end(time.perf_counter() - started, size)
        self._note_clock(response.headers.get("Date"))
        return response

    def _refusal_of(self, ask: Ask, response: httpx.Response) -> NetSuiteError:
        if response.status_code < 400:
            return AnswerUnreadable(ask.what, f"status {response.status_code} sends us elsewhere")
        failure = refusal(ask.what, response.status_code, response.content, query=ask.path == QUERY_PATH)
        if ask.writes and isinstance(failure, ServerFailed):
            return ReplyLost(
                ask.what, f"status {failure.status}: {failure.words or 'no words'}", failure.status
            )
        return failure

    def _failure_of(
        self, ask: Ask, error: httpx.TransportError | TimeoutError, attempt: int
    ) -> NetSuiteError:
        reason = str(error) or type(error).__name__
        if isinstance(error, TimeoutError):
            reason = f"no whole answer within {self._most_seconds:.0f} s"
        if isinstance(error, _NEVER_SENT):
            return HostUnreachable(urlsplit(self.base_url).netloc, reason)
        return ReplyLost(ask.what, reason) if ask.writes else Unanswered(ask.what, reason, attempt)

    async def _buy_token(self) -> AccessToken:
        credentials = self.credentials
        assert isinstance(credentials, M2mCredentials)
        if self._shut is not None:
            raise self._shut
        assertion = sign_assertion(
            credentials, self.base_url + TOKEN_PATH, now=self._clock(), token_id=self._nonce()
        )
        what = "the request for an access token"
        try:
            response = await self.send(
                Ask(
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
            # Those that wait for the same token must not ask for it again: that would be refused sign-ins in a row.
            self._shut = AuthenticationRefused(
                what,
                refused.status,
                refused.details,
                "Check the client id, the certificate id, that the private key belongs to that certificate, that the "
                "certificate is neither ended nor revoked, that its role is active and may Log in using OAuth 2.0 "
                "Access Tokens, and this machine's clock.",
            )
            raise self._shut from None
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
        tried: Attempt,
        outcome: str,
        failure: NetSuiteError | None = None,
        wait: float | None = None,
        *,
        refused: bool = False,
    ) -> None:
        if failure is not None:
            self.usage.fail(refused=refused)
        if self._on_event is not None:
            ask = tried.ask
            self._on_event(
                RequestEvent(
                    what=ask.what,
                    method=ask.method,
                    path=ask.path,
                    attempt=tried.number,
                    status=tried.status,
                    seconds=time.perf_counter() - tried.started,
                    outcome=outcome,
                    code=failure.code if isinstance(failure, Refused) else "",
                    wait_seconds=wait,
                    turn_seconds=tried.turn,
                    size=tried.size,
                    refused=refused,
                )
            )


def _may_repeat(ask: Ask, failure: NetSuiteError) -> bool:
    if isinstance(failure, ConcurrencyExceeded | HostUnreachable):
        return True
    return not ask.writes and isinstance(failure, ServerFailed | Unanswered)

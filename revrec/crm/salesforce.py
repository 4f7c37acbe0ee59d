"""The Salesforce client: signs in, asks queries page by page, waits and asks again where that can help.

One pooled `httpx.AsyncClient`; the transport, the clock, sleeping and randomness are passed in. Money in answers is
parsed as Decimal, never as a float.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from revrec.crm.errors import CrmAnswerUnreadable, CrmUnreachable, SignInRefused
from revrec.crm.salesforce_connection import (
    ClientCredentials,
    SalesforceConnection,
    is_loopback,
    trusted_instance,
)
from revrec.crm.salesforce_errors import Refusal, Remedy, read_refusal, read_token_refusal
from revrec.crm.salesforce_jwt import JWT_GRANT, sign_assertion

Record = dict[str, Any]
_TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 - a path


@dataclass(frozen=True, slots=True)
class Page:
    """Some records of an answer, and how many it has in all."""

    records: tuple[Record, ...]
    total: int
    done: bool


@dataclass(frozen=True, slots=True)
class CallUsage:
    """The org's API calls of the last 24 hours, as Salesforce counts them."""

    used: int
    allowed: int


class SalesforceClient:
    """Reads one org. Use as `async with SalesforceClient(connection) as client`.

    `attempts` is how often a call is sent before its failure is raised. `calls` counts what was sent, token calls
    included; `usage` is what Salesforce last said about the allowance.
    """

    def __init__(
        self,
        connection: SalesforceConnection,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
        attempts: int = 5,
        timeout_seconds: float = 120.0,
    ) -> None:
        self.connection = connection
        self.calls = 0
        self.usage: CallUsage | None = None
        self._sleep, self._now, self._jitter, self._attempts = sleep, now, jitter, attempts
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(timeout_seconds, connect=15.0),
            follow_redirects=False,
            # A proxy named in the environment must not stand between this machine and itself.
            trust_env=not is_loopback(urlsplit(connection.base_url).hostname or ""),
            headers={"Accept": "application/json", "User-Agent": "RevRec"},
        )
        self._token = ""
        self._instance = connection.base_url
        self._signing_in = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def pages(self, soql: str, what: str, *, with_deleted: bool = False) -> AsyncIterator[Page]:
        """The answer to a query, page by page; `what` names it in errors ("the orders").

        `with_deleted` gives records in the recycle bin too (`IsDeleted` says which). Raises CrmError; CursorLost where
        Salesforce forgot the query half way, in which case the reader asks again from the last record it has.
        """
        verb = "queryAll" if with_deleted else "query"
        path = f"/services/data/{self.connection.api_version}/{verb}"
        parameters: Mapping[str, str] | None = {"q": soql}
        while True:
            answer = await self._get(path, parameters, what)
            page, path = _read_page(answer, what, self.connection.base_url)
            yield page
            if page.done:
                return
            parameters = None

    async def rows(self, soql: str, what: str, *, with_deleted: bool = False) -> list[Record]:
        """All records of a query that is known to have few."""
        found: list[Record] = []
        async for page in self.pages(soql, what, with_deleted=with_deleted):
            found.extend(page.records)
        return found

    async def count(self, entity: str, what: str) -> int:
        """How many records an object has that this user may see."""
        async for page in self.pages(f"SELECT COUNT() FROM {entity}", what):
            return page.total
        return 0

    async def describe(self, entity: str) -> dict[str, str]:
        """The fields of an object that this user may see: name and type."""
        path = f"/services/data/{self.connection.api_version}/sobjects/{entity}/describe"
        answer = await self._get(path, None, f"the fields of {entity}")
        try:
            return {str(field["name"]): str(field["type"]) for field in answer["fields"]}
        except (KeyError, TypeError) as error:
            raise _unreadable(f"the fields of {entity}", self.connection.base_url) from error

    async def limits(self) -> CallUsage:
        """The org's daily allowance of API calls."""
        answer = await self._get(
            f"/services/data/{self.connection.api_version}/limits", None, "the API limits"
        )
        try:
            daily = answer["DailyApiRequests"]
            return CallUsage(int(daily["Max"]) - int(daily["Remaining"]), int(daily["Max"]))
        except (KeyError, TypeError, ValueError) as error:
            raise _unreadable("the API limits", self.connection.base_url) from error

    async def _get(self, path: str, parameters: Mapping[str, str] | None, what: str) -> Any:
        """One data call, signed in, asked again where that can help."""
        signed_in_again = False
        attempt = 0
        while True:
            token = await self._sign_in()
            headers = {"Authorization": f"Bearer {token}"}
            if parameters:
                headers["Sforce-Query-Options"] = f"batchSize={self.connection.batch_size}"
            attempt += 1
            try:
                self.calls += 1
                answer = await self._http.get(self._instance + path, params=parameters, headers=headers)
            except httpx.TransportError as error:
                await self._wait_or_raise(attempt, _unreachable(self._instance, what, error), None)
                continue
            self._note_usage(answer.headers.get("sforce-limit-info", ""))
            if answer.status_code == 200:
                return _parse(answer.content, what, self._instance)
            refusal = read_refusal(answer.status_code, answer.content, what, _host(self._instance))
            if refusal.remedy is Remedy.SIGN_IN and not signed_in_again:
                signed_in_again = True
                if self._token == token:
                    self._token = ""
                continue
            await self._recover(attempt, refusal, answer)

    async def _sign_in(self) -> str:
        """The access token, fetched once for all who wait for it."""
        async with self._signing_in:
            if not self._token:
                await self._fetch_token()
            return self._token

    async def _fetch_token(self) -> None:
        base = self.connection.base_url
        attempt = 0
        while True:
            attempt += 1
            try:
                self.calls += 1
                # Made anew each time: an assertion is good for a few minutes only.
                answer = await self._http.post(base + _TOKEN_PATH, data=self._token_form())
            except httpx.TransportError as error:
                await self._wait_or_raise(attempt, _unreachable(base, "sign-in", error), None)
                continue
            if answer.status_code == 200:
                break
            await self._recover(
                attempt, read_token_refusal(answer.status_code, answer.content, _host(base)), answer
            )
        body = _parse(answer.content, "sign-in", base)
        try:
            token, instance = str(body["access_token"]), str(body["instance_url"])
        except (KeyError, TypeError) as error:
            raise _unreadable("sign-in", base) from error
        trusted = trusted_instance(base, instance)
        if trusted is None:
            raise SignInRefused(
                f"{_host(base)} sent us on to {_host(instance)}, which is neither the same host nor Salesforce's. "
                "Nothing was sent there. Check the address of the connection."
            )
        self._token, self._instance = token, trusted

    def _token_form(self) -> dict[str, str]:
        sign_in = self.connection.sign_in
        if isinstance(sign_in, ClientCredentials):
            return {
                "grant_type": "client_credentials",
                "client_id": sign_in.client_id,
                "client_secret": sign_in.client_secret,
            }
        return {"grant_type": JWT_GRANT, "assertion": sign_assertion(sign_in, int(self._now()))}

    async def _recover(self, attempt: int, refusal: Refusal, answer: httpx.Response) -> None:
        if refusal.remedy is not Remedy.WAIT:
            raise refusal.error
        await self._wait_or_raise(attempt, refusal.error, answer.headers.get("retry-after"))

    async def _wait_or_raise(self, attempt: int, error: Exception, retry_after: str | None) -> None:
        if attempt >= self._attempts:
            raise error
        # Half of the wait is random, so that several readers do not come back at once.
        wait = min(60.0, 2.0 ** (attempt - 1)) * (0.5 + self._jitter() / 2)
        if retry_after and retry_after.isdigit():
            wait = max(wait, min(300.0, float(retry_after)))
        await self._sleep(wait)

    def _note_usage(self, header: str) -> None:
        for part in header.split(";"):
            name, _, value = part.strip().partition("=")
            used, _, allowed = value.partition("/")
            if name == "api-usage" and used.isdigit() and allowed.isdigit():
                self.usage = CallUsage(int(used), int(allowed))


def _read_page(answer: Any, what: str, base: str) -> tuple[Page, str]:
    """The page, and the path of the next one ("" after the last). A link that leaves the data API is not followed."""
    try:
        records = tuple(answer["records"])
        page = Page(records, int(answer["totalSize"]), bool(answer["done"]))
        following = "" if page.done else str(answer["nextRecordsUrl"])
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(what, base) from error
    if not page.done and not following.startswith("/services/data/"):
        raise _unreadable(what, base)
    return page, following


def _parse(content: bytes, what: str, base: str) -> Any:
    try:
        return json.loads(content, parse_float=Decimal)
    except ValueError as error:
        raise _unreadable(what, base) from error


def _unreadable(what: str, base: str) -> CrmAnswerUnreadable:
    return CrmAnswerUnreadable(
        f"The answer of {_host(base)} for {what} is not what Salesforce documents. Is the address that of the org, and "
        "not of a proxy or a login page?"
    )


def _unreachable(base: str, what: str, error: Exception) -> CrmUnreachable:
    words = str(error) or type(error).__name__
    return CrmUnreachable(
        f"{_host(base)} could not be reached for {what}. Check the address and the network. ({words})"
    )


def _host(url: str) -> str:
    return urlsplit(url).netloc or url

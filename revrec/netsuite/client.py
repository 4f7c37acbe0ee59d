"""The NetSuite client: what can be asked of an account. How it is asked, and asked again, is in `exchange.py`."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from revrec.netsuite import exact_json
from revrec.netsuite.address import base_url_of
from revrec.netsuite.asking import Ask, Surroundings
from revrec.netsuite.backoff import Backoff
from revrec.netsuite.credentials import Credentials
from revrec.netsuite.errors import AnswerUnreadable, ReplyLost
from revrec.netsuite.exchange import MOST_SECONDS, QUERY_PATH, Exchange
from revrec.netsuite.neighbours import Alone, Neighbours
from revrec.netsuite.page import Page, parse_page
from revrec.netsuite.usage import RequestEvent, Usage

RECORD_PATH = "/services/rest/record/v1"
SYSTEM_PATH = "/services/rest/system/v1"
MAX_PAGE_ROWS = 1000
# A query may run for minutes; NetSuite itself ends a request after 15.
TIMEOUTS = httpx.Timeout(connect=15.0, read=500.0, write=60.0, pool=None)


@dataclass(frozen=True, slots=True)
class Posted:
    """A record that NetSuite made: its internal id."""

    id: str


class NetSuiteClient:
    """Asks one NetSuite account. Use as an async context manager, or call `aclose`.

    Network (`transport`), `clock` (seconds since 1970), `sleep`, `nonce` and `jitter` ([0, 1)) may be passed in.
    `on_event` receives a `RequestEvent` per attempt. How many requests run at once is the caller's business; what is
    agreed with others who call the account, `neighbours` know. All attempts of one request end within `most_seconds`.
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
        most_seconds: float = MOST_SECONDS,
        neighbours: Neighbours | None = None,
        on_event: Callable[[RequestEvent], None] | None = None,
    ) -> None:
        if max_attempts < 1:
            raise ValueError(f"max_attempts is {max_attempts}; a request is sent at least once")
        self.credentials = credentials
        self.base_url = base_url_of(credentials.account_id, base_url)
        self._exchange = Exchange(
            credentials,
            self.base_url,
            Surroundings(clock, sleep, nonce, jitter),
            transport=transport,
            timeouts=timeouts,
            backoff=backoff or Backoff(),
            max_attempts=max_attempts,
            most_seconds=most_seconds,
            neighbours=neighbours or Alone(),
            on_event=on_event,
        )

    @property
    def usage(self) -> Usage:
        """Counters of all requests so far."""
        return self._exchange.usage

    @property
    def server_date(self) -> datetime | None:
        """The `Date` header of the last reply."""
        return self._exchange.server_date

    @property
    def clock_skew_seconds(self) -> float | None:
        """NetSuite's clock less ours at the last reply; positive where ours is behind."""
        return self._exchange.clock_skew_seconds

    async def __aenter__(self) -> NetSuiteClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._exchange.aclose()

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
        response = await self._exchange.send(
            Ask(
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
        return await self._get(path, what, parameters or {})

    async def get_system(self, name: str, *, what: str = "a setting of the account") -> Mapping[str, Any]:
        """Read one of the services that tell about the account itself, such as `governanceLimits`."""
        return await self._get(f"{SYSTEM_PATH}/{quote(name)}", what, {})

    async def _get(self, path: str, what: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        response = await self._exchange.send(Ask(what=what, method="GET", path=path, parameters=parameters))
        try:
            data = exact_json.decode(response.content)
        except (ValueError, UnicodeDecodeError):
            raise AnswerUnreadable(what, "it is not JSON") from None
        if not isinstance(data, Mapping):
            raise AnswerUnreadable(what, "it is not a JSON object")
        return data

    async def get_schema(self, record_type: str) -> Mapping[str, Any]:
        """The JSON schema of a record type in this account, custom fields and segments too (the metadata catalogue).

        Raises `NotFound` or `PermissionMissing` where the role may not see it.
        """
        what = f"the schema of {record_type}"
        response = await self._exchange.send(
            Ask(
                what=what,
                method="GET",
                path=f"{RECORD_PATH}/metadata-catalog/{quote(record_type)}",
                headers={"Accept": "application/schema+json"},
            )
        )
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
        response = await self._exchange.send(
            Ask(
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

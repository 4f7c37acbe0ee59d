"""A Salesforce stand-in shared by the tests of this folder, and a client to it whose waits cost no time."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from revrec.crm import ClientCredentials, FieldMapping, SalesforceClient, SalesforceConnection, read_mapping
from sample_data.starting import StandIn, start

DECIMALS = {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0}


class Director:
    """Tells the stand-in what shall happen in it, and reads what was asked."""

    def __init__(self, stand_in: StandIn) -> None:
        self.ready = stand_in.ready
        self._http = httpx.Client(base_url=stand_in.url, trust_env=False)

    def sim(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        answer = self._http.request(method, f"/_sim{path}", json=body, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, **fault: Any) -> None:
        self.sim("POST", "/faults", fault)

    def refuse(self, status: int, code: str, message: str = "so it is", **fault: Any) -> None:
        self.fault(status=status, body=[{"message": message, "errorCode": code}], **fault)

    def asked(self) -> list[str]:
        """The paths of all requests, in order."""
        return [entry["path"] for entry in self.sim("GET", "/log")]

    def account(self, currency: str = "USD") -> str:
        return next(a["Id"] for a in self.sim("GET", "/records/Account", CurrencyIsoCode=currency))

    def add_order(self, *lines: dict[str, Any], **order: Any) -> dict[str, Any]:
        body = {"account": self.account(), "effective_date": "2026-05-01", "lines": list(lines), **order}
        return self.sim("POST", "/orders", body)

    def close(self) -> None:
        self._http.close()


class Waits:
    """Stands in for sleeping: remembers how long it should have taken."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture(scope="session")
def salesforce() -> Iterator[StandIn]:
    with start("salesforce", "--lines", "1500") as running:
        yield running


@pytest.fixture
def director(salesforce: StandIn) -> Iterator[Director]:
    director = Director(salesforce)
    director.sim("POST", "/reset")
    yield director
    director.close()


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def connection(director: Director) -> SalesforceConnection:
    ready = director.ready
    credentials = ClientCredentials(ready["client_id"], ready["client_secret"])
    return SalesforceConnection(ready["url"], credentials, batch_size=200)


@pytest.fixture
async def client(connection: SalesforceConnection, waits: Waits) -> AsyncIterator[SalesforceClient]:
    async with SalesforceClient(connection, sleep=waits, jitter=lambda: 0.5) as client:
        yield client


@pytest.fixture
def mapping(director: Director) -> FieldMapping:
    return read_mapping(director.ready["field_mapping"])


@pytest.fixture
def decimals() -> dict[str, int]:
    return DECIMALS

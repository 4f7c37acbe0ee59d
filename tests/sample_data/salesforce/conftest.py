"""One stand-in for all tests of this folder; each test begins with an empty log and no faults."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sample_data.starting import StandIn, start


class Caller:
    """Asks the stand-in as any program would."""

    def __init__(self, stand_in: StandIn) -> None:
        self.ready = stand_in.ready
        self.http = httpx.Client(base_url=stand_in.url, trust_env=False)
        self.token = self.sign_in().json()["access_token"]

    def sign_in(self, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.ready["client_id"],
            "client_secret": self.ready["client_secret"],
        }
        return self.http.post("/services/oauth2/token", data=form | changes)

    def get(self, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        return self.http.get(path, headers=headers, **options)

    def query(self, soql: str, verb: str = "query", batch: int = 2000) -> httpx.Response:
        headers = {"Sforce-Query-Options": f"batchSize={batch}"}
        return self.get(f"/services/data/v66.0/{verb}", params={"q": soql}, headers=headers)

    def records(self, soql: str, verb: str = "query") -> list[dict[str, Any]]:
        answer = self.query(soql, verb)
        assert answer.status_code == 200, answer.text
        assert answer.json()["done"]
        return answer.json()["records"]

    def error(self, soql: str) -> tuple[int, str, str]:
        answer = self.query(soql)
        (refusal,) = answer.json()
        return answer.status_code, refusal["errorCode"], refusal["message"]

    def sim(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        answer = self.http.request(method, f"/_sim{path}", json=body, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="session")
def salesforce() -> Iterator[StandIn]:
    with start("salesforce", "--lines", "1500") as running:
        yield running


@pytest.fixture
def org(salesforce: StandIn) -> Iterator[Caller]:
    caller = Caller(salesforce)
    caller.sim("POST", "/reset")
    yield caller
    caller.http.close()

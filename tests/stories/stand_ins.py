"""The stand-ins on ports of this process, a glass to see NetSuite through, and what directs both."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from revrec.netsuite import Journal, JournalLine, NetSuiteClient, TbaCredentials
from revrec.netsuite.journals import post_journal
from sample_data.company import Company
from sample_data.netsuite import __main__ as netsuite_program
from sample_data.salesforce import __main__ as salesforce_program
from sample_data.salesforce.answers import Answers
from sample_data.salesforce.app import Org
from sample_data.salesforce.app import make_app as make_salesforce
from sample_data.salesforce.clock import run_clock_from
from sample_data.salesforce.faults import Watch
from sample_data.salesforce.sessions import Sessions
from sample_data.salesforce.store import Store as SalesforceStore
from sample_data.salesforce.story import Story
from tests.in_turn import InTurn

LINES = 400
KEYS = ("consumer_key", "consumer_secret", "token_id", "token_secret")


class Listener:
    """A server on one port for the whole run; `app` is what answers just now."""

    def __init__(self) -> None:
        self.app: Any = None
        # Named TCP, or asyncio leaves Nagle's algorithm on and every reply waits 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            self._answer,
            log_level="error",
            access_log=False,
            lifespan="off",
            interface="asgi3",
            date_header=False,
        )
        config.timeout_graceful_shutdown = 2
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


Tamper = Callable[[str, list[dict[str, Any]]], list[dict[str, Any]]]


class Tampering:
    """NetSuite behind a glass: `tamper(query, rows)` gives the rows of a SuiteQL answer as they are seen."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.tamper: Tamper | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.tamper is None or not scope["path"].endswith("/suiteql"):
            await self._app(scope, receive, send)
            return
        request = await receive()
        while request.get("more_body"):
            more = await receive()
            request = {**more, "body": request["body"] + more["body"]}
        sent: list[Any] = []

        async def replay() -> Any:
            return request

        async def keep(message: Any) -> None:
            sent.append(message)

        await self._app(scope, replay, keep)
        start, body = sent[0], b"".join(one.get("body", b"") for one in sent[1:])
        answer = json.loads(body)
        if start["status"] == 200:
            answer["items"] = self.tamper(json.loads(request["body"])["q"], answer["items"])
            answer["count"] = len(answer["items"])
        body = json.dumps(answer).encode()
        headers = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})


class StandIns:
    """Both stand-ins' listeners and apps, and the databases that were filled for this run."""

    def __init__(self, seeded: Path) -> None:
        self.seeded = seeded
        self.netsuite, self.salesforce = Listener(), Listener()
        self.account, self.org = InTurn(), InTurn()
        self.netsuite_app = self.account.make(netsuite_program.make_app)
        self.salesforce.app = self.org.make(make_salesforce)


def open_netsuite(folder: Path, *options: str) -> Any:
    arguments = netsuite_program.read_arguments(["--lines", str(LINES), *options])
    return netsuite_program.prepare(arguments, folder / "netsuite.db")


def open_salesforce(folder: Path) -> Org:
    store = SalesforceStore(str(folder / "salesforce.db"), run_clock_from(Company(lines=LINES).as_of))
    program = salesforce_program
    sessions = Sessions(program.CLIENT_ID, program.CLIENT_SECRET, program.USERNAME, None)
    return Org(
        store, sessions, Answers(store, multi_currency=True), Watch(), Story(store), True, daily_limit=100_000
    )


class NetSuite:
    """Orders and questions to the stand-in."""

    def __init__(self, url: str, glass: Tampering, keys: Any) -> None:
        self._http = httpx.Client(base_url=f"{url}/_sim", trust_env=False, timeout=30)
        self._glass, self._url, self._keys = glass, url, keys

    def seen_through(self, tamper: Tamper | None) -> None:
        """From now on show the rows of SuiteQL answers as `tamper(query, rows)` gives them."""
        self._glass.tamper = tamper

    def get(self, path: str, /, **query: Any) -> Any:
        reply = self._http.get(f"/{path}", params=query)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def post(self, path: str, /, **body: Any) -> Any:
        reply = self._http.post(f"/{path}", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def change(self, kind: str, /, **what: Any) -> Any:
        return self.post("change", change=kind, **what)

    def lacks(self, *features: str) -> None:
        self.post("settings", features=sorted(set(self.get("settings")["features"]) - set(features)))

    def picks(self, month: int, kind: str = "CustInvc", **more: Any) -> list[dict[str, Any]]:
        """Posted headers of 2026's month, oldest first."""
        found = self.get("pick", type=kind, limit=1000, **more)
        return [
            one
            for one in found
            if self.month_of(one["postingperiod"]) == month and one["posting"] == "T" and one["voided"] == "F"
        ]

    def month_of(self, period: int) -> int:
        """The month of 2026 that a posting period is; the company numbers them so."""
        return self.period_ids().index(period) + 1 if period in self.period_ids() else 0

    def period_ids(self) -> list[int]:
        ids = [p.id for p in Company(lines=LINES).periods if p.name.endswith("2026") and len(p.name) == 8]
        return sorted(ids)

    def forget_faults(self) -> None:
        assert self._http.delete("/faults").status_code == 200

    def foreign_journal(self, external_id: str) -> int:
        """Somebody else posts a journal of other lines under an external id; gives NetSuite's id."""
        lines = (JournalLine("24", debit_minor=777), JournalLine("54", credit_minor=777))
        return self.make_journal(
            Journal(external_id, date(2026, 1, 31), lines, precision=2, subsidiary="1", currency="1")
        )

    def make_journal(self, journal: Journal) -> int:
        """A journal comes to stand in NetSuite without our jobs; gives NetSuite's id."""
        credentials = TbaCredentials("1234567_SB1", *(getattr(self._keys, name) for name in KEYS))

        async def post() -> str:
            async with NetSuiteClient(credentials, base_url=self._url) as client:
                return (await post_journal(client, journal)).id

        return int(asyncio.run(post()))

    def sends_nothing_to(self, path: str) -> bool:
        return not [one for one in self.get("log") if path in one["path"] and one["method"] == "POST"]

    def close(self) -> None:
        self._http.close()


class Salesforce:
    """Orders and questions to the stand-in."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/_sim", trust_env=False, timeout=30)

    def send(self, method: str, path: str, /, **values: Any) -> Any:
        reply = self._http.request(method, f"/{path}", json=values or None)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def records(self, entity: str, **fields: Any) -> list[dict[str, Any]]:
        return list(self._http.get(f"/records/{entity}", params=fields).json())

    def close(self) -> None:
        self._http.close()


@dataclass
class Sources:
    """Both stand-ins over one folder. `keys`: NetSuite's tokens; `zone`: its time zone."""

    netsuite: NetSuite
    salesforce: Salesforce
    netsuite_url: str
    salesforce_url: str
    keys: Any
    zone: str


@contextmanager
def open_sources(stand_ins: StandIns, folder: Path, *options: str) -> Iterator[Sources]:
    """What the stand-ins hold in a folder, answering on the ports of this run."""
    account, org = open_netsuite(folder, *options), open_salesforce(folder)
    stand_ins.account.now, stand_ins.org.now = account, org
    glass = stand_ins.netsuite.app = Tampering(stand_ins.netsuite_app)
    here, there = stand_ins.netsuite.url, stand_ins.salesforce.url
    netsuite, salesforce = NetSuite(here, glass, account.credentials), Salesforce(there)
    try:
        yield Sources(netsuite, salesforce, here, there, account.credentials, account.store.zone.name)
    finally:
        netsuite.close()
        salesforce.close()
        account.store.close()
        org.store.close()

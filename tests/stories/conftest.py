"""A deployment that lives: SQLite or PostgreSQL, a worker in this process, and both stand-ins over HTTP.

    new_books       connected to both, nothing pulled, no accounting period set
    books           orders and invoices loaded, first period 2026-01, accounts mapped
    closed_books    the same with 2026-01 and 2026-02 closed; the journals are drafts
    posted_books    the same with their journals posted

The stand-ins listen in this process, each on one port for the whole run, and serve a copy of a database that was
filled once; what a chapter leaves behind is likewise copied for every test that begins there. `Books` has the verbs.
"""

import asyncio
import itertools
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import text

from jobs.resources import open_resources
from jobs.start import make_worker, read_job, start_job
from reconciliation.columns import Tab
from reconciliation.reader import read_tab
from revrec.config import Config, load_config
from revrec.netsuite import Journal, JournalLine, NetSuiteClient, TbaCredentials
from revrec.netsuite.journals import post_journal
from revrec.operations.actor import SERVICE, Actor
from revrec.operations.add_user import add_user
from revrec.operations.approve_journal import approve_journal
from revrec.operations.connect_netsuite import NetSuiteConnection, connect_netsuite
from revrec.operations.connect_salesforce import SalesforceConnection, connect_salesforce
from revrec.operations.map_account import MappingTarget, map_account
from revrec.operations.pair_customer import pair_customer
from revrec.operations.set_first_period import set_first_period
from revrec.operations.set_policy import set_policy
from revrec.operations.undo_pairing import undo_pairing
from revrec.store.engine import Store
from revrec.store.migrate import upgrade
from revrec.store.tables import Job
from sample_data.company import Company
from sample_data.netsuite import __main__ as netsuite_program
from sample_data.salesforce import __main__ as salesforce_program
from sample_data.salesforce.answers import Answers
from sample_data.salesforce.app import NEWEST, Org
from sample_data.salesforce.app import make_app as make_salesforce
from sample_data.salesforce.clock import run_clock_from
from sample_data.salesforce.faults import Watch
from sample_data.salesforce.seed import seed_store
from sample_data.salesforce.sessions import Sessions
from sample_data.salesforce.store import Store as SalesforceStore
from sample_data.salesforce.story import Story

LINES = 400
KEYS = ("consumer_key", "consumer_secret", "token_id", "token_secret")
PATIENCE_SECONDS = 60.0
WARNINGS = ("pending", "held", "unverified_account", "unassigned_billing", "pulled_before_end")
ACCOUNTS = {
    MappingTarget("contract_liability"): 24,
    MappingTarget("contract_asset"): 8,
    MappingTarget("unbilled_receivable"): 7,
    MappingTarget("fx_adjustment"): 90,
    MappingTarget("clearing"): 28,
    MappingTarget("revenue", category="Platform"): 54,
    MappingTarget("revenue", category="Support"): 55,
    MappingTarget("revenue", category="Services"): 56,
    MappingTarget("revenue", category="Hardware"): 58,
    MappingTarget("revenue", category="Freight"): 59,
    MappingTarget("revenue", is_default=True): 54,
}
"""The made-up company's accounts by role."""


class Listener:
    """A server on one port for the whole run; `app` is what answers just now."""

    def __init__(self) -> None:
        self.app: Any = None
        # Named TCP, or asyncio leaves Nagle's algorithm on and every reply waits 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            self._answer, log_level="error", access_log=False, lifespan="off", interface="asgi3"
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


@dataclass
class StandIns:
    """Both stand-ins' listeners, and the databases that were filled for this run."""

    netsuite: Listener
    salesforce: Listener
    seeded: Path


@pytest.fixture(scope="session")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIns]:
    folder = tmp_path_factory.mktemp("seeded")
    _open_netsuite(folder).store.close()
    company = Company(lines=LINES)
    store = SalesforceStore(str(folder / "salesforce.db"), run_clock_from(company.as_of))
    seed_store(store, company, single_currency=None)
    store.close()
    both = StandIns(Listener(), Listener(), folder)
    yield both
    both.netsuite.stop()
    both.salesforce.stop()


def _open_netsuite(folder: Path) -> Any:
    arguments = netsuite_program.read_arguments(["--lines", str(LINES)])
    return netsuite_program.prepare(arguments, folder / "netsuite.db")


def _open_salesforce(folder: Path) -> Org:
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
        credentials = TbaCredentials("1234567_SB1", *(getattr(self._keys, name) for name in KEYS))
        lines = (JournalLine("24", debit_minor=777), JournalLine("54", credit_minor=777))
        theirs = Journal(external_id, date(2026, 1, 31), lines, precision=2, subsidiary="1", currency="1")

        async def post() -> str:
            async with NetSuiteClient(credentials, base_url=self._url) as client:
                return (await post_journal(client, theirs)).id

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
class Books:
    """One deployment and what people do with it. A verb that runs a job gives its row when it is over."""

    config: Config
    store: Store
    netsuite: NetSuite
    salesforce: Salesforce
    preparer: Actor
    approver: Actor
    second_approver: Actor
    jobs: list[int] = field(default_factory=list)

    def run(self, kind: str, /, by: Actor | None = None, ends: str = "done", **parameters: Any) -> Job:
        job_id = start_job(self.config, self.store, kind, parameters, by or self.preparer)
        self.jobs.append(job_id)
        job = self.wait(job_id)
        assert job.state == ends, f"{kind} job {job_id} is {job.state}: {job.error}"
        return job

    def wait(self, job_id: int) -> Job:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            job = read_job(self.store, job_id)
            if job.state not in ("queued", "running"):
                return job
            assert time.monotonic() < deadline, f"job {job_id} is still {job.state} at {job.stage}"
            time.sleep(0.02)

    def run_orders(self, **more: Any) -> Job:
        return self.run("orders", **more)

    def run_invoices(self, **more: Any) -> Job:
        return self.run("invoices", **more)

    def load(self, conversion: Job, **more: Any) -> Job:
        return self.run("load", job=conversion.id, **more)

    def close(self, period: str, acknowledge: tuple[str, ...] = WARNINGS, **more: Any) -> Job:
        return self.run("close", period=period, acknowledge=list(acknowledge), reason="month end", **more)

    def reopen(self, period: str, **more: Any) -> Job:
        return self.run("reopen", by=self.second_approver, period=period, reason="a mistake", **more)

    def approve(self, by: Actor | None = None) -> list[int]:
        """Approve all drafts; gives their ids."""
        ids = self.values("SELECT id FROM journal WHERE state = 'draft' ORDER BY id")
        for journal_id in ids:
            with self.store.write() as session:
                approve_journal(session, by or self.approver, journal_id, now=now())
        return ids

    def post(self, **more: Any) -> Job:
        return self.run("post", by=self.approver, journals=None, **more)

    def approve_and_post(self) -> Job:
        self.approve()
        return self.post()

    def set_first_period(self, period: str = "2026-01") -> None:
        with self.store.write() as session:
            set_first_period(session, self.preparer, period, now=now())

    def set_policy(self, **values: Any) -> None:
        for key, value in values.items():
            with self.store.write() as session:
                set_policy(session, self.preparer, key, value, now=now(), reason="story")

    def map(self, target: MappingTarget, account: int | None) -> None:
        with self.store.write() as session:
            map_account(session, self.preparer, target, account, now=now(), reason="story")

    def map_accounts(self) -> None:
        for target, account in ACCOUNTS.items():
            self.map(target, account)

    def account_of(self, role: str, category: str) -> int:
        """The account that the mapping of these stories gives a role."""
        by_category = ACCOUNTS.get(MappingTarget(role, category=category))
        return (
            by_category or ACCOUNTS.get(MappingTarget(role)) or ACCOUNTS[MappingTarget(role, is_default=True)]
        )

    def pair(self, netsuite_customer: int, crm_id: str) -> None:
        with self.store.write() as session:
            pair_customer(session, self.preparer, netsuite_customer, crm_id, now=now())

    def unpair(self, netsuite_customer: int, reason: str = "") -> None:
        with self.store.write() as session:
            undo_pairing(session, self.preparer, netsuite_customer, now=now(), reason=reason)

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.store.read() as session:
            return [tuple(row) for row in session.execute(text(statement), values)]

    def values(self, statement: str, **values: Any) -> list[Any]:
        return [row[0] for row in self.rows(statement, **values)]

    def value(self, statement: str, **values: Any) -> Any:
        (found,) = self.values(statement, **values)
        return found

    def state_of(self, document: int) -> tuple[str, str]:
        """State and reason of a NetSuite document."""
        ((state, reason),) = self.rows(
            "SELECT state, reason FROM source_document WHERE external_id = :id", id=document
        )
        return str(state), str(reason)

    def documents(
        self, period: str, kind: str = "CustInvc", state: str = "loaded", *, named: bool = True
    ) -> list[int]:
        """NetSuite ids of documents posted in a period, oldest first; `named`: those that name a known order."""
        return self.values(
            "SELECT d.external_id FROM source_document d JOIN document_version v ON v.id = d.current_version_id"
            " WHERE v.period = :period AND d.kind = :kind AND d.state = :state"
            " AND (:anyhow = 1 OR v.order_reference IN (SELECT number FROM sales_order)) ORDER BY 1",
            period=period,
            kind=kind,
            state=state,
            anyhow=int(not named),
        )

    def billed(self, document: int) -> int:
        """What standing closes have billed for a document, in its currency's minor units."""
        found = self.value(
            "SELECT sum(s.amount_minor) FROM billing_split s JOIN source_document d ON d.id = s.document_id"
            " JOIN period_close c ON c.id = s.period_close_id"
            " WHERE c.state = 'closed' AND d.external_id = :id",
            id=document,
        )
        return int(found or 0)

    def transfers(self, document: int, period: str) -> list[tuple[str, str]]:
        """(event, cause) of the ledger rows that a document has in a period, sorted."""
        return sorted(
            (str(event), str(cause))
            for event, cause in self.rows(
                "SELECT t.event, t.cause FROM ledger_transfer t JOIN source_document d ON d.id = t.document_id"
                " WHERE t.period = :period AND d.external_id = :id",
                period=period,
                id=document,
            )
        )

    def net_of(self, document: int) -> int:
        """What a document's lines bill as they are read now, in minor units."""
        return int(
            self.value(
                "SELECT sum(l.billing_minor) FROM document_line l JOIN source_document d"
                " ON d.current_version_id = l.version_id WHERE d.external_id = :id",
                id=document,
            )
        )

    def tab(self, job: Job, tab: Tab) -> list[dict[str, Any]]:
        """The rows of a tab of a job's file, by header."""
        path = self.config.files_dir / str(
            self.value("SELECT path FROM job_file WHERE job_id = :job", job=job.id)
        )
        precisions = dict(self.rows("SELECT symbol, precision FROM currency"))
        return [dict(zip(tab.headers, row.cells, strict=True)) for row in read_tab(path, tab, precisions)]

    def notes(self, job: Job) -> list[tuple[str, str]]:
        """(code, message) of what a job said."""
        return [
            (str(code), str(message))
            for code, message in self.rows(
                "SELECT code, message FROM job_note WHERE job_id = :job ORDER BY id", job=job.id
            )
        ]

    def content_hash(self, job: Job) -> str:
        return str(self.value("SELECT content_hash FROM job_file WHERE job_id = :job", job=job.id))

    def closed_rows(self, *periods: str) -> dict[str, list[tuple[Any, ...]]]:
        """All that standing closes booked for periods, to be compared later."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        for table in ("booked", "billing_split", "balance", "ledger_transfer", "waiting_item"):
            for period in periods:
                found[f"{table} {period}"] = self.rows(
                    f"SELECT t.* FROM {table} t JOIN period_close c ON c.id = t.period_close_id"
                    " WHERE c.period = :period AND c.state = 'closed' ORDER BY t.id",
                    period=period,
                )
        return found


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _open(stand_ins: StandIns, folder: Path, database_url: str = "") -> Iterator[Books]:
    """The deployment in a folder, with what its stand-ins hold; connected if it never was. Closed at the end."""
    account, org = _open_netsuite(folder), _open_salesforce(folder)
    glass = stand_ins.netsuite.app = Tampering(netsuite_program.make_app(account))
    stand_ins.salesforce.app = make_salesforce(org)
    environment = {"REVREC_DATA_DIR": str(folder / "data"), "REVREC_LOOK_UP_AGAIN_SECONDS": "0.05"}
    if database_url:
        environment |= {"REVREC_DATABASE_URL": database_url, "REVREC_SECRET_KEY": _KEY}
    config = load_config(environment)
    shared = open_resources(config)
    netsuite, salesforce = (
        NetSuite(stand_ins.netsuite.url, glass, account.credentials),
        Salesforce(stand_ins.salesforce.url),
    )
    preparer = Actor("preparer@books.test", "admin", "Preparer")
    approver = Actor("approver@books.test", "controller", "Approver")
    second = Actor("second@books.test", "controller", "Second Approver")
    books = Books(config, shared.store, netsuite, salesforce, preparer, approver, second)
    upgrade(shared.store)
    if not books.values("SELECT id FROM user_account"):
        _connect(books, stand_ins, shared.vault, account.credentials)
    worker = make_worker(config)
    worker.start()
    try:
        yield books
    finally:
        worker.stop()
        netsuite.close()
        salesforce.close()
        shared.store.close()
        account.store.close()
        org.store.close()


_KEY = "c3RvcmllcyBvZiBhIG1hZGUtdXAgY29tcGFueSwgMzI="


def _connect(books: Books, stand_ins: StandIns, vault: Any, keys: Any) -> None:
    given = NetSuiteConnection(
        account="1234567_SB1",
        auth="tba",
        credentials={name: getattr(keys, name) for name in KEYS},
        base_url=stand_ins.netsuite.url,
        policies={"account_time_zone": "America/Los_Angeles"},
    )
    org = SalesforceConnection(
        account="kestrel.my.salesforce.com",
        auth="client_credentials",
        credentials={
            "client_id": salesforce_program.CLIENT_ID,
            "client_secret": salesforce_program.CLIENT_SECRET,
        },
        base_url=stand_ins.salesforce.url,
        api_version=f"v{NEWEST}.0",
    )
    with books.store.write() as session:
        for person in (books.preparer, books.approver, books.second_approver):
            add_user(session, SERVICE, person.email, person.name, person.role, now=now())
        connect_netsuite(session, books.preparer, vault, given, journals_found=[], now=now())
        connect_salesforce(session, books.preparer, vault, org, now=now())
    books.set_policy(
        custom_segments=["cseg_region"],
        order_reference_field="custbody_order_number",
        journal_segments=["location", "department", "class", "cseg_region"],
        order_fields=salesforce_program.FIELD_MAPPING,
    )


def _copy(source: Path, target: Path) -> Path:
    return Path(shutil.copytree(source, target, ignore=shutil.ignore_patterns("slots")))


@pytest.fixture(scope="session")
def connected_chapter(stand_ins: StandIns, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = _copy(stand_ins.seeded, tmp_path_factory.mktemp("chapter") / "connected")
    with _open(stand_ins, folder):
        pass
    return folder


@pytest.fixture(scope="session")
def loaded_chapter(
    stand_ins: StandIns, connected_chapter: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = _copy(connected_chapter, tmp_path_factory.mktemp("chapter") / "loaded")
    with _open(stand_ins, folder) as books:
        begin(books)
    return folder


@pytest.fixture(scope="session")
def closed_chapter(
    stand_ins: StandIns, loaded_chapter: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = _copy(loaded_chapter, tmp_path_factory.mktemp("chapter") / "closed")
    with _open(stand_ins, folder) as books:
        books.close("2026-01")
        books.close("2026-02")
    return folder


@pytest.fixture(scope="session")
def posted_chapter(
    stand_ins: StandIns, closed_chapter: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = _copy(closed_chapter, tmp_path_factory.mktemp("chapter") / "posted")
    with _open(stand_ins, folder) as books:
        books.approve_and_post()
    return folder


def begin(books: Books) -> None:
    """Orders and invoices loaded from 2026-01 on, accounts mapped."""
    books.run_orders()
    books.set_first_period("2026-01")
    books.run_invoices()
    books.map_accounts()
    books.run_invoices()  # knows now which account is the clearing account, and reads its lines as billing


@pytest.fixture
def new_books(stand_ins: StandIns, connected_chapter: Path, tmp_path: Path) -> Iterator[Books]:
    with _open(stand_ins, _copy(connected_chapter, tmp_path / "books")) as opened:
        yield opened


@pytest.fixture
def books(stand_ins: StandIns, loaded_chapter: Path, tmp_path: Path) -> Iterator[Books]:
    with _open(stand_ins, _copy(loaded_chapter, tmp_path / "books")) as opened:
        yield opened


@pytest.fixture
def closed_books(stand_ins: StandIns, closed_chapter: Path, tmp_path: Path) -> Iterator[Books]:
    with _open(stand_ins, _copy(closed_chapter, tmp_path / "books")) as opened:
        yield opened


@pytest.fixture
def posted_books(stand_ins: StandIns, posted_chapter: Path, tmp_path: Path) -> Iterator[Books]:
    with _open(stand_ins, _copy(posted_chapter, tmp_path / "books")) as opened:
        yield opened


Chapter = Callable[[Path], AbstractContextManager[Books]]


@pytest.fixture
def chapter(stand_ins: StandIns, tmp_path: Path) -> Chapter:
    """`with chapter(loaded_chapter) as books` for a story of two deployments, one after the other."""
    numbers = itertools.count(1)
    return lambda source: _open(stand_ins, _copy(source, tmp_path / f"books {next(numbers)}"))


@pytest.fixture
def books_on(stand_ins: StandIns, database_url: str, tmp_path: Path) -> Iterator[Books]:
    """The connected chapter on either database, from its beginning."""
    folder = _copy(stand_ins.seeded, tmp_path / "books")
    with _open(stand_ins, folder, database_url) as opened:
        yield opened


@pytest.fixture
def accounted_for() -> Callable[[Books], dict[str, int]]:
    """Check loaded + pending + excluded + held against NetSuite's own totals, group by group, in documents, lines and
    amount net of tax; gives the number of lines by outcome."""

    def check(books: Books) -> dict[str, int]:
        theirs = {
            (one["postingperiod"], one["type"], one["currency"], one["entity"]): (
                one["documents"],
                one["lines"],
                # A sale's lines have the sign of income, so the tax is taken off by adding it.
                (one["main_hundredths"] + one["tax_hundredths"]) // (100 if one["currency"] == YEN else 1),
            )
            for one in books.netsuite.get("totals", by="customer")
        }
        ours: dict[tuple[Any, ...], tuple[int, int, int]] = {}
        by_outcome: dict[str, int] = {}
        documents: dict[tuple[Any, ...], set[int]] = {}
        for *group, document, outcome, lines, amount in books.rows(OUR_LINES):
            key = tuple(group)
            documents.setdefault(key, set()).add(document)
            known = ours.get(key, (0, 0, 0))
            ours[key] = (len(documents[key]), known[1] + lines, known[2] + int(amount))
            by_outcome[outcome] = by_outcome.get(outcome, 0) + lines
        assert ours == theirs
        return by_outcome

    return check


YEN = 5
OUR_LINES = """
SELECT v.period_id, d.kind, v.currency_id, v.customer_id, d.id,
       CASE WHEN i.excluded THEN 'excluded' ELSE d.state END AS outcome,
       count(*), sum(CASE WHEN l.role IN ('main', 'tax') THEN 0 ELSE l.amount_minor END)
  FROM source_document d
  JOIN document_version v ON v.id = d.current_version_id
  JOIN document_line l ON l.version_id = v.id
  LEFT JOIN item i ON i.id = l.item_id
 WHERE d.state IN ('loaded', 'pending', 'held')
 GROUP BY 1, 2, 3, 4, 5, 6
"""

"""A deployment that lives: SQLite or PostgreSQL, a worker in this process, and both stand-ins over HTTP.

    new_books       connected to both, nothing pulled, no accounting period set
    books           orders and invoices loaded, first period 2026-01, accounts mapped
    closed_books    the same with 2026-01 and 2026-02 closed; the journals are drafts
    posted_books    the same with their journals posted

The stand-ins listen in this process, each on one port for the whole run, and serve a copy of a database that was
filled once; what a chapter leaves behind is likewise copied for every test that begins there. `Books` has the verbs.
"""

import itertools
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from jobs.resources import open_resources
from jobs.start import make_worker
from revrec.config import load_config
from revrec.operations.actor import SERVICE, Actor
from revrec.operations.add_user import add_user
from revrec.operations.connect_netsuite import NetSuiteConnection, connect_netsuite
from revrec.operations.connect_salesforce import SalesforceConnection, connect_salesforce
from revrec.secrets import Vault
from revrec.store.migrate import upgrade
from sample_data.company import Company
from sample_data.salesforce import __main__ as salesforce_program
from sample_data.salesforce.app import NEWEST
from sample_data.salesforce.clock import run_clock_from
from sample_data.salesforce.seed import seed_store
from sample_data.salesforce.store import Store as SalesforceStore

from .shapes import Shape
from .stand_ins import KEYS, LINES, Sources, StandIns, open_netsuite, open_sources
from .verbs import Books, now


@pytest.fixture(scope="session")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIns]:
    folder = tmp_path_factory.mktemp("seeded")
    open_netsuite(folder).store.close()
    company = Company(lines=LINES)
    store = SalesforceStore(str(folder / "salesforce.db"), run_clock_from(company.as_of))
    seed_store(store, company, single_currency=None)
    store.close()
    both = StandIns(folder)
    yield both
    both.netsuite.stop()
    both.salesforce.stop()


@contextmanager
def _open(
    stand_ins: StandIns,
    folder: Path,
    database_url: str = "",
    shape: Shape | None = None,
    *,
    working: bool = True,
) -> Iterator[Books]:
    """The deployment in a folder, with what its stand-ins hold; connected if it never was. Closed at the end."""
    with open_sources(stand_ins, folder, *(shape.stand_in if shape else ())) as sources:
        environment = {"REVREC_DATA_DIR": str(folder / "data"), "REVREC_LOOK_UP_AGAIN_SECONDS": "0.05"}
        if database_url:
            environment |= {"REVREC_DATABASE_URL": database_url, "REVREC_SECRET_KEY": SECRET_KEY}
        config = load_config(environment)
        shared = open_resources(config)
        preparer = Actor("preparer@books.test", "admin", "Preparer")
        approver = Actor("approver@books.test", "controller", "Approver")
        second = Actor("second@books.test", "controller", "Second Approver")
        books = Books(config, shared.store, sources.netsuite, sources.salesforce, preparer, approver, second)
        upgrade(shared.store)
        if not books.values("SELECT id FROM user_account"):
            connect(books, sources, shared.vault)
        worker = make_worker(config) if working else None
        if worker:
            worker.start()
        try:
            yield books
        finally:
            if worker:
                worker.stop()
            shared.store.close()


SECRET_KEY = "c3RvcmllcyBvZiBhIG1hZGUtdXAgY29tcGFueSwgMzI="


def connect(books: Books, sources: Sources, vault: Vault) -> None:
    """Give the people of a deployment access, connect both systems, and say what the made-up company needs."""
    given = NetSuiteConnection(
        account="1234567_SB1",
        auth="tba",
        credentials={name: getattr(sources.keys, name) for name in KEYS},
        base_url=sources.netsuite_url,
        policies={"account_time_zone": sources.zone},
    )
    org = SalesforceConnection(
        account="kestrel.my.salesforce.com",
        auth="client_credentials",
        credentials={
            "client_id": salesforce_program.CLIENT_ID,
            "client_secret": salesforce_program.CLIENT_SECRET,
        },
        base_url=sources.salesforce_url,
        api_version=f"v{NEWEST}.0",
    )
    known = books.values("SELECT email FROM user_account")
    with books.store.write() as session:
        for person in (books.preparer, books.approver, books.second_approver):
            if person.email not in known:
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


Chapter = Callable[..., AbstractContextManager[Books]]


@pytest.fixture
def chapter(stand_ins: StandIns, tmp_path: Path) -> Chapter:
    """`with chapter(loaded_chapter) as books` for a story of two deployments, one after the other; or of one without a
    worker in this process: `working=False`."""
    numbers = itertools.count(1)

    def opened(source: Path, *, working: bool = True) -> AbstractContextManager[Books]:
        return _open(stand_ins, _copy(source, tmp_path / f"books {next(numbers)}"), working=working)

    return opened


@pytest.fixture
def books_on(stand_ins: StandIns, database_url: str, tmp_path: Path) -> Iterator[Books]:
    """The connected chapter on either database, from its beginning."""
    folder = _copy(stand_ins.seeded, tmp_path / "books")
    with _open(stand_ins, folder, database_url) as opened:
        yield opened


ShapedBooks = Callable[[Shape], AbstractContextManager[Books]]


@pytest.fixture
def shaped_books(stand_ins: StandIns, tmp_path: Path) -> ShapedBooks:
    """`with shaped_books(shape) as books`: connected to an account of that shape, nothing pulled."""
    numbers = itertools.count(1)

    @contextmanager
    def opened(shape: Shape) -> Iterator[Books]:
        folder = tmp_path / f"books {next(numbers)}"
        folder.mkdir()
        shutil.copy(stand_ins.seeded / "salesforce.db", folder)
        with _open(stand_ins, folder, shape=shape) as books:
            if not shape.one_world:
                books.set_policy(order_fields=without_subsidiary())
            books.set_policy(**shape.policies)
            yield books

    return opened


def without_subsidiary() -> dict[str, Any]:
    """Where the fields of an order are, for a company of one subsidiary."""
    mapping: dict[str, Any] = json.loads(json.dumps(salesforce_program.FIELD_MAPPING))
    del mapping["order"]["subsidiary"]
    return mapping


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
 WHERE d.state IN ('loaded', 'pending', 'held', 'excluded')
 GROUP BY 1, 2, 3, 4, 5, 6
"""

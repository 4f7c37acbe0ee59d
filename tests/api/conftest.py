"""A deployment on SQLite, a client for each role, and the command line run in this process."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from api.cli import main
from api.deployment import Deployment, open_deployment
from revrec.config import load_config
from revrec.operations.actor import SERVICE, Actor
from revrec.operations.add_user import add_user
from revrec.operations.create_token import create_token
from revrec.operations.permissions import ROLES
from revrec.store.tables import (
    Account,
    CrmCustomer,
    Currency,
    Job,
    Journal,
    JournalLine,
    NetSuiteCustomer,
    PeriodClose,
    SegmentSet,
    SegmentValue,
    Subsidiary,
)
from tests.document_rows import add_document
from tests.one_app import app_over

NOW = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)
Draft = Callable[..., list[int]]


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def deployment(sqlite_url: str, tmp_path: Path) -> Iterator[Deployment]:
    """At noon UTC of 10 April 2026, in `tmp_path`."""
    opened = open_deployment(
        load_config({"REVREC_DATA_DIR": str(tmp_path), "REVREC_DATABASE_URL": sqlite_url})
    )
    opened.clock = lambda: NOW
    yield opened
    opened.store.close()


@pytest.fixture
def tokens(deployment: Deployment) -> dict[str, str]:
    """A token of a user of each role; the users are `admin@books.test`, ..."""
    made = {}
    with deployment.store.write() as session:
        for number, role in enumerate(ROLES):
            add_user(session, SERVICE, f"{role}@books.test", role.title(), role, now=NOW)
            actor = Actor(f"{role}@books.test", role)
            random_text = f"{number}".rjust(43, "t")
            made[role] = create_token(session, actor, "tests", random_text=random_text, now=NOW).text
    return made


@pytest.fixture
def clients(deployment: Deployment, tokens: dict[str, str]) -> dict[str, TestClient]:
    """A client for each role, and one under `nobody` without a token."""
    app = app_over(deployment)
    made = {
        role: TestClient(app, headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False)
        for role, token in tokens.items()
    }
    return {**made, "nobody": TestClient(app, raise_server_exceptions=False)}


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str


@pytest.fixture
def revrec(
    deployment: Deployment,
    tokens: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., Ran]:
    """Run `revrec ...` on the deployment."""
    monkeypatch.setenv("REVREC_DATA_DIR", str(deployment.config.data_dir))
    monkeypatch.setenv("REVREC_DATABASE_URL", deployment.config.database_url)

    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        printed = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Ran(left.value.code, printed.out, printed.err)

    return run


@pytest.fixture
def reference(deployment: Deployment) -> None:
    """Subsidiary 1, JPY and USD, accounts 11 and 12, department 5."""
    with deployment.store.write() as session:
        session.add(Subsidiary(id=1, name="Parent", currency_id=1))
        session.add(Currency(id=1, symbol="USD", name="US Dollar", precision=2))
        session.add(Currency(id=2, symbol="JPY", name="Yen", precision=0))
        session.add(Account(id=11, number="2400", name="Deferred revenue", type="DeferRevenue"))
        session.add(Account(id=12, number="4000", name="Revenue", type="Income"))
        session.add(SegmentValue(segment="department", value_id=5, name="Sales"))
        session.add(SegmentSet(id=1, canonical='{"department":"5"}'))


@pytest.fixture
def draft(deployment: Deployment, reference: None) -> Draft:
    """Write a closed period with draft journals; gives their ids."""

    def make(count: int = 1, period: str = "2026-03", by: str = "accountant@books.test") -> list[int]:
        with deployment.store.write() as session:
            job = Job(kind="close", state="done", parameters={}, requested_by=by, created_at=NOW)
            session.add(job)
            session.flush()
            close = PeriodClose(
                period=period,
                state="closed",
                job_id=job.id,
                policy={},
                closed_by=by,
                closed_at=NOW,
                totals={"revenue": "100.00"},
            )
            session.add(close)
            session.flush()
            return [_draft(session, close.id, period, by) for _ in range(count)]

    return make


def _draft(session: Session, close: int, period: str, by: str) -> int:
    journal = Journal(
        period_close_id=close,
        period=period,
        subsidiary_id=1,
        currency="USD",
        journal_date=date(2026, 3, 31),
        memo="Revenue",
        prepared_by=by,
    )
    session.add(journal)
    session.flush()
    sides = (("contract_liability", 11, 123_456, 0, None), ("revenue", 12, 0, 123_456, 1))
    for line, (role, account, debit, credit, segments) in enumerate(sides, start=1):
        session.add(
            JournalLine(
                journal_id=journal.id,
                line=line,
                role=role,
                account_id=account,
                debit_minor=debit,
                credit_minor=credit,
                segment_set_id=segments,
            )
        )
    session.flush()
    return journal.id


@pytest.fixture
def pending(deployment: Deployment) -> None:
    """NetSuite customer 501 `Acme Incorporated` with two pending invoices, and two CRM customers."""
    with deployment.store.write() as session:
        session.add(
            NetSuiteCustomer(id=501, name="Acme Holdings Inc", key="acme holdings inc", key_version=1)
        )
        session.add(CrmCustomer(external_id="001A", name="Acme Holding", key="acme holding", key_version=1))
        session.add(CrmCustomer(external_id="001B", name="Zebra", key="zebra", key_version=1))
        job = Job(kind="invoices", state="done", parameters={}, requested_by="x", created_at=NOW)
        session.add(job)
        session.flush()
        for number, currency, minor in ((9001, "USD", 120_000), (9002, "JPY", 30_050)):
            add_document(
                session,
                job.id,
                number,
                date(2026, 3, 5),
                (minor,),
                state="pending",
                reason="no match",
                tran_id=f"INV-{number}",
                currency=currency,
            )

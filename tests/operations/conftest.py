"""A database of both kinds, people of every role, and a few facts to act on."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import Session

from revrec.operations.actor import SERVICE, Actor
from revrec.operations.add_user import add_user
from revrec.operations.permissions import ROLES
from revrec.store.engine import Store
from revrec.store.reference.products import CatalogueProduct
from revrec.store.staging.orders import StagedOrder, StagedOrderLine, publish_orders, stage_orders
from revrec.store.tables import (
    Account,
    AccountSubsidiary,
    CrmCustomer,
    Item,
    Job,
    Journal,
    JournalLine,
    NetSuiteCustomer,
    PeriodClose,
    Subsidiary,
)
from tests.document_rows import add_document, add_lines

NOW = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def people(store: Store) -> dict[str, Actor]:
    """One user of each role: `admin@books.test`, ..."""
    with store.write() as session:
        for role in ROLES:
            add_user(session, SERVICE, f"{role}@books.test", role.title(), role, now=NOW)
    return {role: Actor(f"{role}@books.test", role, role.title()) for role in ROLES}


@pytest.fixture
def close_of(store: Store) -> Callable[..., int]:
    """Write a period close (and its job) as a close job leaves them; gives its id."""

    def make(period: str, *, state: str = "closed", by: str = "accountant@books.test") -> int:
        with store.write() as session:
            job = Job(kind="close", state="done", parameters={}, requested_by=by, created_at=NOW)
            session.add(job)
            session.flush()
            close = PeriodClose(
                period=period, state=state, job_id=job.id, policy={}, closed_by=by, closed_at=NOW
            )
            session.add(close)
            session.flush()
            return close.id

    return make


@pytest.fixture
def draft(store: Store, close_of: Callable[..., int]) -> Callable[..., list[int]]:
    """Write draft journals of a period; gives their ids."""

    def make(count: int = 1, period: str = "2026-03", by: str = "accountant@books.test") -> list[int]:
        close = close_of(period, state="closed", by=by)
        with store.write() as session:
            return [_draft(session, close, period, by) for _ in range(count)]

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
    for line, (role, debit, credit) in enumerate(
        (("contract_liability", 10_000, 0), ("revenue", 0, 10_000)), start=1
    ):
        session.add(
            JournalLine(
                journal_id=journal.id,
                line=line,
                role=role,
                account_id=10 + line,
                debit_minor=debit,
                credit_minor=credit,
            )
        )
    session.flush()
    return journal.id


@pytest.fixture
def stage(store: Store) -> Callable[..., None]:
    """Load forms of orders as a run does, published at a moment (default: `NOW`); the newest form comes last.

    An order has one line `L1` of 1,200.00 USD for 2026 unless told otherwise; `lines`: (id, product, amount).
    """

    def load(
        number: str, /, *, at: datetime = NOW, lines: tuple[tuple[str, str, int], ...] = (), **more: Any
    ) -> None:
        made = tuple(
            StagedOrderLine(
                external_id=f"{number}-{name}",
                sequence=place,
                product=CatalogueProduct(product, product.title()),
                description="",
                quantity_e6=10**6,
                amount_minor=amount,
                starts=date(2026, 1, 1),
                ends=date(2026, 12, 31),
                method="",
                segments="",
            )
            for place, (name, product, amount) in enumerate(lines or (("L1", "PLAN", 120_000),), start=1)
        )
        values: dict[str, Any] = {
            "external_id": f"801-{number}",
            "number": number,
            "customer_external_id": "001A",
            "contract_number": "",
            "ordered_on": date(2026, 1, 1),
            "currency": "USD",
            "subsidiary_id": 1,
            "cancelled_on": None,
            "modified_at": at,
            "effective_on": None,
            "seen_on": at.date(),
            "lines": made,
        }
        with store.write() as session:
            job = Job(kind="orders", state="done", parameters={}, requested_by="x", created_at=at)
            job.published_at = at
            session.add(job)
            session.flush()
            stage_orders(session, job.id, [[StagedOrder(**(values | more))]])
            publish_orders(session, job.id)

    return load


@pytest.fixture
def credit_memo(store: Store) -> Callable[..., int]:
    """Load a credit memo (or another `kind`) of 5 March 2026 as a run does; gives our id. `amounts`: of its lines."""

    def load(
        number: str,
        *,
        amounts: tuple[int, ...] = (-6_000,),
        memo: str = "",
        reason: str = "",
        product: int | None = None,
        state: str = "loaded",
        kind: str = "CustCred",
    ) -> int:
        with store.write() as session:
            job = Job(kind="invoices", state="done", parameters={}, requested_by="x", created_at=NOW)
            session.add(job)
            session.flush()
            if product is not None:
                session.add(Item(id=700, name="Item", type="Service", product_id=product))
            document, version = add_document(
                session,
                job.id,
                8000 + job.id,
                date(2026, 3, 5),
                amounts,
                kind=kind,
                state=state,
                tran_id=number,
                memo=memo,
                credit_reason=reason,
            )
            item = None if product is None else 700
            add_lines(session, version, amounts, item_id=item, quantity_e6=-(10**6))
            return document.id

    return load


@pytest.fixture
def accounts(store: Store) -> None:
    """Accounts 11 (deferred), 12 (revenue, subsidiary 1 only), 13 (inactive), 14 (summary), 15 (other income);
    subsidiaries 1, 2."""
    with store.write() as session:
        session.add(Subsidiary(id=1, name="Parent", currency_id=1))
        session.add(Subsidiary(id=2, name="Child", currency_id=1))
        session.add(Account(id=11, number="2400", name="Deferred revenue", type="DeferRevenue"))
        session.add(Account(id=12, number="4000", name="Revenue", type="Income"))
        session.add(Account(id=13, number="4001", name="Old revenue", type="Income", active=False))
        session.add(Account(id=14, number="4", name="Income", type="Income", summary=True))
        session.add(Account(id=15, number="4900", name="Other income", type="OthIncome"))
        session.flush()
        session.add(AccountSubsidiary(account_id=12, subsidiary_id=1))


@pytest.fixture
def customers(store: Store) -> None:
    """NetSuite customer 501 `Acme Inc.` with two pending invoices, and CRM customers 001A `Acme`, 001B `Beta`."""
    with store.write() as session:
        session.add(NetSuiteCustomer(id=501, name="Acme Inc.", key="acme inc", key_version=1))
        session.add(CrmCustomer(external_id="001A", name="Acme", key="acme", key_version=1))
        session.add(CrmCustomer(external_id="001B", name="Beta", key="beta", key_version=1))
        job = Job(kind="invoices", state="done", parameters={}, requested_by="x", created_at=NOW)
        session.add(job)
        session.flush()
        for number, minor in ((9001, 120_000), (9002, 30_050)):
            add_document(
                session,
                job.id,
                number,
                date(2026, 3, 5),
                (minor,),
                state="pending",
                reason="no CRM customer",
                tran_id=f"INV-{number}",
            )

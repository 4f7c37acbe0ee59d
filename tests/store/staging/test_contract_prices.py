"""What a contract's orders in force come to stands on the contract, for lists; each publish keeps it so."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from revrec.store.engine import Store
from revrec.store.migrate import upgrade
from revrec.store.migrations.versions.m0006_contract_lists import PRICES
from revrec.store.staging.contract_prices import (
    price_contracts,
    price_contracts_of_documents,
    price_new_invoice_contracts,
)
from revrec.store.tables import (
    Contract,
    CrmCustomer,
    DocumentChange,
    DocumentLine,
    DocumentVersion,
    Job,
    SalesOrder,
    SourceDocument,
)

from .test_orders import NOW, order, stage


@pytest.fixture
def store(database_url):
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def job(store):
    def make():
        with store.write() as session:
            row = Job(kind="orders", state="running", parameters={}, requested_by="x", created_at=NOW)
            session.add(row)
            session.flush()
            return row.id

    return make


def prices(store):
    """Contract number -> (currency, stated price)."""
    with store.read() as session:
        return {one.number: (one.currency, one.stated_minor) for one in session.exec(select(Contract))}


def test_a_contract_is_priced_by_its_orders_in_force(store, job):
    stage(store, job(), order("1", 100, contract_number="C-1"), order("2", 20, contract_number="C-1"))
    stage(store, job(), order("3", 7, currency="JPY"))
    assert prices(store) == {"C-1": ("USD", 120), "3": ("JPY", 7)}
    stage(store, job(), order("2", 50, contract_number="C-1"))
    stage(store, job(), order("1", 1, contract_number="C-1"), publish=False)
    assert prices(store)["C-1"] == ("USD", 150), "what no job published counts nothing"


def test_a_contract_without_orders_has_no_price_and_one_of_two_currencies_has_none(store, job):
    stage(store, job(), order("1", 100), order("2", 20))
    with store.write() as session:
        one, two = session.exec(select(SalesOrder).order_by(SalesOrder.number)).all()
        left = one.contract_id
        one.contract_id = two.contract_id
        session.add(one)
        session.flush()
        price_contracts(session, [left, two.contract_id])
    assert prices(store) == {"1": ("", 0), "2": ("USD", 120)}
    stage(store, job(), order("2", 20, currency="EUR"))
    assert prices(store)["2"] == ("", 0)


def an_invoice(session: Session, job_id: int) -> None:
    """An invoice that is its own contract, of 60.00, and a discount of 10.00 beside it."""
    document = SourceDocument(external_id=77, kind="CustInvc", state="loaded")
    session.add_all([document, CrmCustomer(id=500, external_id="001Z", name="A", key="a", key_version=1)])
    session.flush()
    version = DocumentVersion(
        document_id=document.id,
        number=1,
        job_id=job_id,
        sha256="x",
        raw=b"",
        modified_at=datetime(2026, 4, 1, tzinfo=UTC),
        tran_id="INV-77",
        tran_date=date(2026, 3, 1),
        period_id=1,
        period="2026-03",
        customer_id=500,
        subsidiary_id=1,
        currency_id=1,
        currency="GBP",
        exchange_rate_e10=10**10,
        status="",
        main_minor=6_000,
        tax_minor=0,
    )
    session.add(version)
    session.flush()
    document.current_version_id = version.id
    for at, (role, amount) in enumerate([("billing", 6_000), ("discount", -1_000)]):
        session.add(
            DocumentLine(
                version_id=version.id,
                line_id=at,
                sequence=at,
                role=role,
                quantity_e6=10**6,
                amount_minor=amount,
                billing_minor=amount,
                base_minor=amount,
            )
        )
    session.add(Contract(id=900, key="invoice 77", number="INV-77", crm_customer_id=500))
    session.flush()
    session.add(
        SalesOrder(external_id="invoice 77", number="INV-77", contract_id=900, document_id=document.id)
    )
    session.flush()


def test_an_invoice_that_is_a_contract_is_priced_by_its_lines_until_it_is_gone(store, job):
    mine = job()
    with store.write() as session:
        an_invoice(session, mine)
        price_new_invoice_contracts(session)
    assert prices(store) == {"INV-77": ("GBP", 6_000)}
    with store.write() as session:
        document = session.exec(select(SourceDocument)).one()
        document.state = "gone"
        session.add(document)
        session.add(
            DocumentChange(
                job_id=mine, document_id=document.id, version_id=None, change="gone", state="gone", reason=""
            )
        )
        session.flush()
        price_contracts_of_documents(session, mine)
    assert prices(store) == {"INV-77": ("", 0)}


def test_the_migration_prices_what_is_there_as_publishing_does(store, job):
    upgrade(store)
    stage(store, job(), order("1", 100, contract_number="C-1"), order("2", 20, contract_number="C-1"))
    mine = job()
    with store.write() as session:
        an_invoice(session, mine)
        price_new_invoice_contracts(session)
    published = prices(store)
    assert published == {"C-1": ("USD", 120), "INV-77": ("GBP", 6_000)}
    with store.write() as session:
        session.execute(text("UPDATE contract SET currency = '', stated_minor = 0"))
        session.execute(text(PRICES))
    assert prices(store) == published

"""Pairing customers, and undoing it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlmodel import select

from revrec.operations.actor import Actor
from revrec.operations.pair_customer import pair_customer
from revrec.operations.undo_pairing import undo_pairing
from revrec.problems import Conflict, NotFound, Refused
from revrec.store.engine import Store
from revrec.store.queries.pending import pending_documents
from revrec.store.queries.waiting import newest_links, waiting_customer, waiting_customers
from revrec.store.tables import CustomerAlias, CustomerLink, LedgerTransfer, NetSuiteCustomer, SourceDocument

pytestmark = pytest.mark.usefixtures("customers")


def test_a_pairing_is_a_link_and_an_alias(store: Store, people: dict[str, Actor], now: datetime) -> None:
    with store.write() as session:
        link = pair_customer(session, people["accountant"], 501, "001A", now=now)
        assert (link.basis, link.netsuite_name, link.crm_name) == ("alias", "Acme Inc.", "Acme")
    with store.read() as session:
        alias = session.exec(select(CustomerAlias)).one()
        assert (alias.key, alias.confirmed_by) == ("acme inc", "accountant@books.test")


def test_what_waits_says_that_the_next_run_loads_it(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    with store.write() as session:
        pair_customer(session, people["accountant"], 501, "001A", now=now)
    with store.read() as session:
        link = newest_links(session, [501])[501]
        assert (link.crm_name, link.undone_at) == ("Acme", None)
        assert {one.reason for one in pending_documents(session, 501)} == {
            "paired with Acme; the next run loads it"
        }


def test_pending_data_is_grouped_by_customer(store: Store) -> None:
    with store.read() as session:
        ((_, _, waiting),) = waiting_customers(session, "name").rows
        assert waiting_customer(session, 501) == waiting
        assert waiting_customer(session, 502) is None
    assert (waiting.netsuite_id, waiting.documents, waiting.amounts) == (501, 2, (("USD", 150_050, 2),))
    assert (waiting.why, waiting.size) == ("no_match", 1500)


def test_a_linked_customer_is_not_moved_silently(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    with store.write() as session:
        pair_customer(session, people["accountant"], 501, "001A", now=now)
    with pytest.raises(Conflict, match="linked to Acme already"), store.write() as session:
        pair_customer(session, people["accountant"], 501, "001B", now=now)


def test_a_name_confirmed_for_another_is_a_conflict(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    with store.write() as session:
        pair_customer(session, people["accountant"], 501, "001A", now=now)
        session.add(NetSuiteCustomer(id=502, name="ACME, INC", key="acme inc", key_version=1))
    with pytest.raises(Conflict, match="another CRM customer"), store.write() as session:
        pair_customer(session, people["accountant"], 502, "001B", now=now)
    with store.write() as session:
        assert pair_customer(session, people["accountant"], 502, "001A", now=now).netsuite_customer_id == 502


def test_strangers_are_named(store: Store, people: dict[str, Actor], now: datetime) -> None:
    with pytest.raises(NotFound, match="NetSuite customer 7"), store.write() as session:
        pair_customer(session, people["accountant"], 7, "001A", now=now)
    with pytest.raises(NotFound, match="001X"), store.write() as session:
        pair_customer(session, people["accountant"], 501, "001X", now=now)
    with pytest.raises(NotFound, match="no link"), store.write() as session:
        undo_pairing(session, people["accountant"], 501, now=now)


def test_an_undone_link_stays_in_the_history(store: Store, people: dict[str, Actor], now: datetime) -> None:
    with store.write() as session:
        pair_customer(session, people["accountant"], 501, "001A", now=now)
    with store.write() as session:
        undo_pairing(session, people["controller"], 501, now=now, reason="wrong Acme")
    with store.write() as session:
        assert session.exec(select(CustomerAlias)).all() == []
        pair_customer(session, people["accountant"], 501, "001B", now=now)
    with store.read() as session:
        first, second = session.exec(select(CustomerLink).order_by(CustomerLink.id)).all()  # type: ignore[arg-type]
        assert (first.undone_by, first.undo_reason, second.undone_at) == (
            "controller@books.test",
            "wrong Acme",
            None,
        )


def test_closed_periods_want_a_reason(
    store: Store, people: dict[str, Actor], close_of: Callable[..., int], now: datetime
) -> None:
    with store.write() as session:
        pair_customer(session, people["accountant"], 501, "001A", now=now)
    close = close_of("2026-03")
    with store.write() as session:
        document = session.exec(select(SourceDocument)).first()
        assert document is not None
        session.add(
            LedgerTransfer(
                period_close_id=close,
                period="2026-03",
                event="billing",
                debit_role="billing_offset",
                credit_role="contract_liability",
                document_id=document.id,
                line_id=1,
                subsidiary_id=1,
                currency="USD",
                base_currency="USD",
                amount_minor=100,
                base_minor=100,
            )
        )
    with pytest.raises(Refused, match="Closed periods rest"), store.write() as session:
        undo_pairing(session, people["accountant"], 501, now=now)
    with store.write() as session:
        undo_pairing(session, people["accountant"], 501, now=now, reason="merged by mistake")

"""What the checklist counts of orders that could not be read: lines of the versions in force alone."""

from datetime import date, datetime
from typing import Any

import pytest

from revrec.store.engine import Store
from revrec.store.queries.checklist import held_order_lines
from revrec.store.tables import (
    Contract,
    CrmCustomer,
    Job,
    Obligation,
    OrderLine,
    OrderVersion,
    Product,
    SalesOrder,
)

JANUARY, MARCH = date(2026, 1, 15), date(2026, 3, 15)
VERSIONS = [
    # order, number, effective, published, what is wrong with it and with each of its lines
    (1, 1, JANUARY, True, "no customer", ["", ""]),
    (1, 2, MARCH, True, "", ["", ""]),
    (2, 1, JANUARY, True, "", ["no price", ""]),
    (2, 2, MARCH, False, "", [""]),
    (3, 1, MARCH, True, "no currency", ["no price"]),
    (4, 1, JANUARY, False, "no currency", ["no price"]),
    (5, 1, JANUARY, True, "", [""]),
]


@pytest.fixture
def orders(store: Store, now: datetime) -> None:
    """Five orders, of which some have versions that could not be read in full."""
    with store.write() as session:
        job = Job(kind="orders", state="done", parameters={}, requested_by="service", created_at=now)
        customer = CrmCustomer(external_id="1", name="Kestrel", key="kestrel", key_version=1)
        product = Product(key="p", code="P", name="P")
        session.add_all([job, customer, product])
        session.flush()
        for order in {row[0] for row in VERSIONS}:
            session.add(Contract(id=order, key=f"c{order}", number=f"C-{order}", crm_customer_id=customer.id))
            session.flush()
            session.add(SalesOrder(id=order, external_id=str(order), number=f"SO-{order}", contract_id=order))
        session.flush()
        for order, number, effective, published, wrong, lines in VERSIONS:
            version = OrderVersion(
                order_id=order,
                number=number,
                job_id=job.id,
                published=published,
                sha256=f"{order}{number}",
                raw=b"",
                modified_at=now,
                effective_on=effective,
                ordered_on=effective,
                crm_customer_id=customer.id,
                currency="USD",
                problem=wrong,
            )
            session.add(version)
            session.flush()
            for sequence, problem in enumerate(lines, 1):
                obligation = Obligation(order_id=order, line_external_id=f"{number}-{sequence}")
                session.add(obligation)
                session.flush()
                common: dict[str, Any] = {"quantity_e6": 0, "amount_minor": 0, "product_id": product.id}
                session.add(
                    OrderLine(
                        version_id=version.id,
                        obligation_id=obligation.id,
                        line_external_id=obligation.line_external_id,
                        sequence=sequence,
                        problem=problem,
                        **common,
                    )
                )


@pytest.mark.usefixtures("orders")
def test_lines_are_held_by_their_own_problem_or_their_versions_while_it_is_in_force(store: Store) -> None:
    with store.read() as session:
        assert held_order_lines(session, date(2025, 12, 31)) == 0
        assert held_order_lines(session, date(2026, 1, 31)) == 3, "both lines of order 1, one of order 2"
        assert held_order_lines(session, date(2026, 3, 31)) == 2, "order 1 was put right; orders 2 and 3"

"""Contracts as their newest published order versions make them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session

from revrec.store.engine import Store
from revrec.store.queries.contracts import balances_of, contracts_after, customer_names, lines_of, totals_of
from revrec.store.tables import (
    Balance,
    Contract,
    CrmCustomer,
    Job,
    Obligation,
    OrderLine,
    OrderVersion,
    PeriodClose,
    Product,
    SalesOrder,
)

NOW = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Contract C-1 of Acme: order O-1 in two published versions and one that is not, O-2 in yen."""
    opened = Store(database_url)
    with opened.write() as session:
        session.add(CrmCustomer(id=1, external_id="001A", name="Acme", key="acme", key_version=1))
        session.add(Product(id=1, key="plan", code="PLAN", name="Plan"))
        session.add(Job(id=1, kind="orders", state="done", parameters={}, requested_by="x", created_at=NOW))
        session.flush()
        for number in ("C-1", "C_2"):
            session.add(Contract(number=number, key=number, crm_customer_id=1))
        session.flush()
        order(
            session,
            "O-1",
            [(1, True, "USD", [100_000, 20_000]), (2, True, "USD", [150_000]), (3, False, "USD", [1])],
        )
        order(session, "O-2", [(1, True, "JPY", [5_000])])
    yield opened
    opened.close()


def order(session: Session, number: str, versions: list[tuple[int, bool, str, list[int]]]) -> None:
    row = SalesOrder(external_id=number, number=number, contract_id=1)
    session.add(row)
    session.flush()
    for version, published, currency, amounts in versions:
        made = OrderVersion(
            order_id=row.id,
            number=version,
            job_id=1,
            published=published,
            sha256=f"{number}{version}",
            raw=b"",
            modified_at=NOW,
            effective_on=date(2026, version, 1),
            ordered_on=date(2026, 1, 1),
            crm_customer_id=1,
            currency=currency,
        )
        session.add(made)
        session.flush()
        for sequence, amount in enumerate(amounts):
            line = f"{number}-{version}-{sequence}"
            obligation = Obligation(order_id=row.id, line_external_id=line)
            session.add(obligation)
            session.flush()
            session.add(
                OrderLine(
                    version_id=made.id,
                    obligation_id=obligation.id,
                    line_external_id=line,
                    sequence=sequence,
                    product_id=1,
                    quantity_e6=1_500_000,
                    amount_minor=amount,
                )
            )


def test_only_the_newest_published_version_counts(store: Store) -> None:
    with store.read() as session:
        assert totals_of(session, [1, 2]) == {1: [("JPY", 5_000, ["O-2"]), ("USD", 150_000, ["O-1"])]}
        assert [(line.order, line.version, line.amount_minor) for line in lines_of(session, 1)] == [
            ("O-1", 2, 150_000),
            ("O-2", 1, 5_000),
        ]


def test_contracts_are_found_by_part_of_their_number(store: Store) -> None:
    with store.read() as session:
        assert [row.number for row in contracts_after(session, 0, 10)] == ["C-1", "C_2"]
        assert [row.number for row in contracts_after(session, 1, 10)] == ["C_2"]
        # What means something to LIKE means itself.
        assert [row.number for row in contracts_after(session, 0, 10, text="c_")] == ["C_2"]
        assert contracts_after(session, 0, 10, text="%") == []
        assert contracts_after(session, 0, 10, customer=2) == []
        assert customer_names(session, {1}) == {1: ("001A", "Acme")}


def test_balances_are_those_of_closes_that_stand(store: Store) -> None:
    with store.write() as session:
        for period, state in (("2026-02", "closed"), ("2026-01", "closed"), ("2026-03", "reopened")):
            close = PeriodClose(period=period, state=state, job_id=1, policy={}, closed_by="x")
            session.add(close)
            session.flush()
            amounts = dict.fromkeys((name for name in Balance.model_fields if name.endswith("_minor")), 7)
            session.add(
                Balance(
                    period_close_id=close.id,
                    scope="contract",
                    contract_id=1,
                    customer_id=1,
                    subsidiary_id=1,
                    currency="USD",
                    **amounts,
                )
            )
    with store.read() as session:
        assert [row.period for row in balances_of(session, 1)] == ["2026-01", "2026-02"]

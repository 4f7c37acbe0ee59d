"""Contracts as their newest published order versions make them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import update
from sqlmodel import Session, col

from revrec.problems import Invalid
from revrec.store.engine import Store
from revrec.store.queries.contract_list import (
    CONTRACT_SORTS,
    contract_currencies,
    contract_totals,
    contracts_where,
    newest_balances,
    waiting_contracts,
)
from revrec.store.queries.contracts import balances_of, customer_names, lines_of, totals_of
from revrec.store.queries.customer_list import customer_balances
from revrec.store.queries.ordered import Order, one_page
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
    WaitingItem,
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


def numbers(session: Session, by: str = "number", **filters: str) -> list[str]:
    order = Order(by.removeprefix("-"), by.startswith("-"))
    rows, _ = one_page(session, contracts_where(**filters), CONTRACT_SORTS, col(Contract.id), order, 10)
    return [row[0].number for row in rows]


def test_contracts_are_found_by_number_customer_and_currency_and_sorted(store: Store) -> None:
    with store.write() as session:
        session.add(CrmCustomer(id=2, external_id="001B", name="Aalto 100%", key="aalto 100", key_version=1))
        session.flush()
        session.add(Contract(number="C-3", key="C-3", crm_customer_id=2, currency="EUR", stated_minor=5))
    with store.read() as session:
        assert numbers(session) == ["C-1", "C-3", "C_2"]
        assert numbers(session, "-customer") == ["C_2", "C-1", "C-3"]
        assert numbers(session, "-stated")[0] == "C-3"
        # What means something to LIKE means itself.
        assert numbers(session, search="c_") == ["C_2"]
        assert numbers(session, search="%") == ["C-3"], "part of the customer's name"
        assert numbers(session, search="ACME") == ["C-1", "C_2"]
        assert numbers(session, currency="eur", customer="2") == ["C-3"]
        assert numbers(session, currency="EUR", customer="1") == []
        assert contract_currencies(session) == ["EUR"]
        assert customer_names(session, {1}) == {1: ("001A", "Acme")}
        with pytest.raises(Invalid, match="no customer's id"):
            contracts_where(customer="Acme")
        with pytest.raises(Invalid, match="yes or no"):
            contracts_where(waiting="perhaps")


def test_totals_and_what_waits_are_of_the_newest_standing_close(store: Store) -> None:
    with store.write() as session:
        for period, state, amount in (
            ("2026-01", "closed", 1),
            ("2026-02", "closed", 7),
            ("2026-03", "reopened", 9),
        ):
            close = PeriodClose(period=period, state=state, job_id=1, policy={}, closed_by="x")
            session.add(close)
            session.flush()
            amounts = dict.fromkeys(
                (name for name in Balance.model_fields if name.endswith("_minor")), amount
            )
            for scope, contract in (("contract", 1), ("customer", None), ("unassigned", None)):
                session.add(
                    Balance(
                        period_close_id=close.id,
                        scope=scope,
                        contract_id=contract,
                        customer_id=1,
                        subsidiary_id=1,
                        currency="USD",
                        **amounts,
                    )
                )
            item = {"kind": "held", "reason": "missing_dates", "currency": "USD", "amount_minor": 3}
            session.add(WaitingItem(period_close_id=close.id, contract_id=2 if amount == 7 else 1, **item))
            session.add(WaitingItem(period_close_id=close.id, contract_id=None, **item))
        session.execute(
            update(Contract).where(col(Contract.id) == 1).values(currency="USD", stated_minor=150)
        )
    with store.read() as session:
        assert numbers(session, waiting="yes") == ["C_2"]
        assert numbers(session, waiting="no") == ["C-1"]
        (none, usd) = contract_totals(session)
        assert (none.currency, none.contracts, none.liability_minor) == ("", 1, 0)
        assert (usd.contracts, usd.stated_minor, usd.billed_minor, usd.asset_minor) == (1, 150, 7, 14)
        assert [one.currency for one in contract_totals(session, search="c_2")] == [""]
        assert contract_totals(session, search="C-1") == [usd]
        assert newest_balances(session, [1, 2], 2)[1].billed_minor == 7
        assert waiting_contracts(session, [1, 2], 2) == {2: 1}
        (stands,) = customer_balances(session, 1, 2)
        # Of the customer's own row what is netted there; of all others what was billed.
        assert (stands.billed_minor, stands.liability_minor, stands.unassigned_minor) == (14, 21, 7)


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

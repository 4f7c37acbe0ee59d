"""Staged orders: each form that differs is a version; identities are shared and stable."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlmodel import col, select

from revrec.store.engine import Store
from revrec.store.reference.products import CatalogueProduct
from revrec.store.staging.orders import (
    StagedOrder,
    StagedOrderLine,
    publish_orders,
    stage_cancellations,
    stage_orders,
)
from revrec.store.tables import Contract, Job, Obligation, OrderLine, OrderVersion, Product, SalesOrder

NOW = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)
PLAN = CatalogueProduct("PLAN", "Plan", "Platform")


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


def order(external_id="801A", amount=120_000, **changes):
    line = StagedOrderLine(
        external_id=f"{external_id}-1",
        sequence=1,
        product=PLAN,
        description="",
        quantity_e6=10**6,
        amount_minor=amount,
        starts=date(2026, 1, 1),
        ends=date(2026, 12, 31),
        method="",
        segments="",
    )
    values = {
        "external_id": external_id,
        "number": external_id,
        "customer_external_id": "001A",
        "contract_number": "",
        "ordered_on": date(2026, 1, 1),
        "currency": "USD",
        "subsidiary_id": 1,
        "cancelled_on": None,
        "modified_at": NOW,
        "effective_on": None,
        "seen_on": date(2026, 4, 10),
        "lines": (line,),
    }
    return StagedOrder(**(values | changes))


def stage(store, job_id, *orders, publish=True):
    with store.write() as session:
        counts = stage_orders(session, job_id, [one if isinstance(one, list) else [one] for one in orders])
        if publish:
            publish_orders(session, job_id)
        return counts


def versions(store):
    """(number, effective day, cancelled on, total) of every published version, in order."""
    with store.read() as session:
        rows = session.exec(
            select(OrderVersion)
            .where(col(OrderVersion.published))
            .order_by(OrderVersion.order_id, OrderVersion.number)
        )
        return [
            (
                one.number,
                one.effective_on,
                one.cancelled_on,
                sum(session.exec(select(OrderLine.amount_minor).where(OrderLine.version_id == one.id))),
            )
            for one in rows
        ]


def test_the_first_version_counts_from_the_order_day_and_later_ones_from_the_day_they_are_seen(store, job):
    assert stage(store, job(), order())["new"] == 1
    assert stage(store, job(), order(amount=180_000))["changed"] == 1
    assert versions(store) == [
        (1, date(2026, 1, 1), None, 120_000),
        (2, date(2026, 4, 10), None, 180_000),
    ]


def test_a_stated_day_counts_from_itself(store, job):
    stage(store, job(), order())
    stage(store, job(), order(amount=1, effective_on=date(2026, 2, 15)))
    assert versions(store)[-1][:2] == (2, date(2026, 2, 15))


def test_when_it_was_read_makes_no_version(store, job):
    stage(store, job(), order())
    again = order(modified_at=datetime(2026, 5, 1, tzinfo=UTC), seen_on=date(2026, 5, 1))
    assert stage(store, job(), again) == {"new": 0, "changed": 0, "same": 1}
    assert len(versions(store)) == 1


def test_staging_again_in_the_same_job_replaces(store, job):
    mine = job()
    for _ in range(3):
        stage(store, mine, order(), order("801B"), publish=False)
    stage(store, mine, order(), order("801B"))
    assert [number for number, *_ in versions(store)] == [1, 1]


def test_unpublished_versions_are_not_seen(store, job):
    stage(store, job(), order(), publish=False)
    assert versions(store) == []


def test_the_forms_of_a_reduced_order_come_as_versions_once(store, job):
    forms = [order(), order(amount=90_000, effective_on=date(2026, 3, 1))]
    stage(store, job(), forms)
    assert [(number, total) for number, _, _, total in versions(store)] == [(1, 120_000), (2, 90_000)]
    assert stage(store, job(), forms)["same"] == 1
    further = [*forms, order(amount=50_000, effective_on=date(2026, 4, 1))]
    stage(store, job(), further)
    assert [total for *_, total in versions(store)] == [120_000, 90_000, 50_000]


def test_a_cancelled_order_keeps_its_lines_and_is_cancelled_once(store, job):
    stage(store, job(), order())
    days = {"801A": (date(2026, 3, 31), date(2026, 4, 1)), "unknown": (date(2026, 3, 31), date(2026, 4, 1))}
    for expected in (1, 0):
        mine = job()
        with store.write() as session:
            assert stage_cancellations(session, mine, days, "deleted") == expected
            publish_orders(session, mine)
    assert versions(store)[-1] == (2, date(2026, 4, 1), date(2026, 3, 31), 120_000)
    assert stage(store, job(), order())["changed"] == 1, "an order put back is in force again"
    assert versions(store)[-1][2:] == (None, 120_000)


def test_contracts_are_told_apart_by_customer_subsidiary_and_currency(store, job):
    shared = [
        order("1", contract_number="C-1"),
        order("2", contract_number="C-1"),
        order("3", contract_number="C-1", currency="EUR"),
        order("4", contract_number="C-1", subsidiary_id=2),
        order("5", contract_number="C-1", customer_external_id="001B"),
        order("C-1"),
    ]
    stage(store, job(), *shared)
    with store.read() as session:
        found = dict(session.exec(select(SalesOrder.external_id, SalesOrder.contract_id)).all())
        assert len(session.exec(select(Contract)).all()) == 5
    assert found["1"] == found["2"]
    assert len(set(found.values())) == 5


def test_an_obligation_is_the_same_over_versions(store, job):
    stage(store, job(), order())
    stage(store, job(), order(amount=1))
    with store.read() as session:
        assert len(session.exec(select(Obligation)).all()) == 1
        assert len({one.obligation_id for one in session.exec(select(OrderLine))}) == 1


def test_a_product_keeps_its_category_where_the_crm_names_none(store, job):
    stage(store, job(), order())
    bare = replace(order(amount=5).lines[0], product=CatalogueProduct("PLAN", "Plan, renamed"))
    stage(store, job(), replace(order(amount=5), lines=(bare,)))
    with store.read() as session:
        assert session.exec(select(Product.name, Product.category)).all() == [("Plan, renamed", "Platform")]

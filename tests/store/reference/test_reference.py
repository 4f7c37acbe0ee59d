"""Upserts that may run again, rows that left, and items paired with products."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from revrec.store import core
from revrec.store.engine import Store
from revrec.store.reference.pairing import pair_items, read_catalogue
from revrec.store.reference.products import CatalogueProduct, keep_products
from revrec.store.reference.upsert import BATCH, deactivate_missing, upsert
from revrec.store.reference.vanished import remove_rates, retire_periods
from revrec.store.staging.intern import canonical_segments, intern_segments
from revrec.store.tables import (
    Account,
    AccountSubsidiary,
    Contract,
    CrmCustomer,
    CurrencyRate,
    Item,
    Job,
    NetSuitePeriod,
    Obligation,
    OrderLine,
    OrderVersion,
    Product,
    SalesOrder,
    SegmentSet,
    SegmentValue,
)

NOW = datetime(2026, 4, 10, tzinfo=UTC)


@pytest.fixture
def store(database_url):
    opened = Store(database_url)
    yield opened
    opened.close()


def account(number, **changes):
    return {"id": number, "number": str(number), "name": f"A{number}", "type": "Income"} | {
        "active": True,
        "summary": False,
        **changes,
    }


def test_rows_are_written_once_and_brought_up_to_date(store):
    for name in ("first", "second"):
        with store.write() as session:
            rows = (account(n, name=name) for n in range(BATCH + 5))
            assert upsert(session, core.account, rows, ["id"]) == BATCH + 5
    with store.read() as session:
        assert {one.name for one in session.exec(select(Account))} == {"second"}
        assert len(session.exec(select(Account)).all()) == BATCH + 5


def test_columns_that_a_row_leaves_out_keep_what_they_hold(store):
    with store.write() as session:
        item = {"id": 1, "name": "A", "display_name": "", "type": "Service", "active": True, "excluded": True}
        upsert(session, core.item, [item], ["id"])
        upsert(session, core.item, [{"id": 1, "name": "B", "type": "Service", "active": True}], ["id"])
    with store.read() as session:
        assert session.exec(select(Item.name, Item.excluded)).all() == [("B", True)]


def test_a_row_that_is_nothing_but_its_key_is_written_once(store):
    pairs = [{"account_id": 1, "subsidiary_id": n} for n in (1, 2)]
    for _ in range(2):
        with store.write() as session:
            upsert(session, core.account_subsidiary, pairs, ["account_id", "subsidiary_id"])
    with store.read() as session:
        assert len(session.exec(select(AccountSubsidiary)).all()) == 2


def test_no_rows_are_no_statement(store):
    with store.write() as session:
        assert upsert(session, core.account, [], ["id"]) == 0


def test_what_left_is_inactive_within_its_scope(store):
    values = [
        {"segment": segment, "value_id": n, "name": "v", "active": True}
        for segment in ("class", "department")
        for n in (1, 2)
    ]
    with store.write() as session:
        upsert(session, core.segment_value, values, ["segment", "value_id"])
        deactivate_missing(session, core.segment_value, "value_id", [2], segment="class")
    with store.read() as session:
        active = {(one.segment, one.value_id) for one in session.exec(select(SegmentValue)) if one.active}
    assert active == {("class", 2), ("department", 1), ("department", 2)}


def test_segment_sets_are_one_row_a_combination(store):
    same = [
        canonical_segments({"class": 3, "department": "2"}),
        canonical_segments({"department": 2, "class": "3"}),
    ]
    assert same[0] == same[1] == '{"class":"3","department":"2"}'
    assert canonical_segments({"class": None, "department": ""}) == ""
    with store.write() as session:
        first = intern_segments(session, [same[0], ""])
        second = intern_segments(session, [same[1], '{"class":"4"}'])
    assert first[same[0]] == second[same[0]]
    assert first[""] is None
    with store.read() as session:
        assert len(session.exec(select(SegmentSet)).all()) == 2


def make_items(session, *names):
    for number, (name, shown) in enumerate(names, 1):
        session.add(Item(id=number, name=name, display_name=shown, type="Service"))
    session.flush()


def products_of(store):
    with store.read() as session:
        products = {one.id: one.name for one in session.exec(select(Product))}
        return {one.name: products.get(one.product_id or 0) for one in session.exec(select(Item))}


def test_items_pair_by_code_then_by_name_and_else_become_products(store):
    with store.write() as session:
        keep_products(
            session, [CatalogueProduct("PLAT-ENT", "Platform"), CatalogueProduct("X-1", "Training Day")]
        )
        make_items(
            session,
            ("plat ent", "Something"),
            ("TRAIN", "Training  day"),
            ("HW", "Gateway"),
            ("HW.", "Gateway"),
        )
        assert pair_items(session).count == 4
        assert pair_items(session).count == 0
    assert products_of(store) == {
        "plat ent": "Platform",
        "TRAIN": "Training Day",
        "HW": "Gateway",
        "HW.": "Gateway",
    }
    with store.read() as session:
        assert len(session.exec(select(Product)).all()) == 3


def test_an_item_pairs_with_what_came_before_it_and_stays(store):
    with store.write() as session:
        make_items(session, ("HW", "Gateway"))
        pair_items(session)
        keep_products(session, [CatalogueProduct("HW", "Edge Gateway", "Hardware")])
        pair_items(session)
    assert products_of(store) == {"HW": "Edge Gateway"}


def sell(store, *products):
    """The CRM's orders name products from now on."""
    with store.write() as session:
        for product in keep_products(session, list(products)).values():
            job = Job(kind="orders", state="done", parameters={}, requested_by="x", created_at=NOW)
            customer = CrmCustomer(external_id=f"C{product}", name="C", key="c", key_version=1)
            session.add_all([job, customer])
            session.flush()
            contract = Contract(key=f"order {product}", number=f"{product}", crm_customer_id=customer.id)
            session.add(contract)
            session.flush()
            order = SalesOrder(external_id=f"O{product}", number=f"{product}", contract_id=contract.id)
            session.add(order)
            session.flush()
            line = Obligation(order_id=order.id, line_external_id="1")
            version = OrderVersion(
                order_id=order.id,
                number=1,
                job_id=job.id,
                sha256="x",
                raw=b"",
                modified_at=NOW,
                effective_on=NOW.date(),
                ordered_on=NOW.date(),
                crm_customer_id=customer.id,
                currency="USD",
            )
            session.add_all([line, version])
            session.flush()
            session.add(
                OrderLine(
                    version_id=version.id,
                    obligation_id=line.id,
                    line_external_id="1",
                    sequence=1,
                    product_id=product,
                    quantity_e6=10**6,
                    amount_minor=100,
                )
            )


def how(store):
    with store.read() as session:
        return {
            item.name: (session.get_one(Product, item.product_id).code, item.paired)
            for item in session.exec(select(Item).order_by(Item.id))
        }


def test_an_item_of_its_own_finds_the_product_that_the_crm_names_later(store):
    with store.write() as session:
        make_items(session, ("HW-1", "Gateway"), ("KIT", "Kit"))
        pair_items(session)
    sell(store, CatalogueProduct("GATE", "Gateway"), CatalogueProduct("KIT", "Kit"))
    with store.write() as session:
        found = pair_items(session, again=False)
    assert found.count == 0
    assert [(one.item_name, one.product_code) for one in found.could] == [("HW-1", "GATE")]
    # The CRM names KIT by its code: the product is the same, and no longer the item's alone.
    assert how(store) == {"HW-1": ("HW-1", "own"), "KIT": ("KIT", "code")}
    with store.write() as session:
        assert pair_items(session, again=True).count == 1
    assert how(store)["HW-1"] == ("GATE", "name")


def test_a_name_that_several_products_share_decides_nothing(store):
    sell(store, CatalogueProduct("GATE-1", "Gateway"), CatalogueProduct("GATE-2", "Gateway"))
    with store.write() as session:
        make_items(session, ("HW-1", "Gateway"))
        pair_items(session)
        proposal = read_catalogue(session).propose("HW-1", "Gateway")
    assert how(store) == {"HW-1": ("HW-1", "own")}
    assert proposal.ambiguous and len(proposal.others) == 2


def test_more_keys_are_present_than_a_statement_takes(store):
    with store.write() as session:
        upsert(session, core.account, (account(n) for n in (1, 2, 70_001)), ["id"])
        assert deactivate_missing(session, core.account, "id", range(2, 70_000)) == [1, 70_001]
        assert deactivate_missing(session, core.account, "id", range(2, 70_000)) == []


def test_rates_and_periods_that_left_are_gone_but_for_those_in_use(store):
    day = NOW.date()
    with store.write() as session:
        for symbol in (2, 3):
            session.add(CurrencyRate(base_currency_id=1, currency_id=symbol, effective=day, rate_e10=1))
        for number in (30, 31, 32):
            state = {"closed": False, "all_locked": False}
            session.add(NetSuitePeriod(id=number, name=f"P{number}", first_day=day, last_day=day, **state))
        session.flush()
        assert remove_rates(session, [(1, 2, day)]) == 1
        assert retire_periods(session, [30, 31]) == []
        assert sorted(session.exec(select(NetSuitePeriod.id))) == [30, 31]
        assert session.exec(select(CurrencyRate.currency_id)).all() == [2]

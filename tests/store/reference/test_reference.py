"""Upserts that may run again, rows that left, and items paired with products."""

import pytest
from sqlmodel import select

from revrec.store import core
from revrec.store.engine import Store
from revrec.store.reference.pairing import pair_items
from revrec.store.reference.products import CatalogueProduct, keep_products
from revrec.store.reference.upsert import BATCH, deactivate_missing, upsert
from revrec.store.staging.intern import canonical_segments, intern_segments
from revrec.store.tables import Account, AccountSubsidiary, Item, Product, SegmentSet, SegmentValue


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

"""Items by hand: what a person paired no run changes, and starting anew is confirmed and kept."""

from collections.abc import Callable
from datetime import datetime

import pytest

from revrec.operations.actor import Actor
from revrec.operations.categorize_product import categorize_product
from revrec.operations.pair_item import pair_item
from revrec.operations.reset_pairing import PairingReset, reset_pairing
from revrec.operations.unpair_item import unpair_item
from revrec.problems import Conflict, Invalid, NotFound, Refused
from revrec.store.engine import Store
from revrec.store.reference.pairing import pair_items
from revrec.store.reference.products import CatalogueProduct, keep_products
from revrec.store.tables import AuditEvent, Item, Product
from tests.audit_trail import newest_events

Row = tuple[str, str, str]


@pytest.fixture
def products(store: Store, stage: Callable[..., None]) -> dict[str, int]:
    """PLAN and SETUP, sold by the CRM; items 1 `plan` (by code), 2 `X-9` named Set-up (by name), 3 `HW` (its own)."""
    stage("SO-1", lines=(("L1", "PLAN", 100), ("L2", "SETUP", 100)))
    with store.write() as session:
        keys = keep_products(
            session, [CatalogueProduct("PLAN", "Plan", "Tools"), CatalogueProduct("SETUP", "Set-up")]
        )
        for number, name, shown in ((1, "plan", ""), (2, "X-9", "Set up"), (3, "HW", "Gateway")):
            session.add(Item(id=number, name=name, display_name=shown, type="Service"))
        session.flush()
        pair_items(session)
    return keys


def pairs(store: Store) -> list[Row]:
    with store.read() as session:
        found = []
        for number in (1, 2, 3):
            row = session.get_one(Item, number)
            found.append((session.get_one(Product, row.product_id).code, row.paired, row.paired_by))
        return found


def newest(store: Store) -> AuditEvent:
    with store.read() as session:
        (event,) = newest_events(session, limit=1)
        session.expunge(event)
        return event


BY_CODE, BY_NAME, OWN = ("PLAN", "code", ""), ("SETUP", "name", ""), ("HW", "own", "")


def test_a_pairing_by_hand_stays_whatever_runs_find(
    store: Store, products: dict[str, int], people: dict[str, Actor], now: datetime
) -> None:
    assert pairs(store) == [BY_CODE, BY_NAME, OWN]
    with store.write() as session:
        pair_item(session, people["controller"], 1, products["setup"], now=now)
    by_hand = ("SETUP", "manual", "controller@books.test")
    assert newest(store).before == {"item": "plan", "product": "PLAN", "paired": "code"}
    with store.write() as session:
        assert pair_items(session).count == 0
    assert pairs(store) == [by_hand, BY_NAME, OWN]
    with store.write() as session:
        unpair_item(session, people["controller"], 1, now=now)
    assert pairs(store) == [BY_CODE, BY_NAME, OWN]
    with pytest.raises(Conflict, match="by hand"), store.write() as session:
        unpair_item(session, people["controller"], 1, now=now)


def test_an_item_may_be_made_a_product_of_its_own(
    store: Store, products: dict[str, int], people: dict[str, Actor], now: datetime
) -> None:
    with store.write() as session:
        pair_item(session, people["admin"], 2, None, now=now)
    assert pairs(store)[1] == ("X-9", "manual", "admin@books.test")
    with store.write() as session:
        pair_items(session)
    assert pairs(store)[1] == ("X-9", "manual", "admin@books.test")


def test_what_is_not_there_cannot_be_paired(
    store: Store, products: dict[str, int], people: dict[str, Actor], now: datetime
) -> None:
    for item, product, words in ((9, products["plan"], "item 9"), (1, 987, "no product 987")):
        with pytest.raises(NotFound, match=words), store.write() as session:
            pair_item(session, people["admin"], item, product, now=now)


def test_what_closed_periods_billed_moves_with_a_reason_alone(
    store: Store,
    products: dict[str, int],
    people: dict[str, Actor],
    close_of: Callable[..., int],
    credit_memo: Callable[..., int],
    now: datetime,
) -> None:
    with store.write() as session:
        plan = session.get_one(Item, 1).product_id
    credit_memo("CM-1", product=plan)
    close_of("2026-03")
    with pytest.raises(Refused, match="adjustment"), store.write() as session:
        pair_item(session, people["admin"], 700, products["setup"], now=now)
    with store.write() as session:
        pair_item(session, people["admin"], 700, products["setup"], now=now, reason="mixed up")
    assert newest(store).reason == "mixed up"
    # An item that was never billed moves freely.
    with store.write() as session:
        pair_item(session, people["admin"], 3, products["plan"], now=now)


def test_pairing_anew_is_confirmed_and_the_trail_keeps_what_was(
    store: Store, products: dict[str, int], people: dict[str, Actor], now: datetime
) -> None:
    with store.write() as session:
        pair_item(session, people["admin"], 1, products["setup"], now=now)
    with pytest.raises(Invalid, match="Confirm"), store.write() as session:
        reset_pairing(session, people["admin"], now=now, confirmed=False)
    with store.write() as session:
        assert reset_pairing(session, people["admin"], now=now, confirmed=True) == PairingReset(3, 1, 1)
    assert pairs(store) == [BY_CODE, BY_NAME, OWN]
    assert newest(store).before == {"by_hand": {"plan": "SETUP"}, "items": 3}


def test_pairing_anew_takes_a_reason_once_a_period_is_closed(
    store: Store,
    products: dict[str, int],
    people: dict[str, Actor],
    close_of: Callable[..., int],
    now: datetime,
) -> None:
    close_of("2026-03")
    with pytest.raises(Refused, match="say why"), store.write() as session:
        reset_pairing(session, people["admin"], now=now, confirmed=True)


def test_a_category_by_hand_stays_whatever_the_crm_says(
    store: Store, products: dict[str, int], people: dict[str, Actor], now: datetime
) -> None:
    def category() -> tuple[str, str]:
        with store.read() as session:
            row = session.get_one(Product, products["plan"])
            return row.category, row.category_by

    def run() -> None:
        with store.write() as session:
            keep_products(session, [CatalogueProduct("PLAN", "Plan", "Instruments")])

    with store.write() as session:
        categorize_product(session, people["controller"], products["plan"], " Care ", now=now)
    run()
    assert category() == ("Care", "controller@books.test")
    with store.write() as session:
        categorize_product(session, people["controller"], products["plan"], "", now=now)
    assert category() == ("Care", "")
    run()
    assert category() == ("Instruments", "")

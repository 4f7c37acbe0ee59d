"""Stand-alone selling prices and bundles, said by a person."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from revrec.operations.actor import Actor
from revrec.operations.import_prices import GivenPrice, ImportedPrices, import_prices
from revrec.operations.price_terms import PriceTerms
from revrec.operations.set_bundle import set_bundle
from revrec.operations.set_price import PricedAs, set_price
from revrec.operations.withdraw_bundle import withdraw_bundle
from revrec.operations.withdraw_price import withdraw_price
from revrec.problems import Invalid, NotFound, Refused
from revrec.store.engine import Store
from revrec.store.queries.prices import bundle_products, bundles_on, prices_on
from revrec.store.tables import Currency, Product
from tests.audit_trail import newest_events

MARCH, APRIL, JUNE = date(2026, 3, 31), date(2026, 4, 1), date(2026, 6, 1)
POINT = PriceTerms(low_minor=10_000, per="month")
Made = tuple[int, int]


@pytest.fixture(autouse=True)
def products(store: Store) -> Made:
    """PLAN and SETUP; USD and JPY."""
    with store.write() as session:
        rows = [
            Product(key="plan", code="PLAN", name="Plan"),
            Product(key="setup", code="SETUP", name="Set-up"),
        ]
        session.add_all(rows)
        session.add(Currency(id=1, symbol="USD", name="US Dollar", precision=2))
        session.add(Currency(id=2, symbol="JPY", name="Yen", precision=0))
        session.flush()
        return rows[0].id, rows[1].id


def in_force(store: Store, day: date) -> list[tuple[Any, ...]]:
    with store.read() as session:
        return [
            (row.currency, row.region, row.min_quantity_e6, row.kind, row.low_minor, row.high_minor, row.per)
            for row in prices_on(session, day)
        ]


def test_a_price_holds_from_its_day_on(
    store: Store, people: dict[str, Actor], products: Made, now: datetime
) -> None:
    plan, actor = products[0], people["controller"]
    with store.write() as session:
        set_price(session, actor, PricedAs(plan, "USD"), POINT, now=now)
    with store.write() as session:
        terms = PriceTerms(low_minor=9_000, high_minor=12_000, per="month")
        set_price(session, actor, PricedAs(plan, "USD"), terms, now=now, valid_from=APRIL, reason="New list")
        (event,) = newest_events(session, limit=1)
        assert (event.before["low_minor"], event.after["high_minor"]) == (10_000, 12_000)
        assert (event.subject, event.reason) == ("price of PLAN, USD", "New list")
    assert in_force(store, MARCH) == [("USD", "", 0, "observed", 10_000, 10_000, "month")]
    assert in_force(store, APRIL) == [("USD", "", 0, "observed", 9_000, 12_000, "month")]


def test_tiers_regions_and_currencies_stand_beside_one_another(
    store: Store, people: dict[str, Actor], products: Made, now: datetime
) -> None:
    plan = products[0]
    for what in (
        PricedAs(plan, "USD"),
        PricedAs(plan, "USD", min_quantity_e6=100 * 10**6),
        PricedAs(plan, "USD", region="EMEA"),
        PricedAs(plan, "JPY"),
        PricedAs(products[1], "USD"),
    ):
        with store.write() as session:
            set_price(session, people["admin"], what, POINT, now=now)
    assert len(in_force(store, APRIL)) == 5
    with store.read() as session:
        assert len(prices_on(session, APRIL, products=[plan], currency="USD")) == 3
        assert len(prices_on(session, APRIL, region="EMEA")) == 1


def test_a_price_is_withdrawn_from_a_day_on(
    store: Store, people: dict[str, Actor], products: Made, now: datetime
) -> None:
    what, actor = PricedAs(products[0], "USD"), people["admin"]
    with store.write() as session:
        set_price(session, actor, what, POINT, now=now)
    with store.write() as session:
        withdraw_price(session, actor, what, now=now, valid_from=APRIL)
    assert len(in_force(store, MARCH)) == 1
    assert in_force(store, APRIL) == []
    with pytest.raises(NotFound, match="to withdraw then"), store.write() as session:
        withdraw_price(session, actor, what, now=now, valid_from=APRIL)


@pytest.mark.parametrize(
    ("currency", "terms", "error", "words"),
    [
        ("USD", PriceTerms(), Invalid, "needs an amount"),
        ("USD", PriceTerms(high_minor=5), Invalid, "low end"),
        ("USD", PriceTerms(low_minor=9, high_minor=5), Invalid, "below its low end"),
        ("USD", PriceTerms(low_minor=-1), Invalid, "not negative"),
        ("USD", PriceTerms("residual", 5), Invalid, "its high end"),
        ("USD", PriceTerms("guess", 5), Invalid, "no kind of price"),
        ("USD", PriceTerms(low_minor=5, per="week"), Invalid, "each, month, year"),
        ("EUR", POINT, Invalid, "NetSuite has no currency EUR"),
        ("usd", POINT, Invalid, "no currency"),
    ],
)
def test_a_price_that_cannot_be_is_refused(
    store: Store,
    people: dict[str, Actor],
    products: Made,
    now: datetime,
    currency: str,
    terms: PriceTerms,
    error: type[Exception],
    words: str,
) -> None:
    with pytest.raises(error, match=words), store.write() as session:
        set_price(session, people["admin"], PricedAs(products[0], currency), terms, now=now)


def test_a_closed_period_keeps_its_prices_unless_it_is_confirmed(
    store: Store, people: dict[str, Actor], products: Made, close_of: Callable[..., int], now: datetime
) -> None:
    close_of("2026-03")
    what, actor = PricedAs(products[0], "USD"), people["admin"]
    with pytest.raises(Refused, match="retrospective"), store.write() as session:
        set_price(session, actor, what, POINT, now=now, valid_from=MARCH)
    with store.write() as session:
        row = set_price(session, actor, what, POINT, now=now)
        assert row.valid_from == APRIL
        row = set_price(
            session, actor, what, POINT, now=now, valid_from=MARCH, retrospective=True, reason="Found late"
        )
        assert row.valid_from == MARCH


def given(product: str = "PLAN", low: int | None = 10_000, row: int = 3, **more: Any) -> GivenPrice:
    values = {"currency": "USD", "region": "", "min_quantity_e6": 0, "valid_from": None} | more
    return GivenPrice(f"Prices, row {row}", product, terms=PriceTerms(low_minor=low), **values)


def load(store: Store, actor: Actor, rows: list[GivenPrice], now: datetime, **more: Any) -> ImportedPrices:
    with store.write() as session:
        return import_prices(session, actor, rows, source="prices.xlsx", now=now, **more)


def test_a_list_loads_once(store: Store, people: dict[str, Actor], now: datetime) -> None:
    rows = [
        given(),
        given("Set-up", 5_000, 4, valid_from=APRIL),
        given(low=12_000, row=5, valid_from=APRIL),
        given(low=10_000, row=6, valid_from=JUNE),
    ]
    assert load(store, people["controller"], rows, now) == ImportedPrices(4, 0, None, True)
    assert load(store, people["controller"], rows, now) == ImportedPrices(0, 4)
    assert [one[4] for one in in_force(store, MARCH)] == [10_000]
    assert sorted(one[4] for one in in_force(store, APRIL)) == [5_000, 12_000]
    assert sorted(one[4] for one in in_force(store, JUNE)) == [5_000, 10_000]
    with store.read() as session:
        first, second = newest_events(session, limit=2)
        assert (first.after["loaded"], second.after["loaded"]) == (0, 4)


def test_nothing_of_a_list_loads_where_anything_is_wrong(
    store: Store, people: dict[str, Actor], close_of: Callable[..., int], now: datetime
) -> None:
    close_of("2026-03")
    rows = [
        given(),
        given("MOON", row=4),
        given(row=5, currency="EUR"),
        given(row=6, valid_from=MARCH),
        given(row=7, low=None),
        given(row=8, valid_from=APRIL),
    ]
    with pytest.raises(Invalid, match="5 faults") as refused:
        load(store, people["admin"], rows, now)
    assert [(one.where, one.message[:24]) for one in refused.value.findings] == [
        ("Prices, row 4, column Product", "There is no product 'MOO"),
        ("Prices, row 5, column Currency", "'EUR' is no currency of "),
        ("Prices, row 6, column From", "2026-03-31 lies in a clo"),
        ("Prices, row 7, column Low", "An observed price needs "),
        ("Prices, row 8, column Product", "The same price stands in"),
    ]
    assert in_force(store, JUNE) == []
    with pytest.raises(Refused, match="reason"):
        load(store, people["admin"], rows[3:4], now, retrospective=True)
    done = load(store, people["admin"], rows[3:4], now, retrospective=True, reason="Found late")
    assert done == ImportedPrices(1, 0, MARCH)
    with pytest.raises(Invalid, match="no rows"):
        load(store, people["admin"], [], now)


def test_a_bundle_is_set_changed_and_withdrawn(
    store: Store, people: dict[str, Actor], products: Made, now: datetime
) -> None:
    actor = people["controller"]
    with store.write() as session:
        set_bundle(session, actor, "Starter", "USD", 6_000, products, now=now)
    with store.write() as session:
        set_bundle(session, actor, "Starter", "USD", 7_000, products, now=now, valid_from=APRIL)
    with store.write() as session:
        withdraw_bundle(session, actor, "Starter", "USD", now=now, valid_from=JUNE)
    with store.read() as session:
        assert [row.price_minor for row in bundles_on(session, MARCH)] == [6_000]
        (row,) = bundles_on(session, APRIL)
        assert (row.price_minor, bundle_products(session, [row.id])) == (7_000, {row.id: sorted(products)})
        assert bundles_on(session, JUNE) == []
    with pytest.raises(NotFound, match="no bundle Other"), store.write() as session:
        withdraw_bundle(session, actor, "Other", "USD", now=now)


def test_a_bundle_that_cannot_be_is_refused(
    store: Store, people: dict[str, Actor], products: Made, now: datetime
) -> None:
    for name, price, parts, error, words in (
        ("", 1, products, Invalid, "needs a name"),
        ("B", 1, products[:1] * 2, Invalid, "two products"),
        ("B", -1, products, Invalid, "not negative"),
        ("B", 1, (products[0], 99), NotFound, "no product 99"),
    ):
        with pytest.raises(error, match=words), store.write() as session:
            set_bundle(session, people["admin"], name, "USD", price, parts, now=now)
    with pytest.raises(Refused, match="may not set bundle"), store.write() as session:
        set_bundle(session, people["accountant"], "B", "USD", 1, products, now=now)

"""Contracts shared by stand-alone selling prices and bundles of the books, under the policy of their inception."""

from datetime import UTC, date, datetime

import pytest

from revrec.store.engine import Store
from revrec.store.tables import PolicySetting, StandalonePrice

from .played import Played
from .test_lives_in_the_books import scheduled

SET_AT = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = {"start": "2026-01-01", "end": "2026-12-31"}
PLAN = {"line": "1", "product": "PLAN", "amount": "1000.00", **YEAR}
SETUP = {"line": "2", "product": "SETUP", "amount": "200.00", **YEAR}


def order(*lines, name="SO-1", day="2026-01-01", **more):
    return {"type": "order", "date": day, "order": name, "customer": "Acme", "lines": list(lines), **more}


pytestmark = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)


@pytest.fixture
def books(database_url):
    """`books(life)` opens the books of a company with the life's policies and products, in January."""
    store = Store(database_url)

    def opened(**life):
        played = Played(store, {"events": [], **life})
        played.open("2026-01")
        return played

    yield opened
    store.close()


def set_price(played, product, low, *, high=None, **more):
    with played.store.write() as session:
        session.add(
            StandalonePrice(
                product_id=played._product(session, product),
                currency=more.pop("currency", "USD"),
                low_minor=low,
                high_minor=low if high is None else high,
                set_by="story",
                set_at=SET_AT,
                **more,
            )
        )


def set_policy(played, key, value, valid_from=None):
    with played.store.write() as session:
        session.add(PolicySetting(key=key, value=value, valid_from=valid_from, set_by="story", set_at=SET_AT))


def whole(played, period="2026-12"):
    """Revenue of each line of SO-1 through a period, all periods before it closed here."""
    played.close_through("2026-01", period)
    return {line: sum(played.revenue(line).values()) for line in ("1", "2", "3")}


def test_a_discount_is_shared_by_stand_alone_prices(books):
    """1,200 for what sells for 1,000 and 500: 800 and 400."""
    played = books(products={"PLAN": {"ssp": "1000.00"}, "SETUP": {"ssp": "500.00"}})
    played.tell(order(PLAN, SETUP))
    assert whole(played) == {"1": 80_000, "2": 40_000, "3": 0}


def test_a_bundle_keeps_its_discount_to_itself(books):
    """ASC 606-10-55, Example 34 A: A at 40, B and C at 55 and 45 observed together for 60; 100 for all three."""
    prices = {"A": {"ssp": "40.00"}, "B": {"ssp": "55.00"}, "C": {"ssp": "45.00"}}
    life = {
        "products": prices,
        "bundles": [{"products": ["B", "C"], "price": "60.00"}],
        "events": [
            order(
                *(
                    {"line": str(number), "product": name, "amount": amount, **YEAR}
                    for number, (name, amount) in enumerate(
                        (("A", "30.00"), ("B", "40.00"), ("C", "30.00")), start=1
                    )
                )
            )
        ],
    }
    played = books(**life)
    played.tell(life["events"][0])
    assert whole(played) == {"1": 4000, "2": 3300, "3": 2700}
    assert played.booked() == scheduled(life)


def test_a_bundle_of_unequal_quantities_is_none(books):
    prices = {"B": {"ssp": "55.00"}, "C": {"ssp": "45.00"}, "A": {"ssp": "40.00"}}
    played = books(products=prices, bundles=[{"products": ["B", "C"], "price": "60.00"}])
    lines = [
        {"line": "1", "product": "A", "amount": "30.00", **YEAR},
        {"line": "2", "product": "B", "amount": "40.00", "quantity": "2", **YEAR},
        {"line": "3", "product": "C", "amount": "30.00", **YEAR},
    ]
    played.tell(order(*lines))
    # 100 by 40, 110 and 45.
    assert whole(played) == {"1": 2051, "2": 5641, "3": 2308}


def test_the_price_of_the_day_the_region_and_the_quantity_rules(books):
    played = books(products={"PLAN": {"ssp": "1000.00"}})
    set_price(played, "SETUP", 99_900)
    set_price(played, "SETUP", 50_000, valid_from=date(2026, 1, 1))
    set_price(played, "SETUP", 40_000, min_quantity_e6=10_000_000)
    set_price(played, "SETUP", 30_000, min_quantity_e6=20_000_000, withdrawn=True)
    set_price(played, "SETUP", 12_300, valid_from=date(2026, 1, 2))
    few = {**SETUP, "quantity": "1"}
    many = {**SETUP, "quantity": "25", "line": "2", "amount": "200.00"}
    played.tell(order(PLAN, few))
    played.tell(order(PLAN, many, name="SO-2"))
    assert whole(played) == {"1": 80_000, "2": 40_000, "3": 0}
    # 1,200 by 1,000 and 25 x 400.
    assert sum(played.revenue("1", "SO-2").values()) == 10_909


def test_a_region_has_its_own_price_and_falls_back_to_that_of_all(books):
    played = books(products={"PLAN": {"ssp": "1000.00"}, "SETUP": {"ssp": "500.00"}})
    set_price(played, "SETUP", 200_000, region="EU")
    set_price(played, "SETUP", 100, region="US", valid_from=date(2026, 1, 2))
    for number, region in enumerate(("EU", "US", ""), start=1):
        name = f"SO-{number}"
        played.tell(order(PLAN, {**SETUP, "region": region}, name=name))
    played.close_through("2026-01", "2026-12")
    setups = [sum(played.revenue("2", f"SO-{number}").values()) for number in (1, 2, 3)]
    assert setups == [80_000, 40_000, 40_000]


def test_a_line_added_later_has_the_price_of_its_own_day(books):
    """At 900 in April it is a contract of its own; at January's 450 it would not be."""
    played = books(products={"PLAN": {"ssp": "1000.00"}})
    set_price(played, "SEATS", 45_000)
    set_price(played, "SEATS", 90_000, valid_from=date(2026, 3, 1))
    played.tell(order(PLAN))
    played.close_through("2026-01", "2026-03")
    seats = {"line": "2", "product": "SEATS", "amount": "900.00", "start": "2026-04-01", "end": "2026-12-31"}
    played.tell({"type": "modification", "date": "2026-04-01", "order": "SO-1", "lines": [seats]})
    played.close("2026-04")
    assert played.revenue("2") == {"2026-04": 9818}
    assert played.revenue()["2026-04"] == 8219


def test_how_near_to_its_price_a_new_line_is_separate_is_as_of_its_day(books):
    """Seats at 860 of 900 in April are no contract of their own; that from May on they would be changes nothing."""
    played = books(products={"PLAN": {"ssp": "1000.00"}, "SEATS": {"ssp": "900.00"}})
    set_policy(played, "ssp_tolerance", "10", date(2026, 5, 1))
    played.tell(order(PLAN))
    seats = {"line": "2", "product": "SEATS", "amount": "860.00", "start": "2026-04-01", "end": "2026-12-31"}
    change = {"type": "modification", "date": "2026-04-01", "order": "SO-1", "lines": [seats]}
    played.tell(change)
    played.close_through("2026-01", "2026-06")
    life = {"products": played.life["products"], "events": [order(PLAN), change], "through": "2026-06"}
    assert played.booked() == scheduled(life)
    assert not [one for one in played.booked().values() if one[1]]


def test_a_contract_begun_under_stated_prices_stays_so(books):
    """From March on new contracts are shared by stand-alone prices; the old one and its changes are not."""
    played = books(products={"PLAN": {"ssp": "1000.00"}, "SETUP": {"ssp": "500.00"}})
    set_policy(played, "allocation", "stated_price")
    set_policy(played, "allocation", "relative_ssp", date(2026, 3, 1))
    played.tell(order(PLAN, SETUP))
    played.close_through("2026-01", "2026-02")
    played.tell(order(PLAN, SETUP, name="SO-2", day="2026-03-01"))
    played.tell(
        {
            "type": "modification",
            "date": "2026-03-15",
            "order": "SO-1",
            "lines": [{"line": "2", "amount": "300.00"}],
        }
    )
    played.close_through("2026-03", "2026-12")
    assert {line: sum(played.revenue(line).values()) for line in ("1", "2")} == {"1": 100_000, "2": 30_000}
    assert {line: sum(played.revenue(line, "SO-2").values()) for line in ("1", "2")} == {
        "1": 80_000,
        "2": 40_000,
    }
    assert played.booked()["SO-2", "1", "2026-03"][0] == 80_000 * 90 // 365


def test_a_method_and_a_rounding_are_those_of_the_inception_too(books):
    played = books(policy={"method": "even"})
    set_policy(played, "method", "daily", date(2026, 2, 1))
    set_policy(played, "rounding", "last_period", date(2026, 2, 1))
    line = {**PLAN, "amount": "100.00", "start": "2026-02-01", "end": "2026-07-31"}
    played.tell(order(line))
    played.tell(order(line, name="SO-2", day="2026-02-01"))
    played.close_through("2026-01", "2026-07")
    assert list(played.revenue().values()) == [1667, 1666, 1667, 1667, 1666, 1667]
    assert list(played.revenue("1", "SO-2").values()) == [1547, 1713, 1657, 1713, 1657, 1713]


def test_a_missing_price_holds_the_contract_until_there_is_one(books):
    played = books(policy={"missing_ssp": "hold"}, products={"PLAN": {"ssp": "1000.00"}})
    played.tell(order(PLAN, SETUP))
    held = played.close("2026-01").result.held
    assert len(held) == 2
    assert played.booked() == {}
    set_price(played, "SETUP", 50_000)
    computed = played.close("2026-02")
    assert len(computed.result.held) == 0
    assert played.booked()["SO-1", "1", "2026-02"] == (80_000 * 59 // 365 + 1, 80_000 * 31 // 365 + 1, "late")

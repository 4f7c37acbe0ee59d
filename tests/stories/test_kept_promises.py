"""Deliveries, milestones, plans, ramps and rules of single lines and products, as the books hold them."""

from datetime import date

import pytest

from revrec.store.engine import Store
from revrec.store.tables import Delivery, LineRule, ProductRule, SalesOrder

from .played import Played
from .test_lives_in_the_books import scheduled
from .test_priced_contracts import SET_AT, order, set_policy

YEAR = {"start": "2026-01-01", "end": "2026-12-31"}
SAID = {"reason": "story", "set_by": "story", "set_at": SET_AT}


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


def add(played, *rows):
    with played.store.write() as session:
        for row in rows:
            session.add(row)


def delivery(line, day, **more):
    return {"type": "delivery", "date": day, "order": "SO-1", "line": line, **more}


def test_units_are_earned_as_they_are_delivered_and_a_withdrawn_report_is_taken_back(books):
    played = books()
    played.tell(
        order({"line": "1", "product": "BOX", "quantity": "10", "amount": "500.00", "method": "units"})
    )
    played.tell(delivery("1", "2026-01-20", quantity="4"))
    played.close("2026-01")
    played.tell(delivery("1", "2026-02-10", quantity="3"))
    played.tell(delivery("1", "2026-02-11", quantity="-1"))
    played.close("2026-02")
    assert played.revenue() == {"2026-01": 20_000, "2026-02": 10_000}
    with played.store.write() as session:
        first = session.get_one(Delivery, 1)
        first.withdrawn_by, first.withdrawn_at = "story", SET_AT
    played.close("2026-03")
    assert played.booked()["SO-1", "1", "2026-03"] == (-20_000, -20_000, "late")


def test_a_milestone_is_reached_once_by_its_weight(books):
    plan = [{"name": "Design", "weight": "1"}, {"name": "Go-live", "weight": "3"}]
    line = {"line": "1", "product": "BUILD", "amount": "8000.00", "method": "milestone", "milestones": plan}
    played = books()
    played.tell(order(line))
    played.tell(delivery("1", "2026-01-20", milestone="Design"))
    played.tell(delivery("1", "2026-01-21", milestone="Design"))
    played.close("2026-01")
    played.tell(delivery("1", "2026-02-20", milestone="Go-live"))
    played.close("2026-02")
    assert played.revenue() == {"2026-01": 200_000, "2026-02": 600_000}


def test_a_plan_may_be_the_products_and_without_one_the_contract_waits(books):
    line = {"line": "1", "product": "BUILD", "amount": "900.00", **YEAR}
    played = books()
    with played.store.write() as session:
        product = played._product(session, "BUILD")
    add(played, ProductRule(product_id=product, method="custom", **SAID))
    played.tell(order(line))
    assert len(played.close("2026-01").result.held) == 1
    plan = {"percentages": [["0", "50"], ["2", "50"]]}
    add(played, ProductRule(product_id=product, method="custom", plan=plan, **SAID))
    played.close_through("2026-02", "2026-03")
    assert played.revenue() == {"2026-02": 45_000, "2026-03": 45_000}


def test_a_product_rule_counts_for_contracts_that_begin_with_it(books):
    line = {"line": "1", "product": "PLAN", "amount": "1200.00", **YEAR}
    played = books()
    with played.store.write() as session:
        product = played._product(session, "PLAN")
    add(
        played,
        ProductRule(product_id=product, valid_from=date(2026, 1, 10), method="even", **SAID),
        ProductRule(product_id=product, valid_from=date(2026, 3, 1), method="point_in_time", **SAID),
    )
    played.tell(order(line))
    played.tell(order(line, name="SO-2", day="2026-01-10"))
    played.tell(order({**line, "method": "daily"}, name="SO-3", day="2026-01-10"))
    played.close("2026-01")
    january = [played.revenue("1", f"SO-{number}")["2026-01"] for number in (1, 2, 3)]
    assert january == [10_192, 10_000, 10_192]


def test_a_persons_word_on_a_line_goes_before_everything(books):
    played = books()
    played.tell(order({"line": "1", "product": "PLAN", "amount": "1200.00", "method": "even", **YEAR}))
    add(played, LineRule(obligation_id=1, held=True, **SAID))
    assert len(played.close("2026-01").result.held) == 1
    half = {"starts": date(2026, 2, 1), "ends": date(2026, 7, 31), "method": "daily"}
    add(played, LineRule(obligation_id=1, **half, **SAID))
    played.close_through("2026-02", "2026-07")
    assert played.revenue()["2026-02"] == 120_000 * 28 // 181 + 1
    assert sum(played.revenue().values()) == 120_000


def test_a_method_that_there_is_none_of_holds_its_contract(books):
    played = books()
    played.tell(order({"line": "1", "product": "PLAN", "amount": "1200.00", "method": "by moon", **YEAR}))
    assert len(played.close("2026-01").result.held) == 1


RAMP = (
    {"line": "1", "product": "PLAN", "amount": "1200.00", "method": "even", **YEAR},
    {
        "line": "2",
        "product": "PLAN",
        "amount": "2400.00",
        "method": "even",
        "start": "2027-01-01",
        "end": "2027-12-31",
    },
)


def test_a_ramp_is_one_obligation_under_its_first_line(books):
    played = books()
    played.tell(order(*RAMP))
    played.close("2026-01")
    assert played.booked() == {("SO-1", "1", "2026-01"): (15_000, 0, "")}
    # Its second year becomes dearer: 4,800 in all, 150 of them earned, over the 23 months that are left.
    change = {"type": "modification", "date": "2026-02-10", "order": "SO-1"}
    change["lines"] = [{"line": "2", "amount": "3600.00"}]
    played.tell(change)
    played.close("2026-02")
    assert played.revenue()["2026-02"] == 465_000 // 23
    assert played.revenue("2") == {}
    expected = scheduled({"through": "2026-02", "events": [order(*RAMP), change]})
    assert played.booked() == expected


def test_a_ramp_that_loses_its_last_year_ends_a_year_earlier(books):
    played = books()
    played.tell(order(*RAMP))
    played.close("2026-01")
    played.stated["SO-1"] = [RAMP[0]]
    played.tell({"type": "modification", "date": "2026-02-01", "order": "SO-1", "lines": []})
    played.close("2026-02")
    # 1,200 less the 150 that are booked, over eleven months.
    assert played.revenue()["2026-02"] == 105_000 // 11


def test_a_ramp_whose_parts_were_booked_apart_stays_apart(books):
    played = books()
    set_policy(played, "ramp", False)
    early = {**RAMP[1], "start": "2026-02-01", "end": "2026-02-28"}
    first = {**RAMP[0], "start": "2026-01-01", "end": "2026-01-31"}
    later = {**RAMP[1], "line": "3", "start": "2026-03-01", "end": "2026-03-31", "amount": "600.00"}
    played.tell(order(first, early, later))
    played.close_through("2026-01", "2026-02")
    set_policy(played, "ramp", True)
    played.close("2026-03")
    assert played.revenue("1") == {"2026-01": 120_000}
    assert played.revenue("2") == {"2026-02": 240_000}
    assert played.revenue("3") == {"2026-03": 60_000}


def test_lines_of_a_product_that_is_no_ramp_stay_apart(books):
    played = books()
    with played.store.write() as session:
        product = played._product(session, "PLAN")
    add(played, ProductRule(product_id=product, ramp=False, **SAID))
    played.tell(order(*RAMP))
    played.close("2026-01")
    assert played.revenue() == {"2026-01": 10_000}


def test_an_order_put_into_a_contract_is_shared_with_it(books):
    """1,200 and 600 for what sells for 1,000 a year each: 900 and 900, from the second order on."""
    line = {"line": "1", "product": "PLAN", "amount": "1200.00", **YEAR}
    played = books(products={"PLAN": {"ssp": "1000.00"}})
    played.tell(order(line))
    played.tell(order({**line, "amount": "600.00"}, name="SO-2"))
    with played.store.write() as session:
        session.get_one(SalesOrder, 2).contract_id = 1
    played.close_through("2026-01", "2026-12")
    assert [sum(played.revenue("1", name).values()) for name in ("SO-1", "SO-2")] == [90_000, 90_000]

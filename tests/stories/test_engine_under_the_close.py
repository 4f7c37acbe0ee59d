"""From Salesforce to the ledger: orders that change in the CRM are modifications by the time their period closes."""

from datetime import date

import pytest

from revrec.operations.price_terms import PriceTerms
from revrec.operations.set_price import PricedAs, set_price
from revrec.operations.treat_version import treat_version

from .conftest import begin
from .test_lives_in_the_books import scheduled
from .verbs import now

DATES = {"start": "2026-01-01", "end": "2026-12-31"}
PLATFORM, SUPPORT = "PLAT-ENT", "SUPP-PREM"


def line(product, amount, **more):
    return {"product": product, "quantity": 1, "amount": amount, **DATES, **more}


def place(books, *lines):
    """An order of January for a customer of a dollar subsidiary, not yet read."""
    customer = books.values(
        "SELECT c.external_id FROM customer_link l JOIN crm_customer c ON c.id = l.crm_customer_id"
        " JOIN netsuite_customer n ON n.id = l.netsuite_customer_id WHERE n.subsidiary_id = 1 ORDER BY c.id"
    )[0]
    return books.salesforce.send(
        "POST",
        "orders",
        account=customer,
        effective_date="2026-01-01",
        currency="USD",
        subsidiary="1",
        lines=list(lines),
    )


def price(books, **units):
    for product, low in units.items():
        key = books.value("SELECT id FROM product WHERE code = :code", code=product.replace("_", "-"))
        with books.store.write() as session:
            set_price(
                session,
                books.preparer,
                PricedAs(key, "USD"),
                PriceTerms(low_minor=low),
                now=now(),
                reason="list",
            )


def amend(books, order, effective, **amounts):
    """New amounts of lines, by their place in the order."""
    lines = [{"id": order["lines"][int(at[1:])], "amount": amount} for at, amount in amounts.items()]
    books.salesforce.send("POST", f"orders/{order['number']}/amend", effective=effective, lines=lines)
    books.run_orders()


def earned(books, order):
    """(line, period) -> revenue, adjustment and cause, in the order of the lines."""
    places = {row: str(at) for at, row in enumerate(order["lines"])}
    return {
        (places[own], period): (int(revenue), int(adjustment), cause)
        for own, period, revenue, adjustment, cause in books.rows(
            "SELECT o.line_external_id, c.period, b.revenue_minor, b.adjustment_minor, b.cause FROM booked b"
            " JOIN period_close c ON c.id = b.period_close_id AND c.state = 'closed'"
            " JOIN obligation o ON o.id = b.obligation_id JOIN sales_order s ON s.id = o.order_id"
            " WHERE s.number = :number AND b.revenue_minor <> 0",
            number=order["number"],
        )
    }


def calculated(*events, through="2026-03", **products):
    life = {
        "through": through,
        "products": {name.replace("_", "-"): {"ssp": ssp} for name, ssp in products.items()},
        "events": [{"order": "X", **event} for event in events],
    }
    return {(own, period): booked for (_, own, period), booked in scheduled(life).items()}


@pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)
def test_an_amendment_is_prospective_and_shared_by_stand_alone_prices(books_on):
    books = books_on
    begin(books)
    order = place(books, line(PLATFORM, "12000.00"), line(SUPPORT, "1200.00"))
    books.run_orders()
    price(books, PLAT_ENT=1_200_000, SUPP_PREM=240_000)
    for period in ("2026-01", "2026-02"):
        books.close(period)
    amend(books, order, "2026-03-01", _0="18000.00")
    books.close("2026-03")
    signed = {
        "type": "order",
        "date": "2026-01-01",
        "customer": "C",
        "lines": [
            {**line(PLATFORM, "12000.00"), "line": "0", "quantity": "1"},
            {**line(SUPPORT, "1200.00"), "line": "1", "quantity": "1"},
        ],
    }
    changed = {"type": "modification", "date": "2026-03-01", "lines": [{"line": "0", "amount": "18000.00"}]}
    assert earned(books, order) == calculated(signed, changed, PLAT_ENT="12000.00", SUPP_PREM="2400.00")
    # 13,200 by 12,000 and 2,400: support earns 2,200 a year, not 1,200.
    assert earned(books, order)["1", "2026-01"] == (18685, 0, "")
    reasons = books.values(
        "SELECT t.reason FROM treatment_taken t JOIN order_version v ON v.id = t.order_version_id"
        " JOIN sales_order s ON s.id = v.order_id WHERE s.number = :number",
        number=order["number"],
    )
    assert reasons == ["prospective or catch-up by line: it changes a line that was there before"]


def test_a_price_that_was_typed_wrong_is_corrected_from_the_beginning(books):
    order = place(books, line(PLATFORM, "12000.00"))
    books.run_orders()
    for period in ("2026-01", "2026-02"):
        books.close(period)
    amend(books, order, "2026-03-05", _0="15000.00")
    version, order_id = books.rows(
        "SELECT v.number, s.id FROM order_version v JOIN sales_order s ON s.id = v.order_id"
        " WHERE s.number = :number ORDER BY v.number DESC",
        number=order["number"],
    )[0]
    with books.store.write() as session:
        treat_version(
            session, books.preparer, order_id, version, "correction", now=now(), reason="typed wrong"
        )
    books.close("2026-03")
    through_february, through_march = 242_466, 369_863
    booked = 193_973
    assert earned(books, order)["0", "2026-03"] == (through_march - booked, through_february - booked, "late")


def test_a_line_taken_out_of_an_order_is_earned_through_the_day_before(books):
    order = place(books, line(PLATFORM, "12000.00"), line(SUPPORT, "3650.00"))
    books.run_orders()
    books.close("2026-01")
    second = order["lines"][1]
    books.salesforce.send("DELETE", f"records/OrderItem/{second}")
    books.run_orders()
    day = date.fromisoformat(
        str(
            books.value(
                "SELECT max(v.effective_on) FROM order_version v JOIN sales_order s ON s.id = v.order_id"
                " WHERE s.number = :number",
                number=order["number"],
            )
        )
    )
    assert day > date(2026, 1, 31)
    books.close("2026-02")
    books.close("2026-03")
    days = min((day - date(2026, 1, 1)).days, 90)
    assert sum(one[0] for (own, _), one in earned(books, order).items() if own == "1") == days * 1000


@pytest.mark.parametrize(
    "how",
    ["orders/{number}/cancel", pytest.param("orders/{number}/deactivate", marks=pytest.mark.slow)],
)
def test_an_order_lost_in_the_open_period_stops_there(books, how):
    order = place(books, line(PLATFORM, "36500.00"))
    books.run_orders()
    books.close("2026-01")
    books.close("2026-02")
    books.salesforce.send("POST", how.format(number=order["number"]))
    books.run_orders()
    last = books.value(
        "SELECT max(cancelled_on) FROM order_version WHERE cancelled_on IS NOT NULL AND published"
    )
    books.close("2026-03")
    days = min((date.fromisoformat(str(last)) - date(2025, 12, 31)).days, 90)
    assert sum(one[0] for one in earned(books, order).values()) == days * 10_000

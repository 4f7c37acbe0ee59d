"""Orders that change: what a version does to what closed periods booked, and to what is left, on either database.

Figures are cents; where the calculator can tell the same life, it has to come to the same.
"""

import pytest
from sqlalchemy import select

from jobs.closing.compute import compute_period
from revrec.store.core import treatment_taken
from revrec.store.engine import Store

from .played import Played
from .test_lives_in_the_books import scheduled

YEAR = {"product": "PLAN", "start": "2026-01-01", "end": "2026-12-31"}
PLAN = {"line": "1", "amount": "1200.00", **YEAR}
ORDER = {"type": "order", "date": "2026-01-01", "order": "SO-1", "customer": "Acme", "lines": [PLAN]}
TAKEN = treatment_taken.c


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


def change(date, *lines, **more):
    return {"type": "modification", "date": date, "order": "SO-1", "lines": list(lines), **more}


SEATS = {"line": "2", "product": "SEATS", "amount": "900.00", "start": "2026-04-01", "end": "2026-12-31"}


@pytest.mark.parametrize(
    ("treatment", "ssp", "april"),
    [
        # The seats at their stand-alone price: a contract of their own, 900 x 30 / 275 beside the plan.
        ("auto", "900.00", {"1": 9863, "2": 9818}),
        # At a discount: the rests of both, 904.11 + 900.00, shared by 904.11 and 1200.00 and spread over 275 days.
        ("auto", "1200.00", {"1": 8457, "2": 11224}),
        ("prospective", "900.00", {"1": 9863, "2": 9818}),
        # From inception: 2100 shared by 1200 and 1200; 1050 x 120 / 365 less the 295.89 booked; 1050 x 30 / 275.
        ("cumulative_catch_up", "1200.00", {"1": 4932, "2": 11455}),
    ],
)
def test_an_upsell_in_mid_term(books, treatment, ssp, april):
    products = {"PLAN": {"ssp": "1200.00"}, "SEATS": {"ssp": ssp}}
    life = {"products": products, "events": [ORDER, change("2026-04-01", SEATS, treatment=treatment)]}
    played = books(**life)
    played.tell(ORDER)
    played.close_through("2026-01", "2026-03")
    assert played.revenue() == {"2026-01": 10192, "2026-02": 9205, "2026-03": 10192}
    played.tell(life["events"][1])
    played.close_through("2026-04", "2026-12")
    assert {line: played.revenue(line)["2026-04"] for line in ("1", "2")} == april
    assert played.booked() == scheduled(life)
    assert sum(played.revenue().values()) + sum(played.revenue("2").values()) == 210_000


def test_why_a_change_went_its_way_is_kept(books):
    played = books(products={"SEATS": {"ssp": "900.00"}})
    played.tell(ORDER)
    played.tell(change("2026-04-01", SEATS))
    played.close_through("2026-01", "2026-04")
    with played.store.read() as session:
        taken = [tuple(row) for row in session.execute(select(TAKEN.order_version_id, TAKEN.reason))]
    assert taken == [(2, "separate: all its lines are new, at their stand-alone selling prices")]


def test_a_correction_had_always_been_so(books):
    """1,500 instead of 1,200 from January on: what January and February lack is late, not a modification."""
    played = books()
    played.tell(ORDER)
    played.close_through("2026-01", "2026-02")
    played.tell(change("2026-03-10", {"line": "1", "amount": "1500.00"}))
    played.treat("correction")
    played.close("2026-03")
    late = 24247 - 19397
    assert played.booked()["SO-1", "1", "2026-03"] == (36986 - 19397, late, "late")
    played.close_through("2026-04", "2026-12")
    assert sum(played.revenue().values()) == 150_000


def test_a_correction_corrects_the_latest_statement(books):
    """The upsell of April was 1,800 and not 1,500; before it the order stays as it was."""
    played = books()
    played.tell(ORDER)
    played.tell(change("2026-04-01", {"line": "1", "amount": "1500.00"}))
    played.close_through("2026-01", "2026-04")
    played.tell(change("2026-05-20", {"line": "1", "amount": "1800.00"}))
    played.treat("correction")
    played.close_through("2026-05", "2026-12")
    life = {"events": [ORDER, change("2026-04-01", {"line": "1", "amount": "1800.00"})]}
    expected = scheduled(life)
    assert played.revenue()["2026-03"] == 10192
    assert played.booked()["SO-1", "1", "2026-05"][1:] == (
        expected["SO-1", "1", "2026-04"][0] - played.revenue()["2026-04"],
        "late",
    )
    assert sum(played.revenue().values()) == 180_000
    assert played.revenue()["2026-06"] == expected["SO-1", "1", "2026-06"][0]


def test_a_line_that_never_was_is_taken_back_and_one_that_was_left_out_is_caught_up(books):
    other = {**PLAN, "line": "2", "amount": "600.00"}
    played = books()
    played.tell({**ORDER, "lines": [PLAN, other]})
    played.close("2026-01")
    played.stated["SO-1"] = [PLAN]
    played.tell(change("2026-02-03", {**PLAN, "line": "3", "amount": "2400.00"}))
    played.treat("correction")
    played.close("2026-02")
    assert played.revenue("2") == {"2026-01": 5096, "2026-02": -5096}
    assert played.booked()["SO-1", "3", "2026-02"] == (38795, 20384, "late")
    assert played.revenue() == {"2026-01": 10192, "2026-02": 9205}


def test_a_cancelled_order_keeps_what_it_earned_through_its_last_day(books):
    played = books()
    played.tell(ORDER)
    played.close_through("2026-01", "2026-02")
    played.tell({"type": "cancel", "date": "2026-03-11", "order": "SO-1", "end": "2026-03-10"})
    played.close_through("2026-03", "2026-05")
    assert played.revenue() == {"2026-01": 10192, "2026-02": 9205, "2026-03": 22685 - 19397}


def test_a_cancellation_that_is_put_off_is_earned_through_its_new_last_day(books):
    """Of 1,200.00 over 2026 the 181 days through June: 595.07."""
    played = books()
    played.tell(ORDER)
    played.close_through("2026-01", "2026-02")
    played.tell({"type": "cancel", "date": "2026-03-11", "order": "SO-1", "end": "2026-03-10"})
    played.close("2026-03")
    played.tell({"type": "cancel", "date": "2026-04-05", "order": "SO-1", "end": "2026-06-30"})
    played.close_through("2026-04", "2026-07")
    assert sum(played.revenue().values()) == 59507


def test_a_second_cancellation_comes_on_top_of_a_later_one(books):
    """Through May 496.44 of the 1,200.00 billed stay and 703.56 are owed as a refund; a credit of April takes 100.00.
    The end in April is earned as ordered: 120 days, 394.52."""
    played = books()
    played.tell(ORDER)
    played.close_through("2026-01", "2026-02")
    played.tell({"type": "cancel", "date": "2026-03-11", "order": "SO-1", "end": "2026-05-31"})
    played.close("2026-03")
    line = {"line": "1", "for_line": "1", "product": "PLAN"}
    invoice = {
        "type": "invoice",
        "date": "2026-04-01",
        "number": "INV-1",
        "customer": "Acme",
        "order": "SO-1",
    }
    played.tell({**invoice, "lines": [{**line, "amount": "1200.00"}]})
    played.tell(
        {
            "type": "credit_memo",
            "date": "2026-04-01",
            "number": "CM-1",
            "customer": "Acme",
            "order": "SO-1",
            "treatment": "prospective",
            "lines": [{**line, "amount": "100.00"}],
        }
    )
    played.tell({"type": "cancel", "date": "2026-04-10", "order": "SO-1", "end": "2026-04-30"})
    played.close_through("2026-04", "2026-06")
    assert sum(played.revenue().values()) == 39452


@pytest.mark.parametrize("how", ["said never to have been cancelled", "put back in the CRM"])
def test_an_order_that_was_lost_and_is_there_again_runs_on(books, how):
    played = books()
    played.tell(ORDER)
    played.close("2026-01")
    played.tell({"type": "cancel", "date": "2026-02-11", "order": "SO-1", "end": "2026-02-10"})
    played.close("2026-02")
    assert played.revenue() == {"2026-01": 10192, "2026-02": 13479 - 10192}
    if how == "put back in the CRM":
        played.tell(change("2026-03-05"))
    else:
        played.treat("not_cancelled")
    played.close("2026-03")
    assert played.revenue()["2026-03"] == 29589 - 13479
    played.close_through("2026-04", "2026-12")
    assert sum(played.revenue().values()) == 120_000


def test_a_change_of_an_estimate_is_caught_up_where_it_is_earned(books):
    """The same as a price change that a person states: 300 more, of which 90 of 365 days are earned."""
    played = books()
    played.tell(ORDER)
    played.close_through("2026-01", "2026-03")
    played.tell(change("2026-04-01", {"line": "1", "amount": "1500.00"}))
    played.treat("price_change")
    played.close_through("2026-04", "2026-04")
    assert played.booked()["SO-1", "1", "2026-04"][1:] == (36986 - 29589, "estimate")
    # A modification after it counts from the price without the estimate: 600 more, over what remains.
    later = change("2026-07-01", {"line": "1", "amount": "2100.00"})
    played.tell(later)
    played.close_through("2026-05", "2026-12")
    estimate = {"type": "price_change", "order": "SO-1", "date": "2026-04-01", "amount": "300.00"}
    same = {"events": [ORDER, estimate, change("2026-07-01", {"line": "1", "amount": "1800.00"})]}
    assert played.booked() == scheduled(same)
    assert sum(played.revenue().values()) == 210_000


def test_a_version_recorded_late_is_a_prior_period_adjustment(books):
    played = books()
    played.tell(ORDER)
    played.close_through("2026-01", "2026-03")
    late = change("2026-02-01", {"line": "1", "amount": "1500.00"}, recorded="2026-04-09")
    played.tell(late)
    played.close_through("2026-04", "2026-12")
    assert played.booked()["SO-1", "1", "2026-04"][2] == "late"
    assert played.booked() == scheduled({"events": [ORDER, late]})


def test_a_line_of_a_superseded_version_alone_is_taken_back(books):
    """March adds seats; in April the CRM says that since February the order has had none."""
    played = books()
    played.tell(ORDER)
    played.tell(change("2026-03-01", {**SEATS, "start": "2026-03-01"}))
    played.close_through("2026-01", "2026-03")
    assert played.revenue("2") == {"2026-03": 9118}
    played.stated["SO-1"] = [PLAN]
    played.tell(change("2026-02-15", {"line": "1", "amount": "1200.00"}))
    played.close("2026-04")
    assert played.revenue("2") == {"2026-03": 9118, "2026-04": -9118}
    assert played.revenue()["2026-04"] == 9863


def test_a_line_reduced_to_nothing_is_lost_from_that_day(books):
    played = books()
    played.tell({**ORDER, "lines": [PLAN, {**PLAN, "line": "2"}]})
    played.close("2026-01")
    played.tell(change("2026-02-15", {"line": "2", "amount": "0", "quantity": "0"}))
    played.close_through("2026-02", "2026-03")
    assert played.revenue("2") == {"2026-01": 10192, "2026-02": 14795 - 10192}
    assert played.revenue()["2026-03"] == 10192


OPEN = {**PLAN, "amount": "365.00", "end": None}


@pytest.mark.parametrize(
    ("treatment", "march"),
    # From March on 365.00 over 306 days; or a day's 1.00 for all 90 days that have passed.
    [("auto", (3698, 0, "")), ("correction", (9000, 5900, "late"))],
)
def test_a_line_that_began_without_an_end_waits_for_it(books, treatment, march):
    played = books()
    played.tell({**ORDER, "lines": [OPEN]})
    played.close_through("2026-01", "2026-02")
    assert played.booked() == {}
    played.tell(change("2026-03-01", {"line": "1", "end": "2026-12-31"}))
    if treatment == "correction":
        played.treat(treatment)
    played.close_through("2026-03", "2026-12")
    assert played.booked()["SO-1", "1", "2026-03"] == march
    assert sum(played.revenue().values()) == 36_500


@pytest.mark.parametrize(
    ("line", "treatment", "told"),
    [
        (
            {"line": "1", "amount": "0"},
            "prospective",
            ("line 1 of order SO-1", "Line 1 of order SO-1 is changed to a price of zero from inception"),
        ),
        (
            {"line": "1", "amount": "900.00"},
            "separate",
            ("version 2 of order SO-1", "Version 2 of order SO-1 is to be a separate contract but"),
        ),
    ],
)
def test_what_cannot_be_done_is_told_by_order_and_line(books, line, treatment, told):
    played = books()
    played.tell(ORDER)
    played.tell(change("2026-02-01", line, treatment=treatment))
    played.close("2026-01")
    findings = compute_period(played.store, "2026-02").findings
    (where, message) = next((one.where, one.message) for one in findings if "SO-1" in one.where)
    assert where == told[0]
    assert message.startswith(told[1])

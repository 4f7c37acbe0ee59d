"""The transaction price, shared: SSPs with units, terms and ranges, bundles, residuals, and what changes do to them."""

from dataclasses import replace

import pytest

from revrec.accounting.book import Bundles, Changes
from revrec.accounting.calendar import parse_day
from revrec.accounting.close import close_period
from revrec.accounting.columns import NO_AMOUNT, NONE
from revrec.accounting.problem import blockers
from revrec.accounting.scenario import ScenarioError, run_scenario
from revrec.accounting.terms import AllocationFlag, ChangeKind, Method, SspKind, SspPer, Treatment

YEAR = {"start": "2025-01-01", "end": "2025-12-31"}


@pytest.fixture
def allocate(book, line, policy):
    """Allocated amounts and flags of lines with these columns, at the order."""

    def of(*rows, bundles=None, changes=None, period="2025-01", **given):
        lines = [
            line(**{"id": 11 + n, "line_rank": n, "ssp_low": NO_AMOUNT, "ssp_high": NO_AMOUNT, "ssp_per": 0,
                    "ssp_kind": 0, "bundle": NONE, "quantity_e6": 10**6, **YEAR, **row})
            for n, row in enumerate(rows)
        ]  # fmt: skip
        made = book(lines, [], **given)
        columns = {"bundles": bundles, "changes": changes}
        made = replace(made, **{k: v for k, v in columns.items() if v is not None})
        return close_period(made, made.calendar.index(period), policy)

    return of


def inception(result):
    return [a["inception"] for a in result.allocations.rows()]


def allocated(result):
    return [a["allocated"] for a in result.allocations.rows()]


def flags(result):
    return [a["flags"] for a in result.allocations.rows()]


def kinds(result):
    return [p.kind for p in blockers(result.problems)]


def test_a_price_by_month_weighs_its_months(allocate):
    # 100.00 a month for a year, and 600.00 once: 1,200 to 600 of 1,500.00.
    result = allocate(
        {"stated": 90000, "ssp_low": 10000, "ssp_per": SspPer.MONTH}, {"stated": 60000, "ssp_low": 60000}
    )
    assert inception(result) == [100000, 50000]


def test_a_price_by_year_weighs_part_years_by_days(allocate):
    # 73 days of 365.00 a year are 73.00; beside 27.00.
    half = {"start": "2025-01-01", "end": "2025-03-14"}
    result = allocate(
        {"stated": 5000, "ssp_low": 36500, "ssp_per": SspPer.YEAR, **half},
        {"stated": 5000, "ssp_low": 2700},
    )
    assert inception(result) == [7300, 2700]


def test_whole_months_that_begin_late_in_a_month_are_whole(allocate):
    term = {"start": "2025-01-31", "end": "2025-02-27"}
    result = allocate(
        {"stated": 5000, "ssp_low": 5000, "ssp_per": SspPer.MONTH, **term}, {"stated": 5000, "ssp_low": 5000}
    )
    assert inception(result) == [5000, 5000]


def test_quantities_weigh(allocate):
    result = allocate(
        {"stated": 3000, "ssp_low": 1000, "quantity_e6": 2_500_000}, {"stated": 2000, "ssp_low": 2500}
    )
    assert inception(result) == [2500, 2500]


@pytest.mark.parametrize(
    ("stated", "outside", "weight", "flag"),
    [
        (15000, "nearest", 15000, 0),
        (9000, "nearest", 12000, AllocationFlag.OUTSIDE_RANGE),
        (30000, "nearest", 18000, AllocationFlag.OUTSIDE_RANGE),
        (9000, "midpoint", 15000, AllocationFlag.OUTSIDE_RANGE),
        (12000, "midpoint", 12000, 0),
    ],
)
def test_inside_its_range_the_stated_price_is_the_ssp(allocate, stated, outside, weight, flag):
    result = allocate(
        {"stated": stated, "ssp_low": 12000, "ssp_high": 18000},
        {"stated": 50000 - stated, "ssp_low": 50000 - weight},
        ssp_outside=1 if outside == "midpoint" else 0,
    )
    assert inception(result) == [weight, 50000 - weight]
    assert flags(result) == [flag, 0]


def test_a_missing_ssp_weighs_its_stated_price_and_says_so(allocate):
    result = allocate({"stated": 10000}, {"stated": 10000, "ssp_low": 30000})
    assert inception(result) == [5000, 15000]
    assert flags(result) == [AllocationFlag.MISSING_SSP, 0]


def test_a_free_line_takes_its_share(allocate):
    assert inception(allocate({"stated": 0, "ssp_low": 2000}, {"stated": 10000, "ssp_low": 8000})) == [
        2000,
        8000,
    ]


def test_usage_is_outside_allocation(allocate):
    usage = {"stated": 500, "ssp_low": 90000, "method": Method.AS_INVOICED}
    result = allocate(usage, {"stated": 6000, "ssp_low": 5000}, {"stated": 4000, "ssp_low": 5000})
    assert inception(result) == [0, 5000, 5000]
    assert flags(result)[0] == 0


RESIDUAL = {"ssp_kind": SspKind.RESIDUAL}


@pytest.mark.parametrize(
    ("low", "high", "refused"),
    [
        (NO_AMOUNT, NO_AMOUNT, False),
        (4000, 6000, False),
        (5000, 5000, False),
        (5001, 9000, True),
        (1, 4999, True),
    ],
)
def test_a_residual_takes_what_is_left_inside_its_observed_range_only(allocate, low, high, refused):
    result = allocate(
        {"stated": 9000, **RESIDUAL, "ssp_low": low, "ssp_high": high}, {"stated": 6000, "ssp_low": 10000}
    )
    assert kinds(result) == (["residual_outside_range"] if refused else [])
    assert inception(result) == [5000, 10000]
    assert flags(result) == [AllocationFlag.RESIDUAL, 0]


def test_nothing_left_for_a_residual_is_refused(allocate):
    assert kinds(allocate({"stated": 9000, **RESIDUAL}, {"stated": 1000, "ssp_low": 10000})) == [
        "residual_outside_range"
    ]


def test_two_residuals_of_one_contract_are_refused(allocate):
    result = allocate({"stated": 1, **RESIDUAL}, {"stated": 2, **RESIDUAL}, {"stated": 9000, "ssp_low": 8000})
    assert kinds(result) == ["several_residuals", "several_residuals"]


def test_the_discount_of_a_bundle_belongs_to_its_lines_alone(allocate):
    # ASC 606-10-55-259 to -264: products at 40, 55 and 45; the last two sell for 60 together; the contract for 100.
    result = allocate(
        {"stated": 10000, "ssp_low": 4000},
        {"stated": 0, "ssp_low": 5500, "bundle": 3},
        {"stated": 0, "ssp_low": 4500, "bundle": 3},
        bundles=Bundles.of(id=[3], price=[6000]),
    )
    assert inception(result) == [4000, 3300, 2700]
    assert flags(result) == [0, AllocationFlag.BUNDLE, AllocationFlag.BUNDLE]


def test_a_bundle_comes_before_the_residual(allocate):
    # ASC 606-10-55-265 to -268, case B: of 130, 100 are observed, 30 are left for the fourth product.
    result = allocate(
        {"stated": 13000, "ssp_low": 4000},
        {"stated": 0, "ssp_low": 5500, "bundle": 3},
        {"stated": 0, "ssp_low": 4500, "bundle": 3},
        {"stated": 0, **RESIDUAL, "ssp_low": 1500, "ssp_high": 4500},
        bundles=Bundles.of(id=[3], price=[6000]),
    )
    assert inception(result) == [4000, 3300, 2700, 3000]
    # Case C: of 105 only 5 would be left, outside the observed range of 15 to 45.
    refused = allocate(
        {"stated": 10500, "ssp_low": 4000},
        {"stated": 0, "ssp_low": 5500, "bundle": 3},
        {"stated": 0, "ssp_low": 4500, "bundle": 3},
        {"stated": 0, **RESIDUAL, "ssp_low": 1500, "ssp_high": 4500},
        bundles=Bundles.of(id=[3], price=[6000]),
    )
    assert kinds(refused) == ["residual_outside_range"]


def test_ties_in_a_bundle_go_to_the_later_line(allocate):
    # 1.00 over thirds of a bundle whose price no weight divides evenly, beside a third line of its own.
    result = allocate(
        {"stated": 100, "ssp_low": 700},
        {"stated": 0, "ssp_low": 1100, "bundle": 3},
        {"stated": 0, "ssp_low": 1100, "bundle": 3},
        bundles=Bundles.of(id=[3], price=[1400]),
    )
    assert inception(result) == [33, 33, 34]


def modified(obligation, amount, treatment=Treatment.PROSPECTIVE, day="2025-07-01"):
    return Changes.of(
        id=9, kind=int(ChangeKind.MODIFICATION), day=parse_day(day), contract=1, obligation=obligation,
        treatment=int(treatment), amount=amount,
    )  # fmt: skip


def test_a_residual_that_is_raised_takes_what_its_price_is_raised_by(allocate):
    rows = (
        {"stated": 9000, **RESIDUAL, "method": Method.EVEN},
        {"stated": 6000, "ssp_low": 10000, "method": Method.EVEN},
    )
    caught_up = allocate(*rows, changes=modified(11, 12000, Treatment.CUMULATIVE_CATCH_UP), period="2025-12")
    assert allocated(caught_up) == [8000, 10000]
    onward = allocate(*rows, changes=modified(11, 12000), period="2025-12")
    # Half is earned: 2,500 and 5,000. Of 7,500 and 3,000 more, 5,500 to 5,000 by weight.
    assert allocated(onward) == [2500 + 5500, 5000 + 5000]


def test_a_line_of_a_bundle_keeps_the_discount_when_it_changes(allocate):
    # A bundle of 60 for 80 and 20 by themselves: 48 and 12. The first line doubles its quantity and price.
    rows = (
        {"stated": 4800, "ssp_low": 8000, "bundle": 3, "method": Method.EVEN},
        {"stated": 1200, "ssp_low": 2000, "bundle": 3, "method": Method.EVEN},
    )
    change = Changes.of(
        id=9, kind=int(ChangeKind.MODIFICATION), day=parse_day("2025-07-01"), contract=1, obligation=11,
        treatment=int(Treatment.CUMULATIVE_CATCH_UP), amount=9600, quantity_e6=2 * 10**6,
    )  # fmt: skip
    result = allocate(*rows, bundles=Bundles.of(id=[3], price=[6000]), changes=change, period="2025-12")
    assert inception(result) == [4800, 1200]
    assert allocated(result) == [9600, 1200]


def test_a_separate_contract_keeps_its_rest_from_the_others_pool():
    """A line added at its own price is a contract of its own, also when it or the others are changed later."""

    def life(*changes):
        product = {"method": "even", "ssp": "100.00", "ssp_per": "month"}
        lines = [
            {"line": "1", "product": "P", "amount": "900.00", "start": "2025-01-01", "end": "2025-12-31"},
            {"line": "2", "product": "P", "amount": "1500.00", "start": "2025-01-01", "end": "2025-12-31"},
        ]
        added = {"line": "3", "product": "P", "amount": "600.00", "start": "2025-07-01", "end": "2025-12-31"}
        order = {"type": "order", "date": "2025-01-01", "order": "S", "customer": "A", "lines": lines}
        first = {"type": "modification", "date": "2025-07-01", "order": "S", "lines": [added]}
        for line in lines:
            line["ramp"] = False
        events = [order, first, *changes]
        return run_scenario({"products": {"P": product}, "through": "2025-12", "events": events})

    plain = {a["line"]: a["allocated"] for a in life()["allocations"]}
    assert plain == {"1": "1200.00", "2": "1200.00", "3": "600.00"}
    change = {
        "type": "modification", "date": "2025-10-01", "order": "S", "treatment": "prospective",
        "lines": [{"line": "3", "amount": "660.00"}],
    }  # fmt: skip
    raised = {a["line"]: a["allocated"] for a in life(change)["allocations"]}
    assert raised == {"1": "1200.00", "2": "1200.00", "3": "660.00"}
    other = {**change, "lines": [{"line": "1", "amount": "960.00"}]}
    raised = {a["line"]: a["allocated"] for a in life(other)["allocations"]}
    assert raised["3"] == "600.00"
    assert float(raised["1"]) + float(raised["2"]) == 2460.0


def test_a_modification_of_usage_moves_no_price():
    """Usage is outside allocation: a new rate is no consideration that remains."""
    lines = [
        {"line": "1", "product": "U", "quantity": "100", "amount": "50.00", "method": "as_invoiced"},
        {"line": "2", "product": "P", "amount": "1200.00", "method": "even"},
    ]
    for line in lines:
        line.update(start="2025-01-01", end="2025-12-31")
    order = {"type": "order", "date": "2025-01-01", "order": "S", "customer": "A", "lines": lines}
    change = {
        "type": "modification", "date": "2025-07-01", "order": "S", "treatment": "prospective",
        "lines": [{"line": "1", "amount": "80.00"}],
    }  # fmt: skip
    answer = run_scenario({"through": "2025-12", "events": [order, change]})
    assert {a["line"]: a["allocated"] for a in answer["allocations"]} == {"1": "0.00", "2": "1200.00"}
    assert {r["line"] for r in answer["schedule"]} == {"2"}


def test_a_separate_treatment_of_an_old_line_is_an_error():
    lines = [{"line": "1", "product": "P", "amount": "1200.00", "start": "2025-01-01", "end": "2025-12-31"}]
    order = {"type": "order", "date": "2025-01-01", "order": "S", "customer": "A", "lines": lines}
    change = {
        "type": "modification", "date": "2025-07-01", "order": "S", "treatment": "separate",
        "lines": [{"line": "1", "amount": "1300.00"}],
    }  # fmt: skip
    with pytest.raises(ScenarioError, match="was there before"):
        run_scenario({"events": [order, change]})


def test_a_price_change_is_shared_by_what_is_promised_after_a_catch_up(allocate):
    """Two lines at 120.00; the first is doubled from inception: 30.00 more go 20.00 to 10.00."""
    rows = (
        {"stated": 12000, "ssp_low": 12000, "method": Method.EVEN},
        {"stated": 12000, "ssp_low": 12000, "method": Method.EVEN},
    )
    double = Changes.of(
        id=9, kind=int(ChangeKind.MODIFICATION), day=parse_day("2025-03-01"), contract=1, obligation=11,
        treatment=int(Treatment.CUMULATIVE_CATCH_UP), amount=24000, quantity_e6=2 * 10**6,
    )  # fmt: skip
    more = Changes.of(
        id=10, kind=int(ChangeKind.PRICE_CHANGE), day=parse_day("2025-05-01"), contract=1, amount=3000
    )
    result = allocate(*rows, changes=Changes.concat([double, more]), period="2025-12")
    assert allocated(result) == [26000, 13000]


def test_a_tie_goes_to_the_later_line_however_the_rows_come(book, line, policy):
    """1.01 over two lines with equal stand-alone selling prices."""
    rows = [
        {
            "id": 12 - n,
            "line_rank": n,
            "stated": 101 if n else 0,
            "ssp_low": 500,
            "method": Method.EVEN,
            **YEAR,
        }
        for n in range(2)
    ]
    for turned in (rows, rows[::-1]):
        made = book([line(**row) for row in turned], [])
        result = close_period(made, made.calendar.index("2025-12"), policy)
        assert {a["obligation"]: a["inception"] for a in result.allocations.rows()} == {12: 50, 11: 51}

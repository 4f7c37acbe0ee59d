"""What each obligation begins with: its leg, the progress that completes it, its trigger, and what it waits for."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.book import Changes, Progress
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE
from revrec.accounting.inception import (
    begin_legs,
    contract_rows,
    hold_reasons,
    progress_keys,
    progress_log,
    resolved_triggers,
    trigger_days,
    wholes,
)
from revrec.accounting.policy import Policy
from revrec.accounting.terms import ChangeKind, HoldReason, Method, SspKind, Trigger

ONCE = {"method": int(Method.POINT_IN_TIME)}
START, DELIVERY, ORDER, INVOICE, AUTO = (
    {"trigger": int(Trigger[name])} for name in ("START", "DELIVERY", "ORDER", "INVOICE", "AUTO")
)
UNDATED = {"start": NO_DAY, "end": NO_DAY}


@pytest.fixture
def lines(book, line):
    """A book of these lines: each 300.00 ``even``, January to March 2025, of contract 1; ids from 11."""

    def of(*given, **contract):
        names = {name for one in given for name in one}
        usual = {
            "method": int(Method.EVEN), "trigger": int(Trigger.AUTO), "quantity_e6": 4 * 10**6, "whole": NONE,
            "cancelled_from": NO_DAY, "cancelled_day": NO_DAY, "fee": 0, "hold": NONE, "ssp_low": NO_AMOUNT,
            "ssp_kind": 0,
        }  # fmt: skip
        kept = {name: value for name, value in usual.items() if name in names}
        return book([line(**{"id": 11 + n, **kept, **one}) for n, one in enumerate(given)], [], **contract)

    return of


def day(text):
    return parse_day(text) if text else NO_DAY


def days(*texts):
    return [day(text) for text in texts]


# Legs.


def test_a_leg_runs_from_the_day_of_the_order_over_the_term_of_its_line(lines):
    units = {"method": int(Method.UNITS), "quantity_e6": 8}
    found = lines({"ordered_day": "2025-01-05"}, {**UNDATED, **ONCE, **INVOICE}, units)
    billed = np.array(days(None, "2025-02-03", None))
    *legs, delivered = begin_legs(found, np.array([700, 500, 1]), billed, np.array([1, 0, 0])).rows()
    assert (delivered["progress"], delivered["whole"]) == (2, 8)
    stop = {"stop_day": NO_DAY, "by_stop": 0}
    none = {"fixed": 0, "before": 0, **stop, "extra": 0, "extra_day": NO_DAY, "progress": NONE}
    assert legs == [
        {"row": 0, "from_day": day("2025-01-05"), "rest": 700, "method": Method.EVEN, "start": day("2025-01-01"),
         "end": day("2025-03-31"), "trigger_day": day("2025-01-01"), "whole": 4 * 10**6, "rounding": 1, **none},
        {"row": 1, "from_day": day("2025-01-01"), "rest": 500, "method": Method.POINT_IN_TIME, "start": NO_DAY,
         "end": NO_DAY, "trigger_day": day("2025-02-03"), "whole": 4 * 10**6, "rounding": 0, **none},
    ]  # fmt: skip


def test_a_cancelled_line_stops_the_day_before_and_its_fee_is_of_the_day_it_was_cancelled(lines):
    cancelled = {"cancelled_from": "2025-02-01", "fee": 500}
    found = lines({"fee": 900}, cancelled, {**cancelled, "cancelled_day": "2025-03-09"})
    legs = begin_legs(found, np.zeros(3, np.int64), np.full(3, NO_DAY), np.zeros(3, np.int64))
    assert legs.stop_day.tolist() == days(None, "2025-01-31", "2025-01-31")
    assert legs.extra.tolist() == [0, 500, 500]
    assert legs.extra_day.tolist() == days(None, "2025-02-01", "2025-03-09")


def test_progress_is_complete_at_the_quantity_or_at_a_hundred_percent_or_as_the_line_says(lines):
    methods = (Method.UNITS, Method.PERCENT_COMPLETE, Method.CUSTOM, Method.MILESTONE)
    found = lines(
        *({"method": int(method), "quantity_e6": 7} for method in methods), {"whole": 30, "quantity_e6": 7}
    )
    assert wholes(found).tolist() == [7, 10**8, 10**8, 7, 30]


def test_progress_is_read_by_deliveries_and_by_methods_that_count_it(lines):
    read = [
        int(method) for method in (Method.UNITS, Method.PERCENT_COMPLETE, Method.MILESTONE, Method.CUSTOM)
    ]
    found = lines(
        {"method": int(Method.DAILY)},
        *({"method": method} for method in read),
        {**ONCE, **DELIVERY},
        {**ONCE, **AUTO, **UNDATED},
        {**ONCE, **AUTO},
        {**ONCE, **ORDER, **UNDATED},
        DELIVERY,
    )
    assert progress_keys(found).tolist() == [NONE, 1, 2, 3, 4, 5, 6, NONE, NONE, NONE]


def test_progress_is_logged_by_the_row_of_its_line_and_of_lines_that_are_here(lines):
    found = lines({}, {"id": 8})
    log = Progress.of(obligation=[8, 99, 11], day=[3, 4, 5], value=[6, 7, 8])
    assert progress_log(replace(found, progress=log)).rows() == [
        {"key": 1, "day": 3, "value": 6}, {"key": 0, "day": 5, "value": 8},
    ]  # fmt: skip


# Triggers.


def test_without_a_trigger_it_is_the_start_where_there_is_one_and_else_the_delivery(lines):
    found = lines(AUTO, {**AUTO, **UNDATED}, {**ORDER, **UNDATED}, INVOICE, {**START, **UNDATED}, DELIVERY)
    assert [Trigger(code).name for code in resolved_triggers(found).tolist()] == [
        "START", "DELIVERY", "ORDER", "INVOICE", "START", "DELIVERY",
    ]  # fmt: skip


def test_the_day_of_a_trigger_is_that_of_the_start_the_order_or_the_first_invoice(lines):
    dated = {"start": "2025-01-09", "ordered_day": "2025-01-02"}
    found = lines(*({**dated, **trigger} for trigger in (START, AUTO, ORDER, INVOICE, INVOICE, DELIVERY)))
    billed = np.array(days(*["2025-03-01"] * 4, None, "2025-03-01"))
    assert trigger_days(found, billed).tolist() == days(
        "2025-01-09", "2025-01-09", "2025-01-02", "2025-03-01", None, None
    )


# What waits.


def reasons(found, **policy):
    codes = hold_reasons(found, contract_rows(found), Policy(**policy)).tolist()
    return [HoldReason(code).name if code != NONE else None for code in codes]


def test_a_line_without_the_dates_that_its_method_needs_waits_alone(lines):
    found = lines(
        {}, UNDATED, {"end": NO_DAY}, {"start": NO_DAY}, {"end": "2024-12-31"},
        {**UNDATED, "method": int(Method.UNITS)}, {**UNDATED, "method": int(Method.CUSTOM)},
        {"end": NO_DAY, "method": int(Method.CUSTOM)},
        {**UNDATED, **ONCE, **START}, {**UNDATED, **ONCE, **AUTO}, {**ONCE, **START},
        {**UNDATED, **START, "method": int(Method.UNITS)},
    )  # fmt: skip
    dates = "MISSING_DATES"
    assert reasons(found) == [None, dates, dates, dates, dates, None, dates, None, dates, None, None, None]


def test_what_was_given_goes_before_dates(lines):
    user, netsuite = int(HoldReason.BY_USER), int(HoldReason.RECOGNISED_BY_NETSUITE)
    found = lines({"hold": user}, {**UNDATED, "hold": netsuite}, UNDATED)
    assert reasons(found) == ["BY_USER", "RECOGNISED_BY_NETSUITE", "MISSING_DATES"]


def test_a_modification_that_gives_the_end_ends_the_waiting(lines):
    found = lines({"end": NO_DAY}, {"end": NO_DAY}, {"end": NO_DAY}, {"start": NO_DAY})
    events = [
        (0, 12, "2025-06-30"), (0, 13, None), (1, 11, "2025-06-30"), (0, 99, "2025-06-30"), (0, 14, "2025-06-30"),
    ]  # fmt: skip
    changes = Changes.of(
        id=range(len(events)),
        kind=[kind for kind, _, _ in events],
        day=day("2025-02-01"),
        contract=1,
        obligation=[line for _, line, _ in events],
        end=[day(end) for _, _, end in events],
    )
    assert ChangeKind.CANCEL == 1
    assert reasons(replace(found, changes=changes)) == [
        "MISSING_DATES",
        None,
        "MISSING_DATES",
        "MISSING_DATES",
    ]
    before = replace(lines({}), changes=replace(changes.take(np.array([0])), obligation=np.array([11])))
    assert reasons(replace(before, changes=replace(before.changes, end=np.array(days("2024-06-30"))))) == [
        None
    ]


def test_a_contract_waits_whole_for_a_price_a_currency_or_a_rule(lines):
    beside = {"contract": 2, "order": 200}
    assert reasons(lines({}, {"stated": NO_AMOUNT}, beside)) == ["MISSING_PRICE", "MISSING_PRICE", None]
    assert reasons(lines({}, {**beside, "method": NONE}, beside)) == [None, "MISSING_RULE", "MISSING_RULE"]
    assert reasons(lines({}, {}, currency=NONE)) == ["MISSING_CURRENCY"] * 2
    # The others have their own reason or that of the contract; of two the one that is named first.
    mixed = lines({"method": NONE}, {"stated": NO_AMOUNT}, {}, UNDATED)
    assert reasons(mixed) == ["MISSING_RULE"] + ["MISSING_PRICE"] * 3
    assert reasons(lines({"method": NONE, "stated": NO_AMOUNT})) == ["MISSING_PRICE"]
    assert reasons(lines({"method": NONE}, currency=NONE)) == ["MISSING_CURRENCY"]
    assert reasons(lines()) == []


def test_a_missing_price_of_its_own_holds_where_the_setting_says_so(lines):
    found = lines(
        {"ssp_low": 5}, {"contract": 2}, {"contract": 2, "ssp_low": 5},
        {"contract": 3, "ssp_kind": int(SspKind.RESIDUAL)}, {"contract": 4, "method": int(Method.AS_INVOICED)},
    )  # fmt: skip
    waits = [None, "MISSING_SSP", "MISSING_SSP", None, None]
    assert reasons(found, missing_ssp="hold") == waits
    assert reasons(found) == [None] * 5
    # Where stated prices are not reallocated none is needed.
    assert reasons(found, missing_ssp="hold", allocation="stated_price") == [None] * 5
    undated = lines({**UNDATED, "contract": 2}, {"contract": 3, "ssp_low": 7, **UNDATED})
    assert reasons(undated, missing_ssp="hold") == ["MISSING_SSP", "MISSING_DATES"]

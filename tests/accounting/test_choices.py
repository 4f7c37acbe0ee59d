"""Choices that a contract is given at its inception stay with it, whatever its neighbours are given."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from revrec.accounting.book import Book, Changes, Contracts
from revrec.accounting.calendar import parse_day
from revrec.accounting.choices import choices_of, relative_contracts
from revrec.accounting.columns import NONE
from revrec.accounting.policy import Policy
from revrec.accounting.terms import (
    AllocationFlag,
    AllocationRule,
    ChangeKind,
    HoldReason,
    Method,
    MissingSsp,
    Rounding,
    SspOutside,
    Treatment,
)

PERIODS = ["2025-01", "2025-02", "2025-03", "2025-04"]
ALL = list(product(AllocationRule, Rounding, MissingSsp, SspOutside))


def lines_of(line, contract, with_ssp=True):
    """Three lines of one order: a range that the price lies below, a point, and one whose SSP may be missing."""
    first = contract * 10
    ssp = {"ssp_low": 4000, "ssp_high": -(2**62)} if with_ssp else {"ssp_low": -(2**62), "ssp_high": -(2**62)}
    common = {
        "contract": contract,
        "order": 100 + contract,
        "start": "2025-01-15",
        "end": "2025-04-10",
        "method": Method.DAILY,
    }
    return [
        line(id=first, line_rank=0, stated=10001, ssp_low=12000, ssp_high=18000, **common),
        line(id=first + 1, line_rank=1, stated=7000, ssp_low=9000, ssp_high=-(2**62), **common),
        line(id=first + 2, line_rank=2, stated=5000, **ssp, **common),
    ]


def changed(contract):
    """The first line is worth more from March on."""
    return Changes.of(
        id=900 + contract,
        kind=int(ChangeKind.MODIFICATION),
        day=parse_day("2025-03-05"),
        known=NONE,
        contract=contract,
        obligation=contract * 10,
        treatment=int(Treatment.PROSPECTIVE),
        amount=15001,
    )


def choose(book, rows):
    """Give each contract its own choices: contract id to (allocation, rounding, missing_ssp, ssp_outside)."""
    columns = book.contracts.columns()
    for at, name in enumerate(("allocation", "rounding", "missing_ssp", "ssp_outside")):
        columns[name] = np.asarray([int(rows[c][at]) for c in book.contracts.id.tolist()])
    return replace(book, contracts=Contracts(**columns))


def lives(close, book, policy, with_changes):
    """What each contract books, waits for and is allocated, over all periods."""
    if with_changes:
        book = replace(book, changes=Changes.concat([changed(c) for c in book.contracts.id.tolist()]))
    found = {}
    for period in PERIODS:
        result, book = close(book, period, policy)
        for name in ("booked", "held", "allocations"):
            for row in getattr(result, name).rows():
                found.setdefault(row["contract"], []).append((period, name, row))
    return found


@pytest.mark.parametrize("with_changes", [False, True])
@pytest.mark.parametrize("with_ssp", [False, True])
def test_contracts_under_different_choices_come_to_what_each_comes_to_alone(
    book, line, close, policy, with_changes, with_ssp
):
    rows = {1 + at: chosen for at, chosen in enumerate(ALL)}
    together = choose(book([r for c in rows for r in lines_of(line, c, with_ssp)], []), rows)
    found = lives(close, together, policy, with_changes)
    for contract, (allocation, rounding, missing, outside) in rows.items():
        alone: Book = book(lines_of(line, contract, with_ssp), [])
        own: Policy = replace(
            policy,
            allocation=allocation.name.lower(),
            rounding=rounding.name.lower(),
            missing_ssp=missing.name.lower(),
            ssp_outside=outside.name.lower(),
        )
        assert lives(close, alone, own, with_changes)[contract] == found[contract]


def test_each_choice_makes_its_difference(book, line, close, policy):
    rows = {
        1: (AllocationRule.RELATIVE_SSP, Rounding.CUMULATIVE, MissingSsp.STATED_PRICE, SspOutside.NEAREST),
        2: (AllocationRule.STATED_PRICE, Rounding.CUMULATIVE, MissingSsp.HOLD, SspOutside.NEAREST),
        3: (AllocationRule.RELATIVE_SSP, Rounding.LAST_PERIOD, MissingSsp.STATED_PRICE, SspOutside.MIDPOINT),
        4: (AllocationRule.RELATIVE_SSP, Rounding.CUMULATIVE, MissingSsp.HOLD, SspOutside.NEAREST),
    }
    b = choose(book([r for c in rows for r in lines_of(line, c, with_ssp=False)], []), rows)
    result, _ = close(b, "2025-01", policy)
    allocated = {a["obligation"]: a["inception"] for a in result.allocations.rows()}
    # 22,001 by 12,000 : 9,000 : 5,000 (the missing SSP weighs its stated price), and by 15,000 : 9,000 : 5,000.
    assert [allocated[i] for i in (10, 11, 12)] == [10154, 7616, 4231]
    assert [allocated[i] for i in (20, 21, 22)] == [10001, 7000, 5000]
    assert [allocated[i] for i in (30, 31, 32)] == [11380, 6828, 3793]
    assert {h["contract"]: h["reason"] for h in result.held.rows()} == {4: HoldReason.MISSING_SSP}
    flags = {a["obligation"]: a["flags"] for a in result.allocations.rows()}
    assert [flags[i] for i in (10, 12, 20, 22)] == [
        AllocationFlag.OUTSIDE_RANGE,
        AllocationFlag.MISSING_SSP,
        0,
        0,
    ]


def test_a_contract_without_choices_follows_the_policy(book, line, close, policy):
    b = book(lines_of(line, 1), [])
    by_price, _ = close(b, "2025-01", replace(policy, allocation="stated_price"))
    assert [a["inception"] for a in by_price.allocations.rows()] == [10001, 7000, 5000]


def contracts_of(**given):
    return Contracts.of(
        id=[1, 2, 3], customer=5, subsidiary=1, currency=0, base_currency=0, ordered_day=0, **given
    )


def test_what_a_contract_was_given_goes_before_the_policy():
    given = contracts_of(
        allocation=[NONE, AllocationRule.RELATIVE_SSP, AllocationRule.STATED_PRICE],
        rounding=[NONE, Rounding.CUMULATIVE, Rounding.LAST_PERIOD],
        missing_ssp=[NONE, MissingSsp.STATED_PRICE, MissingSsp.HOLD],
        ssp_outside=[NONE, SspOutside.NEAREST, SspOutside.MIDPOINT],
    )
    usual = choices_of(given, Policy())
    assert usual.relative.tolist() == [True, True, False]
    assert usual.rounding.tolist() == [Rounding.CUMULATIVE, Rounding.CUMULATIVE, Rounding.LAST_PERIOD]
    assert usual.midpoint.tolist() == [False, False, True]
    # The third holds for a missing SSP, but does not share by SSP at all.
    assert usual.hold_missing_ssp.tolist() == [False, False, False]
    other = Policy(
        allocation="stated_price", rounding="last_period", missing_ssp="hold", ssp_outside="midpoint"
    )
    odd = choices_of(given, other)
    assert odd.relative.tolist() == relative_contracts(given, other).tolist() == [False, True, False]
    assert odd.rounding.tolist() == [Rounding.LAST_PERIOD, Rounding.CUMULATIVE, Rounding.LAST_PERIOD]
    assert odd.midpoint.tolist() == [True, False, True]
    assert odd.hold_missing_ssp.tolist() == [False, False, False]


def test_a_missing_ssp_holds_a_contract_that_shares_by_ssp():
    given = contracts_of(missing_ssp=[NONE, MissingSsp.STATED_PRICE, MissingSsp.HOLD])
    assert choices_of(given, Policy()).hold_missing_ssp.tolist() == [False, False, True]
    assert choices_of(given, Policy(missing_ssp="hold")).hold_missing_ssp.tolist() == [True, False, True]

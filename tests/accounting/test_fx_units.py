"""Base amounts to the last unit, of exact fractions and of what was booked before, at the one rate of the contract."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.terms import Event

EURO = 1
SCALE = 10**10


@pytest.fixture
def abroad(book, line):
    """One line of three months, ``even``, at a rate of so many ten thousand millionths."""

    def of(stated, rate_e10, **given):
        return book([line(stated=stated, **given)], [], currency=EURO, exchange_rate_e10=rate_e10)

    return of


@pytest.mark.parametrize(("stated", "january"), [(10003, 5002), (10004, 5002)])
def test_a_third_is_converted_as_a_third(abroad, close, policy, stated, january):
    """A third of 100.03 is 33.34 1/3, and 50.015 of it is 50.02; of 100.04 it is 33.34 2/3, and 50.02."""
    found, _ = close(abroad(stated, 3 * SCALE // 2), "2025-01", replace(policy, fx_rate="contract"))
    assert found.booked.base_revenue.tolist() == [january]


@pytest.mark.parametrize(
    ("booked", "difference"), [(11000, 0), (11001, 0), (11002, 0), (10998, 0), (11003, 3), (10997, 3)]
)
def test_what_was_booked_stands_to_within_what_rounding_may_have_left(
    abroad, close, policy, booked, difference
):
    """100.00 at 1.1, all earned: 110.00, to within one base unit and what a cent is worth. Else it is put right."""
    rule = replace(policy, fx_rate="contract")
    _, b = close(abroad(10000, 11 * SCALE // 10, end="2025-01-31"), "2025-01", rule)
    base = np.array([booked])
    prior = replace(
        b.prior,
        booked=replace(b.prior.booked, base_recognised=base),
        balances=replace(b.prior.balances, base_recognised=base, base_contract_asset=base),
    )
    february, _ = close(replace(b, prior=prior), "2025-02", rule)
    found = [row["base_amount"] for row in february.transfers.rows() if row["event"] == Event.FX]
    assert sum(found) == difference

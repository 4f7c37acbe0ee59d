"""What closes of the same facts have in common is worked out once, and comes to the same."""

from dataclasses import replace

import pytest

from revrec.accounting import planning
from revrec.accounting.carry import carry_forward
from revrec.accounting.close import close_period
from revrec.accounting.planning import prepare_contracts
from revrec.accounting.terms import CreditTreatment, Method, Trigger


@pytest.fixture
def facts(book, line, bill):
    """A year, and a delivery at its first invoice; one credit memo in April."""
    lines = [
        line(trigger=int(Trigger.AUTO)),
        line(id=12, method=int(Method.POINT_IN_TIME), trigger=int(Trigger.INVOICE), stated=60000),
    ]
    bills = [
        bill(1, 120000, "2025-01-05", order=100, obligation=11, treatment=0),
        bill(2, 60000, "2025-03-05", order=100, obligation=12, treatment=0),
        bill(3, -12000, "2025-04-20", order=100, obligation=11, treatment=int(CreditTreatment.PROSPECTIVE)),
    ]
    return book(lines, bills)


def test_a_close_with_what_was_kept_is_the_close_without(facts, policy, monkeypatch):
    prepared = prepare_contracts(facts, policy)
    runs = []
    run = planning.run_contracts
    monkeypatch.setattr(planning, "run_contracts", lambda *given: runs.append(1) or run(*given))
    kept = alone = facts.prior
    for period in ("2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06"):
        index = facts.calendar.index(period)
        one = close_period(replace(facts, prior=alone), index, policy)
        runs.clear()
        other = close_period(replace(facts, prior=kept), index, policy, prepared)
        assert len(runs) == (period in ("2025-01", "2025-03", "2025-04"))  # something new is known
        for name in ("booked", "transfers", "splits", "balances", "allocations"):
            assert getattr(one, name).rows() == getattr(other, name).rows()
        alone, kept = carry_forward(alone, one), carry_forward(kept, other)

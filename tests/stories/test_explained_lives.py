"""Lives of contracts in the books: every booked number is worked out again from its explanation, and controls hold."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import text

from api.views.explain import explain_view
from jobs.closing.controls import check_books
from jobs.closing.explain import explained_rows
from revrec.accounting.scenario import run_scenario
from revrec.store.engine import Store
from revrec.store.queries.promised import promised

from .played import expressible, play

GOLDEN = Path(__file__).parent.parent / "golden"
LIVES = {
    path.stem: case["scenario"]
    for path in sorted(GOLDEN.glob("*.json"))
    if "error" not in (case := json.loads(path.read_text()))["expected"] and not expressible(case["scenario"])
}
SHORT_SUITE_EVERY = 10
"""Every so many lives are in the short suite; the long one has all."""
CASES = [
    name if at % SHORT_SUITE_EVERY == 0 else pytest.param(name, marks=pytest.mark.slow)
    for at, name in enumerate(LIVES)
]
BOOKED = (
    "SELECT b.obligation_id, c.period, b.target_minor, b.revenue_minor, a.method FROM booked b"
    " JOIN period_close c ON c.id = b.period_close_id AND c.state = 'closed'"
    " JOIN allocation a ON a.obligation_id = b.obligation_id"
    " AND a.id = (SELECT max(x.id) FROM allocation x WHERE x.obligation_id = b.obligation_id)"
    " ORDER BY b.id"
)
NOT_PLAYED = {"journals_are_the_ledger", "netsuite_documents"}
"""The stage writes no journals, and documents of billing lines alone."""


def explained(store, obligation, period):
    with store.read() as session:
        (one,) = promised(session, [obligation])
    rows = explained_rows(store, one, period)
    with store.read() as session:
        return json.loads(explain_view(session, one, rows).model_dump_json())


def worked_out(told):
    leg, fraction = told["leg"], told["fraction"]
    digits = -Decimal(told["target"]).as_tuple().exponent
    exact = (
        Fraction(leg["fixed"]) + Fraction(leg["rest"]) * fraction["numerator"] / fraction["denominator"]
    ) * 10**digits
    minor = int(abs(exact) + Fraction(1, 2)) * (1 if exact >= 0 else -1)
    lump = Decimal(leg["lump"]) if leg["lump_on"] and leg["lump_on"] <= told["period_ends"] else 0
    return Decimal(minor).scaleb(-digits) + lump


@pytest.mark.parametrize("name", CASES)
def test_every_number_of_a_life_is_explained_and_controls_hold(name, sqlite_url):
    life = LIVES[name]
    through = max(row["period"] for row in run_scenario(life)["schedule"])
    store = Store(sqlite_url)
    try:
        play(store, life, through)
        with store.read() as session:
            rows = session.execute(text(BOOKED)).all()
            failing = {one.name: one.first for one in check_books(session) if one.status == "FAIL"}
        assert {key: first for key, first in failing.items() if key not in NOT_PLAYED} == {}
        assert rows
        for obligation, period, target, revenue, method in rows:
            told = explained(store, obligation, period)
            digits = -Decimal(told["target"]).as_tuple().exponent
            assert Decimal(told["target"]).scaleb(digits) == target
            assert Decimal(told["revenue"]).scaleb(digits) == revenue
            assert Decimal(told["revenue"]) == Decimal(told["adjustment"]) + Decimal(told["current"])
            if method != "as_invoiced" and told["rounding"] == "cumulative":
                assert worked_out(told) == Decimal(told["target"]), (period, told["leg"], told["fraction"])
            shares = told["allocation"]
            price = sum(Decimal(one["price"]) for one in shares)
            assert (
                price
                == Decimal(told["transaction_price"])
                == sum(Decimal(one["inception"]) for one in shares)
            )
    finally:
        store.close()

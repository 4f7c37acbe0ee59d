"""A contract in a foreign currency, everything at its one rate: that of its first invoice."""

import pytest

from revrec.accounting.money import parse_scaled
from revrec.accounting.scenario import run_scenario
from revrec.store.engine import Store

from .played import play

LINE = {"line": "1", "product": "PLAN", "amount": "1200.00", "start": "2026-01-01", "end": "2026-12-31"}
ORDER = {"type": "order", "date": "2026-01-01", "order": "SO-1", "customer": "Acme", "lines": [LINE]}


def invoice(number, date, rate, amount):
    head = {"type": "invoice", "date": date, "number": number, "customer": "Acme", "order": "SO-1"}
    lines = [{"line": "1", "for_line": "1", "product": "PLAN", "amount": amount}]
    return {**head, "exchange_rate": rate, "lines": lines}


LIFE = {
    "currency": "EUR",
    "base_currency": "USD",
    "policy": {"fx_rate": "contract"},
    "through": "2026-04",
    "events": [
        ORDER,
        invoice("INV-1", "2026-01-10", "1.10", "600.00"),
        invoice("INV-2", "2026-03-10", "1.25", "600.00"),
    ],
}
BASE = """
SELECT c.period, b.revenue_base_minor FROM booked b
  JOIN period_close c ON c.id = b.period_close_id AND c.state = 'closed' ORDER BY 1
"""


@pytest.fixture
def store(database_url):
    opened = Store(database_url)
    yield opened
    opened.close()


def test_everything_is_at_the_rate_of_the_first_invoice(store):
    played = play(store, LIFE, "2026-04")
    expected = {row["period"]: parse_scaled(row["base_amount"], 2) for row in run_scenario(LIFE)["schedule"]}
    assert dict(played.rows(BASE)) == expected
    # 101.92 euro at 1.10.
    assert expected["2026-01"] == 11_211

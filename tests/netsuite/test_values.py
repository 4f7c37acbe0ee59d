"""Reading text values exactly, or not at all."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.netsuite import exact_json, values
from revrec.netsuite.currencies import from_minor, to_minor
from revrec.netsuite.errors import AnswerUnreadable


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("-1234.5", "-1234.5"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("7", "7"),
        ("12.", "12"),
        ("1E+3", "1000"),
        ("0.00", "0"),
    ],
)
def test_amounts_however_they_are_padded(text, amount):
    assert values.decimal({"x": text}, "x") == Decimal(amount)


@pytest.mark.parametrize("text", ["1,234.50", "1.234,50", "abc", "NaN", "Infinity", "1E+999", " 1", "--1"])
def test_what_is_no_plain_number_is_refused(text):
    with pytest.raises(AnswerUnreadable, match="column amount"):
        values.decimal({"amount": text}, "amount")


@pytest.mark.parametrize(
    "text", ["3/2/2026", "02.03.2026", "2026-3-2", "20260302", "2026-02-30", "2026-W10-1"]
)
def test_a_date_in_a_users_format_is_never_guessed(text):
    with pytest.raises(AnswerUnreadable):
        values.day({"d": text}, "d")


def test_dates_instants_flags_and_nulls():
    row = {"d": "2026-03-02", "m": "2026-03-02T23:59:59Z", "yes": "T", "no": "F", "empty": ""}
    assert values.day(row, "d") == date(2026, 3, 2)
    assert values.moment(row, "m") == datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC)
    assert (values.flag(row, "yes"), values.flag(row, "no"), values.flag(row, "absent")) == (
        True,
        False,
        False,
    )
    assert values.text(row, "empty") is None
    assert values.day(row, "absent") is None
    with pytest.raises(AnswerUnreadable):
        values.flag({"b": "true"}, "b")
    with pytest.raises(AnswerUnreadable):
        values.whole({"n": "1.5"}, "n")


@pytest.mark.parametrize(
    ("text", "scaled"), [("1", 10**10), ("1.26543210987", 12654321099), ("0.0067", 67_000_000)]
)
def test_rates_are_scaled_integers(text, scaled):
    assert values.scaled_rate({"r": text}, "r") == scaled


@given(st.integers(-(10**17), 10**17), st.integers(0, 3))
def test_minor_units_survive_the_way_there_and_back(amount_minor, precision):
    amount = from_minor(amount_minor, precision)
    assert to_minor(amount, precision) == amount_minor
    sent = exact_json.encode({"debit": amount})
    back = exact_json.decode(sent.encode())["debit"]
    assert to_minor(Decimal(back), precision) == amount_minor
    assert "e" not in sent.replace("debit", "").lower()


def test_an_amount_with_more_digits_than_its_currency_is_not_rounded():
    assert to_minor(Decimal("10.005"), 2) is None
    assert to_minor(Decimal("10.5"), 0) is None
    assert to_minor(Decimal("10.500"), 1) == 105


@pytest.mark.parametrize("value", [1.5, object(), Decimal("NaN")])
def test_json_never_carries_what_is_not_exact(value):
    with pytest.raises((TypeError, ValueError)):
        exact_json.encode({"amount": [value]})

"""Minor units by ISO 4217: what one unit of an amount is in each currency."""

import pytest

from revrec.accounting.currencies import decimals_of


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [
        ("USD", 2),
        ("EUR", 2),
        ("MXN", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("XOF", 0),
        ("KWD", 3),
        ("TND", 3),
        ("???", 2),
    ],
)
def test_most_currencies_have_cents_some_have_none_and_some_thousandths(currency, decimals):
    assert decimals_of(currency) == decimals

"""How people read amounts at the command line."""

import pytest

from api.views.amount_text import amount_text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1234567.80", "1,234,567.80"),
        ("-1234.50 USD", "(1,234.50 USD)"),
        ("-0.05", "(0.05)"),
        ("50443032", "50,443,032"),
        ("0.00", "0.00"),
        ("", ""),
        ("none", "none"),
        ("90.00 to 110.00", "90.00 to 110.00"),
    ],
)
def test_amounts_have_thousands_and_parentheses(text: str, read: str) -> None:
    assert amount_text(text) == read

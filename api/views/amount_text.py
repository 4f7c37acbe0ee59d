"""Amounts as accountants write them."""

import re

_AMOUNT = re.compile(r"(-?)(\d+)((?:\.\d+)?(?: [A-Z]{3})?)\Z")


def amount_text(text: str) -> str:
    """`-1234.50 USD` as accountants write it: `(1,234.50 USD)`. What is no amount stays as it is."""
    found = _AMOUNT.match(text)
    if found is None:
        return text
    grouped = f"{int(found[2]):,}{found[3]}"
    return f"({grouped})" if found[1] else grouped

"""Salesforce record ids: 15 case-sensitive characters and the 3-character checksum that makes them case-safe."""

from __future__ import annotations

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

ACCOUNT = "001"
CONTRACT = "800"
OPPORTUNITY = "006"
OPPORTUNITY_LINE = "00k"
ORDER = "801"
ORDER_ITEM = "802"
PRODUCT = "01t"


def salesforce_id(prefix: str, number: int) -> str:
    """The 18-character id of the `number`-th record of the object whose key prefix is given."""
    tail = ""
    while number:
        number, digit = divmod(number, 62)
        tail = _DIGITS[digit] + tail
    short = f"{prefix}Ks0{tail:0>9}"
    return short + checksum(short)


def checksum(short: str) -> str:
    """Which of each five characters are capitals, one letter for five of them."""
    return "".join(
        _CHECK[sum(1 << place for place, char in enumerate(short[at : at + 5]) if "A" <= char <= "Z")]
        for at in (0, 5, 10)
    )

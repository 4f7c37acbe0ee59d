"""Decimal text as people and files give it, in the integers that the program keeps."""

import re

from sqlmodel import Session

from revrec.accounting.money import format_amount, parse_scaled
from revrec.problems import Invalid
from revrec.store.queries.currencies import iso_precision, precisions

LIMIT = 10**15
_SYMBOL = re.compile(r"[A-Z]{3}\Z")


def read_amount(session: Session, text: str, currency: str, *, where: str) -> int:
    """`1200.50` of USD in minor units, 120050. Raises `Invalid` where it is no amount of that currency."""
    return read_decimal(text, decimals_of(session, currency), where=where)


def read_quantity(text: str, *, where: str) -> int:
    """A quantity or percentage, scaled by 10^6."""
    return read_decimal(text, 6, where=where)


def read_decimal(text: str, decimals: int, *, where: str) -> int:
    """Decimal text scaled by 10^`decimals`; below 10^15 in size."""
    try:
        value = parse_scaled(text.strip(), decimals)
    except ValueError as wrong:
        raise Invalid(f"{where}: {wrong}", where=where) from None
    if abs(value) >= LIMIT:
        raise Invalid(f"{where}: {text.strip()} is larger than any amount kept here.", where=where)
    return value


def decimals_of(session: Session, currency: str) -> int:
    """Decimals of a currency, as NetSuite has it, else by ISO 4217. Raises `Invalid` for what is no currency of the
    account."""
    check_currency(session, currency)
    return precisions(session).get(currency, iso_precision(currency))


def check_currency(session: Session, currency: str) -> None:
    """Raise `Invalid` unless this is an ISO code that NetSuite has; before anything is pulled, any ISO code."""
    known = precisions(session)
    if not _SYMBOL.match(currency):
        raise Invalid(f"'{currency}' is no currency; write its ISO code, such as USD.", where="currency")
    if known and currency not in known:
        raise Invalid(
            f"NetSuite has no currency {currency}; it has {', '.join(sorted(known))}.", where="currency"
        )


def quantity_text(scaled: int) -> str:
    """A quantity or percentage scaled by 10^6 as the shortest decimal text: 1500000 is `1.5`."""
    whole = format_amount(scaled, 6)
    return whole.rstrip("0").rstrip(".")

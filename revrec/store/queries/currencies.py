"""Currencies by symbol."""

from collections.abc import Mapping

from sqlmodel import Session, select

from revrec.accounting.money import format_amount
from revrec.store.tables import Currency

_WITHOUT_MINOR_UNIT = frozenset({"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX"})
_WITHOUT_MINOR_UNIT |= frozenset({"VND", "VUV", "XAF", "XOF", "XPF"})
_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


def precisions(session: Session) -> dict[str, int]:
    """Decimals of each currency that NetSuite knows, by ISO symbol."""
    return {symbol: digits for symbol, digits in session.exec(select(Currency.symbol, Currency.precision))}


def iso_precision(symbol: str) -> int:
    """Decimals of a currency by ISO 4217, for one that NetSuite has not told us of."""
    return 0 if symbol in _WITHOUT_MINOR_UNIT else 3 if symbol in _THOUSANDTHS else 2


def in_words(minor: int, symbol: str, digits: Mapping[str, int]) -> str:
    """Minor units as a sentence says them: `1234.50 USD`. `digits`: `precisions`."""
    return f"{format_amount(minor, digits.get(symbol, iso_precision(symbol)))} {symbol}"

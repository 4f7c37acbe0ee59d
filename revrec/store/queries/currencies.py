"""Currencies by symbol."""

from sqlmodel import Session, select

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

"""Minor units as the decimal text that people and programs read."""

from dataclasses import dataclass

from sqlmodel import Session

from revrec.store.queries.currencies import iso_precision, precisions


@dataclass(frozen=True, slots=True)
class AmountWriter:
    """Writes amounts with the decimals that NetSuite gives each currency, else those of ISO 4217."""

    decimals: dict[str, int]

    def digits(self, currency: str) -> int:
        """Decimals of the currency's minor unit."""
        return self.decimals.get(currency, iso_precision(currency))

    def text(self, minor: int, currency: str) -> str:
        """`-123456` of USD is `-1234.56`, of JPY `-123456`."""
        digits = self.digits(currency)
        whole = str(abs(minor)).rjust(digits + 1, "0")
        sign = "-" if minor < 0 else ""
        return sign + (f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole)


def amount_writer(session: Session) -> AmountWriter:
    return AmountWriter(precisions(session))

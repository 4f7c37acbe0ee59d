"""Currencies and their minor units: NetSuite's decimal text becomes whole cents, yen or fils."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency of the account. `id` is NetSuite's, "" for the home currency of an account without the feature."""

    id: str
    symbol: str
    name: str
    precision: int
    is_base: bool = False
    inactive: bool = False


@dataclass(frozen=True, slots=True)
class CurrencyTable:
    """All currencies by id, the home currency, and the base currency id of each subsidiary."""

    by_id: Mapping[str, Currency]
    home: Currency | None = None
    base_of_subsidiary: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, currencies: Iterable[Currency], base_of_subsidiary: Mapping[str, str] | None = None
    ) -> CurrencyTable:
        """A table of these currencies; the home currency is the one marked as base."""
        by_id = {currency.id: currency for currency in currencies}
        home = next((currency for currency in by_id.values() if currency.is_base), None)
        return cls(by_id, home, dict(base_of_subsidiary or {}))

    def find(self, currency_id: str | None) -> Currency | None:
        """The currency of a document; an account without the feature gives none, which means the home currency."""
        return self.by_id.get(currency_id) if currency_id else self.home

    def base(self, subsidiary_id: str | None) -> Currency | None:
        """The base currency of a subsidiary; without subsidiaries it is the home currency."""
        if subsidiary_id is None:
            return self.home
        return self.find(self.base_of_subsidiary.get(subsidiary_id))


def to_minor(amount: Decimal, precision: int) -> int | None:
    """Whole minor units, or None where the amount has more digits than the currency: it is never rounded here."""
    scaled = amount.scaleb(precision)
    whole = scaled.to_integral_value()
    return int(whole) if scaled == whole else None


def nearest_minor(amount: Decimal, precision: int) -> int:
    """The nearest whole minor units of a total, half of one to even: a document in it may have too many digits."""
    return int(amount.scaleb(precision).to_integral_value("ROUND_HALF_EVEN"))


def from_minor(amount_minor: int, precision: int) -> Decimal:
    """The exact decimal with the currency's digits: 3330 at 2 is 33.30, at 0 it is 3330."""
    return Decimal(amount_minor).scaleb(-precision)

"""Subsidiaries, currencies and their rates, and the four segments of the made-up company, Kestrel Systems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sample_data.company.calendar import add_months
from sample_data.company.draws import draw

RATE_SCALE = 10**10


@dataclass(frozen=True, slots=True)
class Subsidiary:
    id: int
    name: str
    legal_name: str
    currency: str
    country: str
    tax_basis_points: int
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Currency:
    """`id` is NetSuite's; `precision` is the number of decimals (0 for yen)."""

    id: int
    code: str
    name: str
    symbol: str
    precision: int


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """Units of `base` for one unit of `currency`, scaled by 10**10, from `effective` on."""

    id: int
    base: str
    currency: str
    effective: date
    rate: int


@dataclass(frozen=True, slots=True)
class Segment:
    """One department, class, location or region; `subsidiaries` are those that may use it."""

    id: int
    name: str
    subsidiaries: tuple[int, ...] = (1, 2, 3)
    is_inactive: bool = False


@dataclass(frozen=True, slots=True)
class Segments:
    """The segment ids of one line; None where the line carries none."""

    department: int | None
    class_: int | None
    location: int | None
    region: int | None


SUBSIDIARIES = (
    Subsidiary(1, "Kestrel Systems", "Kestrel Systems, Inc.", "USD", "US", 625),
    Subsidiary(2, "Kestrel Systems UK", "Kestrel Systems UK Limited", "GBP", "GB", 2000, parent=1),
    Subsidiary(3, "Kestrel Japan", "Kestrel Japan K.K.", "JPY", "JP", 1000, parent=1),
)

CURRENCIES = (
    Currency(1, "USD", "US Dollar", "$", 2),
    Currency(2, "GBP", "British Pound", "£", 2),
    Currency(4, "EUR", "Euro", "€", 2),
    Currency(5, "JPY", "Japanese Yen", "¥", 0),
)

DEPARTMENTS = (
    Segment(1, "Software"),
    Segment(2, "Professional Services"),
    Segment(3, "Customer Success"),
    Segment(4, "Hardware and Logistics"),
    Segment(5, "Legacy Products", is_inactive=True),
)
CLASSES = (
    Segment(1, "Enterprise"),
    Segment(2, "Mid-Market"),
    Segment(3, "Public Sector"),
    Segment(4, "Partner Channel"),
)
LOCATIONS = (
    Segment(1, "Boston", (1,)),
    Segment(2, "Austin", (1,)),
    Segment(3, "London", (2,)),
    Segment(4, "Manchester", (2,)),
    Segment(5, "Tokyo", (3,)),
    Segment(6, "Osaka", (3,)),
)
REGIONS = (
    Segment(1, "North America"),
    Segment(2, "Latin America"),
    Segment(3, "EMEA"),
    Segment(4, "APAC"),
)

_US_CENTS = {"USD": 100_00, "GBP": 126_50, "EUR": 108_40, "JPY": 66}
"""What one unit of each currency was worth when 2025 began, in ten-thousandths of a US dollar."""

_RATES_KIND = 11


def make_exchange_rates(
    seed: int, first: date = date(2025, 1, 1), months: int = 36
) -> tuple[ExchangeRate, ...]:
    """One rate a month for every base currency and every other currency, drifting by up to 1% a month."""
    rates: list[ExchangeRate] = []
    worth = {code: cents * RATE_SCALE for code, cents in _US_CENTS.items()}
    for month in range(months):
        effective = add_months(first, month)
        for place, code in enumerate(worth):
            if code != "USD":
                drift = draw(seed, _RATES_KIND, month * 16 + place) % 2001 - 1000
                worth[code] += worth[code] * drift // 100_000
        for subsidiary in SUBSIDIARIES:
            base = subsidiary.currency
            for code, value in worth.items():
                if code != base:
                    # Six decimals, as rates are published; the rest of the scale stays zero.
                    rate = (value * RATE_SCALE // worth[base]) // 10**4 * 10**4
                    rates.append(ExchangeRate(len(rates) + 1, base, code, effective, rate))
    return tuple(rates)

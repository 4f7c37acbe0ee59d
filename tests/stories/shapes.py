"""Shapes of a NetSuite account: which features, which zone, which date format, which book is the primary one."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields
from typing import Any

LOS_ANGELES, AUCKLAND = "America/Los_Angeles", "Pacific/Auckland"


@dataclass(frozen=True)
class Shape:
    """One account. `primary_book` 2: it has Multi-Book Accounting, and book 1 is not the primary one."""

    one_world: bool
    currencies: bool
    dates: str
    date_format: str
    zone: str
    primary_book: int

    def __str__(self) -> str:
        world = "one_world" if self.one_world else "one_company"
        money = "currencies" if self.currencies else "one_currency"
        zone = self.zone.partition("/")[2].lower()
        return f"{world}-{money}-{self.dates}-{self.date_format}-{zone}-book_{self.primary_book}"

    @property
    def stand_in(self) -> list[str]:
        """The options that the stand-in is started with."""
        lacking = [
            *([] if self.one_world else ["oneworld"]),
            *([] if self.currencies else ["multicurrency"]),
            *(["revrec"] if self.dates == "custcol" else []),
        ]
        besides = [
            *(["custcol_dates"] if self.dates == "custcol" else []),
            *(["multibook"] if self.primary_book == 2 else []),
        ]
        return [
            *itertools.chain.from_iterable(("--without", name) for name in lacking),
            *itertools.chain.from_iterable(("--with", name) for name in besides),
            *("--user-date-format", self.date_format, "--zone", self.zone),
            *("--set", f"primary_book={self.primary_book}"),
        ]

    @property
    def policies(self) -> dict[str, Any]:
        """What an admin of such an account sets, besides what every company does."""
        if self.dates != "custcol":
            return {}
        return {
            "service_start_field": "custcol_service_start",
            "service_end_field": "custcol_service_end",
        }


LEVELS: dict[str, tuple[Any, ...]] = {
    "one_world": (True, False),
    "currencies": (True, False),
    "dates": ("revrec", "custcol"),
    "date_format": ("M/D/YYYY", "DD.MM.YYYY", "D-MON-YYYY"),
    "zone": (LOS_ANGELES, AUCKLAND),
    "primary_book": (1, 2),
}

SHAPES = (
    Shape(False, False, "custcol", "D-MON-YYYY", AUCKLAND, 1),
    Shape(True, True, "revrec", "DD.MM.YYYY", LOS_ANGELES, 2),
    Shape(True, False, "revrec", "M/D/YYYY", AUCKLAND, 2),
    Shape(False, True, "custcol", "M/D/YYYY", LOS_ANGELES, 1),
    Shape(False, True, "custcol", "DD.MM.YYYY", AUCKLAND, 2),
    Shape(True, True, "revrec", "D-MON-YYYY", LOS_ANGELES, 1),
    Shape(False, False, "revrec", "DD.MM.YYYY", LOS_ANGELES, 1),
    Shape(True, True, "custcol", "D-MON-YYYY", AUCKLAND, 2),
)


def pairs_of(shapes: tuple[Shape, ...]) -> set[tuple[str, Any, str, Any]]:
    """Every two values that stand together in one shape."""
    return {
        (one, getattr(shape, one), other, getattr(shape, other))
        for shape in shapes
        for one, other in itertools.combinations([field.name for field in fields(Shape)], 2)
    }


def all_pairs() -> set[tuple[str, Any, str, Any]]:
    """Every two values of two different dimensions."""
    return {
        (one, mine, other, theirs)
        for one, other in itertools.combinations(LEVELS, 2)
        for mine, theirs in itertools.product(LEVELS[one], LEVELS[other])
    }

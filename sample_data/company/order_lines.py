"""Writes the lines of one order."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from sample_data.company.catalogue import BY_CODE, Product, list_price
from sample_data.company.crm_ids import ORDER_ITEM, salesforce_id
from sample_data.company.customers import Customer
from sample_data.company.orders import MAX_LINES, OrderLine
from sample_data.company.reference import LOCATIONS, Segments


class OrderLines:
    """Writes the lines of one order, in the order a salesperson would."""

    def __init__(
        self, index: int, customer: Customer, start: date, end: date, term: int, rng: Random
    ) -> None:
        self._index, self._customer, self._rng = index, customer, rng
        self._start, self._end, self._term = start, end, term
        self._written: list[OrderLine] = []
        here = [location.id for location in LOCATIONS if customer.subsidiary in location.subsidiaries]
        self._location = rng.choice(here)

    def write(self, plan: str) -> list[OrderLine]:
        rng = self._rng
        if plan == "monthly" and rng.random() < 0.6:
            self._add("PLAT-MONTH", rng.randint(1, 40))
        else:
            self._add(rng.choice(("PLAT-ENT", "PLAT-TEAM", "PLAT-TEAM")), rng.choice((1, 1, 2, 3, 5, 8)))
        if rng.random() < 0.25:
            self._add_discount(rng.choice((5, 10, 15)))
        if rng.random() < 0.45:
            self._add("SUPP-PREM", 1)
        if rng.random() < 0.35:
            self._add("ANALYTICS", rng.randint(1, 4))
        if rng.random() < 0.25:
            self._add("IMPL", rng.randint(1, 3))
        if rng.random() < 0.20:
            self._add("TRAIN", rng.randint(1, 4))
        if rng.random() < 0.15:
            self._add("HW-GATE", rng.randint(2, 25))
            self._add("SHIP", 1)
        return self._written

    def _add(self, code: str, quantity: int) -> None:
        product = BY_CODE[code]
        listed = list_price(product, self._customer.currency)
        if product.term == "annual":
            listed = listed * self._term // 12
        elif product.term == "monthly":
            listed *= self._term
        off = self._rng.choice((0, 0, 0, 0, 5, 10)) if product.term != "none" else 0
        unit = listed * (100 - off) // 100
        start, end = self._dates(product)
        self._append(product, quantity, unit, listed, start, end)

    def _add_discount(self, percent: int) -> None:
        lowered = self._written[-1]
        amount = -(lowered.amount_minor * percent // 100)
        self._append(BY_CODE["DISC"], 1, amount, 0, lowered.start, lowered.end)

    def _dates(self, product: Product) -> tuple[date | None, date | None]:
        if product.term in ("annual", "monthly"):
            return self._start, self._end
        if product.term == "dated":
            return self._start, self._start + timedelta(days=self._rng.choice((29, 44, 59, 89)))
        if product.code == "SHIP":
            return self._written[-1].start, self._written[-1].end
        day = self._start + timedelta(days=self._rng.randint(5, 40))
        return day, day

    def _append(
        self, product: Product, quantity: int, unit: int, listed: int, start: date | None, end: date | None
    ) -> None:
        number = self._index * MAX_LINES + len(self._written) + 1
        segments = Segments(product.department, self._customer.class_, self._location, self._customer.region)
        self._written.append(
            OrderLine(
                salesforce_id(ORDER_ITEM, number),
                f"{number:010d}",
                len(self._written) + 1,
                product,
                quantity,
                unit,
                listed,
                unit * quantity,
                start,
                end,
                segments,
            )
        )

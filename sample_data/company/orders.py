"""Sales orders of the made-up company: what was agreed, what the CRM shows of it, and how it will be billed.

Order `i` of `total` is signed on a day that rises with `i` over the company's history, so order numbers run with time.
A few agreements never reach the CRM: those of customers it does not know, and some that nobody keyed in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from sample_data.company.calendar import (
    AS_OF,
    HISTORY_END,
    HISTORY_START,
    add_months,
    month_end,
    on_weekday,
)
from sample_data.company.catalogue import BY_CODE, Product, list_price
from sample_data.company.crm_ids import ORDER, ORDER_ITEM, salesforce_id
from sample_data.company.customers import Customer, make_customer
from sample_data.company.draws import draw, pick_weighted, stream
from sample_data.company.reference import LOCATIONS, Segments

_PLAN_KIND, _CUSTOMER_KIND, _BODY_KIND, _FATE_KIND = 31, 32, 33, 34
_PLANS = (("upfront", 46), ("monthly", 26), ("quarterly", 18), ("annual", 10))
_FATES = (("active", 89), ("draft", 4), ("unkeyed", 2), ("amended", 3), ("reduction", 2))
MAX_LINES = 8
"""No order has more; line ids are order index x MAX_LINES + line number - 1."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """`unit_minor` x `quantity` = `amount_minor`, in minor units of the order's currency; dates are inclusive.

    A discount line has a negative price and stands right after the line it lowers. `original_line_id` is set on lines
    of a reduction order, whose quantities and amounts are negative.
    """

    id: str
    number: str
    line: int
    product: Product
    quantity: int
    unit_minor: int
    list_minor: int
    amount_minor: int
    start: date | None
    end: date | None
    segments: Segments
    original_line_id: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A sales order. `plan` says how it is billed: upfront, annual, quarterly or monthly, in advance; `interval` and
    `invoices` are the months of one invoice and their number. An amended order was changed a few days after it was
    signed, on `amendment_effective`.
    """

    index: int
    id: str
    number: str
    customer: Customer
    signed: date
    subsidiary: int
    currency: str
    status: str
    in_crm: bool
    plan: str
    interval: int
    invoices: int
    end: date | None
    lines: tuple[OrderLine, ...]
    contract_id: str | None
    contract_number: str | None
    original_id: str | None
    original_number: str | None
    amendment_effective: date | None
    created_at: datetime
    activated_at: datetime | None
    modified_at: datetime

    @property
    def is_reduction(self) -> bool:
        return self.original_id is not None

    @property
    def amount_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class OrderBook:
    """The orders of a company of a given size; each is made when asked for."""

    seed: int
    total: int
    customers: int

    def signed_on(self, index: int) -> date:
        span = (HISTORY_END - HISTORY_START).days - 2
        return on_weekday(HISTORY_START + timedelta(days=index * span // max(1, self.total)))

    def plan(self, index: int) -> str:
        return pick_weighted(draw(self.seed, _PLAN_KIND, index), _PLANS)

    def fate(self, index: int) -> str:
        """active, draft, unkeyed (never in the CRM), amended, or reduction (of an earlier order)."""
        fate = pick_weighted(draw(self.seed, _FATE_KIND, index), _FATES)
        if fate == "reduction" and self._reduced(index) is None:
            return "active"
        return fate

    def customer(self, index: int) -> Customer:
        """Every fourth order goes round the customers, the rest to some far more than to others."""
        turn, rest = divmod(index, 4)
        if rest == 0:
            return make_customer(self.seed, turn % self.customers)
        bits = draw(self.seed, _CUSTOMER_KIND, index) % 1_000_003
        return make_customer(self.seed, bits * bits // 1_000_003 * self.customers // 1_000_003)

    def order(self, index: int) -> Order:
        """The `index`-th agreement."""
        fate = self.fate(index)
        if fate == "reduction":
            original = self._reduced(index)
            assert original is not None
            return self._reduction(index, self.order(original))
        return self._ordinary(index, fate)

    def _reduced(self, index: int) -> int | None:
        """The order that reduction `index` takes back a part of: an earlier, active one billed up front."""
        for attempt in range(1, 6):
            candidate = index - max(1, self.total // 5) - attempt
            if candidate < 0:
                return None
            fate = pick_weighted(draw(self.seed, _FATE_KIND, candidate), _FATES)
            if fate == "active" and self.plan(candidate) == "upfront" and self.customer(candidate).in_crm:
                return candidate
        return None

    def _ordinary(self, index: int, fate: str) -> Order:
        rng = stream(self.seed, _BODY_KIND, index)
        customer = self.customer(index)
        signed = self.signed_on(index)
        plan = self.plan(index)
        term = _term_months(plan, rng)
        start = rng.choice((signed, add_months(signed.replace(day=1), 1), signed.replace(day=1)))
        start = start.replace(day=min(start.day, 28))
        end = add_months(start, term) - timedelta(days=1)
        interval = {"upfront": term, "annual": 12, "quarterly": 3, "monthly": 1}[plan]
        lines = _Lines(index, customer, start, end, term, rng).write(plan)
        if rng.random() < 0.01:
            lines[0] = replace(lines[0], end=None)
        contract = None
        if customer.contracts and rng.random() < 0.25:
            contract = rng.choice(customer.contracts)
        created = datetime(
            signed.year, signed.month, signed.day, 9 + index % 9, index % 60, index * 7 % 60, tzinfo=UTC
        )
        activated = None if fate == "draft" else created + timedelta(minutes=20 + index % 90)
        effective = None
        modified = activated or created
        if fate == "amended":
            effective = min(signed + timedelta(days=rng.randint(2, 9)), month_end(signed))
            modified = datetime(effective.year, effective.month, effective.day, 19, 5, index % 60, tzinfo=UTC)
        return Order(
            index=index,
            id=salesforce_id(ORDER, index + 1),
            number=f"{index + 1:08d}",
            customer=customer,
            signed=signed,
            subsidiary=customer.subsidiary,
            currency=customer.currency,
            status="Draft" if fate == "draft" else "Activated",
            in_crm=customer.in_crm and fate != "unkeyed",
            plan=plan,
            interval=interval,
            invoices=term // interval,
            end=end,
            lines=tuple(lines),
            contract_id=contract.id if contract else None,
            contract_number=contract.number if contract else None,
            original_id=None,
            original_number=None,
            amendment_effective=effective,
            created_at=min(created, AS_OF),
            activated_at=activated,
            modified_at=max(created, modified),
        )

    def _reduction(self, index: int, original: Order) -> Order:
        """Takes back part of the quantity of the original's first line, from the reduction's date to the end."""
        signed = self.signed_on(index)
        taken = original.lines[0]
        quantity = -max(1, taken.quantity // 4)
        line = replace(
            taken,
            id=salesforce_id(ORDER_ITEM, index * MAX_LINES + 1),
            number=f"{index * MAX_LINES + 1:010d}",
            line=1,
            quantity=quantity,
            amount_minor=quantity * taken.unit_minor,
            start=signed if taken.start else None,
            end=max(signed, taken.end) if taken.end else None,
            original_line_id=taken.id,
        )
        created = datetime(signed.year, signed.month, signed.day, 14, index % 60, index * 7 % 60, tzinfo=UTC)
        return replace(
            original,
            index=index,
            id=salesforce_id(ORDER, index + 1),
            number=f"{index + 1:08d}",
            signed=signed,
            plan="upfront",
            invoices=1,
            lines=(line,),
            original_id=original.id,
            original_number=original.number,
            amendment_effective=None,
            created_at=created,
            activated_at=created + timedelta(minutes=12),
            modified_at=created + timedelta(minutes=12),
        )


class _Lines:
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


def _term_months(plan: str, rng: Random) -> int:
    if plan == "annual":
        return rng.choice((24, 36))
    if plan == "monthly":
        return rng.choice((6, 12, 12))
    return 12

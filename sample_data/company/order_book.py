"""All agreements of the made-up company, each made from the seed when asked for.

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
from sample_data.company.crm_ids import ORDER, ORDER_ITEM, salesforce_id
from sample_data.company.customers import Customer, make_customer
from sample_data.company.draws import draw, pick_weighted, stream
from sample_data.company.order_lines import OrderLines
from sample_data.company.orders import MAX_LINES, Order

_PLAN_KIND, _CUSTOMER_KIND, _BODY_KIND, _FATE_KIND = 31, 32, 33, 34
_PLANS = (("upfront", 46), ("monthly", 26), ("quarterly", 18), ("annual", 10))
_FATES = (("active", 89), ("draft", 4), ("unkeyed", 2), ("amended", 3), ("reduction", 2))


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
        lines = OrderLines(index, customer, start, end, term, rng).write(plan)
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


def _term_months(plan: str, rng: Random) -> int:
    if plan == "annual":
        return rng.choice((24, 36))
    if plan == "monthly":
        return rng.choice((6, 12, 12))
    return 12

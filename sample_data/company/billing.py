"""Bills the orders: every invoice and credit memo of the made-up company, in order of date."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sample_data.company.calendar import (
    AS_OF,
    HISTORY_END,
    HISTORY_MONTHS,
    Period,
    add_months,
    month_end,
    months_between,
    on_weekday,
)
from sample_data.company.catalogue import BY_CODE, list_price
from sample_data.company.customers import Customer
from sample_data.company.document_lines import DocumentLines, instalment
from sample_data.company.documents import Document
from sample_data.company.draws import draw, pick_weighted, stream
from sample_data.company.order_book import OrderBook
from sample_data.company.orders import Order
from sample_data.company.reference import RATE_SCALE, SUBSIDIARIES, ExchangeRate

FIRST_ID = 20_001
_FIRST_INVOICE, _FIRST_CREDIT = 100_001, 5_001
_BODY_KIND, _CREDIT_KIND = 41, 42
_INVOICE_STATUS = (("paid", 64), ("open", 31), ("pending_approval", 2), ("rejected", 1), ("voided", 2))
_CREDIT_STATUS = (("paid", 55), ("open", 33), ("pending_approval", 8), ("voided", 4))
_BASE = {subsidiary.id: subsidiary.currency for subsidiary in SUBSIDIARIES}


@dataclass(slots=True)
class DocumentBook:
    """Writes the documents of an order book, month by month, holding only one month's list of what is due."""

    orders: OrderBook
    periods: tuple[Period, ...]
    rates: tuple[ExchangeRate, ...]

    def documents(self) -> Iterator[Document]:
        """Every document in order of date; ids and numbers count up."""
        period_of = {p.start: p.id for p in self.periods if not (p.is_quarter or p.is_year)}
        rate_of = {(r.base, r.currency, r.effective): r.rate for r in self.rates}
        credits: list[tuple[date, int, Document]] = []
        next_id, invoices, memos = FIRST_ID, _FIRST_INVOICE, _FIRST_CREDIT

        def enter(written: Document) -> Document:
            """Gives the next id and number, and the period and rate of its date."""
            nonlocal next_id, invoices, memos
            month = written.dated.replace(day=1)
            base = _BASE[written.subsidiary]
            same = written.currency == base
            rate = RATE_SCALE if same else rate_of[base, written.currency, month]
            if written.kind == "invoice":
                number, invoices = f"INV{invoices}", invoices + 1
            else:
                number, memos = f"CM{memos}", memos + 1
            shifted = written.period_id
            period = period_of[add_months(month, shifted)]
            entered = replace(written, id=next_id, number=number, period_id=period, exchange_rate=rate)
            next_id += 1
            return entered

        for month in HISTORY_MONTHS:
            for due, index, part in sorted(self._due(month)):
                while credits and credits[0][0] <= due:
                    yield enter(heapq.heappop(credits)[2])
                order = self.orders.order(index)
                written = (
                    self._credit_of_reduction(order)
                    if order.is_reduction
                    else self._invoice(order, part, due)
                )
                if not written.lines:
                    continue
                document = enter(written)
                yield document
                credit = self._credit_of(document)
                if credit is not None:
                    heapq.heappush(credits, (credit.dated, document.id, credit))
        while credits:
            yield enter(heapq.heappop(credits)[2])

    def _due(self, month: date) -> Iterator[tuple[date, int, int]]:
        """(date, order index, which of its invoices) of all that is billed in a month."""
        last = month_end(month)
        for index in range(self.orders.total):
            signed = self.orders.signed_on(index)
            if signed > last:
                return
            step = {"monthly": 1, "quarterly": 3}.get(self.orders.plan(index), 0)
            age = months_between(signed, month)
            if (age and not step) or (step and age % step):
                continue
            fate = self.orders.fate(index)
            if fate != "draft" and not (age and fate == "reduction"):
                yield on_weekday(add_months(signed, age)), index, age // step if step else 0

    def _invoice(self, order: Order, part: int, due: date) -> Document:
        rng = stream(self.orders.seed, _BODY_KIND, order.index * 64 + part)
        lines = DocumentLines(order.subsidiary)
        for line in order.lines:
            share = instalment(order, line, part)
            if share is not None:
                amount, start, end = share
                unnamed = rng.random() < 0.08
                lines.add(line, amount, start, end, None if unnamed else line.id)
        if not lines.written:
            return _blank(order, due)
        if rng.random() < 0.10:
            lines.add_layout(BY_CODE["SUBTOTAL"], "Subtotal", lines.net())
        if rng.random() < 0.12:
            lines.add_layout(BY_CODE["NOTE"], f"Thank you for your business. Ref. {order.number}", 0)
        if rng.random() < 0.02:
            product = BY_CODE["INT-TEST"]
            lines.add_product(product, 1, list_price(product, order.currency), order.lines[0].segments)
        if rng.random() < 0.012:
            lines.lose_dates()
        status = pick_weighted(rng.getrandbits(32), _INVOICE_STATUS)
        created = _at(due, 10 + order.index % 8, order.index % 60, order.index * 13 % 60)
        modified = created
        if status == "paid":
            paid = due + timedelta(days=rng.randint(12, 55))
            if paid > HISTORY_END:
                status = "open"
            else:
                # Payments are applied in one batch a night: many documents share the second.
                modified = _at(paid, 2, 0, 0)
        elif status in ("voided", "rejected"):
            modified = min(created + timedelta(days=rng.randint(1, 20)), AS_OF)
        named = order.in_crm and rng.random() < 0.86
        return replace(
            _blank(order, due),
            status=status,
            period_id=int(due.day >= 28 and rng.random() < 0.12),
            order_number=order.number if named else None,
            memo=f"Order {order.number}" if rng.random() < 0.5 else "",
            lines=tuple(lines.written),
            tax_minor=_tax(order.customer, lines.net()),
            created_at=created,
            modified_at=modified,
        )

    def _credit_of_reduction(self, order: Order) -> Document:
        """A reduction order is credited at once, without naming an invoice."""
        lines = DocumentLines(order.subsidiary)
        for line in order.lines:
            lines.add(
                replace(line, quantity=-line.quantity), -line.amount_minor, line.start, line.end, line.id
            )
        created = _at(order.signed, 15, order.index % 60, 0)
        return replace(
            _blank(order, order.signed),
            kind="credit_memo",
            order_number=order.original_number,
            memo=f"Reduction {order.number} of order {order.original_number}",
            lines=tuple(lines.written),
            tax_minor=_tax(order.customer, lines.net()),
            created_at=created,
            modified_at=created,
        )

    def _credit_of(self, invoice: Document) -> Document | None:
        """The credit memo that some invoices get, within some weeks; one in eight does not say for which."""
        if draw(self.orders.seed, _CREDIT_KIND, invoice.id) % 100 >= 5:
            return None
        if invoice.kind != "invoice" or invoice.status not in ("open", "paid"):
            return None
        rng = stream(self.orders.seed, _CREDIT_KIND, invoice.id)
        day = on_weekday(invoice.dated + timedelta(days=rng.randint(1, 35)))
        if day > HISTORY_END:
            return None
        percent = rng.choice((10, 20, 25, 50, 100))
        lines = [
            replace(line, line=place + 1, amount_minor=line.amount_minor * percent // 100)
            for place, line in enumerate(line for line in invoice.lines if line.carries_money)
        ]
        if percent < 100:
            lines = lines[:1]
        alone = rng.random() < 0.125
        created = _at(day, 16, rng.randrange(60), rng.randrange(60))
        status = pick_weighted(rng.getrandbits(32), _CREDIT_STATUS)
        return replace(
            invoice,
            kind="credit_memo",
            dated=day,
            due=day,
            period_id=0,
            status=status,
            created_from=None if alone else invoice.id,
            order_number=None if alone else invoice.order_number,
            memo=rng.choice(
                ("Price adjustment", "Service credit", "Billing error", "Goodwill", "Early termination")
            ),
            lines=tuple(lines),
            tax_minor=_tax(invoice.customer, sum(line.amount_minor for line in lines)),
            created_at=created,
            modified_at=min(created + timedelta(days=rng.randint(0, 6)), AS_OF),
        )


def _blank(order: Order, due: date) -> Document:
    """A document without lines or number; `period_id` is months after that of its date until it is entered."""
    return Document(
        id=0,
        kind="invoice",
        number="",
        customer=order.customer,
        dated=due,
        due=due + timedelta(days=30),
        period_id=0,
        subsidiary=order.subsidiary,
        currency=order.currency,
        exchange_rate=0,
        status="open",
        created_from=None,
        order_index=order.index,
        order_number=None,
        memo="",
        lines=(),
        tax_minor=0,
        created_at=AS_OF,
        modified_at=AS_OF,
    )


def _tax(customer: Customer, net_minor: int) -> int:
    return (net_minor * customer.tax_basis_points + 5_000) // 10_000


def _at(day: date, hour: int, minute: int, second: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=UTC)

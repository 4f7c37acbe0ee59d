"""The lines of one document, and what each invoice of an order bills of its lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sample_data.company.calendar import add_months
from sample_data.company.catalogue import Product, posting_account
from sample_data.company.documents import DocumentLine
from sample_data.company.orders import Order, OrderLine
from sample_data.company.reference import Segments


class DocumentLines:
    """Gathers the lines of one document."""

    def __init__(self, subsidiary: int) -> None:
        self._subsidiary = subsidiary
        self.written: list[DocumentLine] = []

    def net(self) -> int:
        return sum(line.amount_minor for line in self.written if line.carries_money)

    def add(
        self, line: OrderLine, amount: int, start: date | None, end: date | None, order_line_id: str | None
    ) -> None:
        kind = {"SHIP": "shipping", "DISC": "discount"}.get(line.product.code, "item")
        self._append(
            kind,
            line.product,
            line.product.name,
            line.quantity,
            amount,
            start,
            end,
            line.segments,
            order_line_id,
        )

    def add_product(self, product: Product, quantity: int, amount: int, segments: Segments) -> None:
        self._append("item", product, product.name, quantity, amount, None, None, segments, None)

    def add_layout(self, product: Product, text: str, amount: int) -> None:
        kind = product.item_type.lower()
        self._append(kind, product, text, 0, amount, None, None, Segments(None, None, None, None), None)

    def lose_dates(self) -> None:
        """As when whoever wrote the invoice left the service dates empty on its first line."""
        self.written[0] = replace(self.written[0], start=None, end=None)

    def _append(
        self,
        kind: str,
        product: Product,
        text: str,
        quantity: int,
        amount: int,
        start: date | None,
        end: date | None,
        segments: Segments,
        order_line_id: str | None,
    ) -> None:
        account = posting_account(product, self._subsidiary)
        self.written.append(
            DocumentLine(
                len(self.written) + 1,
                kind,
                product,
                text,
                quantity,
                amount,
                start,
                end,
                segments,
                account,
                order_line_id,
            )
        )


def instalment(order: Order, line: OrderLine, part: int) -> tuple[int, date | None, date | None] | None:
    """What invoice number `part` of an order bills of a line, and for which days; None where nothing.

    Recurring lines, and discounts on them, are billed in equal parts whose sum is the line's amount to the cent.
    """
    recurring = line.product.term in ("annual", "monthly") or line.product.code == "DISC"
    if not recurring or order.invoices == 1:
        return (line.amount_minor, line.start, line.end) if part == 0 else None
    if part >= order.invoices:
        return None
    amount = line.amount_minor * (part + 1) // order.invoices - line.amount_minor * part // order.invoices
    if line.start is None:
        return amount, None, None
    start = add_months(line.start, part * order.interval)
    end = add_months(line.start, (part + 1) * order.interval) - timedelta(days=1)
    return amount, start, end

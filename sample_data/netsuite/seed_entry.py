"""The rows of one invoice or credit memo, with NetSuite's signs.

The main line (id 0) of an invoice is the receivable and positive; its item, shipping and tax lines are negative, its
discount lines positive, quantities negative; a credit memo is the reverse. Subtotals and descriptions carry no amount.
Stock sold has a pair of cost lines (cost of goods up, inventory down). All lines of a document sum to zero, in its own
currency and, in the accounting lines, in the subsidiary's base currency. A document voided directly keeps its lines
at zero.

A row is a tuple in the order of the column lists in ``seed_documents``: dicts would cost half the time of a large seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sample_data.company import Company, Document, DocumentLine
from sample_data.company.catalogue import RECEIVABLE, TAX_PAYABLE
from sample_data.netsuite.seed_lists import TAX_ITEM
from sample_data.netsuite.units import in_base, stored_amount, stored_date, stored_utc
from sample_data.netsuite.zones import Zone

_STATUS = {"open": "A", "paid": "B", "pending_approval": "D", "rejected": "E", "voided": "V"}
_APPROVAL = {"pending_approval": 1, "rejected": 3}
_COST_PERCENT = 55
_ACCOUNTING_TYPE = {"DeferRevenue": "LIABILITY", "Income": "INCOME", "OthCurrLiab": "LIABILITY"}


class Books:
    """What all documents share: where rows go, precisions, account types, and the count of lines."""

    def __init__(self, company: Company, zone: Zone, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        self.zone = zone
        self.rows = rows
        self.precision = {each.code: each.precision for each in company.currencies}
        self.currency_id = {each.code: each.id for each in company.currencies}
        self.base_precision = {each.id: self.precision[each.currency] for each in company.subsidiaries}
        self.account_type = {each.id: each.type for each in company.accounts}
        self.lines_written = 0

    def unique_key(self) -> int:
        """The next line's account-wide number."""
        self.lines_written += 1
        return self.lines_written


class Entry:
    """The rows of one document."""

    def __init__(self, books: Books, document: Document) -> None:
        self.books = books
        self.document = document
        self.is_invoice = document.kind == "invoice"
        self.sign = -1 if self.is_invoice else 1
        self.factor = 10 ** (2 - books.precision[document.currency])
        created, modified = stored_utc(document.created_at), stored_utc(document.modified_at)
        zone = books.zone
        self.created = (zone.from_utc(created), created)
        self.modified = (zone.from_utc(modified), modified)
        self.zeroed = document.voided
        self.posting = "T" if document.posting else "F"
        self.base_total = 0

    @property
    def has_payment(self) -> bool:
        """Every tenth paid invoice has its payment among the transactions."""
        return self.document.status == "paid" and self.is_invoice and self.document.id % 10 == 0

    def write(self) -> int:
        """Write the document; its main-line amount."""
        document, rows = self.document, self.books.rows
        total = stored_amount(document.total_minor, self.books.precision[document.currency])
        main = 0 if self.zeroed else -self.sign * total
        body = list(self._lines())
        rows["transaction"].append(self._header(main))
        rows["transactionline"].append(self._main_line(main))
        rows["transactionline"].extend(body)
        self._account(0, RECEIVABLE, main, base=-self.base_total, receivable=True)
        if document.created_from is not None and not self.is_invoice:
            link = (
                document.created_from,
                0,
                "CustInvc",
                document.id,
                0,
                "CustCred",
                -main,
                "Payment",
                *self.modified,
            )
            rows["nexttransactionlinelink"].append(link)
            rows["previoustransactionlinelink"].append(link)
        return main

    def _header(self, main: int) -> tuple[Any, ...]:
        document = self.document
        paid = document.status == "paid"
        kind = ("CustInvc", "invoice", "INV") if self.is_invoice else ("CustCred", "creditmemo", "CREDMEM")
        label = "Invoice" if self.is_invoice else "Credit Memo"
        approval = _APPROVAL.get(document.status, 2 if self.is_invoice else None)
        tax = 0 if self.zeroed else -self.sign * document.tax_minor * self.factor
        base = -self.base_total
        return (
            document.id, document.number, document.number, f"{label} #{document.number}", *kind, document.customer.id,
            stored_date(document.dated), stored_date(document.due) if self.is_invoice else None,
            stored_date(document.modified_at.date()) if paid else None,
            *self.created, 11, *self.modified, 12 if paid else 11,
            self.books.currency_id[document.currency], document.exchange_rate,
            main, main if paid else 0, 0 if paid else main, base, tax,
            _STATUS[document.status], approval, self.posting, document.period_id,
            "T" if self.zeroed else "F", "T" if self.zeroed else "F", "F", document.memo or None,
            None, document.order_number, "Net 30" if self.is_invoice else None, document.subsidiary,
            document.order_number,
        )  # fmt: skip

    def _row(
        self,
        number: int,
        amount: int | None,
        *,
        main: bool = False,
        tax: bool = False,
        item: int | None = None,
        item_type: str | None = None,
        quantity: int | None = None,
        rate: int | None = None,
        memo: str | None = None,
        line: DocumentLine | None = None,
        account: int | None = None,
        accounting_type: str | None = None,
        cogs: bool = False,
    ) -> tuple[Any, ...]:
        document = self.document
        paid = document.status == "paid"
        segments = line.segments if line is not None else None
        start = stored_date(line.start) if line is not None and line.start else None
        end = stored_date(line.end) if line is not None and line.end else None
        deferred = account is not None and self.books.account_type[account] == "DeferRevenue"
        return (
            self.books.unique_key(), document.id, number, number, "T" if main else "F", "T" if tax else "F",
            item, item_type, quantity, rate, abs(amount) if amount is not None and rate is not None else None,
            None if amount is None else self._base(amount),
            amount, (amount if paid else 0) if main else None, (0 if paid else amount) if main else None,
            amount if amount is not None and amount > 0 else None,
            -amount if amount is not None and amount < 0 else None,
            memo, segments.class_ if segments else None, segments.department if segments else None,
            segments.location if segments else None, document.subsidiary, document.customer.id, account,
            accounting_type, "DISCOUNT" if line is not None and line.kind == "discount" else None,
            document.created_from, "T" if cogs else "F", "F", "F",
            "F", "F",  # transactiondiscount marks a discount in the header; these are discount items on lines
            *self.created, *self.created,
            "F", start, end, "T" if deferred else "F", "F",
            start, end, segments.region if segments else None,
        )  # fmt: skip

    def _base(self, amount: int) -> int:
        """In the currency of the subsidiary's books."""
        document = self.document
        return in_base(amount, document.exchange_rate, self.books.base_precision[document.subsidiary])

    def _main_line(self, main: int) -> tuple[Any, ...]:
        return self._row(
            0, main, main=True, account=RECEIVABLE, accounting_type="ASSET", memo=self.document.memo or None
        )

    def _lines(self) -> Iterator[tuple[Any, ...]]:
        document, sign = self.document, self.sign
        number = 0
        for line in document.lines:
            number += 1
            yield self._item_line(number, line)
        for line in document.lines:
            if line.product.asset_account is not None and line.product.cost_account is not None:
                cost = 0 if self.zeroed else -sign * line.amount_minor * _COST_PERCENT // 100 * self.factor
                for account, amount, kind in (
                    (line.product.cost_account, cost, "COGS"),
                    (line.product.asset_account, -cost, "ASSET"),
                ):
                    number += 1
                    self._account(number, account, amount)
                    yield self._row(
                        number, amount, item=line.product.id, item_type=line.product.item_type,
                        account=account, accounting_type=kind, cogs=True,
                    )  # fmt: skip
        if document.tax_minor:
            number += 1
            amount = 0 if self.zeroed else sign * document.tax_minor * self.factor
            self._account(number, TAX_PAYABLE, amount)
            yield self._row(
                number, amount, tax=True, item=TAX_ITEM, item_type="TaxItem", account=TAX_PAYABLE,
                accounting_type="LIABILITY",
            )  # fmt: skip

    def _item_line(self, number: int, line: DocumentLine) -> tuple[Any, ...]:
        product = line.product
        if not line.carries_money:
            return self._row(
                number, None, item=product.id, item_type=product.item_type, memo=line.description
            )
        amount = 0 if self.zeroed else self.sign * line.amount_minor * self.factor
        quantity = None if line.kind == "discount" else self.sign * line.quantity * 10**6
        rate = (
            abs(line.amount_minor) * self.factor * 10**8 // line.quantity
            if line.quantity and quantity
            else None
        )
        account = line.posting_account
        if account is not None:
            self._account(number, account, amount)
        return self._row(
            number, amount, item=product.id, item_type=product.item_type, quantity=quantity, rate=rate,
            memo=line.description, line=line, account=account,
            accounting_type=_ACCOUNTING_TYPE.get(self.books.account_type.get(account or 0, "")),
        )  # fmt: skip

    def _account(
        self, number: int, account: int, amount: int, *, base: int | None = None, receivable: bool = False
    ) -> None:
        document = self.document
        if base is None:
            base = self._base(amount)
            self.base_total += base
        paid = document.status == "paid"
        self.books.rows["transactionaccountingline"].append(
            (
                document.id, number, 1, account, base, base if base > 0 else None, -base if base < 0 else None, base,
                self.posting, document.exchange_rate, (base if paid else 0) if receivable else None,
                (0 if paid else base) if receivable else None, None, "F", *self.modified,
            )
        )  # fmt: skip

    def write_payment(self, number: int, main: int) -> None:
        """The payment of this invoice: a transaction of another type. Only some invoices get theirs."""
        document, rows = self.document, self.books.rows
        tranid = f"PYMT{document.id}"
        base = -self.base_total
        rows["transaction"].append(
            (
                number, tranid, tranid, f"Payment #{tranid}", "CustPymt", "customerpayment", "PYMT",
                document.customer.id, stored_date(document.modified_at.date()), None, None,
                *self.modified, 11, *self.modified, 11, self.books.currency_id[document.currency],
                document.exchange_rate, main, main, 0, base, None, "C", None, "T", document.period_id,
                "F", "F", "F", None, None, None, None, document.subsidiary, None,
            )
        )  # fmt: skip
        for line, (amount, account) in enumerate(((main, 1), (-main, RECEIVABLE))):
            rows["transactionline"].append(
                (
                    self.books.unique_key(), number, line, line, "T" if line == 0 else "F", "F",
                    None, None, None, None, None, base if line == 0 else -base,
                    amount, None, None, amount if amount > 0 else None, -amount if amount < 0 else None,
                    None, None, None, None, document.subsidiary, document.customer.id, account, "ASSET", None,
                    None, "F", "F", "F", "F", "F", *self.modified, *self.modified,
                    "F", None, None, "F", "F", None, None, None,
                )
            )  # fmt: skip
            side = base if line == 0 else -base
            rows["transactionaccountingline"].append(
                (
                    number, line, 1, account, side, side if side > 0 else None, -side if side < 0 else None, side, "T",
                    document.exchange_rate, None, None, None, "F", *self.modified,
                )
            )  # fmt: skip

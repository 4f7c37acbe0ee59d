"""The made-up company as a whole: reference data at once, customers, orders and documents as streams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sample_data.company.billing import DocumentBook
from sample_data.company.calendar import AS_OF, Period, make_periods
from sample_data.company.catalogue import ACCOUNTS, PRODUCTS, Account, Product
from sample_data.company.customers import CrmAccount, CrmContract, Customer, make_customer
from sample_data.company.documents import Document
from sample_data.company.order_book import OrderBook
from sample_data.company.orders import Order
from sample_data.company.reference import (
    CLASSES,
    CURRENCIES,
    DEPARTMENTS,
    LOCATIONS,
    REGIONS,
    SUBSIDIARIES,
    Currency,
    ExchangeRate,
    Segment,
    Subsidiary,
    make_exchange_rates,
)

_LINES_A_THOUSAND_ORDERS = 3_980
_LINES_A_CUSTOMER = 66


@dataclass(frozen=True)
class Company:
    """Kestrel Systems, with about `lines` invoice and credit memo lines (within some per cent, main and tax lines not
    counted). The same seed and size give the same company, everywhere; another size gives the same customers.

    Streams may be read any number of times, and hold nothing but one month's list of what is due.
    """

    seed: int = 7
    lines: int = 4_000
    subsidiaries: tuple[Subsidiary, ...] = SUBSIDIARIES
    currencies: tuple[Currency, ...] = CURRENCIES
    departments: tuple[Segment, ...] = DEPARTMENTS
    classes: tuple[Segment, ...] = CLASSES
    locations: tuple[Segment, ...] = LOCATIONS
    regions: tuple[Segment, ...] = REGIONS
    accounts: tuple[Account, ...] = ACCOUNTS
    products: tuple[Product, ...] = PRODUCTS
    periods: tuple[Period, ...] = field(default_factory=make_periods)
    as_of: datetime = AS_OF

    @property
    def exchange_rates(self) -> tuple[ExchangeRate, ...]:
        """Monthly rates for every pair of a base currency and another."""
        return make_exchange_rates(self.seed)

    @property
    def customer_count(self) -> int:
        return max(40, self.lines // _LINES_A_CUSTOMER)

    @property
    def agreement_count(self) -> int:
        """Orders, drafts, reductions, and agreements that never reached the CRM."""
        return max(20, self.lines * 1_000 // _LINES_A_THOUSAND_ORDERS)

    def customers(self) -> Iterator[Customer]:
        """NetSuite's customers, ids rising."""
        return (make_customer(self.seed, index) for index in range(self.customer_count))

    def crm_accounts(self) -> Iterator[CrmAccount]:
        """Salesforce's accounts; two for an ambiguous customer, none for an absent one."""
        return (account for customer in self.customers() for account in customer.accounts)

    def crm_contracts(self) -> Iterator[CrmContract]:
        return (contract for customer in self.customers() for contract in customer.contracts)

    def order(self, index: int) -> Order:
        """Any one agreement, `0 <= index < agreement_count`; `Document.order_index` points here."""
        return self._orders().order(index)

    def agreements(self) -> Iterator[Order]:
        """All agreements in order of signing, whether the CRM knows them (`in_crm`) or not."""
        book = self._orders()
        return (book.order(index) for index in range(book.total))

    def orders(self) -> Iterator[Order]:
        """What the CRM holds, drafts included."""
        return (order for order in self.agreements() if order.in_crm)

    def documents(self) -> Iterator[Document]:
        """NetSuite's invoices and credit memos in order of date, ids rising."""
        return DocumentBook(self._orders(), self.periods, self.exchange_rates).documents()

    def _orders(self) -> OrderBook:
        return OrderBook(self.seed, self.agreement_count, self.customer_count)

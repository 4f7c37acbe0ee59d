"""A seeded made-up company of any size: Kestrel Systems, which sells software, services and gateways.

    company = Company(seed=7, lines=4000)
    for document in company.documents(): ...

Deterministic and streamed: customers and orders are made one by one from the seed, documents month by month.
Amounts are integers in minor units of the record's currency, rates integers scaled by 10**10, stamps UTC.
"""

from sample_data.company.calendar import Period
from sample_data.company.catalogue import Account, Product, list_price, posting_account
from sample_data.company.company import Company
from sample_data.company.customers import CrmAccount, CrmContract, Customer
from sample_data.company.documents import Document, DocumentLine
from sample_data.company.orders import Order, OrderLine
from sample_data.company.reference import Currency, ExchangeRate, Segment, Segments, Subsidiary

__all__ = [
    "Account",
    "Company",
    "CrmAccount",
    "CrmContract",
    "Currency",
    "Customer",
    "Document",
    "DocumentLine",
    "ExchangeRate",
    "Order",
    "OrderLine",
    "Period",
    "Product",
    "Segment",
    "Segments",
    "Subsidiary",
    "list_price",
    "posting_account",
]

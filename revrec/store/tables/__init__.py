"""Every table, one subject a module. Importing this package registers them all.

people       who may act                     audit      what they did, hash-chained
settings     policies and mappings           connections  the outside systems
jobs         runs, their files and logs      reference  what NetSuite and the CRM know by id
customers    both name lists and the links   documents  invoices and credit memos, versioned
orders       sales orders, versioned         closing    closes and what they booked
ledger       transfers, append-only          journals   what goes to NetSuite
pricing      SSPs and bundles                rules      what people decided about products, lines and credits
deliveries   units, percentages, milestones  opening    balances loaded at cut-over
general_ledger  balances in NetSuite beside ours        requests  what is answered once, and hooks' secrets
uploads      files that people brought
"""

from sqlalchemy import BigInteger, Integer
from sqlmodel import SQLModel

from revrec.store.tables.audit import AuditEvent
from revrec.store.tables.closing import (
    Allocation,
    Balance,
    BillingSplit,
    Booked,
    BookLock,
    CloseFigures,
    PeriodClose,
    TreatmentTaken,
    WaitingItem,
)
from revrec.store.tables.connections import ApiGate, ApiUsage, Connection, JobUsage, Watermark
from revrec.store.tables.customers import CrmCustomer, CustomerAlias, CustomerLink, NetSuiteCustomer
from revrec.store.tables.deliveries import Delivery
from revrec.store.tables.documents import DocumentLine, DocumentVersion, SourceDocument
from revrec.store.tables.general_ledger import GlBalance, GlItem, GlSignOff
from revrec.store.tables.jobs import Job, JobFile, JobNote
from revrec.store.tables.journals import Journal, JournalLine, PostingAttempt
from revrec.store.tables.ledger import LedgerTransfer
from revrec.store.tables.opening import OpeningBalance
from revrec.store.tables.order_reading import OrderToRead
from revrec.store.tables.orders import Contract, Obligation, OrderLine, OrderVersion, SalesOrder
from revrec.store.tables.people import ApiToken, SignInLink, UserAccount, UserSession
from revrec.store.tables.pricing import Bundle, BundleProduct, StandalonePrice
from revrec.store.tables.reference import (
    Account,
    AccountSubsidiary,
    CompanyEntity,
    Currency,
    CurrencyRate,
    Item,
    NetSuitePeriod,
    Product,
    ReferenceReading,
    Segment,
    SegmentSet,
    SegmentValue,
    Subsidiary,
)
from revrec.store.tables.requests import AnsweredRequest, HookSecret
from revrec.store.tables.rules import (
    CreditDecision,
    CreditRule,
    LineRule,
    PriceChange,
    ProductRule,
    VersionTreatment,
)
from revrec.store.tables.settings import AccountMapping, PolicySetting
from revrec.store.tables.staging import ControlTotal, DocumentChange, GroupResult, SweptDocument
from revrec.store.tables.uploads import Upload

__all__ = [
    "Account",
    "AccountMapping",
    "AccountSubsidiary",
    "Allocation",
    "AnsweredRequest",
    "ApiGate",
    "ApiToken",
    "ApiUsage",
    "AuditEvent",
    "Balance",
    "BillingSplit",
    "BookLock",
    "Booked",
    "Bundle",
    "BundleProduct",
    "CloseFigures",
    "CompanyEntity",
    "Connection",
    "Contract",
    "ControlTotal",
    "CreditDecision",
    "CreditRule",
    "CrmCustomer",
    "Currency",
    "CurrencyRate",
    "CustomerAlias",
    "CustomerLink",
    "Delivery",
    "DocumentChange",
    "DocumentLine",
    "DocumentVersion",
    "GlBalance",
    "GlItem",
    "GlSignOff",
    "GroupResult",
    "HookSecret",
    "Item",
    "Job",
    "JobFile",
    "JobNote",
    "JobUsage",
    "Journal",
    "JournalLine",
    "LedgerTransfer",
    "LineRule",
    "NetSuiteCustomer",
    "NetSuitePeriod",
    "Obligation",
    "OpeningBalance",
    "OrderLine",
    "OrderToRead",
    "OrderVersion",
    "PeriodClose",
    "PolicySetting",
    "PostingAttempt",
    "PriceChange",
    "Product",
    "ProductRule",
    "ReferenceReading",
    "SalesOrder",
    "Segment",
    "SegmentSet",
    "SegmentValue",
    "SignInLink",
    "SourceDocument",
    "StandalonePrice",
    "Subsidiary",
    "SweptDocument",
    "TreatmentTaken",
    "Upload",
    "UserAccount",
    "UserSession",
    "VersionTreatment",
    "WaitingItem",
    "Watermark",
]

# Every whole number is 64-bit: NetSuite's ids, ours and minor units alike.
for _table in SQLModel.metadata.tables.values():
    for _column in _table.columns:
        if type(_column.type) is Integer:
            _column.type = BigInteger()

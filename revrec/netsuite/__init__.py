"""The NetSuite client: signing in, SuiteQL, records; what we ask of an account and what we post to it.

    client.NetSuiteClient          signed requests over pooled connections, and when to ask again
    columns.AccountColumns         queries whose columns an account may lack, and the notices of it
    window, invoices, deletions    documents of a window, by id range; totals: NetSuite's own sums
    sweep                          every document without its lines; population: which documents count
    classify                       which lines bill something (pure)
    reference, segments, currency_tables    lists: customers, items, accounts, subsidiaries, periods, ...
    journals, journal_readback, journal_compare    posting a journal, reading it back, telling what differs
    permissions                    what is wrong with a connection, in words

Everything is asynchronous and nothing here starts an event loop. Errors are drawn in `errors`.
"""

from revrec.netsuite.client import NetSuiteClient, Posted
from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.credentials import Credentials, M2mCredentials, TbaCredentials
from revrec.netsuite.currencies import Currency, CurrencyTable
from revrec.netsuite.documents import DocumentHeader, DocumentLine, Money
from revrec.netsuite.errors import NetSuiteError
from revrec.netsuite.fields import FieldSettings
from revrec.netsuite.invoices import InvoiceSource
from revrec.netsuite.journals import Journal, JournalLine
from revrec.netsuite.page import Page
from revrec.netsuite.problems import Notice, Problem
from revrec.netsuite.window import IdRange, Window, plan_ranges, server_clock

__all__ = [
    "AccountColumns",
    "Credentials",
    "Currency",
    "CurrencyTable",
    "DocumentHeader",
    "DocumentLine",
    "FieldSettings",
    "IdRange",
    "InvoiceSource",
    "Journal",
    "JournalLine",
    "M2mCredentials",
    "Money",
    "NetSuiteClient",
    "NetSuiteError",
    "Notice",
    "Page",
    "Posted",
    "Problem",
    "TbaCredentials",
    "Window",
    "plan_ranges",
    "server_clock",
]

"""What users of the account do to its data while nobody is looking: the other side of every pull.

Each change is one transaction, keeps documents balanced and moves modification stamps as NetSuite does. Amounts are
decimal texts as a person sees them on the document (positive on invoices and credit memos).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from sample_data.netsuite import change_requests as asked
from sample_data.netsuite.bookkeeping import post_to_second_book, set_books
from sample_data.netsuite.clock import Clock
from sample_data.netsuite.document_changes import DocumentChanges
from sample_data.netsuite.list_changes import ListChanges
from sample_data.netsuite.settings import Settings
from sample_data.netsuite.store import Store


class Changes:
    """Applies changes to the store."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store = store
        documents, lists = DocumentChanges(clock, store.zone, settings), ListChanges(clock)
        self._handlers: dict[type[Any], Callable[[sqlite3.Connection, Any], dict[str, Any]]] = {
            asked.EditLine: documents.edit_line,
            asked.Delete: documents.delete,
            asked.Void: documents.void,
            asked.AddCredit: documents.add_credit,
            asked.Approve: documents.approve,
            asked.Reject: documents.reject,
            asked.Pay: documents.pay,
            asked.Touch: documents.touch,
            asked.LockJournal: documents.lock_journal,
            asked.RenameCustomer: lists.rename_customer,
            asked.MergeCustomers: lists.merge_customers,
            asked.RenameItem: lists.rename_item,
            asked.AddCurrency: lists.add_currency,
            asked.SetPeriod: lists.set_period,
            asked.Deactivate: lists.deactivate,
        }

    def apply(self, change: asked.Change) -> dict[str, Any]:
        """Do it; what it made or moved."""
        with self._store.write() as connection:
            done = self._handlers[type(change)](connection, change)
            for name in ("transaction", "journal"):
                if name in done:
                    post_to_second_book(connection, done[name])
            return done

    def set_books(self, several: bool, primary: int) -> None:
        """Multi-Book Accounting on or off, and which book is the primary one."""
        with self._store.write() as connection:
            set_books(connection, several, primary)

"""A company in its second year, written straight into the tables: what the pages are measured over.

Every table is filled by one statement from numbers 1 to n, so that a million lines take seconds. The rows hang together
(ids, states, periods, currencies), and their amounts are made up: nothing here closes a period or is checked.
"""

from sqlalchemy import text
from sqlmodel import SQLModel

from benchmarks.page_books.accounting import closes, events, journals, ledger
from benchmarks.page_books.filling import PERIODS, Filling, Size
from benchmarks.page_books.masters import customers, reference
from benchmarks.page_books.sources import contracts, documents
from revrec.store.books.figures import keep_figures
from revrec.store.engine import Store

__all__ = ["Size", "seed_books"]

PARTS = (reference, customers, contracts, documents, closes, ledger, journals, events)


def seed_books(store: Store, size: Size) -> None:
    """Fill a database at this release's schema that holds nothing yet."""
    postgresql = store.is_postgresql
    with store.write() as session:
        connection = session.connection()
        if postgresql:
            connection.exec_driver_sql(
                "SET LOCAL session_replication_role = replica"
            )  # no look-ups of references
        else:
            connection.exec_driver_sql("PRAGMA cache_size = -1500000")  # indexes are written at the end, once
        filling = Filling(session, postgresql=postgresql)
        for part in PARTS:
            part(filling, size)
        for close in range(1, PERIODS + 1):
            keep_figures(session, close)
        if postgresql:
            for sequence in session.execute(text(SEQUENCES)).scalars():
                table, _, column = sequence.partition(".")
                session.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'),"
                        f" (SELECT coalesce(max({column}), 0) + 1 FROM {table}), false)"
                    )
                )
    store.refresh_statistics(*SQLModel.metadata.tables)


SEQUENCES = """
SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
   AND pg_get_serial_sequence(c.relname, a.attname) IS NOT NULL
"""
